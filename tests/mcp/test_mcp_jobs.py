"""A job outlives its call, no call lasts long, and what is shown of a picture is small."""

import base64
import json
import os
import signal
import subprocess
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import anyio
import pytest
from agenthost import ERAS, LIMNER, data, ended, environment, error, host, process, quoted, text, yes
from mcp.client.client import Client
from mcp_types import CallToolResult, ImageContent, ResourceLink
from PIL import Image

from buyer import Buyer


async def _begun(client: Client, prompt: str, **arguments: Any) -> CallToolResult:
    quote = await quoted(client, prompt)
    wished = {"quote_id": quote, "approved": quote, "wait_seconds": 0, **arguments}
    return await client.call_tool("generate_image", wished)


@pytest.mark.parametrize("era", ERAS)
def test_a_slow_job_is_left_running_and_looked_at_again(buyer: Buyer, era: str) -> None:
    notes: list[tuple[float, float | None, str | None]] = []

    async def note(done: float, total: float | None, message: str | None) -> None:
        notes.append((done, total, message))

    async def script(client: Client) -> None:
        begun = await _begun(client, "a cup [[slow:1.5]]")
        told = data(begun)
        assert told["status"] == "running"
        job = told["job"]
        assert job["job_id"] in text(begun)
        assert job["progress"] <= 95
        assert job["poll_after_s"] >= 1
        arguments = {"job_id": job["job_id"], "wait_seconds": 40}
        seen = data(await client.call_tool("get_job", arguments, progress_callback=note))
        assert (seen["state"], seen["progress"], len(seen["images"])) == ("done", 100, 1)

    host(buyer, era).talk(script)
    assert len(buyer.bills()) == 1
    assert [total for _, total, _ in notes] == [100.0]
    assert notes[0][2]


@pytest.mark.parametrize("era", ERAS)
def test_a_host_that_hangs_up_or_is_killed_loses_nothing(buyer: Buyer, era: str) -> None:
    gone = process(buyer, era=era)

    async def whole() -> str:
        with anyio.fail_after(60):
            async with gone.client() as client:
                told = data(await _begun(client, "a cup [[slow:2]]"))
        return str(told["job"]["job_id"])

    job_id = anyio.run(whole)
    job = ended(buyer, job_id)
    assert job.state == "done"
    assert Path(job.pictures[0].path).exists()
    assert len(buyer.bills()) == 1


def test_a_call_that_is_given_up_neither_stops_nor_repeats_its_job(buyer: Buyer) -> None:
    async def script(client: Client) -> str:
        quote = await quoted(client, "a cup [[slow:1.5]]")
        wished = {"quote_id": quote, "approved": quote}
        with anyio.move_on_after(0.7) as waiting:
            await client.call_tool("generate_image", wished)
        assert waiting.cancelled_caught
        told = data(await client.call_tool("generate_image", wished))
        assert told["status"] == "done"
        return str(told["job"]["job_id"])

    job = host(buyer).talk(script)
    assert [one.id for one in buyer.client.jobs()] == [job]
    assert len(buyer.bills()) == 1


def test_a_job_whose_process_was_killed_is_brought_home_and_not_bought_again(buyer: Buyer) -> None:
    async def script(client: Client) -> dict[str, Any]:
        job_id = data(await _begun(client, "a cup [[slow:20]]"))["job"]["job_id"]
        while not buyer.requests():
            await anyio.sleep(0.02)
        owner = buyer.client.ledger.owner(job_id)
        assert owner is not None
        os.kill(int(owner.partition("-")[0]), signal.SIGKILL)
        while not buyer.client.is_left(job_id):
            await anyio.sleep(0.02)
        result = await client.call_tool("get_job", {"job_id": job_id, "wait_seconds": 30})
        assert f"limner resolve {job_id}" in text(result)
        return data(result)

    told = host(buyer).talk(script)
    assert (told["state"], told["charged"], told["sent"]) == ("unknown", "unknown", 1)
    assert len(buyer.requests()) == 1


@pytest.mark.parametrize("seconds", [46, -1, "soon"])
def test_no_call_waits_longer_than_hosts_do(buyer: Buyer, seconds: Any) -> None:
    told = error(host(buyer).call("get_job", job_id="j_any", wait_seconds=seconds))
    assert told["key"] == "mcp.bad_argument"
    assert "0–45" in told["message"] or "0.0–45.0" in told["message"]


def test_a_picture_is_named_by_path_and_shown_only_when_asked(buyer: Buyer) -> None:
    async def script(client: Client) -> list[CallToolResult]:
        quote = await quoted(client)
        wished = {"quote_id": quote, "approved": quote}
        plain = await client.call_tool("generate_image", wished)
        return [plain, await client.call_tool("generate_image", {**wished, "preview": "small"})]

    plain, shown = host(buyer).talk(script)
    (link,) = [one for one in plain.content if one.type != "text"]
    assert isinstance(link, ResourceLink)
    path = data(plain)["job"]["images"][0]["path"]
    assert unquote(urlsplit(str(link.uri)).path) == path
    assert f"path: {path}" in text(plain)
    preview = shown.content[-1]
    assert isinstance(preview, ImageContent)
    raw = base64.b64decode(preview.data)
    assert len(raw) <= 48_000
    with Image.open(BytesIO(raw)) as small:
        assert max(small.size) <= 512
    for result in (plain, shown):
        assert len(json.dumps(result.structured_content)) < 6_000


def test_a_job_is_called_back_only_before_it_was_sent(buyer: Buyer) -> None:
    async def script(client: Client) -> None:
        told = data(await _begun(client, "a cup", wait_seconds=40))
        late = await client.call_tool("cancel_job", {"job_id": told["job"]["job_id"]})
        assert data(late)["cancel"] == "too_late"
        assert "ended already" in text(late)
        assert error(await client.call_tool("cancel_job", {"job_id": "j_none"}))["key"] == "job.not_found"

    host(buyer).talk(script)


@pytest.mark.parametrize("era", ERAS)
def test_a_refusal_is_told_with_what_it_cost(buyer: Buyer, era: str) -> None:
    shown = host(buyer, era, yes)

    async def script(client: Client) -> CallToolResult:
        quote = await quoted(client, "a cup [[moderation]]")
        return await client.call_tool("generate_image", {"quote_id": quote})

    result = shown.talk(script)
    told = data(result)
    assert (told["status"], told["job"]["charged"]) == ("failed", "no")
    assert "Nothing was charged." in text(result)
    assert buyer.bills() == []


def test_the_pipe_carries_nothing_but_the_protocol(buyer: Buyer) -> None:
    hello = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    line = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello})
    done = subprocess.run(
        [LIMNER, "mcp"],
        input=f"{line}\nnot json\n",
        capture_output=True,
        text=True,
        env=environment(buyer),
        cwd=buyer.folder,
        timeout=60,
        check=False,
    )
    told = [json.loads(one) for one in done.stdout.splitlines()]
    assert told[0]["result"]["serverInfo"]["name"] == "limner"
    assert all(one["jsonrpc"] == "2.0" for one in told)
    assert done.returncode == 0
    assert buyer.key not in done.stdout + done.stderr
