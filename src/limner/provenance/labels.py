"""
China's label for generated content (GB 45438-2025), in every form it is met in: an XMP property, a PNG text
and an Exif user comment, each around the same few fields as JSON.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Form = Literal["xmp", "text", "exif"]

_FIELDS = ("Label", "ContentProducer", "ProduceID", "ContentPropagator", "PropagateID")
_LONGEST = 64_000
_COMMENT, _MORE = 0x9286, 0x8769
_MOST_ENTRIES = 500
_CODES = 8


class Label(NamedTuple):
    form: Form
    label: str
    """"1": is generated, "2": may be, "3": is suspected to be; empty where nothing of it can be read."""
    producer: str = ""
    produce_id: str = ""
    propagator: str = ""
    propagate_id: str = ""


def of_json(text: str, form: Form) -> Label:
    """A label from its JSON; an empty one from what is none."""
    try:
        told = json.loads(text) if len(text) <= _LONGEST else None
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, dict) and isinstance(told.get("AIGC"), dict):
        told = told["AIGC"]
    return of_fields(told if isinstance(told, dict) else {}, form)


def of_fields(told: Mapping[str, Any], form: Form) -> Label:
    return Label(form, *(_word(told.get(name)) for name in _FIELDS))


def of_packet(found: Mapping[str, str]) -> Label | None:
    """A label in an XMP packet, as the JSON that the guide asks for or as a structure of its fields."""
    fields = {name: found[f"aigc.{name}"] for name in _FIELDS if f"aigc.{name}" in found}
    if fields:
        return of_fields(fields, "xmp")
    return of_json(found["aigc"], "xmp") if "aigc" in found else None


def of_comment(exif: bytes) -> Label | None:
    """A label in the user comment of Exif data, `AIGC:{…}`; `None` where there is no such comment."""
    text = _comment(exif)
    head, _, rest = text.partition("AIGC")
    if not rest or head.strip(' \0{"'):
        return None
    return of_json(rest.lstrip('": ').rstrip("\0 ") if not head.strip() else text, "exif")


def _word(value: Any) -> str:
    return str(value) if isinstance(value, (str, int)) else ""


def _comment(exif: bytes) -> str:
    order: Literal["little", "big"] = "little" if exif[:2] == b"II" else "big"
    if exif[:4] not in (b"II*\0", b"MM\0*"):
        return ""

    def number(at: int, width: int) -> int:
        return int.from_bytes(exif[at : at + width], order)

    def entry(directory: int, tag: int) -> int | None:
        for place in range(min(number(directory, 2), _MOST_ENTRIES)):
            at = directory + 2 + 12 * place
            if number(at, 2) == tag:
                return at
        return None

    more = entry(number(4, 4), _MORE)
    comment = entry(number(more + 8, 4), _COMMENT) if more is not None else None
    if comment is None:
        return ""
    length = number(comment + 4, 4)
    at = number(comment + 8, 4) if length > 4 else comment + 8
    return _decoded(exif[at : at + min(length, _LONGEST)], order)


def _decoded(data: bytes, order: Literal["little", "big"]) -> str:
    code, rest = data[:_CODES], data[_CODES:]
    if code == b"UNICODE\0":
        # Writers do not agree on the order of its bytes: the text they look for decides.
        for name in ("utf-16-le", "utf-16-be") if order == "little" else ("utf-16-be", "utf-16-le"):
            text = rest.decode(name, "replace")
            if "AIGC" in text:
                return text
        return ""
    known = code in (b"ASCII\0\0\0", b"\0" * _CODES)
    return (rest if known else data).decode("utf-8", "replace")
