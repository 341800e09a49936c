"""
A ledger with a past: `python history.py HOME COUNT` repeats the one job that is in it, back through time.

A thousand jobs a day, each done and charged, and one in a thousand still an open question. The rows are
copies of a real job's, so that they have whatever columns the ledger has.
"""

import sys
import time
from pathlib import Path
from typing import Any

from limner.ledger import Ledger
from limner.ledger.spending import day_of

_A_DAY = 1_000
_DAY_MS = 86_400_000
_PRICE = 40_000
_TABLES = ("quote", "approval", "job", "attempt", "picture", "entry")
_TIMES = ("at", "created_at", "updated_at", "expires_at", "sent_at", "answered_at")
_NUMBERED = {"job": "seq", "entry": "id"}


def write(home: Path, count: int) -> None:
    ledger = Ledger(home / "ledger.sqlite")
    store = ledger.store
    real = {table: store.rows(f"SELECT * FROM {table}") for table in _TABLES}
    (spent,) = store.rows("SELECT * FROM spend")
    now = time.time_ns() // 1_000_000
    with store.writing():
        for number in range(count):
            at = now - (count - number) * (_DAY_MS // _A_DAY)
            for table, rows in real.items():
                for row in rows:
                    _insert(ledger, table, _copy(table, row, number, at))
        for day in range(1, count // _A_DAY + 1):
            told = {"day": day_of(now - day * _DAY_MS), "charged": _A_DAY * _PRICE, "pictures": _A_DAY}
            _insert(ledger, "spend", {**spent, **told, "jobs": _A_DAY})
    ledger.close()


def _copy(table: str, row: dict[str, Any], number: int, at: int) -> dict[str, Any]:
    told = {"job_id": f"j_{number:010}", "quote_id": f"q_{number:012}", "digest": f"{number:064}"}
    told |= {"path": f"/pictures/{number}.png", "sha256": f"{number:064}", **dict.fromkeys(_TIMES, at)}
    if table == "job":
        is_open = number % _A_DAY == 7
        told |= {"id": told["job_id"], "state": "unknown" if is_open else "done", "cost": _PRICE}
        told |= {"reserved": _PRICE if is_open else 0, "unit": "USD"}
    if table == "quote":
        told |= {"id": told["quote_id"]}
    kept = {name: told.get(name, value) for name, value in row.items()}
    kept.pop(_NUMBERED.get(table, ""), None)
    return kept


def _insert(ledger: Ledger, table: str, row: dict[str, Any]) -> None:
    marks = ", ".join("?" * len(row))
    ledger.store.do(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", *row.values())


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
