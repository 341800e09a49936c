"""A ledger that outlives the limner that made it: older ones, newer ones, and two versions side by side."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

import limner
from buyer import Buyer
from limner.errors import StorageFailed
from limner.ledger import Ledger, versions

SOURCE = Path(limner.__file__).parent
ADDED = "CREATE TABLE shelf (id TEXT PRIMARY KEY, colour TEXT NOT NULL DEFAULT 'red') STRICT;\n"
HARMFUL = ADDED + "UPDATE book SET oldest_writer = 3;\n"
USE = """
import sys
from limner import Client
with Client(home=sys.argv[1]) as client:
    quote = client.quote(sys.argv[2])
    print(quote.id)
"""


def newer(place: Path, step: str) -> Path:
    """A limner of tomorrow: this one and a schema that a numbered step leads to."""
    shutil.copytree(SOURCE, place / "limner", ignore=shutil.ignore_patterns("__pycache__", "studio", "mcp"))
    folder = place / "limner" / "ledger"
    (folder / "migrations").mkdir(exist_ok=True)
    (folder / "migrations" / "0003-shelf.sql").write_text(step, "utf-8")
    with (folder / "schema.sql").open("a", encoding="utf-8") as schema:
        schema.write(ADDED)
    return place


def said_by(place: Path, home: Path, prompt: str) -> "subprocess.CompletedProcess[str]":
    """What a limner that lies at `place` says of a quote."""
    return subprocess.run(
        [sys.executable, "-c", USE, str(home), prompt],
        env={**os.environ, "PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def structure(path: Path) -> list[tuple[Any, ...]]:
    """Every table with its columns, every index and trigger, however the ledger came to be."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        rows = list(connection.execute("SELECT type, name, tbl_name FROM sqlite_master ORDER BY type, name"))
        told: list[tuple[Any, ...]] = []
        for kind, name, table in rows:
            columns = list(connection.execute("SELECT * FROM pragma_table_xinfo(?)", (name,)))
            parts = list(connection.execute("SELECT * FROM pragma_index_xinfo(?)", (name,)))
            told.append((kind, name, table, columns, parts))
        return told
    finally:
        connection.close()


def replayed(folder: Path, path: Path) -> None:
    """From the first schema that was released, step by step, to the present one."""
    connection = apsw.Connection(str(path))
    try:
        versions.migrate(connection, 0, folder)
    finally:
        connection.close()


@pytest.fixture
def home(tmp_path: Path, buyer: Buyer) -> Iterator[Path]:
    """A home whose ledger this limner made."""
    buyer.client.quote("a cup")
    buyer.client.close()
    yield buyer.home


def test_every_released_step_together_leads_to_the_present_schema(tmp_path: Path) -> None:
    replayed(versions.FOLDER, tmp_path / "replayed.sqlite")
    connection = apsw.Connection(str(tmp_path / "fresh.sqlite"))
    versions.create(connection, versions.FOLDER)
    connection.close()
    assert structure(tmp_path / "replayed.sqlite") == structure(tmp_path / "fresh.sqlite")


def as_first(path: Path) -> None:
    """A ledger as the first limner would have kept it."""
    old = path.with_name("old.sqlite")
    connection = apsw.Connection(str(old))
    connection.execute((versions.FOLDER / "migrations" / "0001-first.sql").read_text("utf-8"))
    connection.execute("PRAGMA user_version=1")
    connection.execute("ATTACH ? AS new", (str(path),))
    # Tables first, in the order in which they refer to each other.
    for (table,) in list(connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")):
        columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
        connection.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
    connection.close()
    old.replace(path)
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)


