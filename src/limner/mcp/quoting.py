"""The offer: a wish, or a whole sentence, as a quote with its price. Free, and nothing is sent."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from mcp_types import CallToolResult
from pydantic import Field

from limner import understanding
from limner.errors import LimnerError, NeverLeft, Usage
from limner.mcp import shapes, speaking
from limner.mcp.desk import LONGEST_SECONDS, Desk, aside
from limner.messages import mcp_text
from limner.telling import quote_data
from limner.types import Quote, Wish

if TYPE_CHECKING:
    from limner.words import Understanding

Count = Annotated[int, Field(ge=1, le=8)]


def quoting(desk: Desk) -> Callable[..., Any]:
    async def quote_image(  # noqa: PLR0913, PLR0917
        prompt: str | None = None,
        sentence: str | None = None,
        model: str | None = None,
        gateway: str | None = None,
        refs: list[str] | None = None,
        aspect_ratio: str | None = None,
        size: str | None = None,
        n: Count | None = None,
        format: str | None = None,  # noqa: A002
        quality: str | None = None,
        background: str | None = None,
        seed: int | None = None,
        avoid: str | None = None,
        wish: Wish | None = None,
        use: str | None = None,
        subject: str | None = None,
        exact: bool | None = None,
        max_cost: str | None = None,
        extra: dict[str, Any] | None = None,
    ) -> Annotated[CallToolResult, shapes.QuoteShape]:
        given = {
            "gateway": gateway,
            "model": model,
            "references": tuple(refs) if refs else None,
            "aspect_ratio": aspect_ratio,
            "size": size,
            "n": n,
            "avoid": avoid,
            "quality": quality,
            "format": format,
            "background": background,
            "seed": seed,
            "max_cost": max_cost,
            "extra": extra,
            "wish": wish,
            "use": use,
            "subject": subject,
            "exact": exact,
        }
        outright = {name: value for name, value in given.items() if value is not None}
        language = desk.voice.of(sentence or prompt or "")
        try:
            quote, told = await aside(_quoted, desk, prompt, sentence, outright)
        except TimeoutError:
            return speaking.failed(NeverLeft("mcp.slow", seconds=LONGEST_SECONDS), language)
        except LimnerError as error:
            return speaking.failed(error, language)
        return _offered(quote, told, desk, language)

    return quote_image


def _quoted(
    desk: Desk, prompt: str | None, words: str | None, outright: dict[str, Any]
) -> "tuple[Quote, Understanding | None]":
    """A quote of a prompt as it stands, or of what a sentence means. What is given outright wins."""
    if (prompt is None) == (words is None):
        raise Usage("mcp.prompt_or_sentence")
    if words is None:
        return desk.client.quote(prompt or "", **outright), None
    told = desk.client.understand(words, outright.get("references", ()))
    return desk.client.quote(desk.client.meant(told, **outright)), told


def _offered(quote: Quote, told: "Understanding | None", desk: Desk, language: str) -> CallToolResult:
    """A fresh quote: what it would be, what is other than asked, and whether somebody will be asked."""
    data = quote_data(quote, desk.client, language)
    key = "quote.ask" if desk.client.needs_question(quote) else "quote.free"
    minutes = (quote.expires_at - quote.created_at) // 60_000
    lines = [
        desk.band(language),
        *_understood(told, language),
        data["summary"],
        *data["adjustments"],
        *([data["suggestion"]["message"], data["suggestion"]["prompt"]] if data["suggestion"] else []),
        mcp_text(key, language, {"quote": quote.id, "minutes": minutes}),
        f"quote_id: {quote.id}",
        f"max_cost: {data['max_cost']} {data['unit']}",
    ]
    if told is not None:
        data["understood"] = understanding.data(told, language)
    return speaking.answer(lines, data)


def _understood(told: "Understanding | None", language: str) -> list[str]:
    """What the words were taken to mean, and what of it is not done here."""
    if told is None:
        return []
    return [
        understanding.line(told, language),
        *([mcp_text("quote.no_reference", language)] if told.needs_reference else []),
        *([mcp_text("quote.not_remembered", language)] if told.preference else []),
    ]
