"""Jobs and quotes as the command line tells them, to programs and to people."""

import time
from typing import Any

from limner import errors
from limner.cli.card import price
from limner.cli.face import Face, Next
from limner.cli.progress import percent
from limner.money import decimal
from limner.receipts import told, words
from limner.types import LIVE, Job, Quote

_RETRYABLE = {errors.GatewayError.code, errors.RateLimited.code}


def quote_data(quote: Quote, face: Face) -> dict[str, Any]:
    """A quote for programs."""
    choice = quote.choice
    return {
        "quote_id": quote.id,
        "digest": quote.digest,
        "gateway": choice.gateway,
        "model": choice.model.id,
        "operation": choice.operation,
        "n": choice.n,
        "size": choice.size,
        "aspect_ratio": choice.aspect_ratio,
        "prompt": choice.prompt,
        "references": [
            {"path": one.source, "sha256": one.source_sha256, "shrunk": one.shrunk, "bytes": one.bytes}
            for one in choice.references
        ],
        "price": decimal(quote.price) if quote.price_known else None,
        "max_cost": decimal(quote.ceiling),
        "unit": quote.ceiling.unit,
        "attempts": quote.attempts,
        "repairs": [
            {
                "on": list(one.on),
                "size": one.size,
                "price": decimal(one.price),
                "summary": face.text(one.key, size=one.size or "", price=one.price),
            }
            for one in quote.repairs
        ],
        "tariff": {"source": quote.source, "as_of": quote.as_of},
        "eta_s": list(choice.model.seconds),
        "expires_at": quote.expires_at,
        "needs_approval": quote.needs_approval,
        "adjustments": [face.text(one.key, **one.facts) for one in choice.adjustments],
        "summary": summary(quote, face),
        "sandbox": face.sandbox,
    }


def summary(quote: Quote, face: Face) -> str:
    """One sentence an agent can say when it asks for the yes."""
    choice = quote.choice
    size = choice.size or choice.aspect_ratio or ""
    facts = {"n": choice.n, "model": choice.model.title, "size": f" {size}" if size else ""}
    return face.text("quote.summary", **facts, price=price(quote, face))


def quote_next(quote: Quote, face: Face) -> list[Next]:
    if not quote.needs_approval:
        return [face.next("next.run", "run", quote.id)]
    return [face.next("next.approve", "run", quote.id, "--approve", quote.id)]


def job_data(job: Job, face: Face) -> dict[str, Any]:
    """A job for programs: the ledger's facts, and how far it probably is."""
    data = told(job)
    data["message"] = _sentence(job, face)
    if job.state in LIVE:
        elapsed = time.time() - job.created_at / 1000
        longest = face.client.ledger.quote(job.quote_id).choice.model.seconds[1]
        data["progress"] = percent(elapsed, longest)
        data["elapsed_s"] = round(elapsed, 1)
        data["poll_after_s"] = 5
    elif job.state == "done":
        data["progress"] = 100
    data["sandbox"] = face.sandbox
    return data


def job_lines(job: Job, face: Face) -> list[str]:
    """A job for a person: the paths first, then one sentence, then why, where something went wrong."""
    lines = [picture.path for picture in job.pictures]
    face.say(_sentence(job, face))
    for one in job.repairs:
        face.say(face.text(f"{one.key}.done", size=one.size or "", price=one.price))
    if job.error:
        face.say(face.text(job.error, **job.error_facts))
        if job.state in {"failed", "canceled"}:
            face.say(face.text(f"charged.{job.charged}", cost=job.cost))
    return lines


def job_next(job: Job, face: Face) -> list[Next]:
    if job.state == "collecting" and job.error:
        return [face.next("next.recover", "recover", job.id)]
    if job.state in LIVE:
        return [face.next("next.status", "status", job.id, "--wait", "50")]
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
    code = str(job.error_facts.get("code", ""))
    return errors.exit_code_of(code)


def show_job(job: Job, face: Face, *, wants_state: bool = False) -> int:
    """Say how a job stands; the exit code."""
    code = job_exit(job, wants_state)
    if face.json and code not in {0, 20} and job.state not in LIVE:
        return _failed(job, face, code)
    face.show("job", job_data(job, face), job_lines(job, face) if not face.json else (), job_next(job, face))
    return code


def _failed(job: Job, face: Face, code: int) -> int:
    key, facts = words(job)
    error = errors.LimnerError(job.error or key, **{**facts, **job.error_facts})
    error.charged = job.charged
    error.code = str(job.error_facts.get("code", errors.NoAnswer.code))
    error.exit_code = code
    error.retryable = job.charged == "no" and error.code in _RETRYABLE
    return face.fail(error, job_data(job, face), job_next(job, face))


def _sentence(job: Job, face: Face) -> str:
    key, facts = words(job)
    return face.text(key, **facts)
