"""
The application: every dialect found in this folder, each below its own prefix, and the sandbox's own pages.

A dialect is a module with `NAME` and `routes(world)`; putting its file here is all it takes.
"""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from limner.sandbox import control
from limner.sandbox.world import World

_LOCAL = {"127.0.0.1", "localhost", "::1"}


def dialects() -> Iterable[ModuleType]:
    """The modules of this folder that speak for a gateway."""
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem.startswith("_") or "\nNAME = " not in path.read_text(encoding="utf-8"):
            continue
        module = import_module(f"{__package__}.{path.stem}")
        if hasattr(module, "routes"):
            yield module


def build(world: World, spoken: Iterable[ModuleType] | None = None) -> ASGIApp:
    """The whole sandbox as one ASGI application over this world; `spoken` in place of the dialects found."""
    routes = control.routes(world)
    for dialect in dialects() if spoken is None else spoken:
        routes += dialect.routes(world)
    return _Door(Starlette(routes=routes), world)


class _Door:
    """Notes that somebody is here; turns away foreign pages that a name server led to loopback."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app, self.world = app, world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        with self.world.working():
            host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
            away = PlainTextResponse("The sandbox serves loopback names only.", 421)
            await (self.app if _is_local(host) else away)(scope, receive, send)


def _is_local(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in _LOCAL
    except ValueError:
        return False
