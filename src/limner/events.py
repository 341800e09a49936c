"""
Server-sent events, read as they arrive.

Every line end, comments, data over several lines, a byte order mark, names, ids, fields of any size; an
event whose closing blank line never came is still told, because a stream that breaks off in its last
event may have told the end of a paid task.

Format: WHATWG HTML, "Server-sent events", read 2026-11.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from limner.errors import LimnerError, NoAnswer

_LARGEST_LINE = 128_000_000


class Event(NamedTuple):
    """`name` is "" where the stream gave none."""

    name: str
    data: str
    id: str = ""


def parse(chunks: Iterable[bytes]) -> Iterator[Event]:
    """Events from the chunks of a body. Whatever the chunks raise passes through, the open event first."""
    reader = _Reader()
    broken: Exception | None = None
    lines = _lines(chunks)
    while True:
        try:
            line = next(lines, None)
        except LimnerError as error:
            broken, line = error, None
        event = reader.line(line or "")
        if event:
            yield event
        if line is None:
            break
    if broken:
        raise broken


class _Reader:
    def __init__(self) -> None:
        self.name, self.id = "", ""
        self.data: list[str] = []

    def line(self, line: str) -> Event | None:
        if not line:
            event = Event(self.name, "\n".join(self.data), self.id) if self.data or self.name else None
            self.name, self.data = "", []
            return event
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self.data.append(value)
        elif field == "event":
            self.name = value
        elif field == "id" and "\0" not in value:
            self.id = value
        return None


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """
    Lines ended by LF, CR or CRLF, wherever the chunks are cut; the last one even without an end, and even
    where the chunks break off.
    """
    line = _Line()
    try:
        for chunk in chunks:
            yield from line.more(chunk)
    except LimnerError:
        yield from line.rest()
        raise
    yield from line.rest()


class _Line:
    """The line that is arriving, as the pieces it comes in: a field may be as large as a picture."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.size = 0
        self.first = True
        self.after_cr = False

    def more(self, chunk: bytes) -> Iterator[str]:
        if not chunk:
            return
        if self.after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self.after_cr = chunk.endswith(b"\r")
        *whole, rest = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for piece in whole:
            self.pieces.append(piece)
            yield self._text()
        self.size += len(rest)
        self.pieces += [rest] if rest else []
        if self.size > _LARGEST_LINE:
            self.pieces = []
            raise NoAnswer("stream.too_long")

    def rest(self) -> Iterator[str]:
        if self.pieces:
            yield self._text()

    def _text(self) -> str:
        text = b"".join(self.pieces).decode("utf-8", "replace").removeprefix("\ufeff" if self.first else "")
        self.pieces, self.size, self.first = [], 0, False
        return text
