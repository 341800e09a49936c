"""A terminal to try commands at: what is drawn on it, and somebody who answers its questions."""

import os
import re
import select
import subprocess
import termios
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

PATIENCE = 60.0
QUESTION = "[y/N] "
_CODES = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[=>]|[\r\n]")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def drawn(text: str, *, colours: bool = False) -> str:
    """What stands on the screen in the end: lines drawn over are gone."""
    lines, row, place, over = [""], 0, 0, False
    while place < len(text):
        code = _CODES.search(text, place)
        words = text[place : code.start() if code else None]
        if words:
            lines[row], over = ("" if over else lines[row]) + words, False
        if code is None:
            break
        place = code.end()
        count, kind = code[1] or "", code[2] or code[0]
        if kind == "\n":
            row, over = row + 1, False
            lines += [""] * (row + 1 - len(lines))
        elif kind == "\r":
            over = True
        elif kind == "K":
            lines[row], over = "", False
        elif kind == "A":
            row = max(0, row - int(count or 1))
        elif kind == "m" and colours:
            lines[row] += code[0]
    return "\n".join(lines) if colours else _COLOURS.sub("", "\n".join(lines))


def tried(
    script: str,
    folder: Path,
    environment: Mapping[str, str],
    answers: Iterable[str] = (),
    columns: int = 80,
    heard: Callable[[bytes], None] = lambda _: None,
) -> tuple[int, str]:
    """A script of bash at a terminal: how it ended, and what it wrote. Unless told, questions get a yes."""
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (50, columns))
    process = subprocess.Popen(
        # The first terminal that the leader of a session opens becomes its own.
        ["/bin/bash", "-c", f'exec <"$TRIED_AT" >"$TRIED_AT" 2>&1; unset TRIED_AT\n{script}'],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env={**environment, "TRIED_AT": os.ttyname(theirs)},
        start_new_session=True,
    )
    os.close(theirs)
    seen, asked, given = b"", 0, iter(answers)
    deadline = time.monotonic() + PATIENCE
    try:
        while block := _read(ours, deadline):
            seen += block
            heard(block)
            while seen.count(QUESTION.encode()) > asked:
                asked += 1
                os.write(ours, f"{next(given, 'y')}\n".encode())
        code = process.wait(PATIENCE)
    finally:
        os.close(ours)
        if process.poll() is None:
            process.kill()
            process.wait()
    return code, seen.decode()


def _read(ours: int, deadline: float) -> bytes:
    ready, _, _ = select.select([ours], [], [], max(0.0, deadline - time.monotonic()))
    assert ready, "nothing more came"
    try:
        return os.read(ours, 65_536)
    except OSError:  # Linux says so when the other side has gone
        return b""
