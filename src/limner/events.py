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
    """Lines ended by LF, CR or CRLF, wherever the chunks are cut; the last one even without an end."""
    rest = b""
    first = True
    for chunk in chunks:
        rest += chunk
        if len(rest) > _LARGEST_LINE:
            raise NoAnswer("stream.too_long")
        # A CR at the very end may be half of a CRLF.
        held = b"\r" if rest.endswith(b"\r") else b""
        whole = rest[: len(rest) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, rest = whole.split(b"\n")
        rest += held
        for line in lines:
            yield _text(line, first)
            first = False
    if rest:
        yield _text(rest.rstrip(b"\r"), first)


def _text(line: bytes, first: bool) -> str:
    return line.decode("utf-8", "replace").removeprefix("\ufeff" if first else "")
