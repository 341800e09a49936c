"""The two ways in, as hosts use them: a process on a pipe, and a loopback address nobody can guess."""

import os
import re
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from agenthost import ERAS, LIMNER, Host, data, ended, environment, process, quoted, yes
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError
from mcp_types import BlobResourceContents, CallToolResult

from buyer import Buyer
from limner.results import LIVE


async def _bought(client: Client) -> CallToolResult:
    return await client.call_tool("generate_image", {"quote_id": await quoted(client)})


@contextmanager
def _served(buyer: Buyer, *words: str) -> Iterator[str]:
    """The address of a `limner mcp --http`, as the command prints it."""
    command = [LIMNER, "mcp", "--http", "0", *words]
    with subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(buyer),
        cwd=buyer.folder,
        start_new_session=True,
    ) as server:
        assert server.stderr is not None
        try:
            found = re.search(r"http://\S+", server.stderr.readline())
            assert found
            yield found.group()
        finally:
            # Everything of the server's own group, as a host that closes its window would.
            os.killpg(server.pid, signal.SIGKILL)
            server.stderr.read()


@pytest.mark.parametrize("era", ERAS)
def test_a_picture_is_bought_over_the_pipe(buyer: Buyer, era: str) -> None:
    shown = process(buyer, "--out", str(buyer.folder / "here"), era=era, person=yes)
    told = data(shown.talk(_bought))
    assert (told["status"], told["approved_by"]) == ("done", "elicitation")
    assert Path(told["job"]["images"][0]["path"]).parent == buyer.folder / "here"
    assert len(shown.asked) == len(buyer.bills()) == 1


def test_a_picture_is_bought_and_read_over_loopback_in_both_eras(buyer: Buyer) -> None:
    with _served(buyer) as url:
        for era in ERAS:

            async def script(client: Client) -> None:
                result = await _bought(client)
                job = data(result)["job"]
                assert data(result)["approved_by"] == "elicitation"
                link = result.content[1]
                assert link.type == "resource_link"
                assert str(link.uri).startswith(f"limner://jobs/{job['job_id']}/0.")
                read = (await client.read_resource(str(link.uri))).contents[0]
                assert isinstance(read, BlobResourceContents)
                assert read.mime_type == job["images"][0]["media_type"]
                assert len(read.blob) * 3 // 4 - 2 <= job["images"][0]["bytes"] <= len(read.blob) * 3 // 4
                with pytest.raises(MCPError):
                    await client.read_resource("limner://jobs/j_none/0.png")

            Host(url, era, yes, []).talk(script)
    assert len(buyer.bills()) == 2


def test_a_server_that_is_killed_with_its_whole_group_loses_nothing(buyer: Buyer) -> None:
    async def script(client: Client) -> str:
        quote = await quoted(client, "a cup [[slow:2]]")
        wished = {"quote_id": quote, "approved": quote, "wait_seconds": 0}
        return str(data(await client.call_tool("generate_image", wished))["job"]["job_id"])

    with _served(buyer) as url:
        job_id = Host(url, "2026-07-28", None, []).talk(script)
    assert buyer.client.job(job_id).state in LIVE
    job = ended(buyer, job_id)
    assert job.state == "done"
    assert Path(job.pictures[0].path).exists()
    assert len(buyer.bills()) == 1


def test_the_address_is_secret_kept_and_only_for_this_machine(buyer: Buyer) -> None:
    with _served(buyer) as url:
        first = urlsplit(url)
        assert first.hostname == "127.0.0.1"
        for path, headers, refused in (
            ("/mcp", {}, {404}),
            (first.path, {"Host": "rebound.example"}, {403, 421}),
            (first.path, {"Origin": "https://evil.example"}, {403}),
        ):
            connection = HTTPConnection(first.netloc, timeout=20)
            accept = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
            connection.request("POST", path, "{}", {**accept, **headers})
            assert connection.getresponse().status in refused
            connection.close()
    with _served(buyer) as url:
        assert urlsplit(url).path == first.path
    kept = buyer.home / "mcp-address.txt"
    assert kept.read_text("ascii") in first.path
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert buyer.bills() == []


def test_a_port_that_is_taken_is_named(buyer: Buyer) -> None:
    with _served(buyer) as url:
        port = str(urlsplit(url).port)
        done = subprocess.run(
            [LIMNER, "mcp", "--http", port],
            capture_output=True,
            text=True,
            env=environment(buyer),
            cwd=buyer.folder,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert f"Port {port} cannot be used" in done.stderr
