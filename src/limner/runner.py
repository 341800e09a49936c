"""
An approved job to a finished one: write it down, send it once, keep what comes.

The order is the promise. An intent is on the disk before the first byte leaves; what became of it is on
the disk before anything else is done with the answer; the answer itself lies in the job's folder before
anybody reads it. A request is sent again only where the quote said so, and every sending is counted.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from limner import receipts, records, references
from limner.approval import Approval
from limner.collecting import collect
from limner.errors import (
    Canceled,
    ContentRefused,
    GatewayError,
    KeyRefused,
    NoPicture,
    OutOfFunds,
    RateLimited,
    Refused,
    StorageFailed,
    TooLate,
)
from limner.following import follow
from limner.home import private_folder
from limner.messages import sentence
from limner.money import Money
from limner.quote import cost_of_tokens, price_row
from limner.results import Job, Outcome, Submission
from limner.transport import clock
from limner.types import Choice
from limner.wire import Wire
from limner.work import SPOOL, Tally, Work, handing_back, note, paid_for, part_of, repaired

_LOOK_SECONDS = 0.05
_MOST_REPAIRS = 2
_MOST_LATE = 3
_FINAL = (KeyRefused, OutOfFunds, ContentRefused)


def run(work: Work, approval: Approval) -> Job:
    """Serve an approved quote. Whatever happens on the way, the job says it; only bugs raise."""
    assert approval.quote_id == work.quote.id
    started = time.monotonic()
    tally = Tally()
    with handing_back(work):
        private_folder(work.folder)
        try:
            for part in range(work.quote.sends):
                if _too_dear(work, part, tally):
                    tally = tally._replace(error=GatewayError("job.rest_not_sent", quote=work.quote.id))
                    break
                tally = _serve(work, part, tally)
                if tally.error is not None:
                    break
        except StorageFailed as error:
            # The ledger or the disk gave out. Whatever was sent stays in flight, to be recovered.
            tally = tally._replace(error=error, waiting=True)
        return finish(work, tally, time.monotonic() - started)


def finish(work: Work, tally: Tally, seconds: float | None) -> Job:
    """Settle the money, write the job's own files, tidy up."""
    if isinstance(tally.error, Canceled) and work.ledger.job(work.job_id).state == "canceled":
        # Whoever called it back has settled it.
        work.watch("canceled", {})
        return work.ledger.job(work.job_id)
    if tally.waiting and tally.error:
        facts = {**tally.error.facts, "code": tally.error.code}
        work.ledger.let_go(work.job_id, tally.error.key, facts)
        _write(work, work.ledger.job(work.job_id))
    else:
        outcome = _outcome(work, tally, seconds)
        # Its files before its end: whoever dies between the two leaves a job that is still recovered.
        _write(work, _ended(work.ledger.job(work.job_id), outcome))
        work.ledger.settle(work.job_id, outcome)
    job = work.ledger.job(work.job_id)
    if job.state == "done" and not job.error:
        _tidy(work)
    work.watch(job.state, {})
    return job


def _ended(job: Job, outcome: Outcome) -> Job:
    """The job as it is about to be settled, its facts as the ledger will give them back."""
    told = {name: getattr(outcome, name) for name in Outcome._fields if name in Job._fields}
    facts = records.facts_of(records.facts_text(outcome.error_facts))
    return job._replace(**{**told, "cost": outcome.cost or job.cost, "error_facts": facts})


def _write(work: Work, job: Job) -> None:
    """A full disk costs the job its own two files, never its settlement: the ledger is the record."""
    key, facts = receipts.words(job)
    with suppress(OSError):
        also = receipts.said(job, work.language)
        receipts.write(job, sentence(key, work.language, facts), also=also)


