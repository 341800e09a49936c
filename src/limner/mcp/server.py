"""The server: its tools in a fixed order, its prompts, and the pictures by address."""

from pathlib import Path
from typing import Any

from mcp.server.caching import CacheHint
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError
from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import PromptArgument
from mcp.server.mcpserver.tools import Tool

from limner import __version__
from limner.errors import LimnerError
from limner.formats import EXTENSIONS
from limner.mcp import buying, delivering, looking, pictures, quoting
from limner.mcp.desk import Desk, aside
from limner.mcp.tool import make
from limner.messages import mcp_text

_KEPT_MS = 300_000


def build(desk: Desk) -> MCPServer[Any]:
    """A server for one desk. What it lists stays the same while it runs, so that hosts may keep it."""
    language = desk.voice.own
    kept = CacheHint(ttl_ms=_KEPT_MS, scope="private")
    server: MCPServer[Any] = MCPServer(
        "limner",
        title="limner",
        version=__version__,
        instructions=mcp_text("instructions", language),
        tools=tools(desk, language),
        log_level="WARNING",
        cache_hints={"tools/list": kept, "prompts/list": kept, "resources/templates/list": kept},
    )
    for prompt in _prompts(language):
        server.add_prompt(prompt)
    _offer_pictures(server, desk, language)
    return server


def tools(desk: Desk, language: str) -> list[Tool]:
    return [
        make(looking.listing_models(desk), language, reads=True),
        make(quoting.quoting(desk), language, reads=True, world=True),
        make(buying.generating(desk), language, reads=False, world=True),
        make(buying.looking_after(desk), language, reads=True, world=True),
        make(buying.calling_back(desk), language, reads=False),
        make(looking.listing_jobs(desk), language, reads=True),
        _named(make(delivering.delivering(desk), language, reads=False, world=True), delivering.names(desk)),
        make(looking.spending(desk), language, reads=True),
        make(looking.telling_setup(desk), language, reads=True),
    ]


def _named(tool: Tool, chats: list[str]) -> Tool:
    """The tool with the names that it takes as a closed list, where there are any."""
    if chats:
        tool.parameters["properties"]["to"]["enum"] = chats
    return tool


def _prompts(language: str) -> list[Prompt]:
    def make_image(wish: str) -> str:
        return mcp_text("make_image.text", language, {"wish": wish})

    def recover_job(job_id: str = "") -> str:
        key = "recover_job.text" if job_id.strip() else "recover_job.text_all"
        return mcp_text(key, language, {"job": job_id})

    told = []
    for function, argument in ((make_image, "wish"), (recover_job, "job_id")):
        name = function.__name__
        prompt = Prompt.from_function(
            function,
            title=mcp_text(f"{name}.title", language),
            description=mcp_text(f"{name}.about", language),
        )
        about = mcp_text(f"{name}.{argument}", language)
        required = function is make_image
        prompt.arguments = [PromptArgument(name=argument, description=about, required=required)]
        told.append(prompt)
    return told


def _offer_pictures(server: MCPServer[Any], desk: Desk, language: str) -> None:
    """Every saved picture by address, one template per format, so that each is read under its own type."""

    async def picture(job_id: str, index: str) -> bytes:
        try:
            job = await aside(desk.client.job, job_id)
            return await aside(Path(job.pictures[int(index)].path).read_bytes)
        except (LimnerError, ValueError, IndexError, OSError) as error:
            raise ResourceNotFoundError(mcp_text("picture.none", language)) from error

    for media_type, extension in EXTENSIONS.items():
        server.resource(
            pictures.URI + extension,
            name=f"picture{extension}",
            title=mcp_text("picture.title", language),
            description=mcp_text("picture.about", language),
            mime_type=media_type,
        )(picture)
