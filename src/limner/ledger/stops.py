"""
When to stop by itself: before a loop, a lost gateway or a wrong price becomes expensive.

Three answers lost in a row, a cost above its quote's ceiling, an account refused three times in a row: the
gateway is stopped for that account, in every process, until a person lets it go on.
"""

from collections.abc import Mapping
from typing import Any

from limner.errors import Stopped
from limner.ledger.store import Store
from limner.money import Money
from limner.types import Outcome

_IN_A_ROW = 3
_KEYS = {"dear": "stopped.dear", "unknown": "stopped.unknown", "refused": "stopped.refused"}
_REFUSALS = {"gateway.key_refused", "gateway.forbidden", "gateway.funds"}


def check(store: Store, gateway: str, account: str) -> None:
    """Raises `Stopped`. Part of the caller's transaction."""
    sql = "SELECT reason, job_id FROM stop WHERE gateway = ? AND account = ?"
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


def _stop(store: Store, job: Mapping[str, Any], reason: str, at: int) -> None:
    values = (job["gateway"], job["account"], reason, job["id"], at)
    store.do("INSERT OR REPLACE INTO stop VALUES (?, ?, ?, ?, ?)", *values)
