"""
Is what was delivered what was agreed to? Read from the picture's own bytes, after it is safe.

A difference is said, never acted upon: nothing is bought again, thrown away or encoded anew for it. Each is a
`Difference` whose kind names its sentence. Honest pictures must raise none, so what gateways leave open
(how large "2K" is across, which date a model's name ends in) is given room.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from limner import dated, traces
from limner.formats import Format
from limner.results import Declared, Difference, Link, Picture, Progress, Source
from limner.types import Choice

_EXACT = re.compile(r"^([1-9][0-9]*)x([1-9][0-9]*)$")
_LINES = re.compile(r"^([1-9][0-9]{2,3})p$")
_SMALLEST, _LARGEST = 0.9, 1.7  # of a named size: its longest side, its area
_SHAPE = 0.04
_MOST_PIXELS = 70_000_000  # larger ones are not decoded to be looked at
_TYPES = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png", "webp": "webp", "gif": "gif"}
# What gateways add to a model's name without meaning another: dates, versions, stages.
_EDITIONS = re.compile(r"^([-@:]?(preview|latest|exp|experimental|stable|\d{4}-\d{2}-\d{2}|v?\d{3,8}))*$")
_DEPTH = 6


def of_picture(path: Path, found: Format, choice: Choice, said: Declared, place: int) -> Iterator[Difference]:
    """In what one picture is other than `choice` asked for, and other than the gateway says it is."""
    for kind, facts in (
        *_type(found, choice, said),
        *_shape(found, choice, said),
        *_seen(path, found, choice),
        *([("watermark", {})] if said.watermark else []),
    ):
        yield Difference(place, kind, facts)


def of_answer(choice: Choice, came: int, model: str | None, part: int) -> Iterator[Difference]:
    """
    In what an answer as a whole is other than `choice`, which is the share of the order it answers. What a
    task that was taken in by its id was ordered as, nobody here knows: such an order has no words.
    """
    if not choice.request.prompt:
        return
    whole = -1 - part
    asked = choice.n * int(choice.model.live.get("pictures", 1))
    if came != asked:
        kind = "fewer" if came < asked else "more"
        yield Difference(whole, kind, {"asked": asked, "came": came})
    if model and not _is_named(choice, model):
        yield Difference(whole, "model", {"asked": choice.model.id, "said": model})


def twice(sha256: str, place: int, others: Mapping[int, Picture]) -> Iterator[Difference]:
    """Is it the same file as one that came before it in the same job?"""
    for other, earlier in sorted(others.items()):
        if other < place and earlier.sha256 == sha256:
            yield Difference(place, "twice", {"other": other + 1})
            return


def said_of(progress: Progress) -> tuple[tuple[Declared, ...], str | None]:
    """What a task's answer says of its pictures beside their addresses, and of the model that made them."""
    declared = tuple(_beside(source, progress.said) for source in progress.sources)
    return declared, next((one.model for one in declared if one.model), None)


def _beside(source: Source, said: Mapping[str, Any]) -> Declared:
    if isinstance(source, Link):
        for entry in _entries(said):
            names = [name for name, value in entry.items() if value == source.url]
            if names:
                width, height = entry.get("width"), entry.get("height")
                known = _is_count(width) and _is_count(height)
                return Declared(
                    format=_word(entry, "content_type", "format", "mime_type"),
                    size=f"{width}x{height}" if known else None,
                    model=_word(entry, "model_id", "model"),
                    watermark="watermark_url" in names and "url" not in names,
                )
    return Declared()


