"""A dialect of the tests' own, with tasks and a stream: the frame carries more than one kind of gateway."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

DIALECT = Path(__file__).with_name("small_gateway.py")


@pytest.fixture(scope="module")
def http() -> Iterator[httpx2.Client]:
    with subprocess.Popen([sys.executable, str(DIALECT)], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        url = server.stdout.readline().split('"')[3]
        headers = {"authorization": "Bearer key"}
        with httpx2.Client(base_url=url, headers=headers, timeout=10, trust_env=False) as client:
            yield client
        server.terminate()


def submitted(http: httpx2.Client, prompt: str) -> str:
    return str(http.post("/small/tasks", json={"prompt": prompt}).json()["id"])


def looked(http: httpx2.Client, task: str) -> str:
    return str(http.get(f"/small/tasks/{task}").json()["state"])


def test_a_task_goes_through_its_states_and_ends_with_links(http: httpx2.Client) -> None:
    task = submitted(http, "a cat")
    assert [looked(http, task) for _ in range(3)] == ["running", "running", "done"]
    (url,) = http.get(f"/small/tasks/{task}").json()["urls"]
    assert http.get(url).headers["content-type"] == "image/png"


def test_a_failed_task_gives_the_money_back_once(http: httpx2.Client) -> None:
    before = http.get("/_sandbox/balance?gateway=small&account=key").json()["micro"]
    task = submitted(http, "a cat [[task-failed]] [[looks:1]]")
    assert [looked(http, task) for _ in range(2)] == ["failed", "failed"]
    assert http.get("/_sandbox/balance?gateway=small&account=key").json()["micro"] == before


def test_a_look_can_fail_without_hurting_the_task(http: httpx2.Client) -> None:
    task = submitted(http, "a cat [[poll-503x1]] [[looks:1]]")
    assert http.get(f"/small/tasks/{task}").status_code == 503
    assert looked(http, task) == "done"


def test_an_unknown_task_and_a_lost_one_are_not_found(http: httpx2.Client) -> None:
    assert http.get("/small/tasks/nothing").status_code == 404
    lost = submitted(http, "a cat [[task-lost]]")
    assert http.get(f"/small/tasks/{lost}").status_code == 404


def received(http: httpx2.Client, prompt: str, timeout: float = 10) -> list[str]:
    words = []
    with http.stream("POST", "/small/stream", json={"prompt": prompt}, timeout=timeout) as answer:
        words += [json.loads(line.removeprefix("data: ")) for line in answer.iter_lines() if line]
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
