"""
What can still be found out about a request whose answer was lost.

Nothing here costs anything. The disk is looked at first, where an answer may lie that nobody has read; then
the gateway is asked for the task, where it named one, and for the balance, where it tells one. What proves
the outcome settles it. What only suggests it is written down for a person, and never acted upon.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from limner.answers import Answer
from limner.collecting import collect
from limner.errors import GatewayError, NoAnswer
from limner.following import conclude, follow, look
from limner.money import Money
from limner.results import Progress, Submission
from limner.runner import gave_up
from limner.types import Adjustment
from limner.wire import Wire, replay
from limner.work import SPOOL, Tally, Work, note, paid_for

Attempt = Mapping[str, Any]


def answer_on_disk(work: Work, n: int) -> Answer | None:
    """The whole answer to attempt `n`, if it came: also one that its process could not name any more."""
    spool = work.folder / SPOOL.format(n=n)
    partial, head = spool.with_name(spool.name + ".partial"), spool.with_name(spool.name + ".head.json")
    if not spool.exists() and partial.exists() and head.exists() and _is_whole(partial, head):
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.rename(spool)
    return replay(spool)


def _is_whole(partial: Path, head: Path) -> bool:
    try:
        headers = json.loads(head.read_text("utf-8"))["headers"]
        return int(headers["content-length"]) == partial.stat().st_size and "content-encoding" not in headers
    except (ValueError, KeyError, TypeError, OSError):
        return False


def settle(work: Work, attempt: Attempt, tally: Tally) -> Tally | None:
    """
    One lost attempt: what became of it, if that can be proven now. `None`: it stays an open question, and
    what was seen is in the ledger.
    """
    found = _read(work, attempt, tally)
    return found if found is not None else _looked_up(work, attempt, tally)


def witness(work: Work, attempt: Attempt) -> None:
    """
    What can be seen of one lost attempt of a job that has ended, as one whose repeat brought the pictures.
    It settles nothing: that its picture came after all is for a person to make something of.
    """
    n, task = attempt["n"], attempt["task_id"]
    answer = answer_on_disk(work, n)
    if answer is None:
        _see(work, "no_answer", n=n)
    else:
        try:
            with paid_for(work, answer.spool):
                task = work.provider.read(answer, work.transport.gateway).task_id or task
            _see(work, "late_answer", n=n, path=str(answer.spool))
        except NoAnswer:
            _see(work, "answer_unclear", n=n, path=str(answer.spool))
        except GatewayError as error:
            _see(work, "late_refusal", n=n, reason=Adjustment(error.key, error.facts))
    if task is None:
        _see(work, "no_task")
    else:
        _look(work, n, task)


def _read(work: Work, attempt: Attempt, tally: Tally) -> Tally | None:
    n, part = attempt["n"], attempt["part"]
    answer = answer_on_disk(work, n)
    if answer is None:
        _see(work, "no_answer", n=n)
        return None
    try:
        with paid_for(work, answer.spool):
            submission = work.provider.read(answer, work.transport.gateway)
    except NoAnswer:
        _see(work, "answer_unclear", n=n, path=str(answer.spool))
        return None
    except GatewayError as error:
        _see(work, "answer", n=n)
        note(work, n, error, sent=True)
        return gave_up(work, part, error, tally)
    _see(work, "answer", n=n)
    _accept(work, n, submission.task_id, answer.status)
    if submission.task_id is not None:
        return follow(work, part, n, submission, tally)
    return collect(work, part, submission, answer, tally)


def _looked_up(work: Work, attempt: Attempt, tally: Tally) -> Tally | None:
    n, part, task = attempt["n"], attempt["part"], attempt["task_id"]
    if task is None:
        _see(work, "no_task")
        return None
    progress = _look(work, n, task)
    if progress is None:
        return None
    _accept(work, n, task, None)
    submission = Submission(task_id=task)
    if progress.state == "running":
        return follow(work, part, n, submission, tally)
    return conclude(work, part, submission, progress, tally)


def _look(work: Work, n: int, task: str) -> Progress | None:
    try:
        progress = look(work, n, task)
    except GatewayError as error:
        kind = {"gateway.cannot_look": "no_looks", "task.unknown": "task_gone"}.get(error.key, "task_unseen")
        reason = Adjustment(error.key, error.facts)
        _see(work, kind, task=task, said=error.facts.get("said", ""), reason=reason)
        return None
    _see(work, "task_found", task=task)
    return progress


def _accept(work: Work, n: int, task: str | None, status: int | None) -> None:
    work.ledger.answer(work.job_id, n, "accepted", http_status=status, task_id=task)


def compare_balance(work: Work) -> None:
    """The account's balance now and before the request: a hint for a person."""
    gateway = work.transport.gateway
    names = gateway.facts.get("evidence", {}).get("balance", ())
    if not names:
        _see(work, "no_balance")
        return
    try:
        spool = work.folder / "balance"
        told = work.provider.balance(Wire(work.transport, spool, work.quote.choice.model.time_limit))
    except GatewayError as error:
        _see(work, "balance_unasked", reason=Adjustment(error.key, error.facts))
        return
    finally:
        for file in work.folder.glob("balance*"):
            file.unlink(missing_ok=True)
    after = amount(told, names, work.unit)
    known = work.ledger.balance_before(work.job_id)
    before = amount(known[1], names, work.unit) if known else None
    if after is None:
        _see(work, "no_balance")
    elif known is None or before is None:
        _see(work, "balance_after", after=after)
    else:
        others = work.ledger.others_since(work.job_id, known[0])
        fell = Money(before.micro - after.micro, work.unit)
        facts = {"before": before, "after": after, "fell": fell, "others": others}
        _see(work, _meaning(work, fell, others), **facts)


def amount(told: Mapping[str, Any], names: tuple[str, ...], unit: str) -> Money | None:
    """The balance among what a gateway tells of an account: the first of these names that holds a number."""
    for name in names:
        value = told.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 10**12:
            return Money(round(value * 1_000_000), unit)
    return None


def _meaning(work: Work, fell: Money, others: int) -> str:
    if others:
        return "balance_others"
    if fell.micro < 0:
        return "balance_rose"
    if fell.micro == 0:
        return "balance_same"
    is_price = work.quote.price_known and fell == work.quote.price
    return "balance_price" if is_price else "balance_fell"


def _see(work: Work, kind: str, **facts: Any) -> None:
    work.ledger.add_evidence(work.job_id, kind, {"gateway": work.transport.gateway.title, **facts})
