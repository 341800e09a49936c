"""
Every step of a job that writes or speaks, one after the other: the process ends itself right before or right
after one of them. Told by its arguments, like `actor`.

A step is a call of the ledger that begins or ends a transaction or changes a row, a call that changes a
file or a folder, or one that connects, sends or receives. They are counted where Python calls into C, so
nothing of limner is replaced and none can be forgotten.
"""

import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from limner import Client, Output
from limner.errors import LimnerError

_LEDGER = {"writing", "do"}
_FILES = {"rename", "replace", "link", "unlink", "mkdir", "fsync", "write", "write_bytes", "symlink"}
_NETWORK = {"connect", "send", "sendall", "recv", "recv_into"}
_ROOMS = ("limner.", "httpcore2.", "pathlib", "socket")


class Steps:
    """
    Counts them; ends the process at number `last`, or where a name comes up so often (`NAME#2`), which is
    never come back from. Numbers move with the machine's haste: the ledger's clock is written by the second.
    """

    def __init__(self, last: str) -> None:
        self.name, _, count = last.rpartition("#")
        self.last = int(count)
        self.seen = 0
        self.names: list[str] = []

    def __call__(self, frame: FrameType, event: str, called: Any) -> None:
        if event not in {"c_call", "c_return", "c_exception"}:
            return
        name = getattr(called, "__name__", "")
        # `replace` is also a word of texts.
        if isinstance(getattr(called, "__self__", None), str | bytes) or not _counts(frame, name):
            return
        when = "before" if event == "c_call" else "after"
        self.names.append(f"{when} {_place(frame)}: {name}")
        self.seen += self.name in ("", self.names[-1])
        if self.seen == self.last and self.name in ("", self.names[-1]):
            os.kill(os.getpid(), signal.SIGKILL)


def _counts(frame: FrameType, name: str) -> bool:
    if not str(frame.f_globals.get("__name__", "")).startswith(_ROOMS):
        return False
    if name == "execute":
        return frame.f_code.co_name in _LEDGER
    return name in _FILES or name in _NETWORK


def _place(frame: FrameType | None) -> str:
    """Whose step it is: the innermost place in limner, as room and function; the ledger's by its verb."""
    found = "?"
    while frame is not None:
        room = str(frame.f_globals.get("__name__", ""))
        if room.startswith("limner."):
            found = f"{room.removeprefix('limner.')}.{frame.f_code.co_name}"
            if room not in {"limner.ledger.store", "limner.home"}:
                break
        frame = frame.f_back
    return found


def _profiled(steps: Steps, what: Any) -> None:
    sys.setprofile(steps)
    try:
        what()
    except LimnerError as error:
        print(error, file=sys.stderr)
    finally:
        sys.setprofile(None)


def buy(folder: str, quote: str, last: str) -> None:
    """Say yes to a quote and run it, down to step `last`; 0: to the end, and say what the steps were."""
    with Client() as client:
        steps = Steps(last)
        _profiled(steps, lambda: _bought(client, folder, quote))
        if not steps.last:
            Path(folder, f"steps-{quote}.json").write_text(json.dumps(steps.names))


def _bought(client: Client, folder: str, quote: str) -> None:
    client.approve(quote)
    client.run(quote, Output(folder=folder, path=quote))


def recover(job: str, last: str) -> None:
    """Recover a job down to a step."""
    with Client() as client:
        _profiled(Steps(last), lambda: client.recover(job, 5))


def cancel(job: str, last: str) -> None:
    """Call a job back down to a step."""
    with Client() as client:
        _profiled(Steps(last), lambda: client.cancel(job))


def spread(steps: Sequence[str], most: int) -> list[int]:
    """So many numbers of steps, from the first to the last; of equal ones that follow each other only one."""
    apart = [n for n in range(len(steps)) if n == 0 or steps[n] != steps[n - 1]]
    if most >= len(apart):
        return [n + 1 for n in apart]
    return sorted({apart[round(k * (len(apart) - 1) / max(1, most - 1))] + 1 for k in range(most)})


if __name__ == "__main__":
    {"buy": buy, "recover": recover, "cancel": cancel}[sys.argv[1]](*sys.argv[2:])
