"""
The question before money is spent, put to the person by the agent's host.

A host may answer its dialogs by itself, so that a yes given here counts as passed on, not as a person's own
hand: where the configuration wants that, nothing is asked here, and only a terminal or the studio counts.
"""

from functools import lru_cache
from typing import Any

from mcp.server.mcpserver import AcceptedElicitation, Context, Elicit
from mcp_types import ClientCapabilities
from pydantic import BaseModel, Field, StrictBool, create_model

from limner import approval
from limner.errors import LimnerError
from limner.mcp.desk import Desk
from limner.messages import LANGUAGES, clean, mcp_text, sentence
from limner.telling import summary
from limner.types import Quote

_PROMPT = 240
_TERMS = 390
NOT_ASKED = "not asked"


class Yes(BaseModel):
    """One required truth value without a default: a dialog that is merely confirmed is no yes."""

    approve: StrictBool


@lru_cache(maxsize=len(LANGUAGES))
def form(language: str) -> type[Yes]:
    """`Yes`, labelled in a language; the same every time, because an answer belongs to the form shown."""
    label = Field(title=mcp_text("ask.label", language), description=mcp_text("ask.note", language))
    return create_model("Yes", __base__=Yes, approve=(StrictBool, label))


def question(quote: Quote, language: str, sandbox: bool) -> str:
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
    return f"[{mcp_text('sandbox', language)}] {said}" if sandbox else said


def asker(desk: Desk) -> Any:
    """The resolver of `generate_image`: asks where somebody has to be asked and the host can."""

    def ask(quote_id: str, ctx: Context[Any, Any]) -> Any:
        if not can_ask(ctx.client_capabilities):
            return NOT_ASKED
        try:
            quote = desk.client.ledger.quote(quote_id)
            if not _is_open(quote, desk):
                return NOT_ASKED
        except LimnerError:
            # The tool itself meets the same mistake, and answers with it.
            return NOT_ASKED
        language = desk.voice.of(quote.choice.request.prompt)
        return Elicit(question(quote, language, desk.client.sandbox), form(language))

    return ask


def _is_open(quote: Quote, desk: Desk) -> bool:
    """Would a yes given now count, and does anything wait for it? Raises `QuoteChanged`."""
    ledger = desk.client.ledger
    approval.check(quote, ledger.now())
    return (
        desk.mode == "relay"
        and desk.client.needs_question(quote)
        and ledger.approval(quote.id) is None
        and ledger.job_of_quote(quote.id) is None
    )


def can_ask(capabilities: ClientCapabilities | None) -> bool:
    """Did the host say that it shows forms? One that names no kind of elicitation means forms."""
    told = capabilities.elicitation if capabilities else None
    return told is not None and (told.form is not None or told.url is None)


def verdict(outcome: Any) -> bool | None:
    """Yes, no, or `None` where nobody was asked."""
    if not isinstance(outcome, AcceptedElicitation):
        return False
    if outcome.data == NOT_ASKED:
        return None
    return isinstance(outcome.data, Yes) and outcome.data.approve
