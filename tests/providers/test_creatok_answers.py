"""CreatOK: what every answer to an order means, looks, and tasks brought home by their id alone."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from buyer import Buyer, Row, files, outcomes
from limner.errors import Refused
from limner.messages import sentence
from limner.money import Money

from .conftest import NewCustomer
from .test_creatok import NAME, SMALL, STATUS, SUBMIT, asked, photo


@pytest.fixture
def buyer(new_customer: NewCustomer) -> Buyer:
    return new_customer(NAME)


# What an order is answered with


@pytest.mark.parametrize("row", outcomes(NAME), ids=lambda row: row.fault)
def test_whatever_happens_is_said_and_nothing_is_sent_twice(buyer: Buyer, row: Row) -> None:
    job = buyer.make(f"a cup [[{row.fault}]]", **SMALL)
    row.check(buyer, job)
    billed = [bill for bill in buyer.bills() if not bill["refunded"]]
    assert len(billed) == row.bills
    assert (job.sent, len(asked(buyer, SUBMIT))) == (1, 1)
    open_question = row.charged == "unknown" and row.state != "collecting"
    assert job.uncertain == (job.ceiling if open_question else Money(0, "credit"))
    assert buyer.told(job)["task_id"] == job.task_id


def test_fewer_pictures_than_ordered_are_kept(buyer: Buyer) -> None:
    job = buyer.make("a cup [[fewer]]", n=3, **SMALL)
    assert (job.state, len(job.pictures)) == ("done", 2)


def test_a_picture_without_an_address_is_had_by_its_object_key(buyer: Buyer) -> None:
    job = buyer.make("a cup [[object-key-only]]", **SMALL)
    assert str(job.pictures[0].url).startswith("open-skills/results/")


# Looks


@pytest.mark.parametrize("fault", ["poll-503x1", "poll-502x1", "poll-resetx1", "poll-htmlx1", "poll-404x1"])
def test_a_look_that_goes_wrong_does_not_end_the_task(buyer: Buyer, fault: str) -> None:
    job = buyer.make(f"a cup [[{fault}]] [[looks:1]]", **SMALL)
    assert (job.state, len(job.pictures), len(asked(buyer, SUBMIT))) == ("done", 1, 1)
    assert len(asked(buyer, STATUS)) == 2


def test_a_pause_that_the_gateway_asks_for_is_kept_and_the_task_goes_on(buyer: Buyer) -> None:
    job = buyer.make("a cup [[poll-429x1]] [[looks:1]]", **SMALL)
    assert job.state == "done"


def test_a_key_that_is_refused_at_a_look_leaves_the_task_to_be_brought_home_later(buyer: Buyer) -> None:
    job = buyer.make("a cup [[poll-401x1]] [[looks:1]]", **SMALL)
    assert (job.state, job.error, job.charged) == ("submitted", "gateway.key_refused", "unknown")
    assert buyer.client.recover(job.id).state == "done"
    assert len(asked(buyer, SUBMIT)) == 1


def test_giving_up_the_waiting_does_not_end_the_task(new_customer: NewCustomer) -> None:
    buyer = new_customer(NAME, {"gateways": {NAME: {"polling": {"limit": 0.1}}}})
    job = buyer.make("a cup [[looks:30]]", **SMALL)
    assert (job.state, job.error, job.task_id is not None) == ("running", "task.still_running", True)
    again = buyer.client.recover(job.id, patience=20)
    assert (again.state, len(again.pictures), len(buyer.bills())) == ("done", 1, 1)
    assert len(asked(buyer, SUBMIT)) == 1


def test_the_task_id_is_on_the_disk_before_the_first_look(buyer: Buyer) -> None:
    known: list[tuple[str | None, int]] = []

    def watch(event: str, facts: Any) -> None:
        if event == "accepted":
            (job,) = buyer.client.jobs()
            known.append((job.task_id, len(asked(buyer, STATUS))))
            assert job.task_id == facts["task"]

    quote_id = buyer.approved("a cup", **SMALL)
    buyer.client.run(quote_id, watch=watch)
    assert [(bool(task), looks) for task, looks in known] == [(True, 0)]


# A task by nothing but its id


def started(new_customer: NewCustomer, prompt: str) -> tuple[Buyer, str]:
    """Somebody without a ledger, with the same key, and the id of a task that another home started."""
    first = new_customer(NAME, {"gateways": {NAME: {"polling": {"limit": 0}}}})
    job = first.make(prompt, n=2, **SMALL)
    assert job.task_id
    return new_customer(NAME, key=first.key), job.task_id


def test_a_task_is_brought_home_by_its_id_alone(new_customer: NewCustomer) -> None:
    buyer, task = started(new_customer, "a cup [[looks:2]]")
    job = buyer.client.recover(buyer.client.adopt(NAME, task), patience=10)
    assert (job.state, job.task_id, len(job.pictures), job.prompt) == ("done", task, 2, "")
    assert all(Path(one.path).exists() and str(one.url).startswith("http") for one in job.pictures)
    assert len(asked(buyer, SUBMIT)) == 1
    assert buyer.client.adopt(NAME, task) == job.id, "it is taken in once"


def test_a_task_at_work_is_looked_at_once_unless_waiting_is_wished(new_customer: NewCustomer) -> None:
    buyer, task = started(new_customer, "a cup [[task-stuck]]")
    job = buyer.client.recover(buyer.client.adopt(NAME, task))
    assert (job.error, job.state) == ("task.still_running", "running")
    assert task in sentence(job.error, "en", job.error_facts)


def test_an_adopted_task_that_failed_says_why(new_customer: NewCustomer) -> None:
    buyer, task = started(new_customer, "a cup [[task-failed]] [[looks:2]]")
    job = buyer.client.recover(buyer.client.adopt(NAME, task), patience=10)
    assert (job.state, job.error) == ("failed", "task.failed")
    assert "upstream model" in sentence(job.error, "en", job.error_facts)


def test_a_task_that_nobody_knows_is_one_sentence_and_leaves_nothing_behind(buyer: Buyer) -> None:
    with pytest.raises(Refused) as caught:
        buyer.client.adopt(NAME, "nothing")
    assert caught.value.key == "task.unknown"
    assert "nothing" in str(caught.value)
    assert buyer.client.jobs() == []


# At the command line


def limner(buyer: Buyer, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(Path(sys.executable).with_name("limner")), *words, "--home", str(buyer.home)],
        capture_output=True,
        text=True,
        cwd=buyer.folder,
        timeout=60,
        check=False,
    )


def test_the_command_line_fetches_a_task_and_gives_files_and_addresses(new_customer: NewCustomer) -> None:
    buyer, task = started(new_customer, "a cup [[looks:2]]")
    ran = limner(buyer, "recover", "--task", task, "--gateway", NAME, "--wait", "20")
    assert ran.returncode == 0, ran
    assert [Path(line).exists() for line in ran.stdout.splitlines()] == [True, True]
    assert ran.stderr.count("http://") == 2
    told = json.loads(limner(buyer, "recover", "--task", task, "-g", NAME, "--json").stdout)
    assert [one["url"] in ran.stderr for one in told["data"]["images"]] == [True, True]


def test_the_command_line_says_that_a_task_is_at_work_or_unknown(new_customer: NewCustomer) -> None:
    buyer, task = started(new_customer, "a cup [[task-stuck]]")
    ran = limner(buyer, "recover", "--task", task, "--gateway", NAME)
    assert (ran.returncode, "still working" in ran.stderr) == (6, True)
    assert "limner status" in ran.stderr
    ran = limner(buyer, "recover", "--task", "nothing", "--gateway", NAME)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (5, "", 1)


def test_the_list_of_models_prices_the_usual_size_and_every_other(buyer: Buyer) -> None:
    told = json.loads(limner(buyer, "models", "-g", NAME, "--json").stdout)["data"]["items"]
    pro = next(one for one in told if one["id"] == "nano-banana-pro")
    assert (pro["price"], pro["max_price"]) == ("2", "3")
    assert {"size": "4K", "price": "3"} in pro["prices"]


# The key


def test_the_key_is_in_no_file(buyer: Buyer) -> None:
    buyer.make("a cup", references=(photo(buyer.folder),), **SMALL)
    buyer.make("a cup [[lost-after-charge]]", **SMALL)
    for file in files(buyer.home, buyer.folder):
        assert buyer.key.encode() not in file.read_bytes(), file
