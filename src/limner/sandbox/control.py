"""
The sandbox's own pages under `/_sandbox/`, which no gateway has: health, bills, requests, scripts, balances;
and `/pictures/`, where links lead.
"""

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from limner import __version__
from limner.sandbox import bills, faults
from limner.sandbox.answers import answer
from limner.sandbox.bills import Scripted
from limner.sandbox.world import World


def routes(world: World) -> list[BaseRoute]:
    """Every page that belongs to the sandbox itself."""

    def at(method: str, path: str, page: Callable[[World, Request], Awaitable[Response]]) -> BaseRoute:
        async def serve(request: Request) -> Response:
            return await page(world, request)

        return Route(path, serve, methods=[method])

    return [
        at("GET", "/_sandbox/health", _health),
        at("GET", "/_sandbox/bills", _bills),
        at("GET", "/_sandbox/requests", _requests),
        at("GET", "/_sandbox/balance", _balance),
        at("POST", "/_sandbox/balance", _set_balance),
        at("POST", "/_sandbox/script", _script),
        at("GET", "/pictures/{name}", _picture),
    ]


async def _health(world: World, _: Request) -> Response:
    return answer({"token": world.token, "pid": os.getpid(), "version": __version__, "speed": world.speed})


async def _bills(world: World, request: Request) -> Response:
    query = request.query_params
    accounts = world.accounts(query.get("gateway"), query.get("account"))
    return answer([bill.told() for account in accounts for bill in account.bills])


async def _requests(world: World, request: Request) -> Response:
    query = request.query_params
    accounts = world.accounts(query.get("gateway"), query.get("account"))
    return answer([told for account in accounts for told in account.requests])


async def _balance(world: World, request: Request) -> Response:
    account = world.account(request.query_params["gateway"], request.query_params["account"])
    return answer({"balance": bills.decimal(account.balance), "micro": account.balance, "unit": account.unit})


async def _set_balance(world: World, request: Request) -> Response:
    """`{"gateway", "account", "amount"}`: what is left from now on."""
    wish = await _wish(request)
    if not {"gateway", "account", "amount"} <= wish.keys() or wish["gateway"] not in world.units:
        return _bad("gateway (a known one), account and amount are needed")
    account = world.account(wish["gateway"], wish["account"])
    account.balance = bills.micro(wish["amount"])
    return answer({"balance": bills.decimal(account.balance), "micro": account.balance, "unit": account.unit})


async def _script(world: World, request: Request) -> Response:
    """`{"gateway", "account", "faults": [{"fault", "match"?, "times"?}]}`: for the next requests that fit."""
    wish = await _wish(request)
    if not {"gateway", "account", "faults"} <= wish.keys() or wish["gateway"] not in world.units:
        return _bad("gateway (a known one), account and faults are needed")
    unknown = [row.get("fault") for row in wish["faults"] if not faults.read(f"[[{row.get('fault')}]]")]
    if unknown:
        return _bad(f"no such fault: {unknown[0]}")
    account = world.account(wish["gateway"], wish["account"])
    queued = [
        Scripted(row["fault"], row.get("match", ""), int(row.get("times", 1))) for row in wish["faults"]
    ]
    account.script = [*account.script, *queued][-1000:]
    return answer({"queued": len(account.script)})


async def _picture(world: World, request: Request) -> Response:
    hung = world.gallery.find(request.path_params["name"])
    if hung is None or hung.trouble == "gone":
        return PlainTextResponse("Not Found", 404)
    if hung.trouble == "expired":
        expired = "<Error><Code>AccessDenied</Code><Message>Request has expired.</Message></Error>"
        return Response(expired, 403, media_type="application/xml")
    if hung.trouble:
        return RedirectResponse(f"/pictures/{hung.trouble}", 302)
    return Response(hung.data, media_type=hung.media_type)


async def _wish(request: Request) -> dict[str, Any]:
    try:
        wish = json.loads(await request.body())
    except ValueError:
        return {}
    return wish if isinstance(wish, dict) else {}


def _bad(message: str) -> Response:
    return answer({"error": message}, status=400)
