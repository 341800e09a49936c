"""A dialect written here, with tasks and a stream, to see that the frame carries more than one kind of gateway."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

PROGRAM = """
import asyncio, sys
from limner.sandbox import app, control, gateway, images_shape, pictures, server
from limner.sandbox.answers import answer
from starlette.applications import Starlette

def build(world):
    here = gateway.Gateway(world, "try", unit="credit", refuse=images_shape.refusal)

    async def submit(call):
        call.charge("a model", [2_000_000])
        painted = await pictures.paint(call, 1, (64, 64))
        task = gateway.start(call, [pictures.link(call, one) for one in painted], 5)
        return answer({"id": task.id, "state": task.state})

    async def status(call):
        task = await gateway.look(call, call.request.path_params["id"])
        return answer({"id": task.id, "state": task.state, "urls": task.order if task.state == "done" else []})

    async def events(call):
        async def all_of_them():
            for word in ("one", "two", "three"):
                yield f"data: {word}\\n\\n".encode()
        return gateway.stream(call, all_of_them())

    return app._Door(Starlette(routes=[
        *control.routes(world),
        here.route("POST", "/tasks", submit, prompt=images_shape.prompt_of),
        here.route("GET", "/tasks/{id}", status),
        here.route("POST", "/stream", events, prompt=images_shape.prompt_of),
    ]), world)

server.build = build
server.serve("127.0.0.1", 0, home=None, idle=60, speed="looks")
"""


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    program: Path = tmp_path_factory.mktemp("dialect") / "program.py"
    program.write_text(PROGRAM)
    with subprocess.Popen(
        [sys.executable, str(program)], stdout=subprocess.PIPE, text=True, env=os.environ
    ) as server:
        assert server.stdout
        url = server.stdout.readline().split('"')[3]
        headers = {"authorization": "Bearer key"}
        with httpx2.Client(base_url=url, headers=headers, timeout=10, trust_env=False) as client:
            yield client
        server.terminate()


def submitted(http: httpx2.Client, prompt: str) -> str:
    return str(http.post("/try/tasks", json={"prompt": prompt}).json()["id"])


def looked(http: httpx2.Client, task: str) -> str:
    return str(http.get(f"/try/tasks/{task}").json()["state"])


def test_a_task_goes_through_its_states_and_ends_with_links(http: httpx2.Client) -> None:
    task = submitted(http, "a cat")
    assert [looked(http, task) for _ in range(3)] == ["running", "running", "done"]
    (url,) = http.get(f"/try/tasks/{task}").json()["urls"]
    assert http.get(url).headers["content-type"] == "image/png"


def test_a_failed_task_gives_the_money_back_once(http: httpx2.Client) -> None:
    before = http.get("/_sandbox/balance?gateway=try&account=key").json()["micro"]
    task = submitted(http, "a cat [[task-failed]] [[looks:1]]")
    assert [looked(http, task) for _ in range(2)] == ["failed", "failed"]
    assert http.get("/_sandbox/balance?gateway=try&account=key").json()["micro"] == before


def test_a_look_can_fail_without_hurting_the_task(http: httpx2.Client) -> None:
    task = submitted(http, "a cat [[poll-503x1]] [[looks:1]]")
    assert http.get(f"/try/tasks/{task}").status_code == 503
    assert looked(http, task) == "done"


def test_an_unknown_task_and_a_lost_one_are_not_found(http: httpx2.Client) -> None:
    assert http.get("/try/tasks/nothing").status_code == 404
    lost = submitted(http, "a cat [[task-lost]]")
    assert http.get(f"/try/tasks/{lost}").status_code == 404


def received(http: httpx2.Client, prompt: str, timeout: float = 10) -> list[str]:
    words = []
    with http.stream("POST", "/try/stream", json={"prompt": prompt}, timeout=timeout) as answer:
        words += [line.removeprefix("data: ") for line in answer.iter_lines() if line]
    return words


def test_a_stream_brings_every_event_or_ends_early(http: httpx2.Client) -> None:
    assert received(http, "a cat") == ["one", "two", "three"]
    assert received(http, "a cat [[stream-ends:2]]") == ["one", "two"]


def test_a_stream_may_be_cut_reset_or_fall_silent(http: httpx2.Client) -> None:
    with pytest.raises(httpx2.RemoteProtocolError):
        received(http, "a cat [[stream-cut]]")
    with pytest.raises(httpx2.NetworkError):
        received(http, "a cat [[stream-reset]]")
    with pytest.raises(httpx2.ReadTimeout):
        received(http, "a cat [[stream-silent]]", timeout=0.4)