def _serve(work: Work, part: int, tally: Tally) -> Tally:
    """One of the quote's sends: attempts until one is answered or none is left, repairs in between."""
    attempt, late, repairs = 0, 0, list[int]()
    lost_one: GatewayError | None = None
    while True:
        work.watch("submitting", {"part": part, "attempt": attempt + 1})
        choice = part_of(repaired(work.quote, repairs[-1] if repairs else None), part)
        try:
            n, send_by = _turn(work, part, repairs)
        except Canceled as error:
            # What was lost before stays the question.
            if lost_one is not None and lost_one.charged == "unknown":
                return gave_up(work, part, lost_one, tally)
            return tally._replace(error=error)
        spool = work.folder / SPOOL.format(n=n)
        wire = Wire(work.transport, spool, choice.model.time_limit, send_by)
        try:
            submission = _submit(work, wire, spool, choice)
        except TooLate as error:
            note(work, n, error, sent=True)
            late += 1
            if not _still_meant(work) or late > _MOST_LATE:
                return gave_up(work, part, GatewayError("send.expired", quote=work.quote.id), tally)
        except GatewayError as error:
            lost_one = error
            note(work, n, error, sent=wire.spent)
            repair = _repair(work, choice, error, repairs) if wire.spent else None
            if repair is not None:
                repairs.append(repair)
                continue
            attempt += 1
            lost = attempt >= work.quote.attempts or not _again(error, work.repeats)
            if lost or _above_ceiling(work, error):
                return gave_up(work, part, error, tally)
            _pause(work, attempt - 1, error)
        else:
            work.ledger.answer(work.job_id, n, "accepted", http_status=200, task_id=submission.task_id)
            if submission.task_id is not None:
                work.watch("accepted", {"task": submission.task_id})
                return follow(work, part, n, submission, tally)
            return collect(work, part, submission, wire.answer, tally)


def _submit(work: Work, wire: Wire, spool: Path, choice: Choice) -> Submission:
    """Send what was agreed to, or nothing."""
    for reference in choice.references:
        if not references.unchanged(reference):
            raise GatewayError("quote.reference_changed", quote=work.quote.id, path=reference.source)
    with paid_for(work, spool, wire):
        return work.provider.submit(wire, choice)


def _turn(work: Work, part: int, repairs: Sequence[int]) -> tuple[int, float]:
    """
    Wait until the gateway has a place for one more request: the number of the attempt it got, and until when
    it has to leave. That is counted from before the intent, because the machine may sleep anywhere behind it.
    Raises `Canceled`.
    """
    spool = str(work.folder / SPOOL)
    repair = repairs[-1] if repairs else None
    waited = False
    while True:
        begun = clock()
        n = work.ledger.intend(work.job_id, part, spool, work.pace, repair)
        if n is not None:
            # References may have to be brought to the gateway first, one after the other.
            return n, begun + work.pace.send_within * (1 + len(work.quote.choice.references))
        if not waited:
            work.watch("queued", {})
        waited = True
        threading.Event().wait(_LOOK_SECONDS)


def _still_meant(work: Work) -> bool:
    """Is the yes still good, after the machine has slept over it?"""
    row = work.ledger.approval(work.quote.id)
    return row is not None and work.ledger.now() <= row["expires_at"]


def _repair(work: Work, choice: Choice, error: GatewayError, used: Sequence[int]) -> int | None:
    """Which of the quote's repairs is sent after this refusal. Each is sent once, and few in all."""
    if not isinstance(error, Refused) or len(used) >= _MOST_REPAIRS:
        return None
    code = str(error.facts.get("said_code", ""))
    for place, repair in enumerate(work.quote.repairs):
        # Its `n` is that of the whole order, of which this may be a part.
        same = {**repair.parameters, "n": None} == {**choice.parameters, "n": None}
        if code in repair.on and not same:
            told = {"key": repair.key, "code": code, "size": repair.size, "price": str(repair.price)}
            work.watch("repairing", told)
            return place
    return None


def _again(error: GatewayError, repeats: Mapping[str, Any]) -> bool:
    if isinstance(error, (*_FINAL, NoPicture)):
        return False
    return error.transient or error.status in repeats.get("statuses", ())


