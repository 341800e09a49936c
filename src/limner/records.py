"""Nouns to plain JSON and back, so that what was quoted can be frozen, hashed, kept and read again."""

import json
import types
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from limner.money import Compared, Money, Priced
from limner.types import Adjustment, Quote

T = TypeVar("T")
_AMOUNTS: dict[frozenset[str], Any] = {
    frozenset(noun._fields): noun for noun in (Money, Priced, Compared, Adjustment)
}
_SCALARS = frozenset({type(None), str, int, float, bool})


def plain(value: Any) -> Any:
    """A noun as dictionaries, lists and scalars."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is dict:
        return {str(name): plain(entry) for name, entry in value.items()}
    if kind is tuple or kind is list:
        return [plain(entry) for entry in value]
    if hasattr(value, "_fields"):
        return {name: plain(entry) for name, entry in zip(value._fields, value, strict=True)}
    if isinstance(value, Mapping):
        return {str(name): plain(entry) for name, entry in value.items()}
    return [plain(entry) for entry in value] if isinstance(value, (list, tuple)) else value


def canonical(value: Any) -> str:
    """One spelling per meaning: sorted names, no spaces, UTF-8."""
    return _canonical(plain(value))


def _canonical(told: Any) -> str:
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def facts_text(facts: Mapping[str, Any]) -> str:
    """A sentence's facts as JSON. Amounts stay amounts, so that each language says them in its own words."""
    return json.dumps(plain(facts), default=str, ensure_ascii=False, sort_keys=True)


def facts_of(text: str) -> dict[str, Any]:
    """`facts_text` undone."""
    told: dict[str, Any] = json.loads(text)
    return {name: _amount(entry) for name, entry in told.items()}


def _amount(data: Any) -> Any:
    if isinstance(data, list):
        return [_amount(entry) for entry in data]
    if not isinstance(data, dict):
        return data
    noun = _AMOUNTS.get(frozenset(data))
    read = {name: _amount(entry) for name, entry in data.items()}
    return noun(**read) if noun else read


def digest_of(quote: Quote) -> str:
    """SHA-256 of everything in the quote but its own name."""
    import hashlib

    told = plain(quote)
    del told["id"], told["digest"]
    return hashlib.sha256(_canonical(told).encode()).hexdigest()


def id_of(digest: str) -> str:
    import base64

    return "q_" + base64.b32encode(bytes.fromhex(digest)).decode()[:12].lower()


def build(noun: type[T], data: Mapping[str, Any]) -> T:
    """`plain` undone."""
    hints = _hints(noun)  # type: ignore[arg-type]
    return noun(**{name: _value(hints[name], entry) for name, entry in data.items() if name in hints})


@cache
def _hints(noun: Any) -> Mapping[str, Any]:
    return typing.get_type_hints(noun)


def _value(hint: Any, data: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if data is None:
        return None
    if origin in (typing.Union, types.UnionType):
        return _value(next(one for one in arguments if one is not type(None)), data)
    if origin is tuple:
        every = arguments[0] if arguments[-1] is Ellipsis else None
        return tuple(_value(every or arguments[place], entry) for place, entry in enumerate(data))
    if isinstance(hint, type) and hasattr(hint, "_fields"):
        return build(hint, data)
    if isinstance(data, dict):
        return {name: _amount(entry) for name, entry in data.items()}
    return data
