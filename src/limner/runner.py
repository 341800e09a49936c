"""
An approved job to a finished one: write it down, send it once, keep what comes.

The order is the promise. An intent is on the disk before the first byte leaves; what became of it is on
the disk before anything else is done with the answer; the answer itself lies in the job's folder before
anybody reads it. A request is sent again only where the quote said so, and every sending is counted.
"""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from limner import artifacts, receipts
from limner.answers import Answer
from limner.approval import Approval
from limner.artifacts import Output
from limner.errors import (
    ContentRefused,
    GatewayError,
    KeyRefused,
    LimnerError,
    NeverLeft,
    NoAnswer,
    NoPicture,
    OutOfFunds,
    RateLimited,
    Refused,
    StorageFailed,
)
from limner.home import private_folder
from limner.ledger import Ledger
from limner.messages import sentence
from limner.money import Money, decimal
from limner.providers.base import Provider
from limner.quote import cost_of_tokens, price_row
from limner.records import plain
from limner.transport import Transport, Wire
from limner.types import Choice, Job, Link, Outcome, Picture, Quote, Source, Submission

Watch = Callable[[str, Mapping[str, Any]], None]
_SPOOL = "attempt-{n}.answer"
_FINAL = (KeyRefused, OutOfFunds, ContentRefused)


class Work(NamedTuple):
    """One job and everything it needs, handed from step to step."""

    ledger: Ledger
    transport: Transport
    provider: Provider
    quote: Quote
    job_id: str
    folder: Path
    output: Output
    repeats: Mapping[str, Any]
    watch: Watch
    language: str

    @property
    def unit(self) -> str:
        return self.quote.ceiling.unit


class Tally(NamedTuple):
    """What a job has come to so far."""

    pictures: tuple[Picture, ...] = ()
    cost: int = 0
    basis: str = ""
    tokens: int = 0
    error: LimnerError | None = None
    open_question: bool = False
    waiting: bool = False


def run(work: Work, approval: Approval) -> Job:
    """Serve an approved quote. Whatever happens on the way, the job says it; only bugs raise."""
    assert approval.quote_id == work.quote.id
    private_folder(work.folder)
    started = time.monotonic()
    tally = Tally()
    for part in range(work.quote.sends):
        tally = _serve(work, part, tally)
        if tally.error is not None:
            break
    return finish(work, tally, time.monotonic() - started)


def collect(work: Work, part: int, submission: Submission, answer: Answer | None, tally: Tally) -> Tally:
    """Save every picture of one answer and add up what it cost."""
    before, tally = tally.cost, _charged(work, part, submission, tally)
    work.watch("collecting", {"pictures": len(submission.sources)})
    parts = answer.parts if answer else ()
    story = _story(work, part, submission, Money(tally.cost - before, work.unit), tally.basis)
    saved = work.ledger.pictures(work.job_id)
    for number, source in enumerate(submission.sources):
        place = part * work.quote.choice.model.max_n + number
        if place in saved:
            tally = tally._replace(pictures=(*tally.pictures, saved[place]))
            continue
        try:
            picture = _save(work, source, parts, place, story)
        except NoPicture as error:
            error.charged = "yes" if tally.cost else "unknown"
            tally = tally._replace(error=error)
        except GatewayError as error:
            tally = tally._replace(error=error, waiting=True)
        else:
            work.ledger.add_picture(work.job_id, place, picture)
            tally = tally._replace(pictures=(*tally.pictures, picture))
    return tally


def finish(work: Work, tally: Tally, seconds: float | None) -> Job:
    """Settle the money, write the job's own files, tidy up."""
    if tally.waiting and tally.error:
        facts = {**tally.error.facts, "code": tally.error.code}
        work.ledger.let_go(work.job_id, tally.error.key, facts)
    else:
        work.ledger.settle(work.job_id, _outcome(work, tally, seconds))
    job = work.ledger.job(work.job_id)
    key, facts = receipts.words(job)
    receipts.write(job, sentence(key, work.language, facts))
    if job.state == "done" and not job.error:
        _tidy(work.folder)
    work.watch(job.state, {})
    return job


def note(work: Work, n: int, error: GatewayError) -> None:
    """Write down how an attempt failed."""
    status = "unknown"
    if isinstance(error, NeverLeft):
        status = "never_left"
    elif isinstance(error, NoPicture):
        status = "accepted"
    elif isinstance(error, Refused) and error.charged == "no":
        status = "refused"
    task = error.facts.get("task") if isinstance(error, NoAnswer) else None
    work.ledger.answer(
        work.job_id, n, status, http_status=error.status, task_id=task, detail=f"{error.key}: {error}"[:2000]
    )


def _serve(work: Work, part: int, tally: Tally) -> Tally:
    """One of the quote's sends: attempts until one is answered or none is left."""
    choice = _part_of(work.quote.choice, part)
    for attempt in range(work.quote.attempts):
        last = attempt + 1 == work.quote.attempts
        work.watch("submitting", {"part": part, "attempt": attempt + 1})
        n = work.ledger.intend(work.job_id, part, str(work.folder / _SPOOL))
        spool = work.folder / _SPOOL.format(n=n)
        wire = Wire(work.transport, spool, choice.model.time_limit)
        try:
            submission = work.provider.submit(wire, choice)
        except GatewayError as error:
            note(work, n, error)
            if last or not _again(error, work.repeats):
                return _gave_up(work, error, tally)
            _pause(work, attempt, error)
        else:
            work.ledger.answer(work.job_id, n, "accepted", http_status=200)
            return collect(work, part, submission, wire.answer, tally)
    raise AssertionError("a quote allows at least one attempt")