def _above_ceiling(work: Work, error: GatewayError) -> bool:
    """Might one more cost more than was agreed to? Unknown, where neither price nor outcome is known."""
    return error.charged == "unknown" and not work.quote.price_known


def _too_dear(work: Work, part: int, tally: Tally) -> bool:
    """Has the gateway charged more than the price, and might this send now go above what was agreed to?"""
    if not work.quote.price_known:
        return 0 < work.quote.ceiling.micro < tally.cost
    foreseen = sum(work.each_worst(earlier) for earlier in range(part))
    lost = _uncertain(work, tally).micro
    return tally.cost > foreseen and tally.cost + lost + work.each_worst(part) > work.quote.ceiling.micro


def _pause(work: Work, attempt: int, error: GatewayError) -> None:
    waits = list(work.repeats.get("waits", ())) or [1]
    seconds = float(waits[min(attempt, len(waits) - 1)])
    if isinstance(error, RateLimited) and error.retry_after is not None:
        seconds = max(seconds, min(error.retry_after, 120.0))
        work.ledger.hold(work.job_id, time.time_ns() // 1_000_000 + int(seconds * 1000))
    told = {"attempt": attempt + 1, "of": work.quote.attempts, "seconds": seconds, "status": error.status}
    work.watch("repeating", {**told, "key": error.key, "facts": error.facts})
    threading.Event().wait(seconds)


def gave_up(work: Work, part: int, error: GatewayError, tally: Tally) -> Tally:
    """The last attempt failed. Words instead of a picture may have cost tokens all the same."""
    if not isinstance(error, NoPicture):
        # What is free leaves no question of money, and may simply be asked for again.
        open_question = error.charged == "unknown" and work.quote.needs_approval
        return tally._replace(error=error, open_question=tally.open_question or open_question)
    row = price_row(work.quote.choice)
    cost = cost_of_tokens(row, *error.tokens) if row and error.tokens else None
    if cost is None or error.tokens is None:
        return tally._replace(error=error, perhaps=tally.perhaps + work.each_worst(part))
    error.charged = "yes"
    tokens = tally.tokens + sum(error.tokens)
    return tally._replace(error=error, cost=tally.cost + cost.micro, basis="tokens", tokens=tokens)


def _outcome(work: Work, tally: Tally, seconds: float | None) -> Outcome:
    uncertain = _uncertain(work, tally)
    error = tally.error
    if tally.open_question:
        state = "unknown"
    elif tally.pictures:
        state = "done"
    else:
        state = "failed"
    known = tally.cost > 0 or bool(tally.pictures)
    charged = "yes" if tally.cost else "unknown" if uncertain.micro or tally.open_question else "no"
    return Outcome(
        state=state,  # type: ignore[arg-type]
        cost=Money(tally.cost, work.unit) if known or not tally.open_question else None,
        cost_basis=tally.basis,
        uncertain=uncertain,
        charged=charged,  # type: ignore[arg-type]
        tokens=tally.tokens or None,
        error=error.key if error else None,
        error_facts={**error.facts, "code": error.code} if error else {},
        seconds=seconds,
    )


def _uncertain(work: Work, tally: Tally) -> Money:
    """The most that lost answers may have cost: each at its own worst price, all within the ceiling."""
    lost = [a for a in work.ledger.attempts(work.job_id) if a["status"] == "unknown"]
    worst = sum(work.each_worst(attempt["part"]) for attempt in lost) + tally.perhaps
    return Money(max(0, min(worst, work.quote.ceiling.micro - tally.cost)), work.unit)


def _tidy(work: Work) -> None:
    """
    The raw answers of a job whose pictures are all verified have served. What came back to a request that
    counts as lost stays: somebody may still find in it what was paid for.
    """
    lost = [SPOOL.format(n=a["n"]) for a in work.ledger.attempts(work.job_id) if a["status"] == "unknown"]
    for pattern in ("attempt-*", "picture-*"):
        for path in work.folder.glob(pattern):
            if not path.name.startswith(tuple(lost)):
                path.unlink(missing_ok=True)
