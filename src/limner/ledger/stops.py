"""
When to stop by itself: before a loop, a lost gateway or a wrong price becomes expensive.

Three answers lost in a row, a cost above its quote's ceiling, an account refused three times in a row, money
or jobs that go faster than anybody could mean: the gateway is stopped for that account, in every process,
until a person lets it go on.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from limner.budget import Limit
from limner.errors import Stopped
from limner.ledger.store import Store
from limner.money import Money
from limner.results import Outcome
from limner.types import Quote

_IN_A_ROW = 3
_WHILE = 600_000
_KEYS = {
    "dear": "stopped.dear",
    "unknown": "stopped.unknown",
    "refused": "stopped.refused",
    "rush": "stopped.rush",
    "many": "stopped.many",
}
_REFUSALS = {"gateway.key_refused", "gateway.forbidden", "gateway.funds"}


def check(store: Store, gateway: str, account: str) -> None:
    """Raises `Stopped`. Part of the caller's transaction."""
    sql = "SELECT reason, job_id FROM stop WHERE gateway = ? AND account = ? AND lifted_at IS NULL"
    row = store.row(sql, gateway, account)
    if row is not None:
        raise Stopped(_KEYS[row["reason"]], gateway=gateway, job=row["job_id"])


def judge(store: Store, job: Mapping[str, Any], outcome: Outcome, at: int) -> None:
    """Look at a job that has just ended. Part of the caller's transaction."""
    ceiling = Money(job["ceiling"], job["unit"])
    if outcome.cost and outcome.cost.micro > ceiling.micro:
        _stop(store, job, "dear", at)
    latest = store.rows(
        "SELECT state, error FROM job WHERE gateway = ? AND account = ? AND owner IS NULL"
        " ORDER BY seq DESC LIMIT ?",
        job["gateway"],
        job["account"],
        _IN_A_ROW,
    )
    if len(latest) == _IN_A_ROW and all(row["state"] == "unknown" for row in latest):
        _stop(store, job, "unknown", at)
    if len(latest) == _IN_A_ROW and all(row["error"] in _REFUSALS for row in latest):
        _stop(store, job, "refused", at)


def hurried(store: Store, quote: Quote, limits: Sequence[Limit], most_jobs: int, at: int) -> bool:
    """
    Stop the gateway if this yes would make it too fast, by money or by number. Part of the caller's
    transaction, which has to be kept: the stop is in it.
    """
    where = (quote.choice.gateway, quote.account)
    lifted = store.row("SELECT lifted_at FROM stop WHERE gateway = ? AND account = ?", *where)
    since = max(at - _WHILE, (lifted["lifted_at"] or 0) if lifted else 0)
    rush = any(
        _spent(store, limit, since, at) + quote.ceiling.micro > limit.cap.micro
        for limit in limits
        if limit.window == "rush"
    )
    if not quote.ceiling.micro or not (rush or _many(store, where, most_jobs, since)):
        return False
    values = (*where, "rush" if rush else "many", at)
    store.do("INSERT OR REPLACE INTO stop VALUES (?, ?, ?, NULL, ?, NULL)", *values)
    return True


def lift(store: Store, gateway: str, at: int) -> int:
    """Let a gateway go on; how many stops were lifted. Part of the caller's transaction."""
    return store.do("UPDATE stop SET lifted_at = ? WHERE gateway = ? AND lifted_at IS NULL", at, gateway)


def _spent(store: Store, limit: Limit, since: int, at: int) -> int:
    """What was charged since then, and what began since then may still cost, in millionths."""
    unit, own = limit.cap.unit, "" if limit.gateway is None else " AND {}gateway = ?"
    values = () if limit.gateway is None else (limit.gateway,)
    asked = (
        "SELECT coalesce(sum(entry.amount), 0) AS n FROM entry JOIN job ON job.id = entry.job_id"  # noqa: S608
        f" WHERE entry.kind = 'charge' AND entry.unit = ? AND entry.at > ?{own.format('job.')}",
        "SELECT coalesce(sum(reserved), 0) AS n FROM job"  # noqa: S608
        f" WHERE reserved > 0 AND unit = ? AND created_at > ?{own.format('')}",
        "SELECT coalesce(sum(ceiling), 0) AS n FROM approval WHERE used = 0"  # noqa: S608
        f" AND unit = ? AND at > ?{own.format('')} AND expires_at > {int(at)}",
    )
    found = [store.row(sql, unit, since, *values) for sql in asked]
    return sum(int(row["n"]) for row in found if row)


def _many(store: Store, where: tuple[str, str], most: int, since: int) -> bool:
    """Are as many paid jobs as there may be all younger than that?"""
    row = store.row(
        "SELECT count(*) AS n, min(created_at) AS oldest FROM (SELECT created_at FROM job WHERE gateway = ?"
        " AND account = ? AND ceiling > 0 ORDER BY seq DESC LIMIT ?)",
        *where,
        most,
    )
    return bool(most and row and row["n"] >= most and row["oldest"] > since)


def _stop(store: Store, job: Mapping[str, Any], reason: str, at: int) -> None:
    values = (job["gateway"], job["account"], reason, job["id"], at)
    store.do("INSERT OR REPLACE INTO stop VALUES (?, ?, ?, ?, ?, NULL)", *values)
