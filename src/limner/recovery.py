"""
What an interrupted process left behind.

A recovery sends nothing that costs. It reads answers that were spooled whole, fetches pictures that are
still waiting, and for a request whose answer never came it says so: nobody knows, and the money stays
reserved until somebody does.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from limner import sweeps
from limner.collecting import collect
from limner.errors import GatewayError, NoAnswer, StorageFailed
from limner.following import follow
from limner.home import private_folder
from limner.results import Job, Submission
from limner.runner import finish, gave_up
from limner.work import Tally, Work, handing_back, note, paid_for

_NEVER = 2**62


def recover(work: Work) -> Job:
    """
    Bring home what one job's attempts have to give, and find out what can be found out about those that were
    lost. The caller holds the job's claim.
    """
    before = work.ledger.job(work.job_id)
    with handing_back(work):
        private_folder(work.folder)
        try:
            tally = _brought_home(work)
        except StorageFailed as error:
            tally = Tally(error=error, waiting=True)
        if tally.open_question and before.state == "unknown" and len(tally.pictures) <= len(before.pictures):
            # It stands as it stood, whatever was seen.
            job = _left_open(work)
        else:
            job = finish(work, tally, None)
        if job.state == "unknown":
            sweeps.compare_balance(work)
            job = work.ledger.job(work.job_id)
        return job


def look_around(work: Work) -> Job:
    """
    What can be seen by now of the lost answers of a job that has ended: free, and for a person to decide
    upon with `resolve`. The job stays as it ended.
    """
    private_folder(work.folder)
    for attempt in work.ledger.attempts(work.job_id):
        if attempt["status"] == "unknown":
            sweeps.witness(work, attempt)
    sweeps.compare_balance(work)
    return work.ledger.job(work.job_id)


def in_order(jobs: Iterable[Job], ends: Mapping[str, int]) -> list[Job]:
    """Those first whose links end first, then the oldest. `ends` is in Unix milliseconds, by job."""
    return sorted(jobs, key=lambda job: (ends.get(job.id, _NEVER), job.created_at))


def _left_open(work: Work) -> Job:
    if work.ledger.job(work.job_id).state != "unknown":
        # A part that has long come home was looked at on the way.
        work.ledger.set_state(work.job_id, "unknown")
    work.ledger.hand_back(work.job_id, work.ledger.owner(work.job_id))
    return work.ledger.job(work.job_id)


def _brought_home(work: Work) -> Tally:
    tally = Tally()
    attempts = work.ledger.attempts(work.job_id)
    served = set[int]()
    for attempt in attempts:
        if attempt["status"] in {"intent", "accepted"}:
            tally = _again(work, attempt, tally)
            served.add(attempt["part"])
    for attempt in attempts:
        if attempt["status"] == "unknown" and attempt["part"] not in served:
            found = sweeps.settle(work, attempt, tally)
            if found is not None:
                tally = found
                served.add(attempt["part"])
    if tally.error is None and len(served) < work.quote.sends:
        tally = _unserved(work, tally, sent=bool(attempts))
    return tally


def _again(work: Work, attempt: Mapping[str, Any], tally: Tally) -> Tally:
    n, part, status = attempt["n"], attempt["part"], attempt["status"]
    if attempt["task_id"] is not None:
        return follow(work, part, n, Submission(task_id=attempt["task_id"]), tally)
    answer = sweeps.answer_on_disk(work, n)
    if answer is None:
        return _lost(work, n, part, tally)
    try:
        with paid_for(work, answer.spool):
            submission = work.provider.read(answer, work.transport.gateway)
    except GatewayError as error:
        note(work, n, error, sent=True)
        return gave_up(work, part, error, tally)
    if status == "intent":
        task_id = submission.task_id
        work.ledger.answer(work.job_id, n, "accepted", http_status=answer.status, task_id=task_id)
    if submission.task_id is not None:
        return follow(work, part, n, submission, tally)
    return collect(work, part, submission, answer, tally)


def _lost(work: Work, n: int, part: int, tally: Tally) -> Tally:
    error = NoAnswer("job.interrupted", gateway=work.transport.gateway.title)
    note(work, n, error, sent=True)
    return gave_up(work, part, error, tally)


def _unserved(work: Work, tally: Tally, sent: bool) -> Tally:
    """Some sends never happened. They are not made up for: that would need a person who still wants them."""
    unknown = any(one["status"] == "unknown" for one in work.ledger.attempts(work.job_id))
    error = NoAnswer("job.interrupted", gateway=work.transport.gateway.title) if unknown else None
    never = GatewayError("job.never_sent" if not sent else "job.part_never_sent")
    return tally._replace(error=error or never, open_question=unknown and work.quote.needs_approval)
