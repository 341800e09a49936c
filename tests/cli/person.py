"""Somebody at a command line: real processes, a home of their own, a key nobody else has."""

import json
import os
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from buyer import ask

LIMNER = str(Path(sys.executable).with_name("limner"))
_PATIENCE = 60.0
_ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[=>]|\][^\x07\x1b]*(\x07|\x1b\\))")
# A pseudo-terminal becomes the controlling one of a process that asks for it.
_TAKE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


class Ran(NamedTuple):
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output."""
        assert self.out.count("\n") == 1, self
        return dict(json.loads(self.out))

    @property
    def line(self) -> str:
        """The one line of a mistake: what was wrong."""
        assert self.out == "", self
        return self.err.splitlines()[0]


class Person(NamedTuple):
    url: str
    key: str
    home: Path
    folder: Path

    def environment(self, **other: str | None) -> dict[str, str]:
        told: dict[str, str | None] = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder.parent / "nobody"),
            "LIMNER_HOME": str(self.home),
            "LANG": "C.UTF-8",
            "OMNIMAAS_API_KEY": self.key,
            "OMNIMAAS_BASE_URL": f"{self.url}/omnimaas/v1",
            **other,
        }
        return {name: value for name, value in told.items() if value is not None}

    def run(self, *words: str, told: str | bytes = b"", **variables: str | None) -> Ran:
        """One command in a pipe. Whatever it says, the key is not in it."""
        done = subprocess.run(
            [LIMNER, *words],
            input=told.encode() if isinstance(told, str) else told,
            capture_output=True,
            cwd=self.folder,
            env=self.environment(**variables),
            timeout=_PATIENCE,
            check=False,
        )
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert self.key not in ran.out + ran.err
        assert "\x1b" not in ran.out + ran.err
        return ran

    def json(self, *words: str, told: str | bytes = b"", **variables: str | None) -> dict[str, Any]:
        return self.run(*words, "--json", told=told, **variables).json

    def quote(self, prompt: str = "a lighthouse at dusk", *words: str) -> str:
        """The id of a fresh quote."""
        return str(self.json("quote", prompt, "-m", "gpt-image-2", *words)["data"]["quote_id"])

    def buy(self, prompt: str = "a lighthouse at dusk", *words: str) -> Ran:
        """A quote and its run, as an agent does it with somebody's yes."""
        quote = self.quote(prompt)
        return self.run("run", quote, "--approve", quote, *words)

    def bills(self) -> list[dict[str, Any]]:
        return list(ask(self.url, "/_sandbox/bills?" + urlencode({"account": self.key})))

    def configure(self, toml: str) -> None:
        (self.home / "config.toml").write_text(toml, "utf-8")

    @contextmanager
    def terminal(self, *words: str, columns: int = 80, **variables: str | None) -> Iterator["Terminal"]:
        """One command at a terminal of its own."""
        ours, theirs = os.openpty()
        termios.tcsetwinsize(theirs, (40, columns))
        process = subprocess.Popen(
            [sys.executable, "-c", _TAKE_TERMINAL, LIMNER, *words],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=self.folder,
            env=self.environment(TERM="xterm-256color", LIMNER_PREVIEW="off", **variables),
            start_new_session=True,
        )
        os.close(theirs)
        terminal = Terminal(ours, process)
        try:
            yield terminal
        finally:
            terminal.close()
            process.wait(_PATIENCE)
        assert self.key not in terminal.raw


class Terminal:
    """The person's side of a terminal: what they see, what they type."""

    def __init__(self, ours: int, process: subprocess.Popen[bytes]) -> None:
        self._ours: int | None = ours
        self._process = process
        self._bytes = b""

    @property
    def raw(self) -> str:
        return self._bytes.decode(errors="replace")

    @property
    def text(self) -> str:
        """What was drawn, without the drawing."""
        return _ESCAPES.sub("", self.raw).replace("\r", "")

    def until(self, words: str) -> None:
        """Watch until `words` can be read."""
        deadline = time.monotonic() + _PATIENCE
        while words not in self.text:
            assert self._read(deadline), f"{words!r} never came: {self.text}"

    def type(self, keys: str) -> None:
        assert self._ours is not None
        os.write(self._ours, keys.encode())

    def end(self) -> int:
        """Watch until the command has ended; its exit code."""
        deadline = time.monotonic() + _PATIENCE
        while self._read(deadline):
            pass
        return self._process.wait(_PATIENCE)

    def close(self) -> None:
        """Close the window."""
        if self._ours is not None:
            os.close(self._ours)
            self._ours = None

    def _read(self, deadline: float) -> bool:
        if self._ours is None:
            return False
        ready, _, _ = select.select([self._ours], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise AssertionError(f"nothing more came: {self.text}")
        try:
            block = os.read(self._ours, 65_536)
        except OSError:  # Linux says so when the other side has gone
            return False
        self._bytes += block
        return bool(block)
