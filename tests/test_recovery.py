"""Killed at any instant: nothing is lost, nothing is bought twice, and what nobody can know is said."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from buyer import Buyer
from limner import Client
from limner.results import Job
from loopback import Reply, Seen, serving
from pictures import noise, saved

WORKER = """
import os, sys
from limner import Client, Output

home, folder, model, prompt, n, stop = sys.argv[1:7]
seen = 0

def watch(event, facts):
    global seen
    if event == stop.partition(":")[0]:
        seen += 1
        if seen == int(stop.partition(":")[2] or 1):
            print("here", flush=True)
            sys.stdin.read()

client = Client(home=home)
quote = client.quote(prompt, model=model, n=int(n))
client.approve(quote.id)
print("opened", flush=True)
client.run(quote.id, Output(folder=folder, path="cup"), watch)
print("over", flush=True)
"""


@contextmanager
def killed(
    buyer: Buyer, prompt: str, *, at: str = "", n: int = 1, model: str = "gpt-image-2"
) -> Iterator[Callable[[], None]]:
    """Buys; killed when the block ends. Called, it waits for the process to get there."""
    command = [sys.executable, "-c", WORKER, str(buyer.home), str(buyer.folder), model, prompt, str(n), at]
    worker = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    assert worker.stdout and worker.stdin

    def wait() -> None:
        line = worker.stdout.readline().strip()
        while line not in {"here", "over", ""}:
            line = worker.stdout.readline().strip()
        assert line == "here"

    try:
        assert worker.stdout.readline().strip() == "opened"
        yield wait
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait(10)
        worker.stdout.close()
        worker.stdin.close()


def until(what: Callable[[], Any]) -> Any:
    """What is asked for, as soon as it is there."""
    patience = threading.Event()
    for _ in range(2_000):
        found = what()
        if found:
            return found
        patience.wait(0.01)
    raise AssertionError("it never came")


def only(client: Client) -> Job:
    (job,) = client.jobs()
    return job


def test_killed_while_the_gateway_is_at_work_the_job_is_unknown_and_stays_reserved(buyer: Buyer) -> None:
    with killed(buyer, "a cup [[slow:20]]"):
        until(buyer.requests)
        assert only(buyer.client).state == "submitting"
        assert buyer.client.recover(only(buyer.client).id).state == "submitting", "somebody is at work on it"
    job = buyer.client.recover(only(buyer.client).id)
    assert (job.state, job.error, job.charged, job.uncertain) == (
        "unknown",
        "job.interrupted",
        "unknown",
        job.ceiling,
    )
    again = buyer.client.recover(job.id)
    assert again._replace(evidence=()) == job._replace(evidence=())
    assert buyer.client.run(job.quote_id) == again, "the used yes names its job and buys nothing"
    assert len(buyer.requests()) == 1
    assert buyer.told(job)["state"] == "unknown"


def test_killed_before_anything_was_sent_the_job_failed_and_cost_nothing(buyer: Buyer) -> None:
    with killed(buyer, "a cup", at="opened") as wait:
        wait()
    job = buyer.client.recover(only(buyer.client).id)
    assert (job.state, job.error, job.charged, job.sent) == ("failed", "job.never_sent", "no", 0)
    assert (buyer.requests(), buyer.client.spend()[1]) == ([], [])


def test_killed_after_the_intent_nobody_can_say_that_it_was_not_sent(buyer: Buyer) -> None:
    with killed(buyer, "a cup", at="collecting") as wait:
        wait()
    job = only(buyer.client)
    (Path(job.folder) / "attempt-1.answer").unlink()
    again = buyer.client.recover(job.id)
    assert (again.state, again.charged, again.uncertain) == ("unknown", "unknown", job.ceiling)
    assert len(buyer.requests()) == 1


@pytest.mark.parametrize("model", ["gpt-image-2", "gemini-3-pro-image-preview", "dall-e-3"])
def test_killed_with_the_answer_on_disk_the_picture_comes_home(buyer: Buyer, model: str) -> None:
    with killed(buyer, "a cup", at="collecting", model=model) as wait:
        wait()
    job = buyer.client.recover(only(buyer.client).id)
    assert (job.state, job.charged, len(job.pictures), job.uncertain.micro) == ("done", "yes", 1, 0)
    assert Path(job.pictures[0].path).parent == buyer.folder
    assert buyer.owes(job)
    assert (len(buyer.requests()), len(buyer.bills())) == (1, 1)
    assert sorted(path.name for path in Path(job.folder).iterdir()) == ["result.json", "result.md"]


def test_killed_between_two_answers_the_first_comes_home_and_the_rest_is_not_bought(buyer: Buyer) -> None:
    model = "gemini-3-pro-image-preview"
    with killed(buyer, "a cup", at="submitting:2", n=3, model=model) as wait:
        wait()
    job = buyer.client.recover(only(buyer.client).id)
    assert (job.state, job.error, len(job.pictures)) == ("done", "job.part_never_sent", 1)
    assert len(buyer.requests()) == 1
    assert buyer.owes(job)
    assert buyer.client.spend()[1] == []


def test_killed_while_the_second_answer_is_made_both_truths_are_told(buyer: Buyer) -> None:
    buyer.script("slow:0", "slow:20")
    with killed(buyer, "a cup", n=3, model="gemini-3-pro-image-preview"):
        until(lambda: len(buyer.requests()) == 2)
    job = buyer.client.recover(only(buyer.client).id)
    assert (job.state, len(job.pictures), job.charged) == ("unknown", 1, "yes")
    assert job.uncertain.micro == 1_000_000
    assert len(buyer.requests()) == 2


def test_killed_while_a_link_is_fetched_it_is_fetched_again_and_nothing_is_bought(
    new_buyer, tmp_path: Path
) -> None:
    picture = saved(noise((96, 96)), tmp_path / "noise.png").read_bytes()
    let_go, asked = threading.Event(), threading.Event()

    def answer(seen: Seen) -> Reply:
        if seen.method == "POST":
            return Reply(200, json.dumps({"data": [{"url": "/one.png"}]}).encode())
        if not asked.is_set():
            asked.set()
            let_go.wait(30)
        return Reply(200, picture)

    with serving(answer) as server:
        buyer = new_buyer(url=f"{server.url}/v1")
        with killed(buyer, "a cup"):
            assert asked.wait(20)
        let_go.set()
        job = buyer.client.recover(only(buyer.client).id)
        assert (job.state, job.charged) == ("done", "yes")
        assert Path(job.pictures[0].path).read_bytes() == picture
        assert [seen.method for seen in server.seen] == ["POST", "GET", "GET"]


def test_killed_in_the_middle_of_an_answer_the_job_is_unknown(new_buyer) -> None:
    let_go = threading.Event()
    asked = threading.Event()

    def answer(_: Seen) -> Reply | None:
        asked.set()
        let_go.wait(30)
        return None

    with serving(answer) as server:
        buyer = new_buyer(url=f"{server.url}/v1")
        with killed(buyer, "a cup"):
            assert asked.wait(20)
        folder = Path(only(buyer.client).folder)
        (folder / "attempt-1.answer.head.json").write_text('{"status": 200, "headers": {}}')
        (folder / "attempt-1.answer.partial").write_bytes(b'{"data": [{"b64_json": "iVBORw0')
        job = buyer.client.recover(only(buyer.client).id)
        let_go.set()
    assert (job.state, job.error, job.pictures) == ("unknown", "job.interrupted", ())
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    ("body", "state", "error"),
    [
        (b'{"choices": [{"message": {"content": "No."}}]}', "failed", "answer.words_only"),
        (b"<html>", "unknown", "answer.unreadable"),
        (b'{"error": {"message": "blocked", "code": "moderation_blocked"}}', "failed", "gateway.content"),
    ],
)
def test_an_answer_left_on_disk_is_read_as_it_would_have_been(
    new_buyer, body: bytes, state: str, error: str
) -> None:
    with serving(lambda _: Reply(200, body)) as server:
        buyer = new_buyer(url=f"{server.url}/v1")
        whole = buyer.make("a whole cup")
        quote = buyer.client.quote("a cup")
        buyer.client.approve(quote.id)
        ledger = buyer.client.ledger
        job_id, _ = ledger.open_job(quote, buyer.home / "runs", {"folder": str(buyer.folder)}, "dead")
        folder = buyer.home / "runs" / job_id
        ledger.intend(job_id, 0, str(folder / "attempt-{n}.answer"))
        folder.mkdir(parents=True)
        (folder / "attempt-1.answer.head.json").write_text('{"status": 200, "headers": {}}')
        (folder / "attempt-1.answer").write_bytes(body)
        job = buyer.client.recover(job_id)
    assert (job.state, job.error) == (state, error)
    assert (whole.state, whole.error, whole.charged, whole.uncertain) == (
        job.state,
        job.error,
        job.charged,
        job.uncertain,
    )
    assert len(server.seen) == 1


def test_two_that_recover_one_job_at_once_bring_it_home_once(buyer: Buyer) -> None:
    with killed(buyer, "a cup", at="collecting") as wait:
        wait()
    job_id = only(buyer.client).id
    clients = [Client(home=str(buyer.home)) for _ in range(4)]
    jobs: list[Job] = []
    threads = [threading.Thread(target=lambda one=one: jobs.append(one.recover(job_id))) for one in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for one in clients:
        one.close()
    final = buyer.client.job(job_id)
    assert (final.state, len(final.pictures), len(jobs)) == ("done", 1, 4)
    assert sorted(path.name for path in buyer.folder.iterdir()) == ["cup.png", "cup.png.json"]
    charges = buyer.client.ledger.store.rows("SELECT amount FROM entry WHERE kind = 'charge'")
    assert len(charges) == 1
