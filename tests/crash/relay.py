"""
A relay between a buyer and the sandbox that can hold a request or an answer wherever it is told to.

With it a process is brought to an exact point and killed there, without a word about tests in the product.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple
from urllib.parse import urlsplit

_BLOCK = 65_536


class Hold(NamedTuple):
    """
    The `skip`-th and later requests with `match` in their first line wait. `passing`: how many bytes of
    the answer pass first; `None`: the request itself is kept back; -1: not even read.
    """

    match: str
    passing: int | None = None
    skip: int = 0


class Relay:
    """One at work. `held` is set as soon as somebody waits; `release` lets everybody go."""

    def __init__(self, url: str, hold: Hold | None) -> None:
        parts = urlsplit(url)
        self._far = (parts.hostname or "", parts.port or 80)
        self.hold, self.held, self._go = hold, threading.Event(), threading.Event()
        self._count = 0
        self._threads: list[threading.Thread] = []
        self._listener = socket.socket()
        # A small window, so that a body that nobody reads stops being sent.
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._start(self._accept)

    def release(self) -> None:
        self.hold = None
        self._go.set()

    def close(self) -> None:
        self.release()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(20)

    def _start(self, what: object, *words: object) -> None:
        thread = threading.Thread(target=what, args=words, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                self._start(self._serve, near)

    def _serve(self, near: socket.socket) -> None:
        with near, suppress(OSError):
            if self.hold and self.hold.passing == -1:
                near.recv(512)
                self._wait()
                return
            request = _message(near)
            hold = self.hold if self._is_meant(request) else None
            if hold and hold.passing is None:
                self._wait()
                return
            with socket.create_connection(self._far, timeout=30) as far:
                far.sendall(request)
                answer = _message(far)
            passing = hold.passing if hold and hold.passing is not None else len(answer)
            near.sendall(answer[:passing])
            if hold:
                self._wait()
                near.sendall(answer[passing:])

    def _is_meant(self, request: bytes) -> bool:
        if not self.hold or self.hold.match.encode() not in request.partition(b"\r\n")[0]:
            return False
        self._count += 1
        return self._count > self.hold.skip

    def _wait(self) -> None:
        self.held.set()
        self._go.wait(60)


@contextmanager
def relaying(url: str, hold: Hold | None = None) -> Iterator[Relay]:
    relay = Relay(url, hold)
    try:
        yield relay
    finally:
        relay.close()


def _message(end: socket.socket) -> bytes:
    """One whole request or answer; what has no length ends with its connection."""
    end.settimeout(30)
    data = b""
    while b"\r\n\r\n" not in data:
        block = end.recv(_BLOCK)
        if not block:
            return data
        data += block
    head = data.partition(b"\r\n\r\n")[0].lower()
    length = head.partition(b"content-length:")[2].split(b"\r\n")[0].strip()
    whole = len(head) + 4 + int(length or 0) if length or head.startswith(b"get ") else None
    while whole is None or len(data) < whole:
        block = end.recv(_BLOCK)
        if not block:
            break
        data += block
    return data
