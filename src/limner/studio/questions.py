"""What nobody knows yet: jobs that were sent and never answered, and the buttons that close them."""

from typing import Any

from starlette.responses import Response

from limner import receipts
from limner.errors import LimnerError, Usage
from limner.ledger import gallery
from limner.results import Job
from limner.studio.visit import Visit
from limner.telling import seen


def show(visit: Visit, problem: str = "") -> Response:
    ledger = visit.client.ledger
    found = [ledger.job(one) for one in gallery.questions(ledger.store)]
    asked = {job.id for job in found}
    left = [
        job
        for job in ledger.jobs("unfinished", 100)
        if job.id not in asked and (ledger.is_left(job.id) or job.state == "unknown")
    ]
    return visit.page(
        "questions.html",
        200 if not problem else 409,
        questions=[_question(visit, job) for job in found],
        left=[_question(visit, job) for job in left],
        problem=problem,
        said=visit.asked("said"),
    )


def resolve(visit: Visit) -> Response:
    """A person's word: was it charged?"""
    answer = visit.given("charged")
    if answer not in {"yes", "no"}:
        raise Usage("usage.choice", option="charged", value=answer, allowed=("yes", "no"))
    try:
        visit.client.resolve(visit.path["job"], answer == "yes")
    except LimnerError as error:
        return show(visit, visit.error(error))
    return visit.go("/questions", said=f"closed_{answer}")


def recover(visit: Visit) -> Response:
    """Look once more; sends nothing that costs."""
    try:
        job = visit.client.recover(visit.path["job"])
    except LimnerError as error:
        return show(visit, visit.error(error))
    if job.pictures:
        return visit.go(f"/job/{job.id}")
    return visit.go("/questions", said="looked")


def _question(visit: Visit, job: Job) -> dict[str, Any]:
    key, facts = receipts.words(job)
    return {
        "job": job,
        "words": visit.lines(job.prompt) or visit.t("no_prompt"),
        "sentence": visit.s(key, **facts),
        "reason": visit.s(job.error, **job.error_facts) if job.error else "",
        "evidence": seen(job, visit.language),
        "attempts": [_attempt(visit, row) for row in visit.client.ledger.attempts(job.id)],
    }


def _attempt(visit: Visit, row: dict[str, Any]) -> str:
    told = visit.t(f"attempt_{row['status']}", n=row["n"], at=visit.moment(row["sent_at"]))
    if row["http_status"]:
        told += f" · HTTP {row['http_status']}"
    return told
