"""Money in the ledger: entries that are never changed, and the daily sums that are read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from limner.budget import Limit
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
    made = pictures["n"] if pictures and first else 0
    # A job whose question was open has been counted when it was parked.
    _add(store, job, at, charge.micro, made, 1 if first and not job["uncertain"] else 0)


def _add(store: Store, job: Mapping[str, Any], at: int, charged: int, pictures: int, jobs: int) -> None:
    store.do(
        "INSERT INTO spend VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " charged = charged + excluded.charged, pictures = pictures + excluded.pictures,"
        " jobs = jobs + excluded.jobs",
        day_of(at),
        job["gateway"],
        job["model"],
        job["unit"],
        charged,
        pictures,
        jobs,
    )


def resolve(store: Store, job: Mapping[str, Any], charged: bool, at: int) -> None:
    """Settle what was uncertain, on a person's word. Part of the caller's transaction."""
    amount = Money(job["uncertain"], job["unit"])
    move(store, job["id"], "charge" if charged else "release", amount, at)
    if charged:
        _add(store, job, at, amount.micro, 0, 0)


def since(store: Store, limit: Limit, at: int) -> Money:
    """What was charged in the limit's window up to now."""
    where, values = _scope(limit)
    if limit.window == "hour":
        row = store.row(
            "SELECT coalesce(sum(entry.amount), 0) AS amount FROM entry JOIN job ON job.id = entry.job_id"  # noqa: S608
            f" WHERE entry.kind = 'charge' AND entry.unit = ? AND entry.at > ?{where.format('job.')}",
            limit.cap.unit,
            at - 3_600_000,
            *values,
        )
    else:
        first = day_of(at) if limit.window == "day" else day_of(at)[:8] + "01"
        row = store.row(
            "SELECT coalesce(sum(charged), 0) AS amount FROM spend"  # noqa: S608
            f" WHERE day >= ? AND unit = ?{where.format('')}",
            first,
            limit.cap.unit,
            *values,
        )
    return Money(row["amount"] if row else 0, limit.cap.unit)


def held(store: Store, limit: Limit, at: int) -> Money:
    """What running jobs, open questions and unused yeses may still cost."""
    where, values = _scope(limit)
    jobs = store.row(
        "SELECT coalesce(sum(reserved), 0) AS amount FROM job"  # noqa: S608
        f" WHERE reserved > 0 AND unit = ?{where.format('')}",
        limit.cap.unit,
        *values,
    )
    open_yes = store.row(
        "SELECT coalesce(sum(ceiling), 0) AS amount FROM approval"  # noqa: S608
        f" WHERE used = 0 AND unit = ? AND expires_at > ?{where.format('')}",
        limit.cap.unit,
        at,
        *values,
    )
    assert jobs is not None
    assert open_yes is not None
    return Money(jobs["amount"] + open_yes["amount"], limit.cap.unit)


def _scope(limit: Limit) -> tuple[str, tuple[str, ...]]:
    return ("", ()) if limit.gateway is None else (" AND {}gateway = ?", (limit.gateway,))


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
