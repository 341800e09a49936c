"""In which language, and in which form: sentences for people, plain data for programs, errors as both."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mcp_types import CallToolResult, ContentBlock, TextContent

from limner import errors
from limner.errors import LimnerError
from limner.messages import LANGUAGES, clean, mcp_text, of_text, sentence

_LONG = 4_000
_log = logging.getLogger(__name__)


class Voice(NamedTuple):
    """The language somebody chose; else the one the person's own words are in; else that of the machine."""

    chosen: str | None
    fallback: str

    @property
    def own(self) -> str:
        return self.chosen or self.fallback

    def of(self, words: str) -> str:
        if self.chosen or not words.strip():
            return self.own
        told = of_text(words)
        return told if told in LANGUAGES else self.own


def answer(
    lines: Sequence[str], data: Mapping[str, Any], blocks: Sequence[ContentBlock] = ()
) -> CallToolResult:
    """A result: lines to read, the same facts as data, and whatever belongs to them."""
    text = "\n".join(clean(line, _LONG) for line in lines if line)
    return CallToolResult(
        content=[TextContent(type="text", text=text), *blocks], structured_content=harmless(dict(data))
    )


def failed(error: LimnerError, language: str, before: Sequence[str] = ()) -> CallToolResult:
    """An error the model can act on: what was done `before`, what is wrong, what it cost, what to do."""
    said = sentence(error.key, language, error.facts)
    following = _next(error, language)
    told = {
        "code": error.code,
        "key": error.key,
        "message": said,
        "next": following,
        "retryable": error.retryable,
        "charged": error.charged,
        "details": error.details(),
    }
    lines = [*before, said, sentence(f"charged.{error.charged}", language), following, f"error: {error.code}"]
    result = answer(lines, {"error": told})
    result.is_error = True
    return result


def own_fault(error: BaseException, language: str) -> CallToolResult:
    """A fault of ours. Its trace goes to the log of the process, never into the result."""
    _log.error("a tool failed", exc_info=error)
    fault = LimnerError("internal", reason=type(error).__name__)
    fault.charged = "unknown"
    return failed(fault, language)


def harmless(value: Any) -> Any:
    """Plain data without characters that act on a terminal; line ends stay."""
    if isinstance(value, str):
        return "\n".join(clean(line, len(line) + 1) for line in value.split("\n"))
    if isinstance(value, Mapping):
        return {str(name): harmless(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [harmless(one) for one in value]
    return value


def _next(error: LimnerError, language: str) -> str:
    if error.key == "quote.not_found":
        return mcp_text("next.quote_first", language)
    if isinstance(error, errors.QuoteChanged):
        return mcp_text("next.quote", language)
    if isinstance(error, errors.SetupNeeded):
        return mcp_text("next.setup", language)
    if error.key.startswith("model."):
        return mcp_text("next.models", language)
    if error.key == "job.not_found":
        return mcp_text("next.jobs", language)
    if error.charged == "unknown":
        return mcp_text("next.look", language)
    return ""
