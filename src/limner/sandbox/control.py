"""
The sandbox's own pages under `/_sandbox/`, which no gateway has: health, bills, requests, scripts, balances;
and `/pictures/`, where links lead.
"""

import json
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from limner import __version__
from limner.sandbox import bills, faults
from limner.sandbox.answers import answer
from limner.sandbox.bills import Account, Scripted
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
    account = _account(world, request.query_params)
    return _purse(account) if account else _bad("gateway (a known one) and account are needed")


async def _set_balance(world: World, request: Request) -> Response:
    """`{"gateway", "account", "amount"}`: what is left from now on."""
    wish = await _wish(request)
    account = _account(world, wish)
    try:
        amount = bills.micro(wish["amount"])
    except (KeyError, ArithmeticError):
        account = None
    if account is None:
        return _bad("gateway (a known one), account and amount are needed")
    account.balance = amount
    return _purse(account)


async def _script(world: World, request: Request) -> Response:
    """`{"gateway", "account", "faults": [{"fault", "match"?, "times"?}]}`: for the next requests that fit."""
    wish = await _wish(request)
    account, rows = _account(world, wish), wish.get("faults")
    if account is None or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return _bad("gateway (a known one), account and faults are needed")
    unknown = [row.get("fault") for row in rows if not faults.read(f"[[{row.get('fault')}]]")]
    if unknown:
        return _bad(f"no such fault: {unknown[0]}")
    queued = [Scripted(row["fault"], str(row.get("match", "")), int(row.get("times", 1))) for row in rows]
    account.script = [*account.script, *queued][-1000:]
    return answer({"queued": len(account.script)})


def _account(world: World, wish: Mapping[str, Any]) -> Account | None:
    """The account that is meant, if its gateway is one of ours."""
    gateway, key = wish.get("gateway"), wish.get("account")
    return world.account(gateway, str(key)) if key and gateway in world.units else None


def _purse(account: Account) -> Response:
    told = {"balance": bills.decimal(account.balance), "micro": account.balance, "unit": account.unit}
    return answer(told)


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
