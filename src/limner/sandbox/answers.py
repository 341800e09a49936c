"""
Answers: JSON that carries pictures without being built twice, pages that are no JSON, and broken connections.

Not imitated: compression, keep-alive limits, a gateway's whole set of headers.
"""

import asyncio
import json
import socket
import struct
import sys
from collections.abc import AsyncIterator
from secrets import token_hex
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_MARK = f"picture-{token_hex(8)}-"
_SILENCE = 900


class Paper:
    """Builds one JSON body around bytes that stand in it as they are, so megabytes are never escaped."""

    def __init__(self) -> None:
        self._inserts: list[bytes] = []

    def put(self, text: bytes) -> str:
        """A mark that stands for `text` inside any string; `text` must be fit for a JSON string."""
        self._inserts.append(text)
        return f"{_MARK}{len(self._inserts) - 1};"

    def body(self, value: Any) -> bytes:
        first, *rest = json.dumps(value, ensure_ascii=False, separators=(",", ":")).split(_MARK)
        pieces = [first.encode()]
        for piece in rest:
            place, _, after = piece.partition(";")
            pieces += [self._inserts[int(place)], after.encode()]
        return b"".join(pieces)


def answer(value: Any, paper: Paper | None = None, *, status: int = 200) -> Response:
    """A JSON answer."""
    return Response((paper or Paper()).body(value), status, media_type="application/json")


def page(status: int, title: str) -> Response:
    """What a proxy in front of the gateway shows when it is the one that fails."""
    html = (
        f"<!DOCTYPE html>\n<html><head><title>sandbox | {status}: {title}</title></head>\n<body>"
        f"<div id='cf-wrapper'><h1>{title} <span>Error code {status}</span></h1>"
        "<p>The limner sandbox imitates the page of a proxy here.</p></div></body></html>\n"
    )
    return Response(html, status, media_type="text/html", headers={"server": "cloudflare"})


class Reset(Response):
    """The connection is reset; not one byte is answered."""

    async def __call__(self, scope: Scope, _receive: Receive, _send: Send) -> None:
        transport: asyncio.Transport = scope["state"]["transport"]
        connection = transport.get_extra_info("socket")
        # Lingering for no time at all is what makes the kernel say "reset" instead of a polite end.
        at_once = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        transport.abort()


class Silent(Response):
    """The connection stays open and nothing ever comes."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not await gone(receive):
            await page(524, "A timeout occurred")(scope, receive, send)


class Stream(Response):
    """
    An event stream. After `count` events it may break off: "ends" (politely), "cut" (without its last
    chunk), "reset" or "silent" (open, and nothing more).
    """

    def __init__(self, events: AsyncIterator[bytes], broken: str = "", count: int = 0) -> None:
        super().__init__(media_type="text/event-stream", headers={"cache-control": "no-cache"})
        del self.headers["content-length"]
        self.events, self.broken, self.count = events, broken, count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        sent = 0
        async for event in self.events:
            if self.broken and sent >= self.count:
                break
            await send({"type": "http.response.body", "body": event, "more_body": True})
            sent += 1
        if self.broken == "reset":
            await Reset()(scope, receive, send)
        elif self.broken == "cut":
            scope["state"]["transport"].close()
        elif self.broken == "silent":
            await gone(receive)
        else:
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def gone(receive: Receive) -> bool:
    """Wait until the other side has hung up, though not for ever."""
    try:
        async with asyncio.timeout(_SILENCE):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


class Torn(Response):
    """Another answer's head and the first half of its body; then the connection ends."""

    def __init__(self, whole: Response) -> None:
        super().__init__(status_code=whole.status_code)
        self.raw_headers = whole.raw_headers
        self.body = bytes(getattr(whole, "body", b""))

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = self.body[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        scope["state"]["transport"].close()
