"""The strip above the wall: what waits for a yes, what is being made, what ended while somebody watched."""

import time
from typing import Any

from limner.ledger import gallery
from limner.messages.stream import percent
from limner.results import LIVE, Job
from limner.studio.visit import Visit
from limner.types import Quote

_JUST_NOW_MS = 30_000
_MOST_WAITING = 6
_MOST_ROWS = 12
_MOST_LOOKED_AT = 1_000
_MOST_ENDED = 4


def strip(visit: Visit, since: int) -> tuple[str, str, bool]:
    """
    It; the latest end in a few words, for who listens; is anything being made? `since`: when the window
    began to look, in Unix milliseconds.
    """
    ledger = visit.client.ledger
    busy = [job for job in ledger.jobs("unfinished", _MOST_LOOKED_AT) if job.state in LIVE]
    # The longest at work comes first, and keeps its place while others join.
    rows = [(job, progress(visit, job, ledger.quote(job.quote_id))) for job in reversed(busy[-_MOST_ROWS:])]
    ended = _ended(visit, since)
    failed = [job for job in ended if not job.pictures]
    others = len(busy) - len(rows)
    html = visit.drawn("strip.html", waiting=_waiting(visit), rows=rows, others=others, failed=failed)
    news = f"{visit.lines(ended[0].prompt)[:80]}: {visit.t(f'state_{ended[0].state}')}" if ended else ""
    return html, news, bool(busy)


def progress(visit: Visit, job: Job, quote: Quote) -> dict[str, Any]:
    """How far it probably is, and how long it has been, in the gateway's own usual times."""
    low, high = quote.choice.model.seconds
    elapsed = max(0.0, time.time() - job.created_at / 1000)
    return {
        "percent": percent(elapsed, high),
        "elapsed": int(elapsed),
        "line": visit.s("progress.elapsed", elapsed=int(elapsed), low=low, high=high),
    }


def _waiting(visit: Visit) -> list[Quote]:
    ledger = visit.client.ledger
    found = [ledger.quote(one) for one in gallery.waiting(ledger.store, ledger.now())]
    return [quote for quote in found if visit.client.needs_question(quote)][:_MOST_WAITING]


def _ended(visit: Visit, since: int) -> list[Job]:
    """Good or bad: what ended is said, newest first."""
    ledger = visit.client.ledger
    ended = [
        job
        for state in ("done", "failed", "unknown")
        for job in ledger.jobs(state, _MOST_ENDED)
        if job.updated_at >= since - _JUST_NOW_MS
    ]
    return sorted(ended, key=lambda job: -job.updated_at)[:_MOST_ENDED]
