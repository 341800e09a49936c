"""Lost answers where the gateway can still be asked: tasks by their id, balances."""

from pathlib import Path
from typing import Any

import pytest

from buyer import Buyer
from limner.errors import Usage
from limner.results import Job

from .conftest import NewCustomer

DAY = 24 * 3_600_000
PRICED = {"gateways": {"skillsvideo": {"price": "12", "attempts": 1}}}


def of(job: Job, kind: str) -> dict[str, Any]:
    (one,) = [one for one in job.evidence if one.kind == kind]
    return dict(one.facts)


def test_a_person_names_the_task_that_a_lost_answer_became(new_customer: NewCustomer) -> None:
    buyer = new_customer("creatok")
    buyer.script("lost-after-charge")
    lost = buyer.make()
    assert (lost.state, lost.uncertain) == ("unknown", lost.ceiling)
    # The same order again under another job has a task of its own, which is not this one's.
    other = buyer.make("something else")
    with pytest.raises(Usage) as caught:
        buyer.client.name_task(lost.id, str(other.task_id))
    assert caught.value.key == "recover.task_known"

    buyer.client.name_task(lost.id, "no-such-task")
    unseen = buyer.client.recover(lost.id)
    assert unseen.state == "unknown"
    assert of(unseen, "task_gone")["task"] == "no-such-task"


def test_a_named_task_that_the_gateway_knows_settles_its_job(new_customer: NewCustomer) -> None:
    buyer = new_customer("creatok")
    elsewhere = new_customer("creatok", key=buyer.key)
    task = str(elsewhere.make("a cup from elsewhere").task_id)
    buyer.script("lost-after-charge")
    lost = buyer.make("a cup")
    buyer.client.name_task(lost.id, task)
    job = buyer.client.recover(lost.id)
    assert (job.state, job.charged, job.task_id, job.uncertain.micro) == ("done", "yes", task, 0)
    assert Path(job.pictures[0].path).exists()
    assert buyer.client.spend()[1] == []


def test_a_task_that_its_gateway_forgets_becomes_an_open_question(new_customer: NewCustomer) -> None:
    buyer = new_customer("creatok", {"gateways": {"creatok": {"polling": {"limit": 0}}}})
    job = buyer.make("a cup [[task-lost]]")
    assert (job.state, job.error) == ("submitted", "task.unknown")
    assert buyer.client.recover(job.id).state == "submitted"
    store = buyer.client.ledger.store
    with store.writing():
        store.do("UPDATE evidence SET first_at = first_at - ?", DAY)
    job = buyer.client.recover(job.id)
    assert (job.state, job.error, job.uncertain) == ("unknown", "task.forgotten", job.ceiling)
    job = buyer.client.resolve(job.id, charged=False)
    assert (job.state, job.charged) == ("failed", "no")


def skillsvideo(new_customer: NewCustomer, *faults: str) -> tuple[Buyer, Job]:
    buyer = new_customer("skillsvideo", PRICED)
    buyer.script(*faults)
    return buyer, buyer.make()


def test_a_balance_that_fell_is_shown_and_settles_nothing(new_customer: NewCustomer) -> None:
    buyer, job = skillsvideo(new_customer, "lost-after-charge")
    billed = sum(bill["micro"] for bill in buyer.bills())
    assert (job.state, job.uncertain) == ("unknown", job.ceiling)
    (seen,) = [one for one in job.evidence if one.kind.startswith("balance")]
    assert seen.kind in {"balance_price", "balance_fell"}
    assert seen.facts["fell"].micro == billed
    assert seen.facts["others"] == 0
    assert buyer.client.recover(job.id).state == "unknown", "what only suggests settles nothing"


def test_a_balance_that_stayed_is_shown_and_settles_nothing(new_customer: NewCustomer) -> None:
    buyer, job = skillsvideo(new_customer, "reset")
    assert buyer.bills() == []
    assert (job.state, job.uncertain) == ("unknown", job.ceiling)
    assert "balance_same" in {one.kind for one in job.evidence}


def test_a_balance_tells_nothing_sure_when_others_bought_meanwhile(new_customer: NewCustomer) -> None:
    buyer, job = skillsvideo(new_customer, "lost-after-charge")
    buyer.make("another cup")
    again = buyer.client.recover(job.id)
    assert of(again, "balance_others")["others"] == 1


def test_a_gateway_that_does_not_tell_its_balance_hinders_nothing(new_customer: NewCustomer) -> None:
    buyer = new_customer("skillsvideo", PRICED)
    buyer.script("503", match="/credits")
    assert buyer.make().state == "done"
    rows = buyer.client.ledger.store.rows("SELECT * FROM balance")
    assert rows == []


def test_a_key_that_is_refused_while_a_task_is_looked_at_leaves_the_task_where_it_is(
    new_customer: NewCustomer,
) -> None:
    buyer = new_customer("creatok")
    buyer.script("401", match="/tasks/status")
    job = buyer.make("a cup")
    assert (job.state, job.error, job.charged) == ("submitted", "gateway.key_refused", "unknown")
    assert buyer.client.recover(job.id).state == "done"
