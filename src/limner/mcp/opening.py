"""
A page that the host opens for the person: a question by address ("URL elicitation"), in either era.

That the page was opened is no answer to what it asks, and a host may say so without opening anything. What
the person did there, the ledger says.
"""

import secrets
from typing import Any, NamedTuple

from mcp.server.mcpserver import Context
from mcp_types import (
    ClientCapabilities,
    ElicitRequest,
    ElicitRequestURLParams,
    ElicitResult,
    InputRequiredResult,
)
from mcp_types.version import is_version_at_least

_BY_RETURN = "2026-07-28"
"""From this revision on a server asks by returning the question, and the host calls again with the answer."""

_KEY = "page"


class PageFirst(Exception):
    """The host is to open a page and to call again; `StrictTool` returns it in place of a result."""

    def __init__(self, asked: InputRequiredResult) -> None:
        super().__init__()
        self.asked = asked


class Opened(NamedTuple):
    """The person let the host open the page. `name`: what the host knows the question by, where it does."""

    name: str | None

    async def done(self, ctx: Context[Any, Any]) -> None:
        """Tell the host that the person is through with the page."""
        if self.name is not None:
            await ctx.session.send_elicit_complete(self.name, ctx.request_id)


def can_open(capabilities: ClientCapabilities | None) -> bool:
    """Did the host say that it opens pages?"""
    told = capabilities.elicitation if capabilities else None
    return told is not None and told.url is not None


async def put(ctx: Context[Any, Any], message: str, url: str) -> Opened | None:
    """
    Have the host open a page, with a message beside its address; `None` where the person would not. Raises
    `PageFirst` on the first round of a host that is asked by return.
    """
    if not is_version_at_least(ctx.protocol_version or "", _BY_RETURN):
        name = secrets.token_urlsafe(12)
        told = await ctx.elicit_url(message, url, name)
        return Opened(name) if told.action == "accept" else None
    answer = (ctx.input_responses or {}).get(_KEY)
    if answer is None:
        asked = ElicitRequest(params=ElicitRequestURLParams(message=message, url=url))
        raise PageFirst(InputRequiredResult(input_requests={_KEY: asked}))
    return Opened(None) if isinstance(answer, ElicitResult) and answer.action == "accept" else None
