"""
Putting a ledger right: what its entries prove is written anew, what a damaged file still gives is saved.

The ledger as it was is kept beside it before anything is touched. Money is never invented: where entries are
lost, the job's own figures stay as they were, and it is said that nothing proves them.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from limner.errors import StorageFailed
from limner.ledger import owners, salvaging, spending
from limner.ledger.examining import OWNED, SENT, SPENT, SUMS, Finding, examine
from limner.ledger.store import Store


class Repaired(NamedTuple):
    """What was found, what is left of it, where the old ledger is, and what was lost of each table."""

    found: list[Finding]
    left: list[Finding]
    copy: Path | None
    saved: Mapping[str, int]
    lost: Mapping[str, int]


def repair(path: Path, runs: Path) -> Repaired:
    """
    Mend what can be mended. Raises `StorageFailed` while another limner is at work on its jobs, or when there
    is no room for the copy.
    """
    if not path.exists():
        return Repaired([], [], None, {}, {})
    _demand_alone(path)
    found = _found(path, runs)
    if not any(one.mendable for one in found):
        return Repaired(found, found, None, {}, {})
    copy = _kept(path)
    saved: Mapping[str, int] = {}
    lost: Mapping[str, int] = {}
    if any(one.key == "found.damage" for one in found):
        saved, lost = salvaging.salvage(path, copy)
    store = Store(path)
    try:
        _mend(store)
        return Repaired(found, examine(store, runs), copy, saved, lost)
    finally:
        store.close()


def _found(path: Path, runs: Path) -> list[Finding]:
    """What is wrong; a ledger that cannot even be opened is damaged."""
    try:
        store = Store(path)
    except StorageFailed as error:
        if error.key != "ledger.damaged":
            raise
        return [Finding("found.damage", {"count": 1, "first": error.facts["reason"]}, mendable=True)]
    try:
        return examine(store, runs)
    except StorageFailed as error:
        if error.key != "ledger.damaged":
            raise
        return [Finding("found.damage", {"count": 1, "first": error.facts["reason"]}, mendable=True)]
    finally:
        store.close()


def _demand_alone(path: Path) -> None:
    folder = path.parent / "owners"
    names = [one.name for one in folder.iterdir()] if folder.is_dir() else []
    if not all(owners.is_gone(folder, name) for name in names):
        raise StorageFailed("repair.at_work", path=path)


def _kept(path: Path) -> Path:
    """The file and what SQLite keeps beside it, byte by byte: a damaged one cannot be copied otherwise."""
    number = 1
    while (copy := path.with_name(f"{path.name}.before-repair-{number}")).exists():
        number += 1
    try:
        for ending in ("-wal", ""):
            if (beside := path.with_name(path.name + ending)).exists():
                target = copy.with_name(copy.name + ending)
                target.touch(0o600)
                shutil.copyfile(beside, target)
    except OSError as error:
        raise StorageFailed("repair.no_copy", path=copy, reason=error.strerror) from error
    return copy


def _mend(store: Store) -> None:
    """Write anew what the entries and attempts prove, in one transaction."""
    with store.writing(durable=True):
        for row in store.rows(SUMS):
            if row["reserve"] == row["ceiling"]:
                _mend_job(store, row)
        for row in store.rows(SENT):
            if row["right_sent"] > row["sent"]:
                store.do("UPDATE job SET sent = ? WHERE id = ?", row["right_sent"], row["id"])
        for row in store.rows(OWNED):
            store.do("UPDATE job SET owner = NULL WHERE id = ?", row["id"])
        for row in store.rows(SPENT):
            if row["charged"] > row["summed"]:
                _mend_days(store, row)


def _mend_job(store: Store, row: Mapping[str, Any]) -> None:
    right = max(0, row["reserve"] - row["released"] - row["charged"])
    if row["reserved"] != right:
        store.do("UPDATE job SET reserved = ? WHERE id = ?", right, row["id"])
    if row["charged"] > (row["cost"] or 0):
        store.do("UPDATE job SET cost = ? WHERE id = ?", row["charged"], row["id"])


def _mend_days(store: Store, row: Mapping[str, Any]) -> None:
    """The charges of one model by day, from the entries; a day that was lost counts its jobs anew."""
    where = (row["gateway"], row["model"], row["unit"])
    store.do("UPDATE spend SET charged = 0 WHERE gateway = ? AND model = ? AND unit = ?", *where)
    charges = store.rows(
        "SELECT entry.at, entry.amount, entry.job_id FROM entry JOIN job ON job.id = entry.job_id"
        " WHERE entry.kind = 'charge' AND job.gateway = ? AND job.model = ? AND entry.unit = ?",
        *where,
    )
    for charge in charges:
        store.do(
            "INSERT INTO spend VALUES (?, ?, ?, ?, ?, (SELECT count(*) FROM picture WHERE job_id = ?), 1)"
            " ON CONFLICT DO UPDATE SET charged = charged + excluded.charged",
            spending.day_of(charge["at"]),
            *where,
            charge["amount"],
            charge["job_id"],
        )
