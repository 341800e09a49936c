"""
The process: one socket on loopback, uvicorn behind it, a record for others to find it by.

Not imitated: TLS, HTTP/2, any proxy or load balancer in front of a gateway.
"""

import asyncio
import contextlib
import ipaddress
import json
import logging
import os
import secrets
import socket
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from limner.sandbox.app import build
from limner.sandbox.tasks import Speed
from limner.sandbox.world import World

_GRACE = 1


def serve(
    host: str,
    port: int,
    *,
    home: Path | None = None,
    idle: float = 0,
    speed: Speed = "instant",
    spoken: Iterable[ModuleType] | None = None,
) -> None:
    """Serve until stopped or idle. Raises `ValueError` for an address that is not loopback."""
    listener = _listen(host, port)
    world = World(_url(listener), speed)
    config = uvicorn.Config(
        build(world, spoken),
        http=_Protocol,
        ws="none",
        lifespan="off",
        access_log=False,
        server_header=False,
        log_level="error",
        timeout_graceful_shutdown=_GRACE,
    )
    logging.getLogger("uvicorn.error").addFilter(_not_on_purpose)
    server = _Server(config, world, home, idle)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def _not_on_purpose(record: logging.LogRecord) -> bool:
    """Broken connections are what the faults are for; everything else is worth a line in the log."""
    return "ASGI callable returned without" not in record.getMessage()


def _listen(host: str, port: int) -> socket.socket:
    address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    if not address.is_loopback:
        raise ValueError(f"{host} is not a loopback address; the sandbox serves this machine only")
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    # Only on a socket that is told its protocol does asyncio send at once; else small answers wait 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((str(address), port))
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Protocol(H11Protocol):
    """Hands the transport to the application, so that a fault can break the connection for real."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, world: World, home: Path | None, idle: float) -> None:
        super().__init__(config)
        self.world, self.record, self.idle = world, home and home / "server.json", idle

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        told = {"url": self.world.base, "pid": os.getpid()}
        if self.record:
            _write(self.record, {**told, "token": self.world.token})
        print(json.dumps(told), flush=True)  # noqa: T201  # the line that whoever started us waits for

    async def on_tick(self, counter: int) -> bool:
        quiet = time.monotonic() - self.world.last_used
        tired = bool(self.idle) and not self.world.busy and quiet > self.idle
        return await super().on_tick(counter) or tired

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self.record:
            _forget(self.record, self.world.token)
        await super().shutdown(sockets)


def _write(path: Path, record: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.write_text(json.dumps(record))
    draft.chmod(0o600)
    draft.replace(path)


def _forget(path: Path, token: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        if json.loads(path.read_bytes()).get("token") == token:
            path.unlink()