def _again(error: GatewayError, repeats: Mapping[str, Any]) -> bool:
    if isinstance(error, (*_FINAL, NoPicture)):
        return False
    return error.transient or error.status in repeats.get("statuses", ())


def _pause(work: Work, attempt: int, error: GatewayError) -> None:
    waits = list(work.repeats.get("waits", ())) or [1]
    seconds = float(waits[min(attempt, len(waits) - 1)])
    if isinstance(error, RateLimited) and error.retry_after is not None:
        seconds = max(seconds, min(error.retry_after, 120.0))
    told = {"attempt": attempt + 1, "of": work.quote.attempts, "seconds": seconds, "status": error.status}
    work.watch("repeating", {**told, "key": error.key, "facts": error.facts})
    threading.Event().wait(seconds)


def _gave_up(work: Work, error: GatewayError, tally: Tally) -> Tally:
    """The last attempt failed. Words instead of a picture may have cost tokens all the same."""
    tally = tally._replace(error=error, open_question=error.charged == "unknown")
    if isinstance(error, NoPicture) and error.tokens:
        row = price_row(work.quote.choice)
        cost = cost_of_tokens(row, *error.tokens) if row else None
        if cost is not None:
            error.charged = "yes"
            spent = tally.cost + cost.micro
            tally = tally._replace(cost=spent, basis="tokens", tokens=tally.tokens + sum(error.tokens))
            tally = tally._replace(open_question=False)
    return tally


def _charged(work: Work, part: int, submission: Submission, tally: Tally) -> Tally:
    """What one answered request cost: the gateway's word, else its tokens at the tariff, else the tariff."""
    usage, row = submission.usage, price_row(work.quote.choice)
    n = _part_of(work.quote.choice, part).n
    cost, basis = usage.cost, "gateway"
    if cost is None and row and usage.tokens_in is not None and usage.tokens_out is not None:
        cost, basis = cost_of_tokens(row, usage.tokens_in, usage.tokens_out), "tokens"
    if cost is None:
        cost, basis = (row.each.times(n) if row else Money(0, work.unit)), "tariff" if row else "unknown"
    if not work.quote.needs_approval:
        basis = "free"
    tokens = usage.tokens_total or 0
    return tally._replace(cost=tally.cost + cost.micro, basis=basis, tokens=tally.tokens + tokens)


def _save(
    work: Work, source: Source, parts: tuple[Path, ...], place: int, story: Mapping[str, Any]
) -> Picture:
    fetched = work.folder / f"picture-{place}"
    link = artifacts.fetch(source, parts, fetched, work.transport.download)
    found = artifacts.verify(fetched)
    try:
        picture = artifacts.keep(fetched, found, work.output, place, story)
    except StorageFailed:
        # Paid pictures are kept in the job's own folder when their place turns out to be closed.
        here = Output(path=str(work.folder / f"image-{place + 1}"))
        picture = artifacts.keep(fetched, found, here, 0, story)
    return picture._replace(url=link) if isinstance(source, Link) else picture


def _story(work: Work, part: int, submission: Submission, cost: Money, basis: str) -> dict[str, Any]:
    """What stands beside a picture: the request, the quote, what was sent, what it cost, when."""
    quote, usage = work.quote, submission.usage
    attempt = next(
        a for a in work.ledger.attempts(work.job_id) if a["part"] == part and a["status"] == "accepted"
    )
    return {
        "job_id": work.job_id,
        "quote_id": quote.id,
        "digest": quote.digest,
        "request": plain(quote.choice.request),
        "sent": {
            "gateway": quote.choice.gateway,
            "host": quote.host,
            "model": quote.choice.model.id,
            "operation": quote.choice.operation,
            "prompt": quote.choice.prompt,
            "parameters": plain(quote.choice.parameters),
            "references": [one.sha256 for one in quote.choice.references],
        },
        "quoted": {"price": decimal(quote.price), "ceiling": decimal(quote.ceiling), "unit": work.unit},
        "tariff": {"source": quote.source, "as_of": quote.as_of},
        "cost": {
            "of_this_answer": decimal(cost),
            "unit": work.unit,
            "basis": basis,
            "pictures": len(submission.sources),
            "tokens": usage.tokens_total,
        },
        "declared_model": submission.declared_model,
        "quoted_at": quote.created_at,
        "sent_at": attempt["sent_at"],
        "answered_at": attempt["answered_at"],
    }


def _outcome(work: Work, tally: Tally, seconds: float | None) -> Outcome:
    uncertain = _uncertain(work)
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


def _uncertain(work: Work) -> Money:
    """The most that lost answers may have cost: each at its own worst price."""
    row = price_row(work.quote.choice)
    lost = [a for a in work.ledger.attempts(work.job_id) if a["status"] == "unknown"]
    if row is None:
        return work.quote.ceiling if lost else Money(0, work.unit)
    counts = [_part_of(work.quote.choice, attempt["part"]).n for attempt in lost]
    return row.most.times(sum(counts))


def _part_of(choice: Choice, part: int) -> Choice:
    """The share of a choice that one request asks for."""
    n = min(choice.model.max_n, choice.n - part * choice.model.max_n)
    parameters = {**choice.parameters, "n": n} if "n" in choice.parameters else choice.parameters
    return choice._replace(n=n, parameters=parameters)


def _tidy(folder: Path) -> None:
    """The raw answers of a job whose pictures are all verified have served."""
    for pattern in ("attempt-*", "picture-*"):
        for path in folder.glob(pattern):
            path.unlink(missing_ok=True)
