"""
What a CreatOK server says it can do -> models, limits, prices.

The contract is the one its public skill of 2026-04-23 checks: a breach is told by the field's name, and
nothing is guessed in its place. Fields that nobody knows are left alone.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import isfinite
from typing import Any

from limner.catalog import by_size
from limner.errors import GatewayError
from limner.gateways import Gateway
from limner.money import parse
from limner.types import Model, Price


class _Breach(Exception):
    """`str()` is the field that is missing or not what it should be."""


def models(data: Mapping[str, Any], known: Sequence[Model], gateway: Gateway) -> tuple[Model, ...]:
    """The image models, the server's default first. Raises `GatewayError` when the contract is broken."""
    try:
        return _models(data, known, gateway.unit)
    except _Breach as breach:
        raise GatewayError("market.contract", gateway=gateway.title, field=str(breach)) from breach


def _models(data: Mapping[str, Any], known: Sequence[Model], unit: str) -> tuple[Model, ...]:
    image = _object(_object(data.get("capabilities"), "capabilities").get("image"), "image")
    listed = image.get("models")
    if not isinstance(listed, list) or not listed:
        raise _Breach("image.models")
    default = _text(image.get("default_model"), "image.default_model")
    rows = [_model(entry, f"image.models[{place}]", known, unit) for place, entry in enumerate(listed)]
    if default not in {row.id for row in rows}:
        raise _Breach("image.default_model")
    marked = [row._replace(default=row.id == default) for row in rows]
    return tuple(sorted(marked, key=lambda row: not row.default))


def _model(entry: Any, at: str, known: Sequence[Model], unit: str) -> Model:
    row = _object(entry, at)
    name, title = _text(row.get("id"), f"{at}.id"), _text(row.get("label"), f"{at}.label")
    defaults = _object(row.get("defaults"), f"{at}.defaults")
    limits = _object(row.get("limits"), f"{at}.limits")
    size = _text(defaults.get("resolution"), f"{at}.defaults.resolution")
    _number(defaults.get("n"), f"{at}.defaults.n")
    sizes = _texts(limits.get("resolutions"), f"{at}.limits.resolutions")
    most = _most_pictures(limits, at)
    references = int(_number(limits.get("max_reference_images"), f"{at}.limits.max_reference_images"))
    like = next((one for one in known if one.id == name), None)
    like = like or known[0]._replace(uses=(), aliases=())
    ratios = _ratios(limits, at) or like.aspect_ratios
    return like._replace(
        id=name,
        title=title,
        operations=("text_to_image", "image_to_image") if references > 0 else ("text_to_image",),
        aspect_ratios=ratios,
        default_ratio=like.default_ratio if like.default_ratio in ratios else None,
        sizes=sizes,
        default_size=size if size in sizes else sizes[0],
        max_n=most,
        max_references=references,
        # Uploads are as old as this list: pictures go as files here, not as addresses.
        parameters={},
        prices=_prices(row.get("pricing"), f"{at}.pricing", unit),
    )


def _most_pictures(limits: Mapping[str, Any], at: str) -> int:
    span = _object(limits.get("n"), f"{at}.limits.n")
    least, most = (
        _number(span.get("min"), f"{at}.limits.n.min"),
        _number(span.get("max"), f"{at}.limits.n.max"),
    )
    if not 0 <= least <= most or most < 1:
        raise _Breach(f"{at}.limits.n")
    return int(most)


def _ratios(limits: Mapping[str, Any], at: str) -> tuple[str, ...]:
    told = limits.get("aspect_ratios")
    return () if told is None else _texts(told, f"{at}.limits.aspect_ratios")


def _prices(told: Any, at: str, unit: str) -> tuple[Price, ...]:
    """A row per resolution; none where the server names no price."""
    if not isinstance(told, Mapping):
        return ()
    if told.get("currency") != "credits":
        raise _Breach(f"{at}.currency")
    if told.get("unit") != "image":
        raise _Breach(f"{at}.unit")
    rows = _object(told.get("by_resolution"), f"{at}.by_resolution")
    return tuple(
        _price(size, _number(amount, f"{at}.by_resolution.{size}"), at, unit) for size, amount in rows.items()
    )


def _price(size: str, amount: float, at: str, unit: str) -> Price:
    try:
        return by_size(size, parse(format(Decimal(repr(amount)), "f"), unit))
    except ValueError as error:
        raise _Breach(f"{at}.by_resolution.{size}") from error


def _object(value: Any, at: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _Breach(at)
    return value


def _text(value: Any, at: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Breach(at)
    return value


def _texts(value: Any, at: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise _Breach(at)
    return tuple(_text(entry, f"{at}[{place}]") for place, entry in enumerate(value))


def _number(value: Any, at: str) -> float:
    """A number that can be counted with: negative ones and infinities are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isfinite(value) or value < 0:
        raise _Breach(at)
    return value
