"""Clauses that are settings and nothing else, and settings at a clause's ends."""

import re
from collections.abc import Iterator
from functools import cache

from limner.words import lexicon, text
from limner.words.reading import Found, Reading, meanings

_DELIMITER = re.compile(
    r"[,;!?\n。、|()\[\]【】\x01—…]|\.(?=[\s\x01]|$)|:(?![0-9])|(?<![0-9]):|(?<=\s)(?:-|/+)(?=\s)"
)
_BESIDE = " ,;:.。!-\n、"
_WAVERING = _BESIDE + "…—?"
_POINTS = frozenset("、.):")
"""What stands after the number of a point in a list."""
_GOES_ON = re.compile(r"(?<!as)(?<!it)(?<!in)(?<!with) an? [a-z]+,$")
"""An adjective before a comma: its noun is still to come."""
_NEAR = 80
_LITERAL = r"{R}|{S}|{ZR}|[x×]\s?[2-9]|{PLAIN}"
_LAST, _LAST_HAN = rf"(?:^|(?<=\s))(?:{_LITERAL})$", r"(?<=[㐀-鿿])(?:{R}|{S})$"
_APART = re.compile(r"(?<=\S )(?:[^ ]*[㐀-鿿][^ ]*|png|jpe?g|webp)$")
_HAN = re.compile("[㐀-鿿]")
_FIRST = rf"({_LITERAL})\s+"
_MENTIONS = re.compile(
    r"(?<![a-z])(?:and|or|of|vs|versus|between|is|was|about|explaining|showing|reading|score|scored|won|win|lost"
    r"|beat|by|at|to|a|an|the|style|like|from|into|than|logo|for|says|in|on|with|via|using|number|word|letters?|text|called|named|model|page|room|line|channel)$|[看播拍写印和与的是在第了]$"
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
        if _GOES_ON.search(reading.working[start : end + 1]):
            continue
        read = list(_tokens(reading, start, end))
        if read and read[-1].meaning == "end" and len(read) > 1:
            found = read[:-1]
            reading.found += found
            shown = [one for one in found if one.meaning != "clear"]
            reading.partition(start, end, shown or found, taken=True)
            reading.blot(start, end, text.TAKEN)


def corrections(reading: Reading) -> None:
    """A "no, wait" between two settings of one kind belongs to neither the picture nor the request."""
    takes_back = lexicon.corrections()
    for start, end in list(clauses(reading.working)):
        after = reading.working[end:].lstrip(_WAVERING)
        behind = next((one for one in sorted(reading.spans) if one.start >= end), None)
        if (
            takes_back.fullmatch(reading.working, start, end)
            and after.startswith(text.TAKEN)
            and behind is not None
            and any(one.meaning == behind.meaning and one.end <= start for one in reading.spans)
        ):
            before = len(reading.working[:start].rstrip(_WAVERING))
            left = before if reading.working[:before].endswith(text.TAKEN) else start
            right = len(reading.working) - len(after)
            reading.span(left, right, "correction", "", taken=True)
            reading.blot(left, right, text.TAKEN)


def courtesies(reading: Reading) -> None:
    """A "please" that is left alone beside what was taken out goes with it."""
    polite = lexicon.courtesies()
    for start, end in list(clauses(reading.working)):
        before, after = reading.working[:start].rstrip(_BESIDE), reading.working[end:].lstrip(_BESIDE)
        beside = before.endswith(text.TAKEN) or after.startswith(text.TAKEN)
        is_number = reading.working[start:end].isdigit() and reading.working[end : end + 1] not in _POINTS
        if beside and not is_number and polite.fullmatch(reading.working, start, end):
            reading.span(start, end, "courtesy", "", taken=True)
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
    for start, end in list(clauses(reading.working)):
        _at_beginning(reading, start, _at_end(reading, start, end))


def _at_end(reading: Reading, start: int, end: int) -> int:
    """Take settings from a clause's end; where it ends then."""
    behind_space, behind_han = _filled(_LAST), _filled(_LAST_HAN)
    while True:
        near = max(start, end - _NEAR)
        clause = reading.working[near:end]
        match = behind_space.search(clause) or behind_han.search(clause) or _last_word(reading, near, end)
        before = clause[: match.start()].rstrip() if match else ""
        if not match or not before or _MENTIONS.search(before) or lexicon.not_wanted().search(before):
            return end
        _setting(reading, near + match.start(), end)
        end = near + len(before)


def _last_word(reading: Reading, start: int, end: int) -> re.Match[str] | None:
    """The last of words set apart by blanks in a Chinese clause, where it is a setting and nothing else."""
    match = _APART.search(reading.working[start:end])
    if match is None or not _HAN.search(reading.working, start, end):
        return None
    read = list(_tokens(reading, start + match.start(), end))
    return match if len(read) > 1 and read[-1].meaning == "end" else None


def _at_beginning(reading: Reading, start: int, end: int) -> None:
    """Take settings from a clause's beginning, when what follows begins anew."""
    first, found = _filled(_FIRST), []
    at = start
    while (match := first.match(reading.working, at, end)) is not None:
        found.append(match.span(1))
        at = match.end()
    if found and _BEGINNING.match(reading.working, at):
        for left, right in found:
            _setting(reading, left, right)


@cache
def _filled(pattern: str) -> re.Pattern[str]:
    return re.compile(lexicon.filled(pattern, lexicon.macros()))


def _setting(reading: Reading, start: int, end: int) -> None:
    read = list(_tokens(reading, start, end))
    if len(read) > 1 and read[-1].meaning == "end":
        reading.found += read[:-1]
        reading.partition(start, end, read[:-1], taken=True)
        reading.blot(start, end, text.TAKEN)
