"""The standard streams: there, whatever was closed, and no hindrance to what a command is for."""

import io
import os
import sys

TYPE_CHECKING = False  # as `typing` has it, which every start would have to load
if TYPE_CHECKING:
    from typing import Any, TextIO


class Unwritten(OSError):
    """Standard output did not take the answer."""


class _Answer(io.FileIO):
    """Standard output: says once that something could not be written, and swallows what comes after it."""

    _is_gone = False

    def write(self, said: "Any", /) -> int:
        if self._is_gone:
            return len(said)
        try:
            while (written := super().write(said)) is None:
                _wait_for(self)
        except BrokenPipeError:
            self._is_gone = True
            raise
        except OSError as error:
            self._is_gone = True
            raise Unwritten(error.errno, error.strerror) from error
        return written


class _Aside(io.FileIO):
    """Standard error: what is said beside the answer is lost where nothing takes it, and nothing else is."""

    def write(self, said: "Any", /) -> int:
        try:
            return super().write(said) or len(said)
        except OSError:
            return len(said)


def stand() -> None:
    """
    Open what was closed, so that no file or pipe of ours gets the number of a standard stream, and let no
    stream end a command half way. Streams that are somebody else's objects are left as they are.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            _open(number, name)
    sys.stdout = _through(_Answer, sys.stdout)
    sys.stderr = _through(_Aside, sys.stderr)


def _open(number: int, name: str) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere == number:
        # The studio takes this process's place, and its streams.
        os.set_inheritable(nowhere, True)
    else:
        os.dup2(nowhere, number)
        os.close(nowhere)
    setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False))


def _through(kind: type[io.FileIO], stream: "TextIO") -> "TextIO":
    buffer = getattr(stream, "buffer", None)
    # With PYTHONUNBUFFERED there is nothing between the text and the file.
    if io.FileIO not in {type(buffer), type(getattr(buffer, "raw", None))}:
        return stream
    stream.flush()
    raw = kind(stream.fileno(), "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.isatty() or kind is _Aside,
    )


def _wait_for(stream: io.FileIO) -> None:
    """Whoever reads has made the pipe one that does not wait."""
    import select

    select.select([], [stream], [])
