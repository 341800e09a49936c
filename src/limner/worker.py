"""
The process that owns a job.

A paid job must not end because a window was closed or a tool lost patience. So the job runs in a process
of its own, in a session of its own, and the command that started it only watches. Both read the truth
from the ledger; the pipe between them merely says that something moved.

A face with one thread forks (`prepare`), which costs no start-up, and early, so that the worker loads what
speaks to gateways while the face still makes its quote. A face with several must not fork, so it hires a
fresh interpreter (`hire`).
"""

import contextlib
import json
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from limner import errors
from limner.artifacts import Output
from limner.client import Client
from limner.errors import LimnerError

if TYPE_CHECKING:
    from subprocess import Popen

Event = Mapping[str, Any]


class Order(NamedTuple):
    """What a worker is to do: run the approved quote. The last three are `Client`'s arguments."""

    quote_id: str
    output: Output
    home: str | None
    sandbox: bool
    language: str


class Worker:
    """A job at work elsewhere, as seen from here."""

    def __init__(self, orders: int, pipe: int, process: int) -> None:
        self._orders: int | None = orders
        self._pipe = pipe
        self._process = process
        self._rest = b""
        self.ended = False

    def begin(self, order: Order) -> None:
        """Give it its one order."""
        assert self._orders is not None
        # One that was killed while it waited is noticed by its silence.
        with contextlib.suppress(BrokenPipeError):
            os.write(self._orders, json.dumps([*order]).encode())
        self._close_orders()

    def dismiss(self) -> None:
        """Nothing came of it: a worker without an order goes. One that has its order is left alone."""
        if self._orders is not None:
            os.kill(self._process, signal.SIGKILL)
            self._close_orders()
            self._bury()

    def _close_orders(self) -> None:
        if self._orders is not None:
            os.close(self._orders)
            self._orders = None

    def _bury(self) -> None:
        self.ended = True
        os.close(self._pipe)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._process, 0)

    def events(self, seconds: float | None, tick: float = 0.1) -> Iterator[Event | None]:
        """
        What happens, as it happens, and `None` once per `tick`, until the worker has ended or `seconds`
        have passed. Raises what the worker could not put into the ledger.
        """
        until = None if seconds is None else time.monotonic() + seconds
        while not self.ended and (until is None or time.monotonic() < until):
            ready, _, _ = select.select([self._pipe], [], [], tick)
            if not ready:
                yield None
                continue
            yield from self._read()

    def _read(self) -> Iterator[Event]:
        block = os.read(self._pipe, 65_536)
        if not block:
            self._bury()
        *lines, self._rest = (self._rest + block).split(b"\n")
        for line in lines:
            told: Event = json.loads(line)
            if told["event"] == "error":
                raise _restored(told)
            yield told


def prepare() -> Worker:
    """
    A process that waits for its order. No ledger may be open in this one while it forks. Raises `OSError`
    where the system gives no more processes.
    """
    (waiting, ordering), (reading, writing) = os.pipe(), os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        process = os.fork()
    except OSError:
        for end in (waiting, ordering, reading, writing):
            os.close(end)
        raise
    if process == 0:
        try:
            os.close(ordering)
            os.close(reading)
            _wait(waiting, writing)
        finally:
            os._exit(1)  # whatever went wrong, this is not a second one of those who called
    os.close(waiting)
    os.close(writing)
    return Worker(ordering, reading, process)


def _wait(orders: int, pipe: int) -> NoReturn:
    """A forked worker, from its first breath: it leaves when whoever forked it left without a word."""
    os.setsid()
    _silence()
    # What speaks to gateways is half of a start, and loads while the quote is made.
    from limner import runner  # noqa: F401

    with os.fdopen(orders, "rb") as ears:
        said = ears.read()
    if not said:
        os._exit(0)
    _obey(said, pipe)


def hire(order: Order) -> str:
    """
    Run an approved quote in an interpreter of its own, which outlives this one; the id of its job, as soon
    as the ledger has it. Waits for nothing else. Raises what kept the job from being opened.
    """
    import subprocess

    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "limner.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    # One that is killed before it has listened is noticed by its silence.
    with contextlib.suppress(BrokenPipeError), process.stdin as ears:
        ears.write(json.dumps([*order]).encode())
    for line in process.stdout:
        told: Event = json.loads(line)
        if told["event"] == "error":
            process.stdout.close()
            process.wait()
            raise _restored(told)
        if told.get("job"):
            threading.Thread(target=_attend, args=(process,), daemon=True).start()
            return str(told["job"])
    process.stdout.close()
    process.wait()
    raise LimnerError("worker.gone", quote=order.quote_id)


def _attend(process: "Popen[bytes]") -> None:
    """Take in what the worker still says, and its end, so that neither blocks it nor stays behind."""
    assert process.stdout is not None
    with process.stdout as mouth:
        for _ in mouth:
            pass
    process.wait()


def can_detach() -> bool:
    return hasattr(os, "fork")


def _obey(said: bytes, pipe: int) -> NoReturn:
    code = 1
    try:
        quote_id, output, home, sandbox, language = json.loads(said)
        with Client(home=home, sandbox=sandbox, language=language) as mine:
            job = mine.run(
                quote_id, Output(*output), lambda event, facts: _tell(pipe, {"event": event, **facts})
            )
            # Somebody else may have been quicker with the same quote: then this names the job it has.
            _tell(pipe, {"event": "ended", "job": job.id})
        code = 0
    except LimnerError as error:
        facts = {name: str(value) for name, value in error.facts.items()}
        _tell(pipe, {"event": "error", "class": type(error).__name__, "key": error.key, "facts": facts})
    except BaseException as error:  # noqa: BLE001  # the last chance to say anything at all
        facts = {"reason": f"{type(error).__name__}: {error}"}
        _tell(pipe, {"event": "error", "class": "LimnerError", "key": "internal", "facts": facts})
    finally:
        os._exit(code)


def _tell(pipe: int, told: Event) -> None:
    # Nobody may be listening any more; the job goes on all the same.
    with contextlib.suppress(OSError):
        os.write(pipe, json.dumps(told, default=str).encode() + b"\n")


def _silence() -> None:
    """A worker outlives its terminal, so it must not hold on to it."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def _hired() -> NoReturn:
    """The other end of `hire`."""
    said, pipe = sys.stdin.buffer.read(), os.dup(1)
    _silence()
    _obey(said, pipe)


def _restored(told: Event) -> LimnerError:
    kind = getattr(errors, told["class"], LimnerError)
    restored: LimnerError = kind(told["key"], **told["facts"])
    if kind is LimnerError:
        # A fault of our own may have struck after something was sent.
        restored.charged = "unknown"
    return restored


if __name__ == "__main__":
    _hired()
