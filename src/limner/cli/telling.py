"""Jobs and quotes as the command line tells them, to programs and to people."""

from contextlib import suppress
from typing import Any

from limner import errors, narration, telling
from limner.cli.face import Face, Next
from limner.gateways import title
from limner.messages import reasons
from limner.messages.stream import Alternative
from limner.money import decimal
from limner.receipts import said, words
from limner.results import LIVE, Job
from limner.types import Quote

_RETRYABLE = {errors.GatewayError.code, errors.RateLimited.code}


def quote_data(quote: Quote, face: Face) -> dict[str, Any]:
    """A quote for programs."""
    return telling.quote_data(quote, face.client, face.language)


def quote_next(quote: Quote, face: Face) -> list[Next]:
    if not quote.needs_approval:
        return [face.next("next.run", "run", quote.id)]
    with suppress(errors.Usage):  # a misspelt mode is told when something is to be bought
        if face.client.engine.mode() == "person":
            return [face.next("next.approve_yourself", "approve", quote.id)]
    return [face.next("next.approve", "run", quote.id, "--approve", quote.id)]


def job_data(job: Job, face: Face) -> dict[str, Any]:
    """A job for programs."""
    return telling.job_data(job, face.client, face.language)


def _whole(job: Job, face: Face) -> dict[str, Any]:
    """One job for programs, with what else could have made the picture where none came."""
    origins = face.client.origins(job, check=False)
    data = telling.with_origins(job_data(job, face), origins, face.language)
    if job.state in {"failed", "canceled"}:
        data["alternatives"] = [
            {
                "gateway": one.named[0],
                "model": one.named[1],
                "price": decimal(one.price),
                "unit": one.price.unit,
            }
            for one in _instead(job, face)
        ]
    return data


def job_lines(job: Job, face: Face) -> list[str]:
    """A job for a person: the paths first, then one sentence, then why, where something went wrong."""
    lines = [picture.path for picture in job.pictures]
    face.say(_sentence(job, face))
    for one in job.repairs:
        face.say(face.text(f"{one.key}.done", size=one.size or "", price=one.price))
    for line in said(job, face.language):
        face.say(line)
    if job.error:
        face.say(face.text(job.error, **job.error_facts))
        if job.state in {"failed", "canceled"}:
            face.say(face.text(f"charged.{job.charged}", cost=job.cost))
            _say_what_to_do(job, face)
    if job.state in LIVE or job.uncertain.micro:
        for line in telling.seen(job, face.language):
            face.say(f"- {line}")
    return lines


def _say_what_to_do(job: Job, face: Face) -> None:
    """What to do about a failure, and what else could have made the picture."""
    todo = narration.to_do(face.client.engine, job.error or "", job.gateway, face.language)
    if todo:
        face.say(todo)
    settings = face.client.settings
    others = [
        face.text("do.instead_one", model=one.model, gateway=title(one.named[0], settings), price=one.price)
        for one in _instead(job, face)
    ]
    if others:
        face.say(face.text("do.instead", models=others))


def _instead(job: Job, face: Face) -> list[Alternative]:
    engine = face.client.engine
    return narration.alternatives(engine, engine.ledger.quote(job.quote_id), reasons.plain(job.error))


def job_next(job: Job, face: Face) -> list[Next]:
    if job.state == "collecting" and job.error:
        return [face.next("next.recover", "recover", job.id)]
    if job.state in LIVE:
        return [face.next("next.status", "status", job.id, "--wait", "50")]
    if job.state == "unknown" and not job.evidence:
        return [face.next("next.look_around", "recover", job.id)]
    if job.state == "unknown":
        # A program that runs what it is given next must not thereby say that money was charged.
        answer = face.typed("resolve", job.id, "--charged", "yes")
        return [face.next("next.resolve", "status", job.id, answer=answer)]
    return []


def job_exit(job: Job, wants_state: bool) -> int:
    """The exit code a job's state stands for."""
    if job.state == "unknown":
        return errors.NoAnswer.exit_code
    if job.state in LIVE:
        if job.error:
            return errors.GatewayError.exit_code
        return 20 if wants_state else 0
    if job.state == "done":
        return 0
    return errors.exit_code_of(_code(job))


def _code(job: Job) -> str:
    """A lost answer that somebody has accounted for is no open question any more."""
    code = str(job.error_facts.get("code", ""))
    return errors.GatewayError.code if code == errors.NoAnswer.code and job.state != "unknown" else code


def show_job(job: Job, face: Face, *, wants_state: bool = False) -> int:
    """Say how a job stands; the exit code."""
    code = job_exit(job, wants_state)
    if face.json and code not in {0, 20} and job.state not in LIVE:
        return _failed(job, face, code)
    data = _whole(job, face) if face.json else {}
    face.show("job", data, () if face.json else job_lines(job, face), job_next(job, face))
    return code


def _failed(job: Job, face: Face, code: int) -> int:
    key, facts = words(job)
    error = errors.LimnerError(job.error or key, **{**facts, **job.error_facts})
    error.charged = job.charged
    error.code = _code(job) or errors.NoAnswer.code
    error.exit_code = code
    error.retryable = job.charged == "no" and error.code in _RETRYABLE
    return face.fail(error, _whole(job, face), job_next(job, face))


def _sentence(job: Job, face: Face) -> str:
    key, facts = words(job)
    return face.text(key, **facts)
