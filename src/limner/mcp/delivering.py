"""A picture to a chat that the person has named: by its name alone, never by an address or a token."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from mcp_types import CallToolResult
from pydantic import Field

from limner.errors import LimnerError
from limner.mcp import shapes, speaking
from limner.mcp.desk import Desk, aside
from limner.messages import sentence

if TYPE_CHECKING:
    from limner.delivery.sending import Delivered

_SENTENCES = {"sent": "delivery.sent", "partial": "delivery.partial"}


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
        lines = [_said(one, language) for one in done]
        hindered = next((one.error for one in done if one.error and one.delivery.state != "partial"), None)
        if hindered is not None:
            return speaking.failed(hindered, language, [line for line in lines if line])
        return speaking.answer(lines, {"to": to, "items": [_told(one) for one in done]})

    return deliver_image


def names(desk: Desk) -> list[str]:
    """The chats there are; none where the configuration cannot be read, which the tool itself will say."""
    try:
        return [target.name for target in desk.client.targets()]
    except LimnerError:
        return []


def _told(one: "Delivered") -> dict[str, Any]:
    return {
        "path": one.picture.path,
        "state": one.delivery.state,
        "already": one.already,
        "text_sent": one.delivery.text_sent,
        "image_sent": one.delivery.image_sent,
        "message_id": one.delivery.message_id or None,
    }


def _said(one: "Delivered", language: str) -> str:
    key = "delivery.already" if one.already else _SENTENCES.get(one.delivery.state, "")
    facts = {"target": one.target.name, "service": one.target.title, "path": one.picture.path}
    return sentence(key, language, facts) if key else ""
