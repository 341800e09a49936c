"""
The question before money is spent, put to the person by the agent's host.

A host may answer its dialogs by itself, so that a yes given in one counts as passed on, not as a person's own
hand. Where the configuration wants that, and where the host has no dialogs, it is asked to open the studio's
page instead; the yes is what is pressed there, and never the host's word.
"""

from functools import lru_cache
from typing import Any, Literal, NamedTuple

import anyio
from mcp.server.mcpserver import AcceptedElicitation, Context, Elicit
from mcp_types import ClientCapabilities
from pydantic import BaseModel, Field, StrictBool, create_model

from limner import approval
from limner.errors import ApprovalNeeded, LimnerError
from limner.mcp import opening
from limner.mcp.desk import LOOK_SECONDS, Desk, aside
from limner.mcp.opening import Opened
from limner.messages import LANGUAGES, clean, mcp_text, sentence
from limner.telling import summary
from limner.types import Quote

_PROMPT = 240
_TERMS = 390

Verdict = Literal["yes", "no", "closed"] | Opened | None
"""
What came of asking. "closed": the question was put away, by the person or by the host itself. `Opened`: the
answer is in the ledger, or not there yet. `None`: nobody was asked.
"""


class _Page(NamedTuple):
    """The studio's page of a quote, and what the host says beside its address."""

    message: str
    url: str


class Yes(BaseModel):
    """One required truth value without a default: a dialog that is merely confirmed is no yes."""

    approve: StrictBool


@lru_cache(maxsize=len(LANGUAGES))
def form(language: str) -> type[Yes]:
    """`Yes`, labelled in a language; the same every time, because an answer belongs to the form shown."""
    label = Field(title=mcp_text("ask.label", language), description=mcp_text("ask.note", language))
    return create_model("Yes", __base__=Yes, approve=(StrictBool, label))


def question(quote: Quote, language: str, band: str) -> str:
    """Made from the stored quote alone: no clock, no live price, so that it is the same at every asking."""
    changes = [sentence(one.key, language, one.facts) for one in (*quote.choice.adjustments, *quote.notes)]
    facts = {
        "ceiling": quote.ceiling,
        "summary": clean(
            ("" if language == "zh" else " ").join([summary(quote, language), *changes]), _TERMS
        ),
        "gateway": quote.choice.gateway,
        "host": quote.host,
        "prompt": clean(quote.choice.prompt, _PROMPT),
        "quote": quote.id,
        "references": len(quote.choice.references),
    }
    key = "ask.question_with_references" if quote.choice.references else "ask.question"
    said = mcp_text(key, language, facts)
    return f"[{band}] {said}" if band else said


def asker(desk: Desk) -> Any:
    """The resolver of `generate_image`: asks where somebody has to be asked and the host can."""

    async def ask(quote_id: str, ctx: Context[Any, Any]) -> Any:
        try:
            asked = await aside(_asked, desk, quote_id, ctx.client_capabilities)
        except LimnerError as error:
            return error
        except TimeoutError:
            return ApprovalNeeded("approval.unclear")
        if isinstance(asked, _Page):
            return await opening.put(ctx, *asked) or "closed"
        return asked

    return ask


def _asked(desk: Desk, quote_id: str, told: ClientCapabilities | None) -> Elicit[Yes] | _Page | None:
    """How the person is to be asked, if at all. Raises `NotFound`, `QuoteChanged`, `Usage`."""
    quote = desk.client.ledger.quote(quote_id)
    if not _is_open(quote, desk):
        return None
    language = desk.voice.of(quote.choice.request.prompt)
    said = question(quote, language, desk.band(language))
    if desk.mode == "relay" and can_ask(told):
        return Elicit(said, form(language))
    page = desk.page(quote.id) if opening.can_open(told) else None
    return _Page(f"{said} {mcp_text('ask.page', language)}", page) if page else None


def _is_open(quote: Quote, desk: Desk) -> bool:
    """Does anything wait for a yes? Raises `QuoteChanged`."""
    ledger = desk.client.ledger
    if ledger.approval(quote.id) or ledger.job_of_quote(quote.id) or ledger.is_declined(quote):
        return False
    approval.check(quote, ledger.now())
    return desk.client.needs_question(quote)


def can_ask(capabilities: ClientCapabilities | None) -> bool:
    """Did the host say that it shows forms? One that names no kind of elicitation means forms."""
    told = capabilities.elicitation if capabilities else None
    return told is not None and (told.form is not None or told.url is None)


def verdict(outcome: Any) -> Verdict:
    """Raises what kept the question from being asked: nobody's word stands in for its answer."""
    if not isinstance(outcome, AcceptedElicitation):
        return "closed"
    told: Any = outcome.data
    if isinstance(told, Yes):
        return "yes" if told.approve else "no"
    if isinstance(told, LimnerError):
        raise told
    plain: Verdict = told
    return plain


async def pressed(ctx: Context[Any, Any], desk: Desk, quote: Quote, page: Opened, seconds: float) -> None:
    """Wait until the page's yes or no is in the ledger, or for so long."""
    until = anyio.current_time() + seconds
    ledger, language = desk.client.ledger, desk.voice.of(quote.choice.request.prompt)

    def is_there() -> bool:
        return ledger.approval(quote.id) is not None or ledger.is_declined(quote)

    await ctx.report_progress(0, 100, mcp_text("ask.waiting", language))
    while not await aside(is_there):
        if anyio.current_time() >= until:
            return
        await anyio.sleep(min(LOOK_SECONDS, max(0.0, until - anyio.current_time())))
    await page.done(ctx)
