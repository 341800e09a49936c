"""Text in a terminal's columns, where a Chinese character takes two."""

import os
import re
import sys
import unicodedata
from collections.abc import Iterator

_WIDE = "\u2e80-\uffef"
_CLOSING = "，。；：、）！？”》…"
_PIECE = f"(?:[^\\s{_WIDE}]+|[{_WIDE}])[{_CLOSING}]*|\\s+"


def of_terminal() -> int:
    """How wide the terminal is now that sentences go to, whatever it was and wherever the results go."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def width(text: str) -> int:
    """How many columns a text takes."""
    return sum(_of(letter) for letter in text)


def pad(text: str, columns: int) -> str:
    """A text filled up with spaces to so many columns."""
    return text + " " * max(0, columns - width(text))


def ahead(text: str, columns: int) -> str:
    """A text with spaces before it, to so many columns."""
    return " " * max(0, columns - width(text)) + text


def cut(text: str, columns: int) -> str:
    """A text cut off where it would leave its line."""
    if width(text) <= columns:
        return text
    kept, room = [], columns - 1
    for letter in text:
        room -= _of(letter)
        if room < 0:
            break
        kept.append(letter)
    return "".join(kept).rstrip() + "…"


def wrap(text: str, columns: int) -> list[str]:
    """A text as lines of at most so many columns, broken at spaces and between Chinese characters."""
    lines = [""]
    for piece in _pieces(text):
        if width(lines[-1]) + width(piece.rstrip()) > columns and lines[-1].strip():
            lines[-1] = lines[-1].rstrip()
            lines.append(piece.lstrip())
        else:
            lines[-1] += piece
    return [line.rstrip() for line in lines]


def _pieces(text: str) -> Iterator[str]:
    return (found.group() for found in re.finditer(_PIECE, text))


def _of(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
