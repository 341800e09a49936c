"""Calling a job back: before it is sent nothing is lost; afterwards nobody can, and that is said."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from buyer import Buyer
from limner import Client, Output
from limner.errors import NotFound
from limner.results import Job
from pictures import noise, saved

NewBuyer = Callable[..., Buyer]
GPT, CHAT = "gpt-image-2", "gemini-3-pro-image-preview"
HOLD = "INSERT INTO turn VALUES ('omnimaas', (SELECT json_extract(document, '$.account') FROM quote), ?, 0)"


@contextmanager
def running(buyer: Buyer, quote: str, wanted: str) -> Iterator[list[Job]]:
    """The job while somebody else runs it, from the moment of the event `wanted`; then how it ended."""
    there, jobs = threading.Event(), list[Job]()

    def run() -> None:
        output = Output(folder=str(buyer.folder))
        with Client(home=str(buyer.home)) as client:
            jobs.append(client.run(quote, output, lambda event, _: event == wanted and there.set()))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert there.wait(20)
        yield jobs
    finally:
        thread.join(30)


def only(buyer: Buyer) -> Job:
    (job,) = buyer.client.jobs()
    return job


def until_sent(buyer: Buyer) -> None:
    for _ in range(2_000):
        if buyer.requests():
            return
        threading.Event().wait(0.01)
    raise AssertionError("nothing was sent")


def test_a_job_that_waits_for_its_turn_is_called_back_and_costs_nothing(buyer: Buyer) -> None:
    quote, store = buyer.approved(model=GPT), buyer.client.ledger.store
    with store.writing():
        store.do(HOLD, 2**62)
    with running(buyer, quote, "queued") as jobs:
        called, job = buyer.client.cancel(only(buyer).id)
        assert (called, job.state, job.charged, job.error) == ("confirmed", "canceled", "no", "cancel.before")
    assert [one.state for one in jobs] == ["canceled"]
    assert (buyer.requests(), buyer.client.spend()[1]) == ([], [])
    assert buyer.told(job)["state"] == "canceled"
    assert buyer.client.cancel(job.id) == ("confirmed", only(buyer)), "asked again it says the same"
    assert buyer.client.run(quote).state == "canceled", "its yes is used up"
    assert buyer.client.recover(job.id).state == "canceled"


def test_a_job_that_is_with_its_gateway_cannot_be_called_back(buyer: Buyer) -> None:
    quote = buyer.approved("a cup [[slow:0.5]]", model=GPT)
    with running(buyer, quote, "submitting") as jobs:
        until_sent(buyer)
        called, job = buyer.client.cancel(only(buyer).id)
        assert (called, job.state) == ("too_late", "submitting")
    assert [(one.state, len(one.pictures)) for one in jobs] == [("done", 1)]
    assert len(buyer.bills()) == 1


def test_what_was_not_sent_yet_is_not_sent_any_more(buyer: Buyer) -> None:
    quote = buyer.approved("cups [[slow:0.5]]", model=CHAT, n=3)
    with running(buyer, quote, "submitting") as jobs:
        until_sent(buyer)
        called, job = buyer.client.cancel(only(buyer).id)
        assert (called, job.cancel_at is not None) == ("requested", True)
    (job,) = jobs
    assert (job.state, len(job.pictures), job.error) == ("done", 1, "cancel.rest")
    assert len(buyer.requests()) == 1
    assert buyer.owes(job)
    assert buyer.client.spend()[1] == []


def test_a_lost_answer_is_not_repeated_for_a_job_that_was_called_back(
    new_buyer: NewBuyer, tmp_path: Path
) -> None:
    buyer = new_buyer()
    buyer.script("524-after-charge", times=3)
    reference = str(saved(noise((96, 96)), tmp_path / "cup.png"))
    quote = buyer.approved("a cup", model=CHAT, references=(reference,))

    def watch(event: str, _: Any) -> None:
        if event == "repeating":
            assert buyer.client.cancel(only(buyer).id)[0] == "too_late"

    job = buyer.client.run(quote, Output(folder=str(buyer.folder)), watch)
    assert (job.state, job.error, job.sent) == ("unknown", "gateway.gave_up", 1)
    assert len(buyer.requests()) == 1
    assert job.uncertain.micro > 0


def test_a_refusal_is_not_repeated_for_a_job_that_was_called_back(buyer: Buyer, tmp_path: Path) -> None:
    buyer.script("503", times=3)
    reference = str(saved(noise((96, 96)), tmp_path / "cup.png"))
    quote = buyer.approved("a cup", model=CHAT, references=(reference,))

    def watch(event: str, _: Any) -> None:
        if event == "repeating":
            assert buyer.client.cancel(only(buyer).id)[0] == "confirmed"

    job = buyer.client.run(quote, Output(folder=str(buyer.folder)), watch)
    assert (job.state, job.error, job.charged, job.sent) == ("canceled", "cancel.before", "no", 1)
    assert buyer.told(job)["state"] == "canceled"
    assert (len(buyer.requests()), buyer.client.spend()[1]) == (1, [])


def test_a_job_that_nobody_works_on_is_called_back(buyer: Buyer) -> None:
    quote = buyer.client.quote("a cup", model=GPT)
    buyer.client.approve(quote.id)
    job_id, _ = buyer.client.ledger.open_job(quote, buyer.home / "runs", {}, "dead")
    called, job = buyer.client.cancel(job_id)
    assert (called, job.state) == ("confirmed", "canceled")
    assert buyer.client.spend()[1] == []


def test_what_was_refused_may_still_be_called_back(buyer: Buyer) -> None:
    buyer.script("503", times=5)
    quote = buyer.client.quote("a cup", model=CHAT, attempts=3)
    buyer.client.approve(quote.id)
    ledger = buyer.client.ledger
    job_id, _ = ledger.open_job(quote, buyer.home / "runs", {}, "dead")
    ledger.intend(job_id, 0, "spool")
    ledger.answer(job_id, 1, "refused", http_status=503)
    assert buyer.client.cancel(job_id)[0] == "confirmed"


@pytest.mark.parametrize("fault", ["", "lost-after-charge", "moderation"])
def test_a_job_that_has_ended_or_whose_answer_was_lost_is_too_late_to_call_back(
    buyer: Buyer, fault: str
) -> None:
    if fault:
        buyer.script(fault)
    before = buyer.make(model=GPT)
    called, job = buyer.client.cancel(before.id)
    assert (called, job) == ("too_late", before)


def test_a_job_that_is_not_there_cannot_be_called_back(buyer: Buyer) -> None:
    with pytest.raises(NotFound):
        buyer.client.cancel("j_nothing")
