"""
Whose turn it is: how many requests a gateway gets at once and per minute, counted over all processes.

A place is taken by a job's state, not by a worker's life: a killed process frees no place while the
gateway is still at work for it, and neither does a lost answer. Both end when the longest task would.
"""

from typing import NamedTuple

from limner.ledger.store import Store


class Pace(NamedTuple):
    """What a gateway takes. `per_minute` is `None` where nobody says; `longest` is in milliseconds."""

    at_once: int
    per_minute: int | None
    longest: int
    """After this long a place counts as free again, whatever became of its job."""
    send_within: float = 60.0
    """Seconds from the intent in which the first byte has to leave, and as many again per reference."""


ANY_PACE = Pace(1_000_000, None, 3_600_000)


def taken(store: Store, job_id: str, pace: Pace, at: int) -> bool:
    """Take a place for a job, if one is free now. Part of the caller's transaction."""
    job = store.row("SELECT gateway, account FROM job WHERE id = ?", job_id)
    assert job is not None
    where = (job["gateway"], job["account"])
    held = store.row("SELECT held_until, next_at FROM turn WHERE gateway = ? AND account = ?", *where)
    if held and held["held_until"] > at:
        return False
    busy = store.row(
        "SELECT count(*) AS n FROM job WHERE gateway = ? AND account = ? AND id <> ?"
        " AND state IN ('submitting', 'submitted', 'running', 'unknown') AND slot_until > ?",
        *where,
        job_id,
        at,
    )
    if busy and busy["n"] >= pace.at_once:
        return False
    if pace.per_minute is None:
        return True
    return _next(store, where, held["next_at"] if held else 0, pace.per_minute, at)


def hold(store: Store, job_id: str, until: int) -> None:
    """Part of the caller's transaction."""
    store.do(
        "INSERT INTO turn SELECT gateway, account, ?, 0 FROM job WHERE id = ?"
        " ON CONFLICT DO UPDATE SET held_until = max(held_until, excluded.held_until)",
        until,
        job_id,
    )


def _next(store: Store, where: tuple[str, str], due: int, per_minute: int, at: int) -> bool:
    """Requests spread over the minute, after a first burst of a quarter of them."""
    step = 60_000 // per_minute
    burst = step * max(1, per_minute // 4)
    if due - burst >= at:
        return False
    store.do(
        "INSERT INTO turn VALUES (?, ?, 0, ?) ON CONFLICT DO UPDATE SET next_at = excluded.next_at",
        *where,
        max(due, at) + step,
    )
    return True
