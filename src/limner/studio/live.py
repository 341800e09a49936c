"""
What moves on open pages, told as it moves: server-sent events, and one watcher for all windows.

The watcher asks the ledgers a few times a second whether another process wrote to them, and draws a view
anew only then, or once a second while something is being made. Windows that show the same share the
drawing; with the last window goes the watcher.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

LOOK_SECONDS = 0.25
_BUSY_SECONDS = 1.0
_QUIET_SECONDS = 15.0
"""Also a view that does not move is drawn anew now and then: quotes expire by themselves."""
_RETRY_MS = 2_000


class Drawn(NamedTuple):
    """A view as it stands: each of its parts by name. `busy`: it moves by itself, with the time."""

    parts: Mapping[str, str]
    busy: bool = False


View = Callable[[], Drawn]


class _Shown:
    """One view that at least one window shows."""

    def __init__(self, sandbox: bool, view: View) -> None:
        self.sandbox, self.view = sandbox, view
        self.windows = 0
        self.drawn: Drawn | None = None
        self.at = 0.0
        self.is_broken = False

    def is_due(self, now: float) -> bool:
        age = now - self.at
        return self.drawn is None or age >= (_BUSY_SECONDS if self.drawn.busy else _QUIET_SECONDS)


class Watcher:
    """`mark` tells one state of a ledger, the sandbox's or the real one, from another."""

    def __init__(self, mark: Callable[[bool], object]) -> None:
        self._mark = mark
        self._shown: dict[str, _Shown] = {}
        self._marks: dict[bool, object] = {}
        self._task: asyncio.Task[None] | None = None
        self._nudge = asyncio.Event()
        self._turned = asyncio.Event()
        self._closed = False

    def nudge(self) -> None:
        """Something was written by this process itself."""
        self._marks.clear()
        self._nudge.set()

    def close(self) -> None:
        """End every stream, so that the server can end."""
        self._closed = True
        self._turn()
        if self._task:
            self._task.cancel()

    def stream(self, name: str, sandbox: bool, view: View) -> StreamingResponse:
        """A view's parts, each when it has become another. `name` is the same for the same view."""
        return _Stream(self, name, sandbox, view)

    def _join(self, name: str, sandbox: bool, view: View) -> _Shown:
        shown = self._shown.setdefault(name, _Shown(sandbox, view))
        shown.windows += 1
        self._nudge.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        return shown

    def _leave(self, name: str, shown: _Shown) -> None:
        shown.windows -= 1
        if not shown.windows and self._shown.get(name) is shown:
            del self._shown[name]
            self._nudge.set()

    async def _watch(self) -> None:
        while self._shown and not self._closed:
            self._nudge.clear()
            moved = await self._moved()
            now = time.monotonic()
            for name, shown in list(self._shown.items()):
                if shown.sandbox in moved or shown.is_due(now):
                    await self._draw(name, shown)
            self._turn()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._nudge.wait(), LOOK_SECONDS)

    async def _moved(self) -> set[bool]:
        moved = set()
        for sandbox in {shown.sandbox for shown in self._shown.values()}:
            try:
                mark = await run_in_threadpool(self._mark, sandbox)
            except Exception:  # noqa: BLE001  # the view runs into the same, and ends for it
                mark = None
            if mark is None or mark != self._marks.get(sandbox):
                moved.add(sandbox)
            self._marks[sandbox] = mark
        return moved

    async def _draw(self, name: str, shown: _Shown) -> None:
        try:
            shown.drawn = await run_in_threadpool(shown.view)
            shown.at = time.monotonic()
        except Exception:  # noqa: BLE001  # whatever it is, its own page says it; a stream has no words for it
            shown.is_broken = True
            self._shown.pop(name, None)

    def _turn(self) -> None:
        self._turned.set()
        self._turned = asyncio.Event()

    async def _events(self, shown: _Shown) -> AsyncIterator[str]:
        yield f"retry: {_RETRY_MS}\n\n"
        told: dict[str, str] = {}
        quiet_since = time.monotonic()
        while not self._closed and not shown.is_broken:
            parts = shown.drawn.parts if shown.drawn else {}
            fresh = {name: part for name, part in parts.items() if told.get(name) != part}
            if fresh:
                told |= fresh
                yield "".join(_event(name, part) for name, part in fresh.items())
                quiet_since = time.monotonic()
            elif time.monotonic() - quiet_since > _QUIET_SECONDS:
                yield ": still here\n\n"
                quiet_since = time.monotonic()
            else:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._turned.wait(), _QUIET_SECONDS)


class _Stream(StreamingResponse):
    """Leaves the watcher when it ends, however it ends: a closed window keeps nothing."""

    def __init__(self, watcher: Watcher, name: str, sandbox: bool, view: View) -> None:
        self._place = (watcher, name, sandbox, view)
        super().__init__(_nothing(), media_type="text/event-stream", headers={"cache-control": "no-store"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        watcher, name, sandbox, view = self._place
        shown = watcher._join(name, sandbox, view)
        self.body_iterator = watcher._events(shown)
        try:
            await super().__call__(scope, receive, send)
        finally:
            watcher._leave(name, shown)


async def _nothing() -> AsyncIterator[str]:
    return
    yield


def _event(name: str, part: str) -> str:
    """Lines of data each have a name before them; only "\\n" can end one, so no other line end is let in."""
    lines = part.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return f"event: {name}\n" + "".join(f"data: {line}\n" for line in lines) + "\n"
