"""
Connections that read much at once.

An answer with pictures comes in millions of bytes, and every read costs the HTTP machinery its step: four
times the usual size a read takes a seventh off the whole CPU time of a 10 MB picture.
"""

import ssl
from typing import Any

import httpcore2

_AT_ONCE = 262_144


class Roomy(httpcore2.NetworkBackend):
    """Another backend's connections, read in larger pieces."""

    def __init__(self, backend: httpcore2.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(self, host: str, port: int, *how: Any, **more: Any) -> httpcore2.NetworkStream:
        return _Stream(self._backend.connect_tcp(host, port, *how, **more))

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _Stream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream
        self.write = stream.write  # type: ignore[method-assign]
        self.close = stream.close  # type: ignore[method-assign]
        self.get_extra_info = stream.get_extra_info  # type: ignore[method-assign]

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max(max_bytes, _AT_ONCE), timeout)

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout))
