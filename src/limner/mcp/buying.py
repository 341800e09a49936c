"""From a quote to pictures: the question, the one tool that spends, and looking after the job."""

from collections.abc import Callable
from typing import Annotated, Any

import anyio
from mcp.server.mcpserver import Context, ElicitationResult, Resolve
from mcp_types import CallToolResult
from pydantic import Field

from limner import approval, worker
from limner.errors import ApprovalNeeded, Declined, LimnerError, NeverLeft, Usage
from limner.mcp import confirming, shapes, speaking
from limner.mcp.confirming import Verdict, Yes
from limner.mcp.desk import LONGEST_SECONDS, Desk, aside
from limner.mcp.following import Call, follow, job_answer
from limner.mcp.opening import Opened
from limner.mcp.pictures import Preview
from limner.messages import mcp_text, sentence
from limner.telling import called_back, job_data, quote_data
from limner.types import Quote

Seconds = Annotated[float, Field(ge=0, le=LONGEST_SECONDS)]
Tool = Callable[..., Any]


def generating(desk: Desk) -> Tool:
    ask = confirming.asker(desk)

    async def generate_image(
        quote_id: str,
        ctx: Context[Any, Any],
        answered: Annotated[ElicitationResult[Yes], Resolve(ask)],
        wait_seconds: Seconds = 40,
        preview: Preview = "none",
        approved: str | None = None,
    ) -> Annotated[CallToolResult, shapes.Generated]:
        until = anyio.current_time() + LONGEST_SECONDS
        language = desk.voice.own
        verdict: Verdict = None
        try:
            quote = await aside(desk.client.ledger.quote, quote_id)
            language = desk.voice.of(quote.choice.request.prompt)
            verdict = confirming.verdict(answered)
            known = await aside(desk.client.ledger.job_of_quote, quote.id)
            if known is None and isinstance(verdict, Opened):
                left = until - anyio.current_time()
                await confirming.pressed(ctx, desk, quote, verdict, min(wait_seconds, left))
            job_id = known.id if known else await _begun(quote, verdict, approved, desk, language, until)
        except Declined as error:
            was_closed = verdict == "closed"
            said = (
                mcp_text("ask.closed", language) if was_closed else sentence(error.key, language, error.facts)
            )
            return _declined(quote, said, desk, language)
        except ApprovalNeeded as error:
            if error.key in {"approval.other_quote", "approval.unclear"}:
                return speaking.failed(error, language)
            return _unconfirmed(quote, desk, language, was_opened=isinstance(verdict, Opened))
        except LimnerError as error:
            return speaking.failed(error, language)
        if job_id is None:
            return _starting(quote, desk, language)
        call = Call(ctx, desk, language, preview)
        seconds = min(wait_seconds, until - anyio.current_time())
        job, warnings = await follow(call, job_id, seconds)
        return await job_answer(call, job, warnings, nested=True)

    return generate_image


async def _begun(
    quote: Quote, verdict: Verdict, approved: str | None, desk: Desk, language: str, until: float
) -> str | None:
    """
    The id of the job that now serves the quote; `None` when it took too long to see. Raises `Declined`,
    `ApprovalNeeded` where nobody has said yes, and what keeps a job from being opened.
    """

    def begin() -> str:
        if verdict == "no":
            desk.client.decline(quote.id)
        if verdict == "closed":
            raise Declined("approval.declined", quote=quote.id)
        desk.client.ledger.demand_undeclined(quote)
        if desk.client.ledger.approval(quote.id) is None:
            approval.check(quote, desk.client.ledger.now())
        if verdict == "yes":
            desk.client.approve(quote.id, by="elicitation")
        elif approved is not None and verdict is None:
            _relay(quote, approved, desk)
        desk.client.check_run(quote, desk.output)
        try:
            return worker.hire(desk.order(quote.id, language))
        except LimnerError:
            # Somebody else may have been quicker with the same quote; then this is its job.
            other = desk.client.ledger.job_of_quote(quote.id)
            if other is None:
                raise
            return other.id

    try:
        return await aside(begin, seconds=until - anyio.current_time())
    except TimeoutError:
        return None


