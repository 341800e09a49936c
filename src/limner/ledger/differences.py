"""In what deliveries were other than what was agreed to, and what a model is known for by them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from limner.ledger.store import Store
from limner.results import Difference

LATEST = 20


class Habit(NamedTuple):
    """One kind of difference that a model's latest jobs had several times. `facts` are the latest's."""

    kind: str
    times: int
    of: int
    facts: Mapping[str, Any]


def add(store: Store, job_id: str, found: Iterable[Difference]) -> None:
    """Write them down. The same one again changes nothing."""
    rows = list(found)
    if rows:
        with store.writing():
            record(store, job_id, rows)


def record(store: Store, job_id: str, found: Iterable[Difference]) -> None:
    """As `add`; part of the caller's transaction."""
    for one in found:
        facts = json.dumps(dict(one.facts), ensure_ascii=False)
        store.do("INSERT OR REPLACE INTO difference VALUES (?, ?, ?, ?)", job_id, one.place, one.kind, facts)


def of_job(store: Store, job_id: str) -> tuple[Difference, ...]:
    """The job as a whole first, then picture by picture."""
    sql = "SELECT place, kind, facts FROM difference WHERE job_id = ? ORDER BY place, kind"
    rows = store.rows(sql, job_id)
    return tuple(Difference(row["place"], row["kind"], json.loads(row["facts"])) for row in rows)


def habits(store: Store, gateway: str, model: str) -> list[Habit]:
    """What went differently at least twice in the latest `LATEST` jobs of a model, the most often first."""
    rows = store.rows(
        "SELECT id, kind, facts FROM (SELECT id, seq FROM job WHERE gateway = ? AND model = ?"
        " AND state = 'done' ORDER BY seq DESC LIMIT ?) LEFT JOIN difference ON job_id = id"
        " ORDER BY seq DESC, place, kind",
        gateway,
        model,
        LATEST,
    )
    jobs = len({row["id"] for row in rows})
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        if row["kind"] is not None:
            found.setdefault(row["kind"], {})[row["id"]] = row["facts"]
    known = [
        Habit(kind, len(told), jobs, json.loads(next(iter(told.values()))))
        for kind, told in found.items()
        if len(told) > 1
    ]
    return sorted(known, key=lambda habit: (-habit.times, habit.kind))


def earlier(store: Store, sha256: str, job_id: str) -> str | None:
    """
    An earlier job that got the very same file for other words or other references. The same order twice
    may bring the same picture twice.
    """
    rows = store.rows(
        "SELECT DISTINCT other.id, other.quote_id FROM picture JOIN job AS other ON other.id = picture.job_id"
        " JOIN job AS own ON own.id = ?"
        " WHERE picture.sha256 = ? AND other.seq < own.seq ORDER BY other.seq DESC LIMIT 5",
        job_id,
        sha256,
    )
    own = _order(
        store, "SELECT document FROM quote JOIN job ON job.quote_id = quote.id WHERE job.id = ?", job_id
    )
    for row in rows:
        if _order(store, "SELECT document FROM quote WHERE id = ?", row["quote_id"]) != own:
            return str(row["id"])
    return None


def _order(store: Store, sql: str, value: str) -> tuple[Any, ...]:
    """What makes two orders the same one: the words and the pictures that went out."""
    row = store.row(sql, value)
    choice = json.loads(row["document"])["choice"] if row else {}
    return (
        " ".join(str(choice.get("prompt", "")).split()),
        *(one["sha256"] or one["path"] for one in choice.get("references", ())),
    )
