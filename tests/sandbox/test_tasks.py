"""Slow tasks, without a gateway around them."""

import pytest

from limner.sandbox import faults
from limner.sandbox.bills import Account
from limner.sandbox.tasks import FINAL, Speed, Task, Tasks


def started(speed: Speed, prompt: str = "a cat", seconds: float = 10) -> tuple[Tasks, Task]:
    tasks = Tasks()
    return tasks, tasks.add(
        Task("creatok", "key", prompt, "request-1", faults.read(prompt), speed, seconds, None)
    )


def test_at_once_a_task_is_queued_until_the_first_look_and_then_done() -> None:
    _, task = started("instant")
    assert task.state == "queued"
    assert task.look() == "done"


def test_by_looks_a_task_moves_one_step_each_time() -> None:
    _, task = started("looks")
    assert [task.look() for _ in range(4)] == ["running", "running", "done", "done"]


def test_by_time_a_task_is_done_when_its_seconds_are_over() -> None:
    _, task = started("real", seconds=1000)
    assert task.look() == "queued"
    task.born -= 500
    assert task.look() == "running"
    task.born -= 500
    assert task.look() == "done"


@pytest.mark.parametrize(
    ("word", "end"),
    [
        ("task-failed", "failed"),
        ("task-failed-charged", "failed"),
        ("task-canceled", "canceled"),
        ("looks:1", "done"),
    ],
)
def test_words_in_the_prompt_choose_the_end(word: str, end: str) -> None:
    _, task = started("instant", f"a cat [[{word}]]")
    assert task.look() == end


def test_a_stuck_task_never_ends() -> None:
    _, task = started("instant", "a cat [[task-stuck]]")
    assert not FINAL.intersection(task.look() for _ in range(50))


def test_a_task_is_found_by_its_own_account_and_not_when_it_is_lost() -> None:
    tasks, task = started("instant")
    assert tasks.find("creatok", "key", task.id) is task
    assert tasks.find("creatok", "another key", task.id) is None
    assert tasks.find("ima", "key", task.id) is None
    tasks, lost = started("instant", "a cat [[task-lost]]")
    assert tasks.find("creatok", "key", lost.id) is None


def test_faults_of_a_look_strike_then_and_not_at_submission() -> None:
    account = Account("creatok", "key", "credit")
    prompt = "a cat [[poll-503x1]]"
    assert faults.striking(account, "/submit", prompt) == {}
    assert list(faults.striking_look(account, prompt, faults.read(prompt))) == ["503"]
    assert faults.striking_look(account, prompt, faults.read(prompt)) == {}


def test_a_refund_gives_back_everything_a_request_was_charged_once() -> None:
    account = Account("ima", "key", "point", balance=100)
    for _ in range(2):
        account.charge("a model", 30, "request-1", "a cat")
    account.refund("request-1")
    account.refund("request-1")
    assert account.balance == 100
    assert [bill.refunded for bill in account.bills] == [True, True]
