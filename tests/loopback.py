"""Servers on loopback for what no well-behaved gateway shows: odd answers told by the test, and a proxy."""

import select
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit


class Seen(NamedTuple):
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Reply(NamedTuple):
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = MappingProxyType({})


class Loopback(NamedTuple):
    url: str
    seen: list[Seen]


@contextmanager
def serving(answer: Callable[[Seen], Reply | None]) -> Iterator[Loopback]:
    """A server that answers as told; `None` hangs up without an answer."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen.append(Seen(self.command, self.path, headers, body))
            reply = answer(seen[-1])
            self.close_connection = True
            if reply is None:
                return
            self.send_response_only(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    seen: list[Seen] = []
    with _running(Handler) as url:
        yield Loopback(url, seen)


@contextmanager
def proxying() -> Iterator[Loopback]:
    """An HTTP proxy: absolute addresses are fetched, CONNECT is a tunnel. `seen` is what was asked of it."""

    class Handler(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            seen.append(Seen("CONNECT", self.path, {}, b""))
            host, _, port = self.path.rpartition(":")
            with socket.create_connection((host, int(port)), timeout=10) as far:
                self.send_response_only(200)
                self.end_headers()
                _shovel(self.connection, far)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            seen.append(Seen(self.command, self.path, headers, body))
            where = urlsplit(self.path)
            far = HTTPConnection(where.netloc, timeout=10)
            try:
                far.request(self.command, where._replace(scheme="", netloc="").geturl(), body, headers)
                reply = far.getresponse()
                told = reply.read()
            finally:
                far.close()
            self.send_response_only(reply.status)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    seen: list[Seen] = []
    with _running(Handler) as url:
        yield Loopback(url, seen)


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is part of many tests."""


@contextmanager
def _running(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _shovel(near: socket.socket, far: socket.socket) -> None:
    ends = {near: far, far: near}
    with suppress(OSError):
        while True:
            for end in select.select(list(ends), [], [], 10)[0]:
                data = end.recv(65536)
                if not data:
                    return
                ends[end].sendall(data)
