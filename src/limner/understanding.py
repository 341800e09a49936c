"""What a sentence was taken to mean, as every face tells it: one line to read, and plain data."""

from typing import TYPE_CHECKING, Any

from limner.messages import amount, has, sentence
from limner.money import parse

if TYPE_CHECKING:
    from limner.words import Span, Understanding

_BY_ITSELF = {"courtesy", "correction", "picture", "operation"}
_NAMED = {
    "avoid",
    "excluded",
    "declined",
    "lettering",
    "links",
    "clear",
    "n",
    "subject",
    "max_cost",
    "overruled",
}


def spans(told: "Understanding", language: str) -> list[tuple[str, bool]]:
    """What was read out of the words, piece by piece; and was the piece taken out of the prompt?"""
    return [(_shown(one, language), one.taken) for one in told.spans if one.meaning not in _BY_ITSELF]


def line(told: "Understanding", language: str) -> str:
    """Everything that was read out of the words, in one line."""
    shown = [one for one, _ in spans(told, language)]
    if not shown:
        return sentence("words.nothing", language)
    joint = "；" if language == "zh" else "; "
    return sentence("words.understood", language, {"told": joint.join(shown)})


def _shown(span: "Span", language: str) -> str:
    """The words and what they stand for; a value that is said as it is stands alone."""
    if span.meaning in {"background", "quality"}:
        return span.text
    if span.meaning in {"wish", "earlier"}:
        value = sentence(f"words.means.{span.value}", language)
    elif span.meaning in _NAMED:
        value = sentence(f"words.means.{span.meaning}", language, {"value": _value(span, language)})
    else:
        value = _value(span, language)
    if value.casefold() in span.text.casefold():
        return value
    return sentence("words.shown", language, {"text": span.text, "value": value})


def _value(span: "Span", language: str) -> str:
    """What some words stand for, as the reader says it."""
    if span.meaning == "max_cost":
        number, _, unit = span.value.partition(" ")
        return amount(parse(number, unit), language)
    if span.meaning in {"background", "quality"} and has(key := f"words.means.{span.value}"):
        return sentence(key, language)
    return span.value


def data(told: "Understanding", language: str) -> dict[str, Any]:
    """For programs. Places count characters of the sentence."""
    from limner.words import Save

    preference = told.preference
    return {
        "sentence": told.sentence,
        "prompt": told.prompt,
        "operation": told.operation,
        "earlier": told.earlier,
        "needs_reference": told.needs_reference,
        "preference": None
        if preference is None
        else {"do": "save", **preference._asdict()}
        if isinstance(preference, Save)
        else {"do": "clear"},
        "spans": [
            {
                **one._asdict(),
                "summary": sentence(one.key, language, {"text": one.text, "value": _value(one, language)}),
            }
            for one in told.spans
        ],
    }
