"""
Does the ledger hold together? SQLite's own check of the file, the money added up anew, the files there.

Nothing is changed here. What can be derived from the entries, which nobody changes, `repairing` puts right.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from limner.ledger.store import Store
from limner.money import Money
from limner.records import canonical

_SHOWN = 5
_ENDED = "state IN ('done', 'failed', 'canceled')"

# What each job's entries say. A job without its reservation has lost entries: then they prove nothing.
SUMS = """
SELECT job.id, job.unit, job.cost, job.reserved, job.ceiling, job.state,
    coalesce(sum(CASE WHEN entry.kind = 'reserve' THEN entry.amount END), 0) AS reserve,
    coalesce(sum(CASE WHEN entry.kind = 'charge' THEN entry.amount END), 0) AS charged,
    coalesce(sum(CASE WHEN entry.kind = 'release' THEN entry.amount END), 0) AS released
FROM job LEFT JOIN entry ON entry.job_id = job.id GROUP BY job.id
"""
SPENT = """
SELECT gateway, model, unit, sum(charged) AS charged, sum(summed) AS summed FROM (
    SELECT job.gateway, job.model, entry.unit, sum(entry.amount) AS charged, 0 AS summed
    FROM entry JOIN job ON job.id = entry.job_id WHERE entry.kind = 'charge' GROUP BY 1, 2, 3
    UNION ALL SELECT gateway, model, unit, 0, sum(charged) FROM spend GROUP BY 1, 2, 3)
GROUP BY gateway, model, unit HAVING sum(charged) <> sum(summed)
"""
SENT = """
SELECT id, sent, right_sent FROM (SELECT id, sent, (SELECT count(*) FROM attempt
    WHERE job_id = job.id AND status <> 'never_left') AS right_sent FROM job) WHERE sent <> right_sent
"""
OWNED = f"SELECT id FROM job WHERE owner IS NOT NULL AND {_ENDED}"  # noqa: S608


class Finding(NamedTuple):
    """One thing that is not as it should be; the key and the facts of its sentence."""

    key: str
    facts: Mapping[str, Any]
    mendable: bool = False
    """Can it be derived from what is certain?"""
    serious: bool = True
    """False for what may be as the person wants it, such as a picture that was moved."""


def examine(store: Store, runs: Path) -> list[Finding]:
    """Everything that is not as it should be. Raises `StorageFailed` where the file cannot even be opened."""
    damage = list(_damage(store))
    if damage:
        return damage
    return [*_strays(store), *_money(store), *_structure(store), *_clock(store), *_files(store, runs)]


def _damage(store: Store) -> Iterator[Finding]:
    rows = [str(next(iter(row.values()))) for row in store.rows("PRAGMA integrity_check(20)")]
    if rows != ["ok"]:
        yield Finding("found.damage", {"count": len(rows), "first": rows[0]}, mendable=True)


def _strays(store: Store) -> Iterator[Finding]:
    tables: dict[str, int] = {}
    for row in store.rows("PRAGMA foreign_key_check"):
        tables[row["table"]] = tables.get(row["table"], 0) + 1
    for table, count in tables.items():
        yield Finding("found.strays", {"table": table, "count": count})


def _money(store: Store) -> Iterator[Finding]:
    for row in store.rows(SUMS):
        job, unit = row["id"], row["unit"]
        whole, cost = row["reserve"] == row["ceiling"], row["cost"] or 0
        if not whole:
            yield Finding("found.entries", {"job": job})
        if row["charged"] != cost:
            facts = {"job": job, "told": Money(cost, unit), "right": Money(row["charged"], unit)}
            yield Finding("found.cost", facts, mendable=whole and row["charged"] > cost)
        right = max(0, row["reserve"] - row["released"] - row["charged"])
        if row["reserved"] != right:
            facts = {"job": job, "told": Money(row["reserved"], unit), "right": Money(right, unit)}
            yield Finding("found.reserved", facts, mendable=whole)
    for row in store.rows(SPENT):
        told, right = Money(row["summed"], row["unit"]), Money(row["charged"], row["unit"])
        facts = {"gateway": row["gateway"], "model": row["model"], "told": told, "right": right}
        yield Finding("found.sums", facts, mendable=row["charged"] > row["summed"])


def _structure(store: Store) -> Iterator[Finding]:
    for row in store.rows(SENT):
        facts = {"job": row["id"], "told": row["sent"], "right": row["right_sent"]}
        yield Finding("found.sent", facts, mendable=row["right_sent"] > row["sent"])
    for row in store.rows(OWNED):
        yield Finding("found.owned", {"job": row["id"]}, mendable=True)
    sql = "SELECT quote.id, quote.document, approval.digest FROM approval JOIN quote ON quote.id = quote_id"
    for row in store.rows(sql):
        if not _is_itself(row["document"], row["digest"]):
            yield Finding("found.altered", {"quote": row["id"]})


def _is_itself(document: str, digest: str) -> bool:
    """Taken from the text: a limner that knows more fields than its writer reads it differently."""
    try:
        told = json.loads(document)
        own = {name: value for name, value in told.items() if name not in {"id", "digest"}}
    except (ValueError, AttributeError):
        return False
    return hashlib.sha256(canonical(own).encode()).hexdigest() == digest


def _clock(store: Store) -> Iterator[Finding]:
    row = store.row("SELECT ahead FROM book")
    if row and row["ahead"] > 60_000:
        yield Finding("found.clock", {"minutes": row["ahead"] // 60_000}, serious=False)


def _files(store: Store, runs: Path) -> Iterator[Finding]:
    known = {row["folder"] for row in store.rows("SELECT folder FROM job")}
    strange = sorted(path for path in runs.iterdir() if str(path) not in known) if runs.is_dir() else []
    if strange:
        facts = {"count": len(strange), "paths": strange[:_SHOWN], "folder": runs}
        yield Finding("found.orphans", facts, serious=False)
    gone = [
        row["path"]
        for row in store.rows("SELECT path FROM picture ORDER BY job_id, place")
        if not Path(row["path"]).exists()
    ]
    if gone:
        yield Finding("found.gone", {"count": len(gone), "paths": gone[:_SHOWN]}, serious=False)
