"""
What a gateway said, on disk, without holding its pictures in memory.

An answer may carry many megabytes of base64 inside a small piece of JSON. Every long base64 run is
decoded block by block straight into a file beside the spool, and in the text its place is taken by a
short marker. What remains is small, is ordinary JSON, and tells where each picture stood.

`Packer` does this while the body arrives, as long as the very bytes could be put together again from what
it leaves; else the spool holds the body as it came, and `take_out` reads it afterwards.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from io import BufferedWriter
from pathlib import Path
from typing import Any

import pybase64

from limner.results import Part

BLOCK = 262_144
_LONG = 4_096
_MOST_TEXT = 16_000_000
_MARKER = re.compile("\x00([0-9]{1,4})\x00")
_OUTSIDE = re.compile(rb"[^A-Za-z0-9+/_-]")
_RUN_BEGINS = re.compile(rb"(?:[A-Za-z0-9+/_-]|\\(?:[nrt/]|u002[bBfF])){64}")
_CLEAN = re.compile(rb"[A-Za-z0-9+/]*={0,2}\Z")
_SKIPPED_ESCAPES = {b"\\n": b"", b"\\r": b"", b"\\t": b"", b"\\/": b"/"}
_CODED_ESCAPES = {b"\\u002b": b"+", b"\\u002f": b"/", b"\\u003d": b"="}
_URLSAFE = bytes.maketrans(b"-_", b"+/")
_MOST_PACKED_TEXT = 1_000_000
_MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")


class Unreadable(Exception):
    """The body is not what any known answer looks like. It stays on disk."""


class _Irregular(Exception):
    """Base64 that its bytes alone could not be turned back into. `rest`: what of a block is not taken yet."""

    def __init__(self, rest: bytes | None = None) -> None:
        self.rest = rest


class Answer:
    """
    One HTTP answer: status, headers (lower-case names), and the body in the file `spool`, its `pictures`
    beside it where they were taken out as it arrived.
    """

    def __init__(
        self, status: int, headers: Mapping[str, str], spool: Path, pictures: tuple[Path, ...] = ()
    ) -> None:
        self.status = status
        self.headers = headers
        self.spool = spool
        self._pictures = pictures
        self._read: tuple[Any, tuple[Path, ...]] | None = None

    def json(self) -> Any:
        """The body as JSON, each long base64 run replaced by a marker. Raises `Unreadable`."""
        return self._contents()[0]

    @property
    def parts(self) -> tuple[Path, ...]:
        """The decoded runs, in the order in which they stood."""
        if picture_begins(self.spool):
            return (self.spool,)
        return self._contents()[1]

    def is_picture(self) -> bool:
        """Is the body itself a picture, with no JSON around it?"""
        return picture_begins(self.spool)

    def chunks(self) -> Iterator[bytes]:
        """The body as it came, for whoever reads it piece by piece."""
        with self.spool.open("rb") as file:
            while block := file.read(BLOCK):
                yield block

    def text(self, longest: int = 2_000) -> str:
        """The beginning of the body, for people; whatever is not text shows as replacement characters."""
        with self.spool.open("rb") as file:
            return file.read(longest).decode("utf-8", "replace")

    def _contents(self) -> tuple[Any, tuple[Path, ...]]:
        if self._read is None:
            if self._pictures:
                text, parts = self.spool.read_bytes(), self._pictures
            else:
                text, parts = take_out(self.spool)
            try:
                self._read = json.loads(text), parts
            except (ValueError, RecursionError) as error:
                raise Unreadable(str(error)) from error
        return self._read


class Packer:
    """
    Brings a body to `target` as it arrives, its pictures already decoded in files named after `spool`.
    A body in which something is spelled so that they could not be turned back exactly is written as it came.
    """

    def __init__(self, target: Path, spool: Path) -> None:
        self._target = target
        self._reader: _Reader | None = _Reader(spool, ".picture", exact=True)
        self._raw: BufferedWriter | None = None
        target.touch()

    def feed(self, block: bytes) -> None:
        if self._reader is None:
            assert self._raw is not None
            self._raw.write(block)
            return
        try:
            self._reader.feed(block)
        except _Irregular as problem:
            self._unpack(problem.rest or b"")

    def finish(self) -> tuple[Path, ...]:
        """The body is whole: the files of its pictures, or none where it was written as it came."""
        if self._reader is not None:
            try:
                text, parts = self._reader.finish()
            except _Irregular as problem:
                self._unpack(problem.rest or b"")
            else:
                self._target.write_bytes(text)
                return parts
        self._close()
        return ()

    def break_off(self) -> None:
        """The body ended before its time: what came of it stays as it came."""
        try:
            if self._reader is not None:
                self._unpack(b"")
        finally:
            self._close()

    def _unpack(self, rest: bytes) -> None:
        """Write what was taken so far as it came, and everything else from here on."""
        assert self._reader is not None
        reader, self._reader = self._reader, None
        self._raw = self._target.open("wb")
        try:
            for piece in reader.as_it_came():
                self._raw.write(piece)
            self._raw.write(rest)
        finally:
            reader.close()
        for path in reader.parts:
            path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._raw is not None:
            self._raw.close()


def pictures_beside(spool: Path) -> tuple[Path, ...]:
    """The files of the pictures that were taken out of a body as it arrived, in their order."""
    found = spool.parent.glob(spool.name + ".picture[0-9]*")
    return tuple(sorted(found, key=lambda path: int(path.name.rpartition("picture")[2])))


def marked(text: str) -> list[Part]:
    """The parts whose markers stand in `text`, in order."""
    return [Part(int(index)) for index in _MARKER.findall(text)]


def without_marks(text: str) -> str:
    return _MARKER.sub("", text)


def picture_begins(path: Path) -> bool:
    """Do the first bytes say PNG, JPEG, GIF or WebP?"""
    with path.open("rb") as file:
        head = file.read(12)
    return head.startswith(_MAGIC) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def take_out(spool: Path) -> tuple[bytes, tuple[Path, ...]]:
    """The text of a spooled body with its long base64 runs taken out, and the files they went to."""
    reader = _Reader(spool, ".part")
    try:
        with spool.open("rb", buffering=0) as file:
            while block := file.read(BLOCK):
                reader.feed(block)
        return reader.finish()
    finally:
        reader.close()


class _Reader:
    """
    Takes base64 runs out of a stream of blocks; everything else gathers in `text`. `exact`: raises
    `_Irregular` at the first byte that could not be told from what is left, everything before it taken.
    """

    def __init__(self, spool: Path, suffix: str, *, exact: bool = False) -> None:
        self.spool = spool
        self.suffix = suffix
        self.exact = exact
        self.marks: list[int] = []
        self.text = bytearray()
        self.since = 0
        self.held = b""
        self.run: _Run | None = None
        self.parts: list[Path] = []

    def feed(self, block: bytes) -> None:
        block, self.held = self.held + block, b""
        position = 0
        while position < len(block):
            try:
                position = self._in_run(block, position) if self.run else self._in_text(block, position)
            except _Irregular as problem:
                problem.rest = block[position:] if problem.rest is None else problem.rest
                raise
        if self.exact and len(self.text) > _MOST_PACKED_TEXT:
            raise _Irregular(b"")
        if len(self.text) > _MOST_TEXT:
            raise Unreadable("the text around the pictures is too long")

    def finish(self) -> tuple[bytes, tuple[Path, ...]]:
        self.text += self.held
        if self.run:
            self._end_run()
        return bytes(self.text), tuple(self.parts)

    def close(self) -> None:
        """However it went: a file that a full disk takes no more of is let go of all the same."""
        if self.run:
            with suppress(OSError):
                self.run.file.close()

    def as_it_came(self) -> Iterator[bytes]:
        """Everything that was fed, put together again. Only where `exact`."""
        if self.run:
            self.run.file.flush()
        after = 0
        for number, (mark, part) in enumerate(zip(self.marks, self.parts, strict=False)):
            yield bytes(self.text[after:mark])
            yield from _encoded(part)
            after = mark + len(_marker(number))
        yield bytes(self.text[after:])
        if self.run:
            yield from _encoded(self.run.path)
            yield self.run.carry

    def _in_text(self, block: bytes, position: int) -> int:
        quote = block.find(b'"', position)
        end = len(block) if quote < 0 else quote + 1
        self.text += block[position:end]
        if len(self.text) - self.since > _LONG:
            try:
                self._look_for_run()
            except _Irregular as problem:
                problem.rest = (problem.rest or b"") + block[end:]
                raise
        elif quote >= 0:
            self.since = len(self.text)
        return end

    def _look_for_run(self) -> None:
        data_url = self.text.find(b";base64,", self.since)
        start = self.since if data_url < 0 else data_url + 8
        if not _RUN_BEGINS.match(self.text, start):
            # A data URL may begin at the very end of what is here: look again from a little before.
            self.since = max(self.since, len(self.text) - 64)
            return
        tail = bytes(self.text[start:])
        del self.text[start:]
        path = self.spool.with_name(f"{self.spool.name}{self.suffix}{len(self.parts)}")
        self.run = _Run(path, exact=self.exact)
        self.parts.append(self.run.path)
        self.feed(tail)

    def _in_run(self, block: bytes, position: int) -> int:
        assert self.run is not None
        end = self.run.take(block, position)
        if end == len(block):
            return end
        if self.exact and (block[end : end + 1] in (b"\\", b"=") or self.run.carry):
            raise _Irregular(block[end:])
        if block[end : end + 1] == b"\\":
            after = self._escape(block, end)
            if after is not None:
                return after
        self._end_run()
        return end + (2 if block[end : end + 2] == b"==" else 1 if block[end : end + 1] == b"=" else 0)

    def _escape(self, block: bytes, position: int) -> int | None:
        """Read a JSON escape inside a run. `None`: it is not one that base64 may contain."""
        assert self.run is not None
        if len(block) - position < 6 and b'"' not in block[position:]:
            self.held = block[position:]
            return len(block)
        for escapes in (_SKIPPED_ESCAPES, _CODED_ESCAPES):
            for escape, meaning in escapes.items():
                if block[position : position + len(escape)].lower() == escape:
                    self.run.take(meaning, 0)
                    return position + len(escape)
        return None

    def _end_run(self) -> None:
        assert self.run is not None
        if self.exact and self.run.carry:
            raise _Irregular(b"")
        self.run.finish()
        self.run = None
        self.marks.append(len(self.text))
        self.text += _marker(len(self.parts) - 1)
        self.since = len(self.text)


def _marker(number: int) -> bytes:
    return b"\\u0000%d\\u0000" % number


def _encoded(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK // 4 * 3):
            yield pybase64.b64encode(block)


class _Run:
    """One base64 run on its way into a file."""

    def __init__(self, path: Path, *, exact: bool = False) -> None:
        self.path = path
        self.exact = exact
        self.file: BufferedWriter = path.open("wb")
        self.carry = b""

    def take(self, block: bytes, position: int) -> int:
        """Decode as much of `block` as belongs to the run; the position of the first byte that does not."""
        end = len(block)
        for stop in (b'"', b"\\", b")"):
            found = block.find(stop, position, end)
            end = end if found < 0 else found
        if not self._decode(block[position:end]):
            if self.exact:
                raise _Irregular
            outside = _OUTSIDE.search(block, position, end)
            end = outside.start() if outside else end
            if not self._decode(block[position:end].translate(_URLSAFE)):
                return position
        return end

    def finish(self) -> None:
        if len(self.carry) > 1:
            self._write(self.carry.ljust(4, b"="))
        self.file.close()

    def _decode(self, data: bytes) -> bool:
        data = self.carry + data if self.carry else data
        whole = len(data) - len(data) % 4
        # What is carried over is decoded with what comes next, so it has to be as clean as the rest.
        if not _CLEAN.match(data, whole) or (whole and not self._write(memoryview(data)[:whole])):
            return False
        self.carry = data[whole:]
        return True

    def _write(self, data: bytes | memoryview) -> bool:
        try:
            decoded = pybase64.b64decode(data, validate=True)
        except ValueError:
            return False
        if (
            self.exact
            and data[-1] in b"="
            and pybase64.b64encode(decoded[-(len(decoded) % 3) :]) != data[-4:]
        ):
            return False
        self.file.write(decoded)
        return True
