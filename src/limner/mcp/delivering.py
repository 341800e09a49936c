"""A picture to a chat that the person has named: by its name alone, never by an address or a token."""

from collections.abc import Callable
from typing import Annotated, Any

from mcp_types import CallToolResult
from pydantic import Field

from limner.errors import LimnerError
from limner.mcp import shapes, speaking
from limner.mcp.desk import Desk, aside
from limner.telling import arrived, delivery_data, not_arrived


def delivering(desk: Desk) -> Callable[..., Any]:
    async def deliver_image(
        job_id: str,
        to: str,
        caption: str | None = None,
        index: Annotated[int, Field(ge=0, le=99)] | None = None,
    ) -> Annotated[CallToolResult, shapes.Deliveries]:
        from limner.delivery.sending import Wishes

        language = desk.voice.own
        try:
            language = desk.voice.of((await aside(desk.client.job, job_id)).prompt)
            wishes = Wishes(to, None if index is None else index + 1, caption, False, False)
            done = await aside(desk.client.deliver, job_id, wishes)
        except LimnerError as error:
            return speaking.failed(error, language)
        lines, failed = arrived(done, language), not_arrived(done)
        if failed is not None:
            return speaking.failed(failed, language, lines)
        return speaking.answer(lines, {"to": to, "items": [delivery_data(one) for one in done]})

    return deliver_image


def names(desk: Desk) -> list[str]:
    """The chats there are; none where the configuration cannot be read, which the tool itself will say."""
    try:
        return [target.name for target in desk.client.targets()]
    except LimnerError:
        return []
