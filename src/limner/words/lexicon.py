"""The words there are, from the data files beside this one and from the gateways' own facts."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from limner import dated, gateways

_HERE = Path(__file__).parent
LANGUAGES = ("zh", "en")
_PIECES = re.compile(r"[a-z]+|[0-9]+|[^\W\d_a-z]+|/")
# Private letters: what they stand for in the working text is a model's name, plain or a word of other uses
# too, or a gateway's, and the rest of one.
MARKS = (_PLAIN, _WEAK, _THING, _GATEWAY, _MORE) = ("\ue000", "\ue001", "\ue002", "\ue003", "\ue004")
_MACRO = re.compile(r"\{([A-Z]+)\}")


class Phrase(NamedTuple):
    """One way of saying something. Its groups are named for what they hold; `t` is what leaves the prompt."""

    pattern: re.Pattern[str]
    meaning: str
    value: str
    taken: bool
    also: Mapping[str, str]


def _file(name: str) -> Mapping[str, Any]:
    return dated.read(_HERE / f"{name}.toml")


@cache
def simplified() -> dict[str, str]:
    """Simplified for traditional characters: those that the phrases are made of."""
    pairs = str(_file("zh")["traditional"]).split()
    return {pair[:1]: pair[1:] for pair in pairs}


def normal(name: str) -> str:
    """One spelling of a name: its letters and digits."""
    return "".join(_PIECES.findall(name.lower()))


def _facts() -> Iterator[Mapping[str, Any]]:
    for provider in gateways.providers():
        yield from gateways.facts(provider).get("models", [])


@cache
def names() -> dict[str, str]:
    """Every word for a model, in one spelling: an id stands for itself, all else for a title."""
    known: dict[str, str] = {}
    for row in _facts():
        title = str(row.get("title", row["id"]))
        known[normal(str(row["id"]))] = str(row["id"])
        for alias in (title, *row.get("aliases", [])):
            known.setdefault(normal(alias), title)
    for name, aliases in _file("models")["names"].items():
        known.update({normal(alias): name for alias in aliases})
    return known


def _written() -> Iterator[str]:
    """Every model word as somebody writes it down."""
    for row in _facts():
        yield from (str(row["id"]), str(row.get("title", row["id"])), *row.get("aliases", []))
    for aliases in _file("models")["names"].values():
        yield from aliases


@cache
def gateway_names() -> dict[str, str]:
    return {normal(alias): name for name, all_of in _file("models")["gateways"].items() for alias in all_of}


@cache
def _marks() -> tuple[tuple[re.Pattern[str], str], ...]:
    """What is written for a model or a gateway, and the mark that stands for its kind in the working text."""
    models = _file("models")
    kinds = {normal(one): _WEAK for one in models["weak"]} | {normal(one): _THING for one in models["thing"]}
    words = {
        word: kinds.get(normal(word), _PLAIN) for word in (*_written(), *models["weak"], *models["thing"])
    }
    words |= {alias: _GATEWAY for all_of in models["gateways"].values() for alias in all_of}
    ordered = sorted(words, key=lambda word: -len(normal(word)))
    return tuple((re.compile(_spelled(word)), words[word]) for word in ordered if len(normal(word)) > 1)


def marked(working: str) -> str:
    """The working text with marks in place of models' and gateways' names, the longest name first."""
    for pattern, mark in _marks():
        at = 0
        while (found := pattern.search(working, at)) is not None:
            start, at = found.span()
            working = working[:start] + mark + _MORE * (at - start - 1) + working[at:]
    return working


def _spelled(word: str) -> str:
    """A pattern for a name, with or without what stands between its parts."""
    pattern = r"[\s\-_.·]*".join(re.escape(piece) for piece in _PIECES.findall(word.lower()))
    before = "(?<![a-z0-9])" if pattern[0].isascii() else ""
    after = "(?![a-z0-9张幅个种款])" if pattern[-1].isdigit() else "(?![a-z0-9])"
    return before + pattern + (after if pattern[-1].isascii() else "")


@cache
def macros() -> dict[str, str]:
    """The pieces that phrases are made of, from both languages' files."""
    made = {
        "PLAIN": f"(?:{_PLAIN}{_MORE}*)",
        "WEAK": f"(?:[{_PLAIN}{_WEAK}]{_MORE}*)",
        "ANY": f"(?:[{_PLAIN}{_WEAK}{_THING}]{_MORE}*)",
        "G": f"(?:{_GATEWAY}{_MORE}*)",
    }
    for language in LANGUAGES:
        for name, text in _file(language)["pieces"].items():
            made[name] = filled(text, made)
    for language, name in (("en", "WRONG"), ("zh", "ZWRONG")):
        made[name] = rf"(?:(?:{_any_of(_file(language)['corrections'])})[\s,.:!…—-]+)+"
    return made


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


def filled(text: str, pieces: Mapping[str, str]) -> str:
    return _MACRO.sub(lambda found: pieces.get(found[1], found[0]), text)


@cache
def phrases(stage: str) -> tuple[Phrase, ...]:
    """The ways of saying something that are looked for together, in the order they are tried."""
    return tuple(_phrase(row) for language in LANGUAGES for row in _file(language).get(stage, []))


def _phrase(row: Mapping[str, Any]) -> Phrase:
    also = {name: str(value) for name, value in row.items() if name not in {"re", "is", "value", "keep"}}
    return Phrase(
        re.compile(filled(row["re"], macros())),
        row["is"],
        str(row.get("value", "")),
        not row.get("keep"),
        also,
    )


@cache
def fillers() -> re.Pattern[str]:
    """The small words that may stand around settings."""
    words = [re.escape(one) for one in _file("zh")["fillers"]]
    words += [f"(?<![a-z0-9]){re.escape(one)}(?![a-z0-9])" for one in _file("en")["fillers"]]
    return re.compile("|".join(sorted(words, key=len, reverse=True)))


@cache
def courtesies() -> re.Pattern[str]:
    """Words that belong to an order and not to a picture."""
    words = _any_of(word for language in LANGUAGES for word in _file(language)["courtesies"])
    return re.compile(words + "|[0-9]{1,2}[.)]?|[-*•]")


@cache
def corrections() -> re.Pattern[str]:
    """Words that take back what was said just before."""
    words = _any_of(word for language in LANGUAGES for word in _file(language)["corrections"])
    return re.compile(rf"(?:{words})(?:[ ]+(?:{words}))*")


@cache
def not_wanted() -> re.Pattern[str]:
    """Words before a setting that turn it round."""
    return re.compile("|".join(str(_file(language)["not_wanted"]) for language in LANGUAGES))


@cache
def counts() -> re.Pattern[str]:
    """A number, in figures or in words."""
    return re.compile(filled("[0-9]|{N}|(?<![a-z]){C}(?![a-z])", macros()))


@cache
def values() -> Mapping[str, Mapping[str, str]]:
    """What named values stand for, by meaning: 横图 is the aspect ratio 16:9."""
    return {meaning: table for meaning, table in _file("values").items() if isinstance(table, Mapping)}


@cache
def quoting() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What stands before words to be lettered in the picture, and before a quoted name that is ordered."""
    lettered = "|".join(_file(language)["before_lettering"] for language in LANGUAGES)
    ordered = "|".join(_file(language)["before_order"] for language in LANGUAGES)
    return re.compile(f"(?:{lettered})\\s*$"), re.compile(f"(?:{ordered})\\s*$")


@cache
def lettered() -> re.Pattern[str]:
    """What stands after words to be lettered in the picture."""
    return re.compile("|".join(_file(language)["after_lettering"] for language in LANGUAGES))
