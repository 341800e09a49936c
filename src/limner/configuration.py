"""
What the entries of `config.toml` have to be, so that a slip of the pen is said before anything is sent.

Entries that nobody knows are left alone: they are another version's, or a chat service's own.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

_ANY = "*"
_PRICE = r"\d{1,9}(\.\d{1,6})?"
_MODEL: Mapping[str, Any] = {
    "max_n": "whole",
    "max_references": "whole",
    "time_limit": "number",
    "seconds": "span",
    "price": "price",
    "sizes": "texts",
    "aspect_ratios": "texts",
    "parameters": "table",
}
_GATEWAY: Mapping[str, Any] = {
    **_MODEL,
    **dict.fromkeys(("provider", "title", "unit", "family", "edit_field", "key_env", "key_file"), "text"),
    "attempts": "whole",
    "allow_http": "switch",
    "hosts": {_ANY: "text"},
    "limits": "table",
    "polling": {"floor": "number", "ceiling": "number", "limit": "number", "limit_by_size": "table"},
    "models": {_ANY: _MODEL},
}
_SHAPE: Mapping[str, Any] = {
    "gateway": "text",
    "proxy": "text",
    "attempts": "whole",
    "waits": "numbers",
    "gateways": {_ANY: _GATEWAY},
    "targets": {_ANY: "table"},
    "provenance": {"trust": "text"},
    **dict.fromkeys(("budget", "rates", "preferences", "knowledge", "messages", "log"), "table"),
}


class Slip(NamedTuple):
    """An entry that cannot be what it is. `settings.needs_<kind>` names the sentence that says it."""

    entry: str
    kind: str


def slip(values: Mapping[str, Any]) -> Slip | None:
    """The first entry of another kind than it has to be; `None` where there is none."""
    return next(_slips(values, _SHAPE, ""), None)


def _slips(values: Mapping[str, Any], shape: Mapping[str, Any], above: str) -> Iterator[Slip]:
    for name, value in values.items():
        wanted = shape.get(name, shape.get(_ANY))
        if wanted is None:
            continue
        entry = f"{above}.{name}" if above else str(name)
        if not isinstance(wanted, str):
            if isinstance(value, Mapping):
                yield from _slips(value, wanted, entry)
            else:
                yield Slip(entry, "table")
        elif not _is(value, wanted):
            yield Slip(entry, wanted)


def _is(value: Any, kind: str) -> bool:
    if kind == "price":
        prices = list(value.values()) if isinstance(value, Mapping) else [value]
        return all(isinstance(one, str | int | float) and re.fullmatch(_PRICE, str(one)) for one in prices)
    if kind == "span":
        return _is(value, "numbers") and len(value) == 2
    if kind in {"numbers", "texts"}:
        return isinstance(value, list) and all(_is(one, kind[:-1]) for one in value)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9
    if kind == "whole":
        return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1e9
    kinds = {"text": str, "switch": bool, "table": Mapping}
    return isinstance(value, kinds[kind])
