"""One sentence while it is read: what was found so far, and what may still be read."""

import itertools
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple

from limner.words import lexicon, text
from limner.words.lexicon import Phrase
from limner.words.understanding import Span

GROUPS = {
    "model": "model",
    "gateway": "gateway",
    "excluded": "excluded",
    "excluded2": "excluded",
    "avoid": "avoid",
    "ratio": "aspect_ratio",
    "size": "size",
    "n": "n",
    "n2": "n",
    "format": "format",
    "quality": "quality",
    "seed": "seed",
    "cost": "max_cost",
    "subject": "subject",
    "lettering": "lettering",
    "upper": "lettering",
}
"""What the named groups of the phrases hold."""


_TURNED = {"ordered", "opening"}
_NEAR = 80
_AMOUNT = re.compile(r"[$¥]?\s?[0-9]+(?:\.[0-9]+)?|[一两二三四五六七八九十]+")
_PARTS = re.compile("([0-9]+|[一两二三四五六七八九十]+)块([1-9一二三四五六七八九半])钱?")
_CLAUSE = re.compile(r"[,;!?\n。、|:\x01]|\.\s")


class Found(NamedTuple):
    """One meaning at one place. Later ones win where only one can stand."""

    at: int
    meaning: str
    value: str


class Reading:
    """`working` is the folded sentence in which whatever was read is blotted out, place for place."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        self.folded = text.fold(sentence)
        self.working = self.folded
        self.spans: list[Span] = []
        self.found: list[Found] = []

    def blot(self, start: int, end: int, mark: str = text.KEPT) -> None:
        self.working = self.working[:start] + mark * (end - start) + self.working[end:]

    def note(self, at: int, meaning: str, value: str) -> None:
        self.found.append(Found(at, meaning, value))

    def span(self, start: int, end: int, meaning: str, value: str, *, taken: bool) -> None:
        """Put a span down, without the blanks at its ends."""
        while start < end and self.sentence[start].isspace():
            start += 1
        while end > start and self.sentence[end - 1].isspace():
            end -= 1
        if start < end:
            self.spans.append(Span(start, end, self.sentence[start:end], meaning, value, taken))

    def mark(self) -> None:
        """Mark the names of models and gateways."""
        self.working = lexicon.marked(self.working)

    def phrases(self, stage: str) -> None:
        """Whatever of a stage's phrases stands in what has not been read yet."""
        for phrase in lexicon.phrases(stage):
            at = 0
            while (match := phrase.pattern.search(self.working, at)) is not None:
                start, end = match.span("t") if "t" in phrase.pattern.groupindex else match.span()
                at = max(end, match.start() + 1)
                if self._fits(phrase, match) and not (stage in _TURNED and self._is_turned(match.start())):
                    self._take(phrase, start, end, list(meanings(phrase, match, self)))

    def _is_turned(self, at: int) -> bool:
        """Do the words before a place, in its clause, say that what follows is not wanted?"""
        before = _CLAUSE.split(self.working[max(0, at - _NEAR) : at])[-1]
        return lexicon.not_wanted().search(before) is not None

    def _fits(self, phrase: Phrase, match: re.Match[str]) -> bool:
        if phrase.also.get("capital"):
            return self.sentence[match.start(phrase.also["capital"])].isupper()
        if phrase.also.get("corrects"):
            return self._follows_a_count(match.start())
        if "upper" in phrase.pattern.groupindex:
            said = self.sentence[match.start("upper") : match.end("upper")]
            return said == said.upper() and any(letter.isalpha() for letter in said) and len(said) > 1
        return True

    def _follows_a_count(self, at: int) -> bool:
        """Was a count of pictures said before a place, and nothing else counted since?"""
        said = [one for one in self.spans if one.meaning == "n" and one.end <= at]
        return bool(said) and not lexicon.counts().search(self.folded, max(one.end for one in said), at)

    def _take(self, phrase: Phrase, start: int, end: int, read: list[Found]) -> None:
        while start < end and self.working[start].isspace():
            start += 1
        self.found += read
        if phrase.meaning != "mention":
            self.partition(start, end, read, taken=phrase.taken)
        self.blot(start, end, text.TAKEN if phrase.taken else text.KEPT)

    def partition(self, start: int, end: int, read: list[Found], *, taken: bool) -> None:
        """One span per meaning, each up to where the next one's words begin."""
        shown = sorted((one for one in read if one.meaning != "preference"), key=lambda one: one.at)
        shown = shown or read
        places = [start, *(max(start, one.at) for one in shown[1:]), end]
        for one, (left, right) in zip(shown, itertools.pairwise(places), strict=False):
            self.span(left, right, one.meaning, one.value, taken=taken)


