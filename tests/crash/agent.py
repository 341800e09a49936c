"""
An agent's host: starts `limner mcp`, speaks to it through the SDK's client, and starts it anew when it dies.

Told by its words, `what=quote`, all at once on one connection: `pass=` (the yes is passed on), `ask=` (a
person answers the dialog); `cancel=` and `look=` mean any job that is there.
"""

import os
import random
import sys
from collections.abc import Sequence
from typing import Any

import anyio
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import CallToolResult, ElicitResult

ERAS = ("2026-07-28", "legacy")
_SERVER = "import sys; from limner.cli import main; sys.exit(main())"
_LIVES = 4


def server(environment: dict[str, str], folder: str, *words: str) -> StdioServerParameters:
    """How a host starts the server."""
    command = ["-c", _SERVER, "mcp", *words]
    return StdioServerParameters(command=sys.executable, args=command, env=environment, cwd=folder)


async def says_yes(_: Any, params: Any) -> ElicitResult:
    return ElicitResult(action="accept", content={"approve": True})


async def _do(client: Client, what: str, which: str) -> None:
    if what in {"pass", "ask"}:
        wished: dict[str, Any] = {"quote_id": which, "wait_seconds": random.choice((0, 1, 5))}
        if what == "pass":
            wished["approved"] = which
        told = await client.call_tool("generate_image", wished)
        job = ((told.structured_content or {}).get("job") or {}).get("job_id")
        if job:
            told = await client.call_tool("get_job", {"job_id": job, "wait_seconds": 5})
    else:
        await anyio.sleep(random.uniform(0, 1.5))
        told = await client.call_tool("list_jobs", {"state": random.choice(("unfinished", None))})
        there = (told.structured_content or {}).get("items") or [{"job_id": "j_none"}]
        tool, which = f"{what}_job" if what == "cancel" else "get_job", random.choice(there)["job_id"]
        told = await client.call_tool(tool, {"job_id": which})
    _say(what, which, told)


def _say(what: str, which: str, told: CallToolResult) -> None:
    first = next((str(getattr(one, "text", "")) for one in told.content), "")
    print(what, which, "error" if told.is_error else "told", first.replace("\n", " | "), flush=True)


async def _all(words: Sequence[str]) -> None:
    folder, *rest = words
    for _ in range(_LIVES):
        try:
            with anyio.fail_after(25):
                async with (
                    Client(
                        server(dict(os.environ), folder),
                        mode=random.choice(ERAS),
                        elicitation_callback=says_yes
                        if any(one.startswith("ask=") for one in rest)
                        else None,
                    ) as client,
                    anyio.create_task_group() as together,
                ):
                    for one in rest:
                        what, _, which = one.partition("=")
                        together.start_soon(_do, client, what, which)
        except Exception as error:
            # Its server was killed under it: a host says so, and starts another one.
            print("again:", type(error).__name__, flush=True)
        else:
            return


if __name__ == "__main__":
    anyio.run(_all, sys.argv[1:])
