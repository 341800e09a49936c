"""The one record: opened by many, written whole, never rewritten, quick to read."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import apsw
import pytest

from buyer import Buyer
from limner import Client
from limner.errors import LimnerError, NotFound, StorageFailed
from limner.ledger import Ledger, spending, store
from limner.money import Money

TABLES = {"quote", "approval", "job", "attempt", "picture", "entry", "spend"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ledger.sqlite"


def schema(path: Path) -> list[tuple[Any, ...]]:
    connection = apsw.Connection(str(path))
    try:
        return list(connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name"))
    finally:
        connection.close()


def test_a_fresh_ledger_has_every_table_and_passes_its_own_check(path: Path) -> None:
    ledger = Ledger(path)
    names = {row["name"] for row in ledger.store.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert names >= TABLES
    assert ledger.store.row("PRAGMA integrity_check") == {"integrity_check": "ok"}
    assert ledger.store.row("PRAGMA journal_mode") == {"journal_mode": "wal"}
    assert ledger.store.row("PRAGMA foreign_keys") == {"foreign_keys": 1}
    ledger.close()


def test_nobody_else_can_read_the_ledger_or_what_lies_beside_it(buyer: Buyer) -> None:
    buyer.client.quote("a cup")
    beside = list(buyer.home.glob("ledger.sqlite*"))
    assert {path.suffix for path in beside} >= {".sqlite", ".sqlite-wal"}
    assert {path.name: oct(path.stat().st_mode & 0o077) for path in beside} == {
        path.name: "0o0" for path in beside
    }


@pytest.mark.parametrize("damage", ["no database at all" * 100, ""])
def test_a_damaged_ledger_stops_everything_before_anything_is_sent(buyer: Buyer, damage: str) -> None:
    buyer.make()
    buyer.client.close()
    path = buyer.home / "ledger.sqlite"
    whole = path.read_bytes()
    path.write_bytes(damage.encode() or whole[:100] + b"\xff" * (len(whole) - 100))
    with pytest.raises(StorageFailed) as caught:
        buyer.make()
    assert caught.value.key == "ledger.damaged"
    assert len(buyer.requests()) == 1


def test_a_ledger_that_cannot_be_opened_stops_everything(buyer: Buyer) -> None:
    (buyer.home / "ledger.sqlite").mkdir()
    with pytest.raises(StorageFailed) as caught:
        buyer.make()
    assert caught.value.key == "ledger.cannot_write"
    assert buyer.requests() == []


def test_threads_may_open_one_ledger_at_once(path: Path) -> None:
    failed: list[BaseException] = []
    ready = threading.Barrier(8)

    def open_it() -> None:
        ready.wait(10)
        try:
            Ledger(path).close()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert len(schema(path)) > len(TABLES)


def test_processes_may_open_one_ledger_at_once(path: Path) -> None:
    code = "import sys, pathlib; from limner import ledger; ledger.Ledger(pathlib.Path(sys.argv[1])).close()"
    opened = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(4)]
    assert [one.wait(60) for one in opened] == [0, 0, 0, 0]


def test_entries_are_never_changed_and_never_deleted(buyer: Buyer) -> None:
    buyer.make()
    connection = apsw.Connection(str(buyer.home / "ledger.sqlite"))
    for sql in ("UPDATE entry SET amount = 0", "DELETE FROM entry"):
        with pytest.raises(apsw.ConstraintError, match="entries stay"):
            connection.execute(sql)
    connection.close()


def test_a_job_moves_its_money_in_whole_steps(buyer: Buyer) -> None:
    job = buyer.make()
    entries = buyer.client.ledger.store.rows("SELECT kind, amount, unit FROM entry ORDER BY id")
    assert job.cost
    left = job.ceiling.micro - job.cost.micro
    assert [tuple(entry.values()) for entry in entries] == [
        ("reserve", job.ceiling.micro, "CNY"),
        ("charge", job.cost.micro, "CNY"),
        ("release", left, "CNY"),
    ]


def test_what_guards_money_is_on_the_disk_when_it_returns(buyer: Buyer) -> None:
    ledger, quote = buyer.client.ledger, buyer.approved("a cup")
    job_id, _ = ledger.open_job(ledger.quote(quote), buyer.home / "runs", {}, "me")

    def is_durable() -> bool:
        return ledger.store.row("PRAGMA synchronous") == {"synchronous": 2}

    assert not is_durable(), "only what guards money waits for the disk"
    n = ledger.intend(job_id, 0, "attempt-{n}")
    assert n is not None
    assert is_durable()
    ledger.hand_back(job_id, None)
    assert not is_durable()
    ledger.answer(job_id, n, "unknown")
    assert is_durable()


def test_the_database_refuses_a_second_open_attempt_and_a_second_job(buyer: Buyer) -> None:
    quote = buyer.client.quote("a cup")
    buyer.client.approve(quote.id)
    ledger = buyer.client.ledger
    job, fresh = ledger.open_job(quote, buyer.home / "runs", {}, "me")
    again, second = ledger.open_job(quote, buyer.home / "runs", {}, "me")
    assert (again, fresh, second) == (job, True, False)
    ledger.intend(job, 0, "spool-{n}")
    with pytest.raises(apsw.ConstraintError):
        ledger.intend(job, 0, "spool-{n}")


def test_spending_is_reported_by_day_gateway_and_model(buyer: Buyer) -> None:
    first, second = buyer.make(model="gpt-image-2", n=2), buyer.make()
    buyer.make("a cup [[reset]]")
    assert first.cost and second.cost
    by_model, reserved = buyer.client.spend(by="model")
    told = {line.label: (line.charged.micro, line.pictures, line.jobs) for line in by_model}
    assert told == {
        "gpt-image-2": (first.cost.micro, 2, 1),
        "gemini-3-pro-image-preview": (second.cost.micro, 1, 2),
    }
    assert reserved == [Money(1_000_000, "CNY")]
    for by, lines in (("day", 1), ("gateway", 1)):
        ((line,), _) = buyer.client.spend(by=by)
        assert line.charged == first.cost.plus(second.cost), lines
    assert buyer.client.spend(since="9999-01-01")[0] == []


def test_jobs_are_listed_newest_first_and_page_by_page(buyer: Buyer) -> None:
    ledger = buyer.client.ledger
    made = []
    for number in range(25):
        quote = buyer.client.quote(f"cup {number}")
        buyer.client.approve(quote.id)
        made.append(ledger.open_job(quote, buyer.home / "runs", {}, "me")[0])
    made.reverse()
    first = buyer.client.jobs()
    rest = buyer.client.jobs(after=first[-1].id)
    assert [job.id for job in first] == made[:20]
    assert [job.id for job in rest] == made[20:]
    assert buyer.client.jobs(after=rest[-1].id) == []
    assert len(buyer.client.jobs(state="unfinished", limit=100)) == 25
    assert buyer.client.jobs(state="done") == []
    with pytest.raises(NotFound):
        buyer.client.jobs(after="j_nothing")
    with pytest.raises(NotFound):
        buyer.client.job("j_nothing")


def plans(ledger: Ledger, ask: Any) -> list[str]:
    """How SQLite goes about every statement of one question."""
    seen: list[str] = []
    connection = ledger.store._connection

    def trace(_: Any, sql: str, bindings: Any) -> bool:
        if sql.lstrip().upper().startswith("SELECT"):
            seen.append(sql)
        return True

    connection.exec_trace = trace
    try:
        ask()
    finally:
        connection.exec_trace = None
    told = []
    for sql in seen:
        values = [1] * sql.count("?")
        told += [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    assert told
    return told


QUESTIONS: dict[str, Any] = {
    "the newest jobs": lambda ledger: ledger.jobs(),
    "unfinished jobs": lambda ledger: ledger.jobs(state="unfinished"),
    "jobs of a state": lambda ledger: ledger.jobs(state="done"),
    "a job": lambda ledger: ledger.seq("j_x"),
    "a quote's job": lambda ledger: ledger.job_of_quote("q_x"),
    "a picture's job": lambda ledger: ledger.job_of_picture(path="x", sha256="y"),
    "what is reserved": lambda ledger: spending.reserved(ledger.store),
    "what was spent lately": lambda ledger: spending.report(ledger.store, "day", "2026-11-01"),
    "a job's pictures": lambda ledger: ledger.pictures("j_x"),
    "a job's attempts": lambda ledger: ledger.attempts("j_x"),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_nobody_waits_for_a_table_to_be_read_from_end_to_end(buyer: Buyer, question: str) -> None:
    buyer.make()
    ledger = buyer.client.ledger
    told = plans(ledger, lambda: QUESTIONS[question](ledger))
    scans = [step for step in told if step.startswith("SCAN") and "USING" not in step]
    # The few that are unfinished may be sorted; the many that are done may not.
    sorts = [
        step for step in told if "TEMP B-TREE" in step and question in {"the newest jobs", "jobs of a state"}
    ]
    assert (scans, sorts) == ([], [])


def test_a_million_jobs_would_not_slow_the_list_down(buyer: Buyer) -> None:
    told = plans(buyer.client.ledger, buyer.client.jobs)
    assert told[0].startswith("SEARCH job USING INTEGER PRIMARY KEY")


def test_a_ledger_somebody_else_is_writing_says_that_it_is_busy(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_BUSY_MS", 10)
    first, second = Ledger(path), Ledger(path)
    with first.store.writing():
        with pytest.raises(StorageFailed) as caught, second.store.writing():
            raise AssertionError("two cannot write at once")
        assert caught.value.key == "ledger.busy"
    with second.store.writing():
        pass
    first.close()
    second.close()


def test_a_transaction_is_whole_or_not_at_all(path: Path) -> None:
    ledger = Ledger(path)
    with pytest.raises(RuntimeError), ledger.store.writing():
        ledger.store.do("INSERT INTO quote VALUES ('q', 'd', '{}', 0, 0)")
        raise RuntimeError
    assert ledger.store.rows("SELECT * FROM quote") == []
    ledger.close()


def test_the_document_of_a_quote_is_plain_json(buyer: Buyer) -> None:
    quote = buyer.client.quote("a cup")
    row = buyer.client.ledger.store.row("SELECT document FROM quote WHERE id = ?", quote.id)
    assert row
    assert json.loads(row["document"])["choice"]["prompt"] == "a cup"


def test_two_clients_of_one_home_see_the_same_jobs(buyer: Buyer) -> None:
    job = buyer.make()
    with Client(home=str(buyer.home)) as other:
        assert other.job(job.id) == job
        assert other.recover(job.id) == job
        with pytest.raises(LimnerError):
            other.run("q_nothing")
