"""Money in the ledger: entries that are never changed, and the daily sums that are read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from limner.ledger.store import Store
from limner.money import Money


class Spent(NamedTuple):
    """One line of a spending report."""

    label: str
    charged: Money
    pictures: int
    jobs: int


def move(store: Store, job_id: str, kind: str, amount: Money, at: int) -> None:
    """Write one entry. Part of the caller's transaction."""
    if amount.micro:
        store.do(
            "INSERT INTO entry (at, job_id, kind, amount, unit) VALUES (?, ?, ?, ?, ?)",
            at,
            job_id,
            kind,
            amount.micro,
            amount.unit,
        )


def settle(
    store: Store, job: Mapping[str, Any], cost: Money | None, uncertain: Money, before: Money, at: int
) -> None:
    """Charge what became known since `before`, and release what the job can no longer cost."""
    unit = job["unit"]
    charge = Money(max(0, (cost.micro if cost else before.micro) - before.micro), unit)
    release = Money(max(0, job["reserved"] - charge.micro - uncertain.micro), unit)
    move(store, job["id"], "charge", charge, at)
    move(store, job["id"], "release", release, at)
    pictures = store.row("SELECT count(*) AS n FROM picture WHERE job_id = ?", job["id"])
    first = job["cost"] is None
    store.do(
        "INSERT INTO spend VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " charged = charged + excluded.charged, pictures = pictures + excluded.pictures,"
        " jobs = jobs + excluded.jobs",
        day_of(at),
        job["gateway"],
        job["model"],
        unit,
        charge.micro,
        pictures["n"] if pictures and first else 0,
        1 if first else 0,
    )


def report(store: Store, by: str, since: str) -> list[Spent]:
    """Charges since the day `since` (YYYY-MM-DD), one line per `by` ("day", "gateway", "model") and unit."""
    if by not in {"day", "gateway", "model"}:
        raise ValueError(by)
    rows = store.rows(
        f"SELECT {by} AS label, unit, sum(charged) AS charged, sum(pictures) AS pictures,"  # noqa: S608
        f" sum(jobs) AS jobs FROM spend WHERE day >= ? GROUP BY {by}, unit ORDER BY {by} DESC",
        since,
    )
    return [
        Spent(str(row["label"]), Money(row["charged"], row["unit"]), row["pictures"], row["jobs"])
        for row in rows
    ]


def reserved(store: Store) -> list[Money]:
    """What running jobs and open questions may still cost, per unit."""
    rows = store.rows("SELECT unit, sum(reserved) AS amount FROM job WHERE reserved > 0 GROUP BY unit")
    return [Money(row["amount"], row["unit"]) for row in rows]


def day_of(at: int) -> str:
    return datetime.fromtimestamp(at / 1000).astimezone().strftime("%Y-%m-%d")
