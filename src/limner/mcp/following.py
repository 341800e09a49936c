"""Watching a job that runs elsewhere: looks at the ledger, notes of progress, and the answer at the end."""

from typing import Any, NamedTuple

import anyio
from mcp.server.mcpserver import Context
from mcp_types import CallToolResult

from limner.errors import LimnerError
from limner.mcp import speaking
from limner.mcp.desk import LOOK_SECONDS, Desk, aside
from limner.mcp.pictures import Preview, blocks
from limner.messages import mcp_text, sentence
from limner.receipts import said
from limner.results import LIVE, Job
from limner.telling import job_data, with_origins

_NOTE_SECONDS = 5.0
_ORIGIN_SECONDS = 5.0


class Call(NamedTuple):
    """One tool call that is about a job."""

    ctx: Context[Any, Any]
    desk: Desk
    language: str
    preview: Preview


async def follow(call: Call, job_id: str, seconds: float) -> tuple[Job, list[str]]:
    """
    The job once it has ended or `seconds` have passed, and what a person should know besides. A job whose
    process has ended is brought home on the way. Raises `NotFound`.
    """
    desk = call.desk
    until = anyio.current_time() + seconds
    noted = until - seconds - _NOTE_SECONDS
    fetched = False
    while True:
        job = await aside(desk.client.job, job_id)
        if job.state not in LIVE:
            return job, []
        if not desk.fetches(job_id) and await aside(desk.client.is_left, job_id):
            if fetched:
                return await aside(desk.client.job, job_id), _left(call, job_id)
            desk.fetch(job_id)
            fetched = True
        if anyio.current_time() >= until:
            return job, []
        if anyio.current_time() >= noted + _NOTE_SECONDS:
            noted = anyio.current_time()
            await _note(call, job)
        await anyio.sleep(min(LOOK_SECONDS, max(0.0, until - anyio.current_time())))


async def _note(call: Call, job: Job) -> None:
    data = await aside(job_data, job, call.desk.client, call.language)
    await call.ctx.report_progress(float(data.get("progress", 0)), 100.0, str(data["message"]))


def _left(call: Call, job_id: str) -> list[str]:
    hindrance = call.desk.hindrance(job_id)
    if hindrance is None:
        return []
    return [sentence(hindrance.key, call.language, hindrance.facts)]


async def job_answer(call: Call, job: Job, warnings: list[str], *, nested: bool) -> CallToolResult:
    """
    A job as a result. `nested`: as `generate_image` answers, with a status and whose yes it runs on.
    """
    desk, language = call.desk, call.language
    warnings = [*warnings, *said(job, language)]
    data = {**job_data(job, desk.client, language), "warnings": warnings}
    if job.pictures:
        warnings += await _tell_origins(call, job, data)
    shown = blocks(job, call.preview, local=desk.local)
    if call.preview == "small" and job.pictures and shown[-1].type != "image":
        warnings.append(mcp_text("preview.none", language))
    status = "running" if job.state in LIVE else job.state
    lines = [
        desk.band(language),
        data["message"],
        *([sentence(job.error, language, job.error_facts)] if job.error else []),
        *(str(row["message"]) for row in data["evidence"]),
        *warnings,
        *_following(job, desk, language),
        f"status: {status}",
        f"job_id: {job.id}",
        *(f"path: {picture.path}" for picture in job.pictures),
    ]
    if not nested:
        return speaking.answer(lines, data, shown)
    approval = desk.client.ledger.approval(job.quote_id)
    told = {
        "status": status,
        "message": data["message"],
        "job": data,
        "approved_by": approval["by_whom"] if approval else None,
        "warnings": warnings,
    }
    return speaking.answer(lines, told, shown)


async def _tell_origins(call: Call, job: Job, data: dict[str, Any]) -> list[str]:
    """Put into `data` where the pictures come from; what kept them from being checked, if anything did."""
    try:
        found = await aside(call.desk.client.origins, job, seconds=_ORIGIN_SECONDS)
    except TimeoutError:
        return []
    except LimnerError as error:
        return [sentence(error.key, call.language, error.facts)]
    with_origins(data, found, call.language)
    return []


def _following(job: Job, desk: Desk, language: str) -> list[str]:
    """What to do next, in words."""
    if job.state in LIVE:
        return [mcp_text("next.poll", language, {"job": job.id})]
    if job.state == "unknown":
        return [mcp_text("next.unknown", language, {"command": desk.typed("resolve", job.id)})]
    if job.state == "failed":
        return [sentence(f"charged.{job.charged}", language, {"cost": job.cost})]
    return []
