"""
From a sentence to a request: what a person says, in English or Chinese, and what it means.

    understanding = words.parse("用香蕉Pro画一只猫，16:9，4K")
    understanding.prompt           画一只猫
    understanding.model            Nano Banana Pro

The principles, in the order in which they win:

1. What is quoted, lettered in the picture or part of a web address is never read and never touched.
2. A setting is read only where it can be nothing else: in a clause made of settings and small words
   ("4K, square, please"), after a word that orders it (用…, using …, in 16:9, --ar 3:2), or in the opening
   where it describes the picture itself ("three pictures of", "a 4K wallpaper of", 画一张16:9的).
   Everywhere else it is a mention: a 16:9 monitor, a banana, the cover of a magazine.
3. What is read is taken out of the prompt only where it stands by itself, so that the sentence goes on
   without it. What is woven into the description stays, and so does whatever says how the picture should
   look: styles, backgrounds, lettering, words for an earlier picture.
4. What stays, stays letter for letter and in its order. Only spaces and commas close up at a cut.
5. Of two settings of one kind the later is meant: "16:9 … no, make it square". What is said not to be
   wanted is never read as wanted.
6. In doubt nothing is read: the words stay in the prompt, where the person sees them before saying yes.

Nothing here asks a network, a ledger or a clock: the same sentence is always the same request.
"""

from collections.abc import Sequence
from typing import Any

from limner.words import clauses, lexicon, text
from limner.words.reading import Found, Reading
from limner.words.understanding import Clear, Save, Span, Understanding

__all__ = ["Clear", "Save", "Span", "Understanding", "parse"]

_NEAR = 60
"""How far from a quotation the words are looked for that say what it is."""
_SINGLE = (
    "model",
    "gateway",
    "wish",
    "aspect_ratio",
    "size",
    "format",
    "background",
    "quality",
    "subject",
    "max_cost",
)

_PLAIN_SIZES = frozenset(lexicon.values().get("size", {}).values())
_SHEETS = frozenset(ratio for name, ratio in lexicon.values()["aspect_ratio"].items() if name[0] == "a")
_UPRIGHT = ("9:16", "3:4", "2:3")


def parse(sentence: str, attachments: Sequence[str] = (), subjects: Sequence[str] = ()) -> Understanding:
    """
    What a sentence asks for. `attachments` are the pictures that came with it; `subjects` are names of
    subjects that were drawn before, so that a mention of one means the same one.
    """
    reading = Reading(sentence)
    _protect(reading)
    reading.mark()
    for stage in ("lettering", "ignore", "keyed", "preference", "negated"):
        reading.phrases(stage)
    clauses.settings(reading)
    reading.phrases("ordered")
    clauses.settings(reading)
    clauses.edges(reading)
    reading.phrases("opening")
    reading.phrases("corrected")
    reading.phrases("read")
    _known_subjects(reading, subjects)
    clauses.corrections(reading)
    clauses.courtesies(reading)
    return _understood(reading, tuple(attachments))


def _protect(reading: Reading) -> None:
    for start, end, is_picture in text.links(reading.sentence):
        if is_picture:
            reading.note(start, "links", reading.sentence[start:end])
            reading.span(start, end, "links", reading.sentence[start:end], taken=False)
        reading.blot(start, end)
    quoted, ordered = lexicon.quoting()
    for start, end in text.quotations(reading.sentence):
        if text.KEPT in reading.working[start:end]:
            continue
        inside = reading.folded[start + 1 : end - 1].strip()
        before = reading.working[max(0, start - _NEAR) : start]
        after = reading.working[end : end + _NEAR]
        if lexicon.normal(inside) in lexicon.names() and ordered.search(before):
            reading.blot(start, start + 1, " ")
            reading.blot(end - 1, end, " ")
            continue
        if quoted.search(before) or lexicon.lettered().match(after):
            value = reading.sentence[start + 1 : end - 1]
            reading.note(start, "lettering", value)
            reading.span(start, end, "lettering", value, taken=False)
        reading.blot(start, end)


def _known_subjects(reading: Reading, subjects: Sequence[str]) -> None:
    for subject in sorted(subjects, key=len, reverse=True):
        at = reading.working.find(text.fold(subject)) if subject.strip() else -1
        if at >= 0:
            reading.note(at, "subject", subject)
            reading.note(at, "earlier", "same")
            reading.span(at, at + len(subject), "earlier", "same", taken=False)
            reading.blot(at, at + len(subject))


def _understood(reading: Reading, attachments: tuple[str, ...]) -> Understanding:
    found = sorted(reading.found, key=lambda one: one.at)
    last = {one.meaning: one.value for one in found}
    told: dict[str, Any] = {name: last.get(name) or None for name in _SINGLE}
    if told["size"] in _PLAIN_SIZES and told["aspect_ratio"] in _UPRIGHT:
        told["size"] = "x".join(reversed(told["size"].split("x")))
    if sheet := _sheet(reading.spans, found):
        told["aspect_ratio"] = sheet
        reading.spans = [
            one._replace(value=sheet) if one.meaning == "aspect_ratio" else one for one in reading.spans
        ]
        last["aspect_ratio"] = sheet
    links = _all(found, "links")
    earlier: Any = last.get("earlier")
    speaks_of_one = "picture" in last or last.get("operation") == "image_to_image"
    spans = tuple(_overruled(one, last) for one in sorted(reading.spans))
    return Understanding(
        sentence=reading.sentence,
        prompt=text.without(reading.sentence, [(one.start, one.end) for one in spans if one.taken]),
        operation="image_to_image" if attachments or links or earlier or speaks_of_one else "text_to_image",
        attachments=attachments,
        links=links,
        n=int(last["n"]) if "n" in last else None,
        avoid=", ".join(_all(found, "avoid")) or None,
        excluded=tuple(dict.fromkeys(_all(found, "excluded"))),
        lettering=_all(found, "lettering"),
        earlier=earlier,
        preference=_preference(found),
        seed=int(last["seed"]) if "seed" in last else None,
        needs_reference=speaks_of_one and not (attachments or links or earlier),
        spans=spans,
        **told,
    )


def _sheet(spans: list[Span], found: list[Found]) -> str | None:
    """A sheet of paper that was said to lie or stand keeps its own two sides."""
    sheet = next((one.value for one in found if one.value in _SHEETS), None)
    said = [one for one in sorted(spans) if one.meaning == "aspect_ratio" and one.value not in _SHEETS]
    if sheet is None or not said or any(map(str.isdigit, said[-1].text)):
        return None
    short, long = sheet.split(":")
    return {"9:16": sheet, "16:9": f"{long}:{short}"}.get(said[-1].value)


def _overruled(span: Span, last: dict[str, str]) -> Span:
    """Of two settings of one kind the later is meant; the earlier one's span says so."""
    only_one = span.meaning in _SINGLE or span.meaning in {"n", "seed"}
    if not only_one or span.meaning == "subject" or last.get(span.meaning, span.value) == span.value:
        return span
    return span._replace(meaning="overruled", value=last[span.meaning])


def _all(found: list[Found], meaning: str) -> tuple[str, ...]:
    return tuple(one.value for one in found if one.meaning == meaning)


def _preference(found: list[Found]) -> Save | Clear | None:
    """What is to be remembered or forgotten: the last word on it."""
    told = [one for one in found if one.meaning in {"preference", "clear"}]
    if not told:
        return None
    if told[-1].meaning == "clear":
        return Clear()
    words, name, value = told[-1].value.split(":", 2)
    if name == "model":
        return Save(words, model=value)
    return Save(words, aspect_ratio=value) if name == "aspect_ratio" else Save(words, size=value)
