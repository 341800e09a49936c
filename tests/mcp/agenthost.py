"""An agent's host: a program that speaks MCP, in either era, and puts questions to a person it plays."""

import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.client.client import Client
from mcp.client.session import ClientSession
from mcp.client.stdio import StdioServerParameters
from mcp.server.mcpserver import MCPServer
from mcp_types import CallToolResult, ElicitResult

from buyer import Buyer
from limner.mcp.desk import Desk
from limner.mcp.server import build
from limner.mcp.speaking import Voice
from limner.results import LIVE, Job

ERAS = {"2026-07-28": "2026-07-28", "2025-11-25": "legacy"}
LIMNER = str(Path(sys.executable).with_name("limner"))

Answer = Callable[[Any], ElicitResult]
Talk = Callable[[Client], Awaitable[Any]]


def yes(_: Any) -> ElicitResult:
    return ElicitResult(action="accept", content={"approve": True})


def no(_: Any) -> ElicitResult:
    return ElicitResult(action="accept", content={"approve": False})


def declines(_: Any) -> ElicitResult:
    return ElicitResult(action="decline")


def cancels(_: Any) -> ElicitResult:
    return ElicitResult(action="cancel")


def sloppy(_: Any) -> ElicitResult:
    """A host that answers by itself, and badly."""
    return ElicitResult(action="accept", content={"approve": "true"})


def empty(_: Any) -> ElicitResult:
    return ElicitResult(action="accept")


class _OnlyPages(ClientSession):
    """Of a host that opens pages and shows no forms."""

    def _build_capabilities(self, version: str) -> types.ClientCapabilities:
        told = super()._build_capabilities(version)
        only = types.ElicitationCapability(url=types.UrlElicitationCapability())
        return told.model_copy(update={"elicitation": only})


class _PageClient(Client):
    async def _build_session(self, exit_stack: AsyncExitStack) -> ClientSession:
        session = await super()._build_session(exit_stack)
        session.__class__ = _OnlyPages
        return session


class Host(NamedTuple):
    """
    One host and the limner it speaks to. `asked`: the questions it was told to put; of a page, its address.
    `done`: the names of pages of which it was told that the person is through with them.
    """

    server: MCPServer[Any] | StdioServerParameters | str
    era: str
    person: Answer | None
    asked: list[str]
    only_pages: bool = False
    done: list[str] | None = None

    def talk(self, script: Talk) -> Any:
        async def whole() -> Any:
            with anyio.fail_after(60):
                async with self.client() as client:
                    return await script(client)

        return anyio.run(whole)

    def client(self) -> Client:
        person = self.person

        async def put(_: Any, params: Any) -> ElicitResult:
            assert person is not None
            if params.mode == "url":
                self.asked.append(params.url)
                return await anyio.to_thread.run_sync(person, params)
            self.asked.append(params.message)
            assert params.requested_schema["required"] == ["approve"]
            assert "default" not in params.requested_schema["properties"]["approve"]
            return person(params)

        async def hear(message: Any) -> None:
            if isinstance(message, types.ElicitCompleteNotification) and self.done is not None:
                self.done.append(message.params.elicitation_id)

        kind = _PageClient if self.only_pages else Client
        asks = put if person else None
        return kind(self.server, mode=ERAS[self.era], elicitation_callback=asks, message_handler=hear)

    def call(self, tool: str, **arguments: Any) -> CallToolResult:
        """One tool call on a connection of its own."""

        async def script(client: Client) -> CallToolResult:
            return await client.call_tool(tool, arguments)

        told: CallToolResult = self.talk(script)
        return told


def desk(buyer: Buyer, language: str | None = None, local: bool = True) -> Desk:
    return Desk(
        buyer.client, Voice(language, "en"), at=str(buyer.home), pictures=str(buyer.folder), local=local
    )


def host(
    buyer: Buyer, era: str = "2026-07-28", person: Answer | None = None, language: str | None = None
) -> Host:
    """A host in this process, in front of the same server that the command starts."""
    return Host(build(desk(buyer, language)), era, person, [])


def process(buyer: Buyer, *words: str, era: str = "2026-07-28", person: Answer | None = None) -> Host:
    """A host that starts `limner mcp` as hosts do."""
    return Host(
        StdioServerParameters(
            command=LIMNER, args=["mcp", *words], env=environment(buyer), cwd=str(buyer.folder)
        ),
        era,
        person,
        [],
    )


def environment(buyer: Buyer) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "LANG": "C.UTF-8",
        "LIMNER_HOME": str(buyer.home),
        "OMNIMAAS_API_KEY": buyer.key,
        "OMNIMAAS_BASE_URL": os.environ["OMNIMAAS_BASE_URL"],
    }


def text(result: CallToolResult) -> str:
    first = result.content[0]
    assert isinstance(first, types.TextContent)
    return first.text


def data(result: CallToolResult) -> dict[str, Any]:
    assert result.is_error is not True, text(result)
    assert isinstance(result.structured_content, dict)
    return result.structured_content


def error(result: CallToolResult) -> dict[str, Any]:
    assert result.is_error is True, text(result)
    assert isinstance(result.structured_content, dict)
    told: dict[str, Any] = result.structured_content["error"]
    assert told["message"] in text(result)
    return told


async def quoted(client: Client, prompt: str = "a lighthouse at dusk", **wishes: Any) -> str:
    """The id of a fresh quote."""
    arguments = {"prompt": prompt, "model": "gpt-image-2", **wishes}
    return str(data(await client.call_tool("quote_image", arguments))["quote_id"])


def ended(buyer: Buyer, job_id: str) -> Job:
    """The job, once the ledger says that it has ended."""

    async def whole() -> Job:
        with anyio.fail_after(60):
            while (job := buyer.client.job(job_id)).state in LIVE:
                await anyio.sleep(0.05)
        return job

    return anyio.run(whole)
