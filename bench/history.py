"""
A ledger with a past, written straight into limner's own schema: `python history.py HOME COUNT`.

A thousand jobs a day, each done and charged, and one in a thousand still an open question.
"""

import json
import sys
import time
from pathlib import Path

from limner.ledger import Ledger
from limner.ledger.spending import day_of

_A_DAY = 1_000
_DAY_MS = 86_400_000
_JOB = (
    "INSERT INTO job (id, quote_id, gateway, model, operation, n, prompt, state, sent, unit, ceiling,"
    " reserved, cost, cost_basis, charged, folder, output, seconds, created_at, updated_at)"
    " VALUES (?, ?, 'bench', 'gpt-image-1', 'text_to_image', 1, ?, ?, 1, 'USD', 40000,"
    " ?, 40000, 'tariff', 'yes', ?, '{}', 20.0, ?, ?)"
)
_STEPS = (
    "INSERT INTO quote VALUES (?1, ?1, ?2, ?3, ?3)",
    "INSERT INTO approval VALUES (?1, ?1, 40000, 'USD', 'python', ?3, ?3)",
)


def write(home: Path, count: int) -> None:
    ledger = Ledger(home / "ledger.sqlite")
    document = json.dumps({"prompt": "a lighthouse at dusk " * 40})
    now = time.time_ns() // 1_000_000
    with ledger.store.writing():
        for number in range(count):
            _job(ledger, number, document, now - (count - number) * (_DAY_MS // _A_DAY))
    ledger.close()


def _job(ledger: Ledger, number: int, document: str, at: int) -> None:
    store, name, quote = ledger.store, f"j_{number:010}", f"q_{number:012}"
    state, reserved = ("unknown", 40_000) if number % 1000 == 7 else ("done", 0)
    for step in _STEPS:
        store.do(step, quote, document, at)
    folder = str(Path("/runs", name))
    store.do(_JOB, name, quote, "a lighthouse at dusk", state, reserved, folder, at, at)
    picture = (
        f"{folder}/output.png",
        f"{number:064}",
        "image/png",
        1024,
        1024,
        2_000_000,
        f"{folder}/output.json",
    )
    store.do("INSERT INTO picture VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?, NULL)", name, *picture)
    for kind in ("reserve", "charge"):
        store.do(
            "INSERT INTO entry (at, job_id, kind, amount, unit) VALUES (?, ?, ?, 40000, 'USD')",
            at,
            name,
            kind,
        )
    store.do(
        "INSERT INTO spend VALUES (?, 'bench', 'gpt-image-1', 'USD', 40000, 1, 1) ON CONFLICT DO UPDATE SET"
        " charged = charged + 40000, pictures = pictures + 1, jobs = jobs + 1",
        day_of(at),
    )


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
