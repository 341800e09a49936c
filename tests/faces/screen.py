"""A terminal of any kind and width: what it is, how it answers, what was drawn on it."""

import os
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_PATIENCE = 60.0
_TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
LIMNER = str(Path(sys.executable).with_name("limner"))
SEQUENCES = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[_P][^\x1b]*\x1b\\|[78=>])")
CLEAR = "\r\x1b[J"


class Kind(NamedTuple):
    """What a terminal says of itself: its name, and its answers to what it is asked."""

    term: str = "xterm-256color"
    answers: Mapping[str, str] = {}
    columns: int = 80


SIXEL = Kind("xterm-256color", {r"\x1b\[c": "\x1b[?62;4;22c", r"\x1b\[16t": "\x1b[6;20;10t"})
KITTY = Kind(
    "xterm-kitty",
    {
        r"\x1b\[c": "\x1b[?62;22c",
        r"\x1b_Gi=(\d+)[^\x1b]*\x1b\\": "\x1b_Gi={0};OK\x1b\\",
        r"\x1b\[16t": "\x1b[6;20;10t",
    },
)


class Screen:
    """The person's side."""

    def __init__(self, kind: Kind, ours: int, process: "subprocess.Popen[bytes]") -> None:
        self._kind, self._ours, self._process = kind, ours, process
        self._bytes = b""
        self._answered: set[tuple[str, int]] = set()

    @property
    def raw(self) -> str:
        return self._bytes.decode(errors="replace")

    @property
    def text(self) -> str:
        """What stays to be read: without what was drawn over."""
        kept = re.sub(r"\r\x1b\[J[^\r\n]*\r(?=\r\x1b\[J)", "", self.raw)
        return SEQUENCES.sub("", kept.replace(CLEAR, "")).replace("\r", "")

    def drawn(self) -> list[str]:
        """Every state of the line that moves."""
        parts = self.raw.split(CLEAR)[1:]
        return [SEQUENCES.sub("", one.removesuffix("\r")) for one in parts if one.endswith("\r")]

    def resize(self, columns: int) -> None:
        termios.tcsetwinsize(self._ours, (40, columns))

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def until(self, words: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while words not in self.raw:
            assert self._read(deadline), f"{words!r} never came: {self.raw}"

    def end(self) -> int:
        deadline = time.monotonic() + _PATIENCE
        while self._read(deadline):
            pass
        return self._process.wait(_PATIENCE)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._ours], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, f"nothing more came: {self.raw}"
        try:
            block = os.read(self._ours, 65_536)
        except OSError:  # Linux says so when the other side has gone
            return False
        self._bytes += block
        self._answer()
        return bool(block)

    def _answer(self) -> None:
        for asked, answer in self._kind.answers.items():
            for found in re.finditer(asked, self.raw):
                if (asked, found.start()) not in self._answered:
                    self._answered.add((asked, found.start()))
                    self.type(answer.format(*found.groups()))


@contextmanager
def screen(
    kind: Kind, environment: Mapping[str, str], folder: Path, *words: str, stdin: int | None = None
) -> Iterator[Screen]:
    """One command at a terminal of that kind; `stdin`: what it reads from instead."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (40, kind.columns))
    take = [sys.executable, "-c", _TAKE_TERMINAL] if stdin is None else []
    process = subprocess.Popen(
        [*take, LIMNER, *words],
        stdin=theirs if stdin is None else stdin,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env={**environment, "TERM": kind.term},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Screen(kind, ours, process)
    finally:
        os.close(ours)
        process.wait(_PATIENCE)