def meanings(phrase: Phrase, match: re.Match[str], reading: Reading) -> Iterator[Found]:
    """What one phrase says where it was found."""
    told = False
    for group, meaning in GROUPS.items():
        if phrase.pattern.groupindex.get(group) and match[group] is not None:
            at, end = match.span(group)
            read = value(meaning, reading.folded[at:end], reading.sentence[at:end])
            yield Found(at, meaning, read)
            told = True
            if phrase.meaning == "preference" and meaning in {"model", "aspect_ratio", "size"}:
                yield Found(at, "preference", f"{phrase.value}:{meaning}:{read}")
            elif phrase.also.get("remember") and meaning == "model":
                yield Found(at, "preference", f"{phrase.also['remember']}:model:{read}")
    if not told or (phrase.value and phrase.meaning != "preference"):
        # What only follows from a use gives way to a setting that was said, wherever that stands.
        at = -1 if phrase.also.get("weak") else match.start()
        yield Found(at, phrase.meaning, phrase.value)
    if phrase.also.get("then"):
        yield Found(match.start(), phrase.also["then"], "")


def value(meaning: str, folded: str, said: str) -> str:
    """The value that some words stand for, in the spelling of a request."""
    folded = " ".join(folded.split())
    if meaning in {"model", "excluded"}:
        return lexicon.names().get(lexicon.normal(folded), said.strip())
    if meaning in _AS_SAID:
        return _AS_SAID[meaning](said)
    named = lexicon.values().get(meaning, {}).get(folded.removesuffix(" of"))
    return named or _SPELLED.get(meaning, str)(folded)


def bare(said: str) -> str:
    return said.strip(" \t\"'“”‘’「」『』《》`")


def name(said: str) -> str:
    """The words at the beginning that are written as a name is; all, where none is."""
    return " ".join(itertools.takewhile(lambda word: word[0].isupper(), said.split())) or said


def ratio(folded: str) -> str:
    return re.sub(r"\s*[:/比x×]\s*", ":", folded)


def size(folded: str) -> str:
    """ "4K", "512px" or "1024x768"."""
    bare = re.sub(r"\s|px|pixels?|像素", "", folded)
    if bare.isdigit():
        return f"{bare}px"
    return re.sub("[x×*]", "x", bare) if re.match(r"\d+[x×*]", bare) else bare.upper()


def cost(folded: str) -> str:
    """An amount and its unit: "2 CNY". 两块五 and 50 cents are parts of one."""
    if parts := _PARTS.fullmatch(folded):
        return f"{_figures(parts[1])}.{5 if parts[2] == '半' else _figures(parts[2])} CNY"
    said = _AMOUNT.match(folded)
    number = said[0].strip(" $¥") if said else ""
    unit = folded.replace(number, "", 1).strip().removeprefix("个")
    named = lexicon.values()["unit"]
    size, _, unit = (named.get(unit) or named[unit.removesuffix("s")]).rpartition(" ")
    amount = _figures(number)
    return f"{(Decimal(amount) * Decimal(size)).normalize():f} {unit}" if size else f"{amount} {unit}"


def _figures(said: str) -> str:
    return said if said[:1].isdigit() else count(said)


def count(folded: str) -> str:
    """A count in figures, from Chinese or English ones up to ninety-nine."""
    words = folded.split()
    table = lexicon.values()["n"]
    if any(word in table for word in words):
        return next(table[word] for word in reversed(words) if word in table)
    if folded.isdigit():
        return str(int(folded))
    tens, ten, ones = folded.partition("十")
    return str(
        (int(table.get(tens, "1")) if ten else 0) * 10 + int(table.get(ones, "0") if ten else table[tens])
    )


_AS_SAID: dict[str, Callable[[str], str]] = {"avoid": bare, "lettering": bare, "subject": name}
_SPELLED: dict[str, Callable[[str], str]] = {
    "gateway": lambda folded: lexicon.gateway_names()[lexicon.normal(folded)],
    "size": size,
    "aspect_ratio": ratio,
    "n": count,
    "max_cost": cost,
    "format": lambda folded: "jpeg" if folded == "jpg" else folded,
}
