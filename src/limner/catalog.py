"""Facts files and configuration -> what is for sale."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from limner import gateways
from limner.errors import NotFound
from limner.gateways import Settings
from limner.messages import sentence
from limner.money import Money, parse
from limner.types import Certainty, Model, Price

_ANY = "*"
_LIVE = ", live"
_CONFIGURED = "config.toml"


def models(
    gateway: str, facts: Mapping[str, Any], settings: Mapping[str, Any], free: bool = False
) -> tuple[Model, ...]:
    """
    The models of one gateway, default first, from its facts file and what the configuration adds to it.

    `free`: a server that nobody pays, so what has no price of its own costs nothing.
    """
    rows = {str(row["id"]): row for row in facts.get("models", [])}
    for name, row in settings.get("models", {}).items():
        rows[name] = {"id": name, **rows.get(name, {}), **row, **(_own(row) if "price" in row else {})}
    unit = str(settings.get("unit") or facts["gateway"]["unit"])
    found = [_model(gateway, facts, _merged(settings, row), unit, free) for row in rows.values()]
    return tuple(sorted(found, key=lambda model: not model.default))


def listed(settings: Settings, name: str) -> Sequence[Model]:
    """What one gateway sells, from the dated facts and the configuration."""
    added = settings.get("gateways", {}).get(name, {})
    facts = gateways.facts(str(added.get("provider", name)))
    return models(name, facts, added, is_free(added, str(added.get("base_url", ""))))


def all_listed(settings: Settings, gateway: str | None = None) -> list[Model]:
    """What is for sale at one gateway or at all of them: needs no key and no network. Raises `NotFound`."""
    names = gateways.names(settings)
    if gateway and gateway not in names:
        raise NotFound("gateway.unknown", name=gateway, known=names)
    return [model for name in ([gateway] if gateway else names) for model in listed(settings, name)]


def is_free(settings: Mapping[str, Any], base_url: str) -> bool:
    """Does nobody pay for this server, going by where it stands and what the configuration says of it?"""
    if "free" in settings:
        return bool(settings["free"])
    keyless = not settings.get("key_env") and not settings.get("key_file")
    return keyless and gateways.is_loopback(urlsplit(base_url).hostname or "")


def unlisted(
    gateway: str, model: str, facts: Mapping[str, Any], settings: Mapping[str, Any], free: bool
) -> Model:
    """A model that a gateway of the person's own may have although nothing says so."""
    unit = str(settings.get("unit") or facts["gateway"]["unit"])
    return _model(gateway, facts, _merged(settings, {"id": model}), unit, free)


_SHARED = ("family", "price", "max_n", "sizes", "default_size", "max_references", "time_limit", "parameters")


