"""A tool that takes exactly what it says, answers every mistake in a sentence, and speaks a language."""

from collections.abc import Callable
from typing import Any

import anyio
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.mcpserver.tools import Tool
from mcp.shared.exceptions import MCPError
from mcp_types import ToolAnnotations
from pydantic import ConfigDict, ValidationError

from limner.errors import ApprovalNeeded, Usage
from limner.mcp import speaking
from limner.mcp.opening import PageFirst
from limner.messages import mcp_text

_ANSWERING_SECONDS = 15 * 60
"""How long a host may take to put a question to a person: as long as a quote lives."""


class StrictTool(Tool):
    """`language` is that of mistakes made before anybody's words were read."""

    language: str = "en"

    async def run(
        self, arguments: dict[str, Any], context: Context[Any, Any], convert_result: bool = False
    ) -> Any:
        try:
            self.fn_metadata.validate_arguments(arguments)
        except ValidationError as error:
            return speaking.failed(self._mistake(error), self.language)
        try:
            with anyio.fail_after(_ANSWERING_SECONDS):
                return await super().run(arguments, context, convert_result)
        except MCPError:
            raise
        except UnexpectedToolError as error:
            if isinstance(error.__cause__, PageFirst):
                return error.__cause__.asked
            return speaking.own_fault(error.__cause__ or error, self.language)
        except (ToolError, TimeoutError):
            # What came back from the host's dialog was neither a yes nor a no.
            return speaking.failed(ApprovalNeeded("approval.unclear"), self.language)

    def _mistake(self, error: ValidationError) -> Usage:
        """The first thing that is wrong with the arguments, what is allowed, and for which tool."""
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "?"
        known: dict[str, Any] = self.parameters["properties"]
        if first["type"] == "extra_forbidden":
            return Usage("mcp.unknown_argument", tool=self.name, name=name, allowed=list(known))
        if first["type"] == "missing":
            return Usage("mcp.missing_argument", tool=self.name, name=name)
        allowed = _allowed(known.get(str(first["loc"][0]), {}))
        return Usage("mcp.bad_argument", tool=self.name, name=name, allowed=allowed or first["msg"])


def make(
    function: Callable[..., Any], language: str, *, reads: bool, repeats: bool = True, world: bool = False
) -> StrictTool:
    """
    A tool of a function, with its texts in a language. `reads`: it changes nothing. `repeats`: doing it
    again changes nothing more. `world`: it may speak to a gateway.
    """
    name = function.__name__
    hints = ToolAnnotations(
        title=mcp_text(f"{name}.title", language),
        read_only_hint=reads,
        destructive_hint=False,
        idempotent_hint=repeats,
        open_world_hint=world,
    )
    tool = StrictTool.from_function(
        function,
        title=mcp_text(f"{name}.title", language),
        description=mcp_text(f"{name}.about", language),
        annotations=hints,
    )
    assert isinstance(tool, StrictTool)
    tool.language = language
    loose = tool.fn_metadata.arg_model

    class Strict(loose):  # type: ignore[misc, valid-type]
        model_config = ConfigDict(extra="forbid")

    tool.fn_metadata = tool.fn_metadata.model_copy(update={"arg_model": Strict})
    tool.parameters = _described(Strict.model_json_schema(by_alias=True), name, language)
    return tool


def _described(schema: dict[str, Any], tool: str, language: str) -> dict[str, Any]:
    """The schema of the arguments, each with its text and without the titles that pydantic makes up."""
    schema.pop("title", None)
    for name, one in schema["properties"].items():
        one.pop("title", None)
        one["description"] = mcp_text(f"{tool}.{name}", language)
    return schema


def _allowed(schema: dict[str, Any]) -> str:
    """What an argument may be, as far as its schema says so in few words."""
    if "anyOf" in schema:
        return _allowed(next((one for one in schema["anyOf"] if one.get("type") != "null"), {}))
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "maximum" in schema:
        return f"{schema.get('minimum', 0)}–{schema['maximum']}"
    if "pattern" in schema:
        return "YYYY-MM-DD"
    return str(schema.get("type", ""))
