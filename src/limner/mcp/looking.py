"""The tools that only look: what is for sale, the jobs so far, what was spent, what is set up."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp_types import CallToolResult
from pydantic import Field

from limner.errors import LimnerError, NotFound, SetupNeeded, Usage
from limner.mcp import opening, shapes, speaking
from limner.mcp.desk import Desk, aside
from limner.messages import mcp_text, sentence
from limner.money import decimal
from limner.telling import job_data
from limner.types import Model

Tool = Callable[..., Any]
Page = Annotated[int, Field(ge=1, le=50)]
State = Literal["unfinished", "done", "failed", "canceled", "unknown"]
_MOST_PICTURES = 4


def listing_models(desk: Desk) -> Tool:
    async def list_models(
        query: str = "",
        task: Literal["text", "edit"] | None = None,
        gateway: str | None = None,
        limit: Page = 20,
    ) -> Annotated[CallToolResult, shapes.Models]:
        language = desk.voice.of(query)
        try:
            found = [one for one in await aside(desk.client.models, gateway) if _fits(one, query, task)]
            ready = {one["name"] for one in await aside(_gateways, desk, language) if one["ready"]}
        except LimnerError as error:
            return speaking.failed(error, language)
        found.sort(key=lambda one: (one.gateway not in ready, not one.default, one.gateway, one.id))
        rows = [_row(one, ready) for one in found[:limit]]
        lines = [_line(row) for row in rows]
        lines.append(mcp_text("models.count", language, {"shown": len(rows), "total": len(found)}))
        return speaking.answer(lines, {"models": rows, "total": len(found)})

    return list_models


def _fits(model: Model, query: str, task: str | None) -> bool:
    if task and ("image_to_image" if task == "edit" else "text_to_image") not in model.operations:
        return False
    known = " ".join((model.id, model.title, model.gateway, *model.aliases, *model.uses)).lower()
    return all(word in known for word in query.lower().split())


def _row(model: Model, ready: set[str]) -> dict[str, Any]:
    each = min((price.each for price in model.prices), key=lambda one: one.micro, default=None)
    return {
        "gateway": model.gateway,
        "id": model.id,
        "title": model.title,
        "operations": list(model.operations),
        "aspect_ratios": list(model.aspect_ratios),
        "sizes": list(model.sizes),
        "max_references": model.max_references,
        "price_each": decimal(each) if each else None,
        "unit": each.unit if each else None,
        "eta_s": list(model.seconds),
        "as_of": model.as_of,
        "ready": model.gateway in ready,
        "aliases": list(model.aliases),
        "uses": list(model.uses),
    }


def _line(row: dict[str, Any]) -> str:
    price = f"{row['price_each']} {row['unit']}" if row["price_each"] else "?"
    return f"{row['id']} · {row['gateway']}{'' if row['ready'] else ' (-)'} · {row['title']} · {price}"


def listing_jobs(desk: Desk) -> Tool:
    async def list_jobs(
        state: State | None = None, limit: Page = 10, cursor: str | None = None
    ) -> Annotated[CallToolResult, shapes.Jobs]:
        language = desk.voice.own
        try:
            found = await aside(desk.client.jobs, state, limit + 1, cursor)
            page = found[:limit]
            items = [await aside(job_data, one, desk.client, desk.voice.of(one.prompt)) for one in page]
        except NotFound as error:
            wrong = Usage("mcp.cursor", cursor=cursor) if error.key == "job.not_found" else error
            return speaking.failed(wrong, language)
        except LimnerError as error:
            return speaking.failed(error, language)
        lines = [
            f"{one.id} · {one.state} · {one.prompt[:60]} · "
            + " ".join(picture.path for picture in one.pictures[:_MOST_PICTURES])
            for one in page
        ]
        following = page[-1].id if len(found) > limit else None
        lines = lines or [mcp_text("jobs.none", language)]
        lines += [f"next_cursor: {following}"] if following else []
        return speaking.answer(lines, {"items": items, "next_cursor": following})

    return list_jobs


def spending(desk: Desk) -> Tool:
    async def get_spend(
        since: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")] = "0000-01-01",
    ) -> Annotated[CallToolResult, shapes.Spend]:
        language = desk.voice.own
        try:
            spent, reserved = await aside(desk.client.spend, "day", since)
        except LimnerError as error:
            return speaking.failed(error, language)
        items = [
            {
                "day": one.label,
                "charged": decimal(one.charged),
                "unit": one.charged.unit,
                "pictures": one.pictures,
                "jobs": one.jobs,
            }
            for one in spent
        ]
        held = [{"amount": decimal(one), "unit": one.unit} for one in reserved]
        limits = desk.client.settings.get("budget", {})
        lines = [f"{one.label}: {one.charged}" for one in spent] or [mcp_text("spend.none", language)]
        lines += [mcp_text("spend.reserved", language, {"amount": one}) for one in reserved]
        return speaking.answer(lines, {"items": items, "reserved": held, "limits": dict(limits)})

    return get_spend


def telling_setup(desk: Desk) -> Tool:
    async def setup_status(ctx: Context[Any, Any]) -> Annotated[CallToolResult, shapes.Setup]:
        language = desk.voice.own
        try:
            told = await aside(_gateways, desk, language)
            mode = desk.mode
        except LimnerError as error:
            return speaking.failed(error, language)
        ready = any(one["ready"] for one in told)
        command, studio = desk.typed("setup"), desk.studio()
        was_opened = not ready and studio is not None and await _offered(ctx, desk, studio, language)
        data = {
            "gateways": told,
            "ready": ready,
            "approval_mode": mode,
            "studio_url": studio,
            "setup_command": command,
            "pictures": str(desk.pictures),
            "sandbox": desk.client.sandbox,
        }
        key = "setup.ready" if ready else "setup.missing"
        lines = [
            desk.band(language),
            *(f"{one['name']}: {one['status']}" for one in told),
            mcp_text(key, language, {"command": command}),
            mcp_text("setup.studio", language, {"url": f"{studio}/setup"}) if studio else "",
            mcp_text("setup.opened", language) if was_opened else "",
            mcp_text(f"setup.{mode}", language),
            mcp_text("setup.keys", language),
        ]
        return speaking.answer(lines, data)

    return setup_status


async def _offered(ctx: Context[Any, Any], desk: Desk, studio: str, language: str) -> bool:
    """Has the host opened the page where a key is entered? Offered once; a key has no place in a form."""
    if desk.has_offered_setup or not opening.can_open(ctx.client_capabilities):
        return False
    page = await opening.put(ctx, mcp_text("ask.setup", language), f"{studio}/setup")
    desk.has_offered_setup = True
    return page is not None


def _gateways(desk: Desk, language: str) -> list[dict[str, Any]]:
    told = []
    for name in desk.client.gateways():
        try:
            found = desk.client.gateway(name)
        except SetupNeeded as error:
            missing = mcp_text("gateway.no_key", language) if error.key == "key.none" else ""
            status = missing or sentence(error.key, language, error.facts)
            told.append({"name": name, "ready": False, "status": status})
            continue
        status = mcp_text("gateway.ready" if found.key else "gateway.keyless", language, {"host": found.host})
        told.append({"name": name, "ready": True, "status": status})
    return told
