"""Clauses that are settings and nothing else, and settings at a clause's ends."""

import re
from collections.abc import Iterator

from limner.words import lexicon, text
from limner.words.reading import Found, Reading, meanings

_DELIMITER = re.compile(r"[,;!?\n。、|()\x01—…]|\.(?=\s|$)|:(?![0-9])|(?<![0-9]):|(?<=\s)-(?=\s)")
_AT_END = re.compile(r"(?:^|(?<=\s))(?:{R}|{S}|{ZR}|[x×]\s?[2-9]|{PLAIN})$")
_MENTIONS = re.compile(
    r"(?<![a-z])(?:and|or|of|vs|versus|between|is|was|about|explaining|showing|reading|score|scored|won|win|lost|beat|by|at|to|a|an|the|"
    r"style|like|from|into|than|logo|for|says|in|on|with|via|using)\s*$|[看播拍写印和与的是在第了]\s*$"
)
_BEGINNING = re.compile(
    r"(?:an?|the|draw|make|generate|create|paint|render|my|some|two|three|one)(?![a-z])|[㐀-鿿]"
)


def clauses(working: str) -> Iterator[tuple[int, int]]:
    """Where the clauses of the working text stand, without blanks at their ends."""
    at = 0
    for delimiter in [*_DELIMITER.finditer(working), None]:
        end = delimiter.start() if delimiter else len(working)
        clause = working[at:end]
        if clause.strip():
            left = at + len(clause) - len(clause.lstrip())
            yield left, at + len(clause.rstrip())
        at = delimiter.end() if delimiter else end


def settings(reading: Reading) -> None:
    """Clauses made of settings and small words: all of each is an instruction, none of it the picture."""
    for start, end in list(clauses(reading.working)):
        read = list(_tokens(reading, start, end))
        if read and read[-1].meaning == "end" and len(read) > 1:
            found = read[:-1]
            reading.found += found
            shown = [one for one in found if one.meaning != "clear"]
            reading.partition(start, end, shown or found, taken=True)
            reading.blot(start, end, text.TAKEN)


def _tokens(reading: Reading, start: int, end: int) -> Iterator[Found]:
    """Every meaning of a clause, and "end" when no other word is in it."""
    at, phrases, small = start, lexicon.phrases("tokens"), lexicon.fillers()
    while at < end:
        longest, read = at, None
        for phrase in phrases:
            match = phrase.pattern.match(reading.working, at, end)
            if match and match.end() > longest:
                longest, read = match.end(), list(meanings(phrase, match, reading))
        if read is not None:
            yield from read
            at = longest
            continue
        filler = small.match(reading.working, at, end)
        if not filler or filler.end() == at:
            return
        at = filler.end()
    yield Found(end, "end", "")


def edges(reading: Reading) -> None:
    """Settings after a blank at the end of a clause, or before one at its beginning."""
    pieces = lexicon.macros()
    at_end = _compiled(_AT_END.pattern, pieces)
    at_start = _compiled(r"(?:{R}|{S}|{ZR}|[x×]\s?[2-9]|{PLAIN})(?=\s)", pieces)
    close = _compiled(r"(?<=[㐀-鿿])(?:{R}|{S})$", pieces)
    for start, end in list(clauses(reading.working)):
        while (match := _last(at_end, close, reading.working[start:end])) is not None:
            before = reading.working[start : start + match.start()]
            if not before.strip() or _MENTIONS.search(before):
                break
            _setting(reading, start + match.start(), end)
            end = start + len(before.rstrip())
        first, stop = start, start
        while (match := at_start.match(reading.working, stop, end)) is not None:
            stop = (
                match.end()
                + len(reading.working[match.end() : end])
                - len(reading.working[match.end() : end].lstrip())
            )
        if stop > first and _BEGINNING.match(reading.working, stop):
            while first < stop:
                match = at_start.match(reading.working, first)
                assert match is not None
                after = match.end()
                _setting(reading, first, after)
                first = after + len(reading.folded[after:stop]) - len(reading.folded[after:stop].lstrip())


_known: dict[str, re.Pattern[str]] = {}


def _compiled(pattern: str, pieces: dict[str, str]) -> re.Pattern[str]:
    if pattern not in _known:
        _known[pattern] = re.compile(lexicon.filled(pattern, pieces))
    return _known[pattern]


def _last(at_end: re.Pattern[str], close: re.Pattern[str], clause: str) -> re.Match[str] | None:
    return at_end.search(clause) or close.search(clause)


def _setting(reading: Reading, start: int, end: int) -> None:
    read = list(_tokens(reading, start, end))
    if len(read) > 1 and read[-1].meaning == "end":
        reading.found += read[:-1]
        reading.partition(start, end, read[:-1], taken=True)
        reading.blot(start, end, text.TAKEN)