def _entries(node: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Every object in an answer, the innermost first: what stands nearest to an address speaks of it."""
    if depth > _DEPTH:
        return
    inner = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    for one in inner:
        yield from _entries(one, depth + 1)
    if isinstance(node, Mapping):
        yield node


def _word(entry: Mapping[str, Any], *names: str) -> str | None:
    return next((str(entry[name]) for name in names if entry.get(name)), None)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


Found = Iterator[tuple[str, dict[str, Any]]]


def _type(found: Format, choice: Choice, said: Declared) -> Found:
    came = found.media_type.removeprefix("image/")
    asked = _type_of(choice.parameters.get("output_format") or choice.request.format)
    declared = _type_of(said.format)
    if asked and asked != came:
        yield "format", {"asked": asked.upper(), "came": came.upper()}
    elif declared and declared != came:
        yield "label", {"said": declared.upper(), "came": came.upper()}


def _type_of(word: Any) -> str | None:
    return _TYPES.get(str(word or "").lower().rpartition("/")[2])


def _shape(found: Format, choice: Choice, said: Declared) -> Found:
    came = f"{found.width}x{found.height}"
    exact = _EXACT.match(choice.size or "")
    if not _fits(found, choice.size):
        yield "size", {"asked": choice.size, "came": came}
    elif said.size and said.size != came and _EXACT.match(said.size):
        yield "said_size", {"said": said.size, "came": came}
    wins = any(one.key == "adjusted.size_wins" for one in choice.adjustments)
    ratio = re.fullmatch(r"([0-9]+):([0-9]+)", choice.aspect_ratio or "")
    if ratio and not exact and not wins and int(ratio[2]):
        wide = int(ratio[1]) / int(ratio[2])
        if abs(found.width / found.height / wide - 1) > _SHAPE:
            yield "ratio", {"asked": choice.aspect_ratio, "came": came}


def _fits(found: Format, size: str | None) -> bool:
    """Is it as large as was asked? What nobody says the pixels of fits any picture."""
    exact = _EXACT.match(size or "")
    if exact:
        return (found.width, found.height) == (int(exact[1]), int(exact[2]))
    lines = _LINES.match((size or "").lower())
    side = int(lines[1]) if lines else _named().get((size or "").lower())
    if side is None:
        return True
    most = side * 16 / 9 if lines else side
    long_enough = max(found.width, found.height) >= _SMALLEST * side
    return long_enough and found.width * found.height <= _LARGEST * most * most


@cache
def _named() -> Mapping[str, int]:
    told: Mapping[str, int] = dated.read(Path(__file__).with_suffix(".toml"))["pixels"]
    return told


def _seen(path: Path, found: Format, choice: Choice) -> Found:
    """What the bytes give away, and where they look suspicious what there is to see."""
    trace = traces.read(path, found.media_type, found.width, found.height)
    if trace.cut:
        yield "cut", {}
        return
    clear = choice.parameters.get("background") == "transparent"
    if clear and not trace.alpha:
        yield "no_alpha", {}
    too_large = found.width * found.height > _MOST_PIXELS
    if (trace.suspicious or (clear and trace.alpha)) and not too_large:
        yield from _looked_at(path, clear and trace.alpha)
    yield from _unchanged(path, choice)


def _looked_at(path: Path, clear: bool) -> Found:
    from limner import sight

    seen = sight.look(path)
    if seen is None:
        yield "cut", {}
    elif seen.invisible:
        yield "invisible", {}
    elif seen.colour:
        yield "blank", {"colour": seen.colour}
    elif seen.grey_below:
        yield "grey_below", {"percent": seen.grey_below}
    elif seen.detail:
        yield "enlarged", {"detail": seen.detail}
    if seen and clear and seen.opaque:
        yield "no_alpha", {}


def _unchanged(path: Path, choice: Choice) -> Found:
    """Is an edit nothing but one of the pictures that were to be edited?"""
    from limner import sight

    for reference in choice.references:
        sent = Path(reference.path)
        if not reference.is_link and sent.is_file() and sight.same(path, sent):
            yield "unchanged", {"name": Path(reference.source).name}
            return


def _is_named(choice: Choice, said: str) -> bool:
    """Is this the ordered model's name, in whichever of the ways that gateways write it?"""
    model = choice.model
    own = (model.id, model.title, *model.aliases, *(str(one) for one in _texts(model.live)))
    return any(_is_edition(_plain(one), _plain(said)) for one in own if one)


def _texts(live: Mapping[str, Any]) -> Sequence[str]:
    return [str(live[name]) for name in ("model_id", "version", "name") if live.get(name)]


def _plain(name: str) -> str:
    return re.sub(r"[ _.]", "-", name.casefold().rpartition("/")[2])


def _is_edition(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if long.endswith(f"-{short}"):  # its maker's name before it
        return True
    return long.startswith(short) and _EDITIONS.match(long[len(short) :]) is not None