def test_a_home_of_the_first_version_opens_with_its_jobs_its_money_and_its_open_questions(
    buyer: Buyer,
) -> None:
    done, lost = buyer.make("a cup"), buyer.make("a cup [[lost-after-charge]]")
    waiting = buyer.approved("a jug")
    spent = buyer.client.spend()
    buyer.client.close()
    as_first(buyer.home / "ledger.sqlite")
    assert {job.id: job.state for job in buyer.client.jobs()} == {done.id: "done", lost.id: "unknown"}
    assert buyer.client.spend() == spent
    assert [job.id for job in buyer.client.waiting()] == [lost.id]
    assert buyer.client.recover(lost.id).state == "unknown"
    assert buyer.client.run(waiting).state == "done"
    assert buyer.client.examine() == []
    assert (buyer.home / "ledger.sqlite.v1").exists(), "and as it was"


def test_an_older_ledger_that_lacks_what_its_version_has_is_told_and_can_be_saved(buyer: Buyer) -> None:
    done = buyer.make("a cup")
    buyer.client.close()
    as_first(buyer.home / "ledger.sqlite")
    connection = apsw.Connection(str(buyer.home / "ledger.sqlite"))
    connection.execute("DROP INDEX job_busy")
    connection.close()
    with pytest.raises(StorageFailed) as caught:
        buyer.client.jobs()
    assert caught.value.key == "ledger.damaged"
    assert "job_busy" in str(caught.value.facts["reason"])
    buyer.client.repair()
    assert [(job.id, job.state) for job in buyer.client.jobs()] == [(done.id, "done")]


def test_a_ledger_made_before_the_second_version_had_its_number_is_used_as_it_is(home: Path) -> None:
    connection = apsw.Connection(str(home / "ledger.sqlite"))
    connection.execute("PRAGMA user_version=1")
    connection.close()
    ledger = Ledger(home / "ledger.sqlite")
    assert ledger.jobs(None, 20, None) == []
    ledger.close()


def test_an_older_ledger_is_brought_up_to_date_and_kept_as_it_was(home: Path, tmp_path: Path) -> None:
    before = structure(home / "ledger.sqlite")
    place = newer(tmp_path / "newer", ADDED)
    said = said_by(place, home, "a mug")
    assert (said.returncode, said.stdout[:2]) == (0, "q_"), said
    after = structure(home / "ledger.sqlite")
    assert {row[1] for row in after} - {row[1] for row in before} == {"shelf", "sqlite_autoindex_shelf_1"}
    kept = home / "ledger.sqlite.v2"
    assert structure(kept) == before
    assert kept.stat().st_mode & 0o077 == 0
    fresh = tmp_path / "fresh"
    assert said_by(place, fresh, "a mug").returncode == 0
    assert structure(fresh / "ledger.sqlite") == after
    assert not (fresh / "ledger.sqlite.v2").exists()


def test_a_step_that_fails_leaves_the_ledger_as_it_was(home: Path, tmp_path: Path) -> None:
    before = structure(home / "ledger.sqlite")
    said = said_by(newer(tmp_path / "newer", ADDED + "SELECT nonsense();"), home, "a mug")
    assert said.returncode == 1
    assert structure(home / "ledger.sqlite") == before
    ledger = Ledger(home / "ledger.sqlite")
    assert ledger.store.row("PRAGMA user_version") == {"user_version": 2}
    ledger.close()


def test_an_older_limner_goes_on_beside_a_newer_one_that_only_added(buyer: Buyer, tmp_path: Path) -> None:
    buyer.client.quote("a cup")
    assert said_by(newer(tmp_path / "newer", ADDED), buyer.home, "a mug").returncode == 0
    assert buyer.make().state == "done", "the one that was open all the time"
    buyer.client.close()
    assert buyer.make().state == "done", "and one that opens it anew"


def test_an_older_limner_stops_where_a_newer_one_says_that_it_would_do_harm(
    buyer: Buyer, tmp_path: Path
) -> None:
    quote = buyer.approved()
    assert said_by(newer(tmp_path / "newer", HARMFUL), buyer.home, "a mug").returncode == 0
    with pytest.raises(StorageFailed) as caught:
        buyer.client.run(quote)
    assert caught.value.key == "ledger.newer"
    buyer.client.close()
    with pytest.raises(StorageFailed) as caught:
        buyer.make()
    assert (caught.value.key, caught.value.exit_code) == ("ledger.newer", 1)
    assert buyer.requests() == []