def _relay(quote: Quote, approved: str, desk: Desk) -> None:
    """Take the yes that an agent passes on, where the configuration lets it count."""
    if approved != quote.id:
        raise ApprovalNeeded("approval.other_quote", approved=approved, quote=quote.id)
    if desk.client.needs_question(quote) and desk.client.ledger.approval(quote.id) is None:
        desk.client.approve(quote.id, by="relay")


def _declined(quote: Quote, said: str, desk: Desk, language: str) -> CallToolResult:
    data = {"status": "declined", "message": said, "quote": quote_data(quote, desk.client, language)}
    return speaking.answer([said, mcp_text("next.declined", language), "status: declined"], data)


def _unconfirmed(quote: Quote, desk: Desk, language: str, *, was_opened: bool) -> CallToolResult:
    """Nobody has said yes: the quote, one sentence to say to the person, and every way a yes can be given."""
    data = quote_data(quote, desk.client, language)
    command, url = desk.typed("approve", quote.id), desk.page(quote.id)
    facts = {"summary": data["summary"], "ceiling": quote.ceiling, "quote": quote.id, "command": command}
    said = mcp_text("confirm.opened" if was_opened else "confirm.say", language, facts)
    ways = "confirm.relay" if desk.mode == "relay" and not was_opened else "confirm.person"
    lines = [
        desk.band(language),
        said,
        mcp_text(ways, language, facts),
        mcp_text("confirm.page", language, {"url": url}) if url else "",
        "status: needs_confirmation",
        f"quote_id: {quote.id}",
    ]
    told: dict[str, Any] = {
        "status": "needs_confirmation",
        "message": said,
        "quote": data,
        "approve_command": command,
        "approve_url": url,
        "warnings": [],
    }
    return speaking.answer(lines, told)


def _starting(quote: Quote, desk: Desk, language: str) -> CallToolResult:
    """It took too long to see the job begin. It may begin yet; the same quote never begins a second one."""
    said = mcp_text("starting", language, {"quote": quote.id})
    quoted = quote_data(quote, desk.client, language)
    data = {"status": "running", "message": said, "quote": quoted}
    return speaking.answer([said, "status: running", f"quote_id: {quote.id}"], data)


def looking_after(desk: Desk) -> Tool:
    async def get_job(
        ctx: Context[Any, Any],
        job_id: str | None = None,
        gateway: str | None = None,
        task_id: str | None = None,
        wait_seconds: Seconds = 0,
        preview: Preview = "none",
    ) -> Annotated[CallToolResult, shapes.JobShape]:
        until = anyio.current_time() + LONGEST_SECONDS
        language = desk.voice.own
        try:
            if job_id is None:
                job_id = await aside(_adopted, desk, gateway, task_id)
            elif gateway or task_id:
                raise Usage("mcp.job_or_task")
            job = await aside(desk.client.job, job_id)
            language = desk.voice.of(job.prompt)
            call = Call(ctx, desk, language, preview)
            job, warnings = await follow(call, job_id, min(wait_seconds, until - anyio.current_time()))
        except LimnerError as error:
            return speaking.failed(error, language)
        except TimeoutError:
            return speaking.failed(NeverLeft("mcp.slow_task", seconds=LONGEST_SECONDS), language)
        return await job_answer(call, job, warnings, nested=False)

    return get_job


def _adopted(desk: Desk, gateway: str | None, task_id: str | None) -> str:
    """The id of the job of a gateway's task, wherever that was started. Raises `Usage`, `GatewayError`."""
    if not (gateway and task_id):
        raise Usage("mcp.job_or_task")
    return desk.client.adopt(gateway, task_id, desk.output)


def calling_back(desk: Desk) -> Tool:
    async def cancel_job(job_id: str) -> Annotated[CallToolResult, shapes.JobShape]:
        language = desk.voice.own
        try:
            called, job = await aside(desk.client.cancel, job_id)
        except LimnerError as error:
            return speaking.failed(error, language)
        language = desk.voice.of(job.prompt)
        key, facts = called_back(called, job, desk.client)
        said = sentence(key, language, facts)
        data = {**job_data(job, desk.client, language), "cancel": called, "message": said}
        return speaking.answer([said, f"status: {job.state}", f"job_id: {job.id}"], data)

    return cancel_job
