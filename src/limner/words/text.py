"""The letters of a sentence: one spelling for matching, what is quoted, and how a cut is closed."""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from limner.words import lexicon

TAKEN, KEPT = "\x01", "\x02"
"""Stand in the working text where words were already read: out of the prompt, or left in it."""

_QUOTED = re.compile(
    '“[^“”\n]*”|「[^「」\n]*」|『[^『』\n]*』|《[^《》\n]*》|"[^"\n]*"|`[^`\n]*`|‘[^‘’\n]*’'
    r"|(?<![A-Za-z0-9])'[^'\n]*(?:(?<=[A-Za-z0-9])'(?=[A-Za-z])[^'\n]*)*'(?![A-Za-z0-9])"
)
_LINK = re.compile(r"https?://[^\s,，。“”「」<>]+")
_PICTURE = re.compile(r"\.(?:png|jpe?g|webp|gif|bmp|heic)(?:[?#]|$)", re.IGNORECASE)
_OURS = frozenset((TAKEN, KEPT, *lexicon.MARKS))
_JOINERS = " \t,，、;；/|／｜"
_EMPTY = frozenset(("()", "（）", "[]", "【】", "(）", "（)"))
_DASHES = frozenset("-–—")
_ENDS = ".。!！?？\n"


def fold(sentence: str) -> str:
    """
    One spelling for full-width letters, capitals and traditional characters, letter for letter:
    every place in it is the same place in the sentence.
    """
    simple = lexicon.simplified()
    return "".join(_folded(letter, simple) for letter in sentence)


def _folded(letter: str, simple: dict[str, str]) -> str:
    one = unicodedata.normalize("NFKC", letter).lower()
    one = one if len(one) == 1 else letter
    if one in _OURS:
        return " "
    return {"’": "'", "＂": '"', "：": ":"}.get(one, simple.get(one, one))


def quotations(sentence: str) -> Iterator[tuple[int, int]]:
    """Where somebody's own words stand, marks included."""
    for found in _QUOTED.finditer(sentence):
        yield found.span()


def links(sentence: str) -> Iterator[tuple[int, int, bool]]:
    """Where web addresses stand, and whether each is a picture's."""
    for found in _LINK.finditer(sentence):
        yield *found.span(), bool(_PICTURE.search(found.group()))


def without(sentence: str, cuts: Sequence[tuple[int, int]]) -> str:
    """The sentence without the cuts. Only spaces and commas at a cut close up; all else stays as it is."""
    kept, at = "", 0
    for start, end in sorted(cuts):
        if start < at:
            at = max(at, end)
            continue
        kept = _joined(kept, sentence[at:start]) if at else sentence[:start]
        at = end
    return _trimmed(_joined(kept, sentence[at:])) if at else sentence


def _joined(left: str, right: str) -> str:
    left_bare, right_bare = left.rstrip(_JOINERS), right.lstrip(_JOINERS)
    # What is left in brackets is nothing but a mark: it goes with them.
    marked = right_bare.lstrip(_ENDS)
    if left_bare[-1:] + marked[:1] in _EMPTY and marked:
        right_bare = marked
    if left_bare[-1:] + right_bare[:1] in _EMPTY:
        return _joined(left_bare[:-1], right_bare[1:])
    if left_bare[-1:] in _DASHES and right_bare[:1] in _DASHES and right_bare:
        return _joined(left_bare, right_bare[1:])
    if not left_bare.strip():
        return (
            right_bare.lstrip(_JOINERS + ".。:：!！\n-—")
            if right_bare.strip(_JOINERS + _ENDS + ":：")
            else ""
        )
    if right_bare[:1] in _ENDS + ":：":
        bare = right_bare if left_bare[-1] not in _ENDS + ":：" else right_bare[1:].lstrip(" ")
        gap = "\n" if right_bare[:1] == "\n" and left_bare[-1] != "\n" and bare[:1] != "\n" else ""
        space = " " if bare and left_bare[-1] in ".!?:" and bare[0] not in "\n )" else ""
        return left_bare + (gap or space) + bare
    if not right_bare:
        return left_bare
    gap = left[len(left_bare) :]
    return left_bare + (gap or right[: len(right) - len(right_bare)]) + right_bare


def _trimmed(prompt: str) -> str:
    bare = prompt.strip(_JOINERS + "\n")
    return bare[:-1].rstrip(_JOINERS) if bare[-1:] in (":", "：", "-", "—") else bare
