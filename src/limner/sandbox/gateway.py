"""
What every dialect stands on: it says where it listens and how it answers, and this reads the request,
finds the account, keeps the record and lets the faults strike.

    def routes(world: World) -> list[BaseRoute]:
        here = Gateway(world, NAME, unit="credit", refuse=refusal)
        return [
            here.route("POST", "/v1/pictures", submit, prompt=prompt_of),
            here.route("GET", "/v1/tasks/{id}", status),
        ]
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from secrets import token_hex
from time import strftime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from limner.sandbox import answers, faults
from limner.sandbox.call import Call, Refusal, read_body
from limner.sandbox.tasks import Task
from limner.sandbox.world import World

Handler = Callable[[Call], Awaitable[Response]]
Refuse = Callable[[Call, Refusal], Response]

_PAGES = {
    "502": "Bad gateway",
    "504": "Gateway time-out",
    "524": "A timeout occurred",
}
_REFUSALS = {
    "400": (400, "invalid", "The request is not valid."),
    "401": (401, "bad_key", "Invalid token."),
    "402": (402, "no_funds", "The balance does not cover this request."),
    "403": (403, "forbidden", "This key may not use this model."),
    "404": (404, "not_found", "Not found."),
    "422": (422, "invalid", "The request cannot be processed."),
    "429": (429, "rate_limited", "Too many requests."),
    "429-retry-after": (429, "rate_limited", "Too many requests."),
    "500": (500, "server_error", "Internal error."),
    "503": (503, "overloaded", "The upstream is saturated, try again later."),
    "no-funds": (403, "no_funds", "The balance does not cover this request."),
    "moderation": (400, "moderation", "Your request was rejected by the safety system."),
    "gemini-blocked": (400, "gemini_blocked", "Gemini image generation blocked [IMAGE_SAFETY]"),
}


class Broken(Exception):
    """Instead of any answer of the dialect, this."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class Gateway:
    """One gateway's front. `refuse` writes a refusal in the dialect's own words."""

    def __init__(
        self,
        world: World,
        name: str,
        *,
        unit: str,
        refuse: Refuse,
        prefix: str = "",
        bad_key: str = "sk-bad",
    ) -> None:
        self.world, self.name, self.unit, self.refuse = world, name, unit, refuse
        self.prefix = prefix or f"/{name}"
        self.bad_key = bad_key
        """Keys that begin so are refused."""
        world.units[name] = unit

    def route(
        self,
        method: str,
        path: str,
        handler: Handler,
        *,
        prompt: Callable[[Call], str] | None = None,
        key: Callable[[Request], str] | None = None,
        key_field: str = "",
        keyless: bool = False,
    ) -> BaseRoute:
        """
        Listen at `path` below the prefix. `prompt` finds the prompt in the request and marks it as one
        that is paid for: faults strike there. `key` reads the key where it is not a bearer token,
        `key_field` names the field of the query or the form it stands in; `keyless` serves requests that
        bring none.
        """

        async def serve(request: Request) -> Response:
            holder = await _in_field(request, key_field) if key_field else (key or bearer)(request)
            call = await self._receive(request, holder)
            try:
                self._admit(holder, keyless)
                response = await _served(call, handler, prompt)
            except Refusal as refusal:
                response = self.refuse(call, refusal)
                response.headers.update(refusal.headers)
            except Broken as broken:
                response = broken.response
            response.headers["x-api-request-id"] = call.id
            return response

        return Route(self.prefix + path, serve, methods=[method])

    def _admit(self, key: str, keyless: bool) -> None:
        if key.startswith(self.bad_key) or not (key or keyless):
            raise Refusal(401, "bad_key", "Invalid token.")

    async def _receive(self, request: Request, key: str) -> Call:
        call = Call(
            self.world,
            self.world.base + self.prefix,
            self.world.account(self.name, key or "none"),
            strftime("%Y%m%d%H%M%S") + token_hex(6),
            request,
            await request.body(),
        )
        await read_body(call)
        call.account.requests.append(call.told())
        return call


async def _served(call: Call, handler: Handler, prompt: Callable[[Call], str] | None) -> Response:
    call.prompt = prompt(call) if prompt else ""
    call.words = faults.striking(call.account, call.path, call.prompt if prompt else None)
    await strike_before(call.words)
    return strike_after(call, await handler(call))


def bearer(request: Request) -> str:
    """The bearer token, or ""."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def _in_field(request: Request, name: str) -> str:
    """The field in the query, else in the form; "" where there is none."""
    await request.body()  # kept by the request, so that the form can be read again
    return str(request.query_params.get(name) or (await request.form()).get(name) or "")


async def look(call: Call, task_id: str) -> Task:
    """The task somebody asks about, one look further on; its `poll-` faults strike here."""
    task = call.world.tasks.find(call.account.gateway, call.account.key, task_id)
    if task is None:
        raise Refusal(404, "unknown_task", f"No task {task_id}.")
    struck = faults.striking_look(call.account, task.prompt, task.words)
    call.words.update(struck)
    await strike_before(struck)
    if task.look() in ("failed", "canceled") and not faults.named(task.words, "task-failed-charged"):
        call.account.refund(task.request_id)
    return task


def start(call: Call, order: Any, seconds: float) -> Task:
    """A new task for this call, with the words of its prompt. `order` comes back with every look."""
    words = (*call.words.values(), *faults.read(call.prompt))
    place = (call.account.gateway, call.account.key)
    return call.world.tasks.add(
        Task(*place, call.prompt, call.id, words, call.world.speed, max(seconds, 0.01), order)
    )


def stream(call: Call, events: AsyncIterator[bytes]) -> Response:
    """An event stream of these events, broken off where a fault says so."""
    for name in ("stream-ends", "stream-cut", "stream-reset", "stream-silent"):
        if call.has(name):
            return answers.Stream(events, name.removeprefix("stream-"), int(call.number(name, 1)))
    return answers.Stream(events)


async def strike_before(words: faults.Words) -> None:
    """The faults that come before anything is done or charged."""
    if "slow" in words:
        await asyncio.sleep(words["slow"].number(2))
    for name, word in words.items():
        if name == "reset":
            raise Broken(answers.Reset())
        if name in _PAGES:
            raise Broken(answers.page(int(name), _PAGES[name]))
        if name in _REFUSALS:
            headers = {"retry-after": str(int(word.number(2)))} if name == "429-retry-after" else {}
            raise Refusal(*_REFUSALS[name], headers)


def strike_after(call: Call, whole: Response) -> Response:
    """The faults that spoil an answer that was made and charged."""
    if call.has("raw-picture") and call.pictures:
        return Response(call.pictures[0].data, media_type=call.pictures[0].media_type)
    for name, spoil in _SPOILS.items():
        if call.has(name):
            return spoil(whole)
    return whole


_SPOILS: dict[str, Callable[[Response], Response]] = {
    "lost-after-charge": lambda _: answers.Reset(),
    "silent": lambda _: answers.Silent(),
    "524-after-charge": lambda _: answers.page(524, _PAGES["524"]),
    "html": lambda _: answers.page(200, "Just a moment"),
    "not-json": lambda _: Response(b'{"created": 17663, "data": [{"b64_', media_type="application/json"),
    "torn": answers.Torn,
}
