"""
Who may come in. Every request passes here first, and every answer leaves with the same strict headers.

A page on loopback can be reached by any web site the person has open, through their own browser. So: the
name in `Host` has to be this machine's (else a foreign name was pointed here), the browser has to hold the
cookie that only the printed link gives, and whatever changes something has to come from a page of ours,
which its `Origin` and a token in the form both say.
"""

import hashlib
import hmac
import secrets
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 200 << 20
"""Of one request, uploads included."""

_OPEN = ("/static/", "/enter", "/favicon.ico")
_SAFE = {"GET", "HEAD"}
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self';"
    " img-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # `no-referrer` would make browsers send `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


class Keys(NamedTuple):
    """The secrets of one run of the studio. They are nowhere but in this process and in the browser."""

    port: int
    token: str
    session: str
    tickets: list[str]
    """Good for one entrance each."""

    @classmethod
    def new(cls, port: int) -> "Keys":
        return cls(port, secrets.token_urlsafe(24), secrets.token_urlsafe(32), [])

    @property
    def link(self) -> str:
        return self._link(self.token)

    def ticket_link(self) -> str:
        """For a browser opened by a command: its arguments can be read by others on the machine."""
        self.tickets.append(secrets.token_urlsafe(24))
        return self._link(self.tickets[-1])

    def lets_in(self, given: str) -> bool:
        if given and given in self.tickets:
            self.tickets.remove(given)
            return True
        return same(given, self.token)

    def _link(self, token: str) -> str:
        return f"http://127.0.0.1:{self.port}/enter?{urlencode({'token': token})}"

    @property
    def cookie(self) -> str:
        """Cookies are shared by all ports of a machine, so the port is part of the name."""
        return f"limner_studio_{self.port}"

    @property
    def csrf(self) -> str:
        return hmac.new(self.session.encode(), b"form", hashlib.sha256).hexdigest()

    @property
    def hosts(self) -> frozenset[str]:
        return frozenset({f"127.0.0.1:{self.port}", f"localhost:{self.port}"})

    def knows(self, request: Request) -> bool:
        return same(request.cookies.get(self.cookie, ""), self.session)


def same(given: str, wanted: str) -> bool:
    """Are they equal, told in the same time whatever was given?"""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


class Doors:
    """The application, behind its doors."""

    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self.app = app
        self.keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        refusal = self._refusal(Request(scope))
        await (refusal or self.app)(scope, _bounded(receive), _dressed(send))

    def _refusal(self, request: Request) -> Response | None:
        if request.headers.get("host", "") not in self.keys.hosts:
            return PlainTextResponse("This is a private page of another name.", 421)
        if _declared(request.headers) > MOST_BYTES:
            return PlainTextResponse("Too large.", 413)
        if request.method not in _SAFE and not self._is_ours(request):
            return PlainTextResponse("This did not come from a page of the studio.", 403)
        if request.url.path.startswith(_OPEN) or self.keys.knows(request):
            return None
        if request.method in _SAFE and "text/html" in request.headers.get("accept", ""):
            # A link in another site's page comes without our cookie; from a page of ours it comes with it.
            return RedirectResponse("/enter?" + urlencode({"to": _path(request)}), 303)
        return PlainTextResponse("Open the studio with the link it printed.", 403)

    def _is_ours(self, request: Request) -> bool:
        origin = urlsplit(request.headers.get("origin", ""))
        return origin.scheme == "http" and origin.netloc == request.headers.get("host")


def _path(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _declared(headers: Headers) -> int:
    told = headers.get("content-length", "0")
    return int(told) if told.isdigit() else MOST_BYTES + 1


def _bounded(receive: Receive) -> Receive:
    """The same body, cut off where it is longer than anybody's pictures."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > MOST_BYTES else message

    return bounded


def _dressed(send: Send) -> Send:
    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers.setdefault("cache-control", "private, no-cache")
        await send(message)

    return dressed