def _merged(settings: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """A model's row over what the configuration says of all models of its gateway."""
    own = _own(settings) if "price" in settings and "price" not in row else {}
    return {**{name: settings[name] for name in _SHARED if name in settings}, **row, **own}


def _own(told: Mapping[str, Any]) -> dict[str, str]:
    """Whose word a price is that the person configured, and of which day, where they say so."""
    said = {"source": told.get("source", _CONFIGURED), "checked": told.get("checked", "")}
    return {"certainty": "own", **{name: str(value) for name, value in said.items()}}


def _model(gateway: str, facts: Mapping[str, Any], row: Mapping[str, Any], unit: str, free: bool) -> Model:
    family = str(row.get("family", "images"))
    shared = facts["families"][family]
    known = {**shared, **row}
    head = facts["gateway"]
    if free and "price" not in known:
        known = {**known, **_own(row)}
    certainty: Certainty = {"certainty": "listed", **known}["certainty"]
    return Model(
        gateway=gateway,
        id=str(known["id"]),
        title=str(known.get("title", known["id"])),
        family=family,
        operations=tuple(known["operations"]),
        aspect_ratios=tuple(known.get("aspect_ratios", ())),
        sizes=tuple(known.get("sizes", ())),
        size_for_ratio=known.get("size_for_ratio", {}),
        default_size=known.get("default_size"),
        free_size=bool(row.get("free_size", shared.get("free_size") and not known.get("sizes"))),
        max_n=int(known["max_n"]),
        max_references=int(known.get("max_references", 0)),
        prices=_prices(known, unit, free),
        seconds=(int(known["seconds"][0]), int(known["seconds"][1])),
        time_limit=int(known["time_limit"]),
        parameters={name: tuple(values) for name, values in known.get("parameters", {}).items()},
        uses=tuple(known.get("uses", ())),
        aliases=tuple(known.get("aliases", ())),
        default=bool(known.get("default")),
        source=str(known.get("source", head["source"])),
        as_of=str(known.get("checked", head["checked"])),
        live=known.get("wire", {}),
        required=tuple(known.get("required", ())),
        default_ratio=known.get("default_ratio"),
        size_step=int(known.get("size_step", 1)),
        most_pixels=int(known.get("most_pixels", 0)),
        certainty=certainty,
    )


def at_size(row: Price, size: str | None) -> Price:
    """The row with the worst case of that size, where it goes by pixels."""
    width, _, height = (size or "").partition("x")
    if row.most_per_megapixel is None or not (width.isdigit() and height.isdigit()):
        return row
    worst = row.most_per_megapixel.micro * int(width) * int(height)
    # In whole hundredths, upwards: a worst case known to six places would only look exact.
    worst = -(-worst // (1_000_000 * 10_000)) * 10_000
    return row._replace(most=Money(max(row.most.micro, worst), row.most.unit))


def worst(model: Model) -> Money | None:
    """The most one picture of a model may cost, at the largest it makes; `None` where no price is known."""
    sizes = [*model.sizes, model.default_size, *([f"{model.most_pixels}x1"] if model.most_pixels else [])]
    return max((at_size(row, size).most for row in model.prices for size in sizes), default=None)


def _prices(row: Mapping[str, Any], unit: str, free: bool) -> tuple[Price, ...]:
    """One row per size whose worst case differs, the catch-all last; none when no price is known."""
    text = row.get("price", "0" if free else None)
    if text is None:
        return ()
    if isinstance(text, Mapping):
        return tuple(by_size(size, parse(str(amount), unit)) for size, amount in text.items())
    each = parse(str(text), unit)
    rates = _rate(row.get("per_1k_in"), unit), _rate(row.get("per_1k_out"), unit)
    most: Mapping[str, str] = row.get("most", {})
    rows = [
        Price(each, parse(worst, unit), {} if size == _ANY else {"size": size}, *rates)
        for size, worst in sorted(most.items(), key=lambda entry: entry[0] == _ANY)
    ]
    by_pixels = _rate(row.get("most_per_megapixel"), unit)
    if _ANY not in most:
        rows.append(Price(each, each, {}, *rates, most_per_megapixel=by_pixels))
    return tuple(rows)


def by_size(size: str, each: Money) -> Price:
    """What one picture of this size costs, where the gateway names exactly that."""
    return Price(each, each, {"size": size}, None, None)


def _rate(text: str | None, unit: str) -> Money | None:
    return None if text is None else parse(text, unit)


def tariff(source: str, as_of: str, language: str) -> str:
    """Where a price is from and how old it is."""
    told = source_in(language, source)
    return sentence("card.tariff_of", language, {"source": told, "as_of": as_of}) if as_of else told


def source_in(language: str, source: str) -> str:
    """Where a price is from, in a language that the facts say it in too; else as it is."""
    if source == _CONFIGURED:
        return sentence("card.tariff_own", language)
    if language != "zh":
        return source
    if source.endswith(_LIVE):
        return f"{source.removesuffix(_LIVE)} 实时返回"
    for name in gateways.providers():
        facts = gateways.facts(name)
        for row in (facts["gateway"], *facts.get("models", ())):
            if row.get("source") == source and "source_zh" in row:
                return str(row["source_zh"])
    return source
