"""The client for programs with an event loop: the same core, each call in a worker thread."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, TypeVar

from limner import narration
from limner.approval import By
from limner.artifacts import Output
from limner.client import Client
from limner.messages.stream import Message
from limner.results import Job
from limner.types import Model, Quote, Request

T = TypeVar("T")


class AsyncClient:
    """
    `Client` with awaitable methods. A cancelled `await` stops waiting; a job that was already sent goes
    on and is found in the ledger, because a paid request cannot be taken back by looking away.
    """

    def __init__(self, *, home: str | None = None, sandbox: bool | None = None, language: str = "en") -> None:
        self._options: dict[str, Any] = {"home": home, "sandbox": sandbox, "language": language}
        self._client: Client | None = None

    async def __aenter__(self) -> "AsyncClient":
        await self._ready()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._client:
            await asyncio.to_thread(self._client.close)

    async def quote(self, request: Request | str, **wishes: Any) -> Quote:
        return await self._call(partial((await self._ready()).quote, request, **wishes))

    async def approve(self, quote_id: str, by: By = "python") -> Quote:
        return await self._call(partial((await self._ready()).approve, quote_id, by))

    async def run(self, quote_id: str, output: Output | None = None) -> Job:
        return await self._call(partial((await self._ready()).run, quote_id, output))

    async def make(
        self,
        request: Request | str,
        *,
        yes: Callable[[Quote], bool],
        output: Output | None = None,
        **wishes: Any,
    ) -> Job:
        client = await self._ready()
        return await self._call(partial(client.make, request, yes=yes, output=output, **wishes))

    async def job(self, job_id: str) -> Job:
        return await self._call(partial((await self._ready()).job, job_id))

    async def messages(self, job_id: str, **manner: Any) -> AsyncIterator[Message]:
        """As `Client.messages`; whoever stops listening ends nothing. `manner` is that of `Narrator`."""
        engine = (await self._ready()).engine
        narrator = await self._call(partial(narration.Narrator, engine, job_id, **manner))
        while True:
            for message in await self._call(partial(narrator.look, time.time())):
                yield message
            if narrator.ended:
                return
            await asyncio.sleep(narration.LOOK_SECONDS)

    async def recover(self, job_id: str) -> Job:
        return await self._call(partial((await self._ready()).recover, job_id))

    async def models(self, gateway: str | None = None) -> list[Model]:
        return await self._call(partial((await self._ready()).models, gateway))

    async def _ready(self) -> Client:
        if self._client is None:
            self._client = await asyncio.to_thread(partial(Client, **self._options))
        return self._client

    @staticmethod
    async def _call(function: Callable[[], T]) -> T:
        return await asyncio.to_thread(function)
