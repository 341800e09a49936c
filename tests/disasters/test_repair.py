"""Ledgers that are damaged or do not add up: what is found, what is put right, and what is never made up."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import apsw
import pytest

from buyer import Buyer
from cli.person import LIMNER, Person
from limner.errors import LimnerError, StorageFailed, Usage
from limner.ledger import Ledger, Owner

PAGE = 4096


@pytest.fixture
def rich(buyer: Buyer) -> Buyer:
    """Somebody whose ledger fills many pages: done jobs, an open question, a yes that nobody used yet."""
    for number in range(14):
        fault = " [[lost-after-charge]]" if number == 7 else ""
        buyer.make(f"cup {number} " + "of tea " * 80 + fault, model="gpt-image-2", attempts=1)
    buyer.approved("a yes that nobody used")
    buyer.client.close()
    return buyer


def ledger(buyer: Buyer) -> Path:
    return buyer.home / "ledger.sqlite"


def change(buyer: Buyer, sql: str) -> None:
    """Somebody's editor, or a mistake of ours."""
    connection = apsw.Connection(str(ledger(buyer)))
    for trigger in ("entry_stays", "entry_kept"):
        connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    connection.execute(sql)
    connection.close()


def found(buyer: Buyer) -> set[str]:
    return {one.key for one in buyer.client.examine()}


def rows(buyer: Buyer, sql: str) -> list[dict[str, Any]]:
    return buyer.client.ledger.store.rows(sql)


# What does not add up


def test_a_ledger_in_order_is_left_alone(rich: Buyer) -> None:
    assert found(rich) == set()
    before = sorted(rich.home.iterdir())
    assert rich.client.repair().copy is None
    assert sorted(path for path in rich.home.iterdir() if path.name[-4:] not in {"-wal", "-shm"}) == [
        path for path in before if path.name[-4:] not in {"-wal", "-shm"}
    ]


WRONG = {
    "found.reserved": "UPDATE job SET reserved = reserved + 5 WHERE seq = 2",
    "found.cost": "UPDATE job SET cost = cost - 5 WHERE seq = 2",
    "found.sums": "UPDATE spend SET charged = charged - 7",
    "found.sent": "UPDATE job SET sent = 0 WHERE seq = 2",
    "found.owned": "UPDATE job SET owner = '1-gone' WHERE seq = 2",
}


@pytest.mark.parametrize("key", WRONG)
def test_what_the_entries_prove_is_put_right_and_the_old_ledger_kept(rich: Buyer, key: str) -> None:
    rich.client.close()
    told = "SELECT id, cost, reserved, sent, owner FROM job", "SELECT day, charged FROM spend"
    before = [rows(rich, sql) for sql in told]
    rich.client.close()
    change(rich, WRONG[key])
    assert key in found(rich)
    done = rich.client.repair()
    assert (done.left, rows(rich, told[0]), rows(rich, told[1])) == ([], *before)
    assert done.copy
    assert done.copy.stat().st_mode & 0o077 == 0
    assert found(rich) == set()


UNPROVEN = {
    "an entry is gone": ("DELETE FROM entry WHERE kind = 'reserve' AND id < 3", {"found.entries"}),
    "a charge is gone": ("DELETE FROM entry WHERE kind = 'charge' AND id < 4", {"found.cost", "found.sums"}),
    "more was spent than entries say": ("UPDATE spend SET charged = charged + 9", {"found.sums"}),
    "a quote was rewritten": (
        "UPDATE quote SET document = replace(document, 'cup 3', 'cat 3')",
        {"found.altered"},
    ),
}


@pytest.mark.parametrize("case", UNPROVEN)
def test_what_nothing_proves_is_told_and_left_as_it_is(rich: Buyer, case: str) -> None:
    sql, keys = UNPROVEN[case]
    change(rich, sql)
    assert found(rich) & keys
    everything = "SELECT id, cost, charged, uncertain FROM job", "SELECT * FROM spend", "SELECT * FROM entry"
    before = [rows(rich, one) for one in everything]
    rich.client.repair()
    assert [rows(rich, one) for one in everything] == before
    assert found(rich) & keys


def test_pictures_that_are_gone_and_folders_that_nobody_knows_are_told(rich: Buyer) -> None:
    job = next(one for one in rich.client.jobs(limit=50) if one.pictures)
    Path(job.pictures[0].path).unlink()
    (rich.home / "runs" / "j_of_nobody").mkdir()
    told = {one.key: one for one in rich.client.examine()}
    assert set(told) == {"found.gone", "found.orphans"}
    assert told["found.gone"].facts["paths"] == [job.pictures[0].path]
    rich.client.repair()
    assert (rich.home / "runs" / "j_of_nobody").exists(), "nothing is thrown away"


# Damage


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size * 3 // 5 // PAGE * PAGE)


def garbage_header(path: Path) -> None:
    overwrite(path, 0, 100)


def garbage_first_page(path: Path) -> None:
    overwrite(path, 0, PAGE)


def overwrite(path: Path, start: int, length: int) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(os.urandom(length))


def a_page(number: int) -> Callable[[Path], None]:
    def flipped(path: Path) -> None:
        overwrite(path, number * PAGE, PAGE)

    flipped.__name__ = f"page_{number}"
    return flipped


DAMAGE = [truncated, garbage_header, garbage_first_page, *map(a_page, (2, 4, 6, 9, 20, 33, 40, 45))]


def damaged(buyer: Buyer, how: Callable[[Path], None]) -> None:
    buyer.client.close()
    connection = apsw.Connection(str(ledger(buyer)))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    how(ledger(buyer))


@pytest.mark.parametrize("how", DAMAGE, ids=lambda how: how.__name__)
def test_what_can_be_read_of_a_damaged_ledger_is_saved_and_nothing_is_bought_twice(
    rich: Buyer, how: Callable[[Path], None]
) -> None:
    jobs = rich.client.jobs(limit=50)
    money = {job.id: (job.cost, job.uncertain, job.ceiling) for job in jobs}
    quotes = [job.quote_id for job in jobs] + [
        str(row["id"])
        for row in rows(rich, "SELECT id FROM quote WHERE id NOT IN (SELECT quote_id FROM job)")
    ]
    damaged(rich, how)
    bills = len(rich.bills())
    done = rich.client.repair()
    assert done.copy
    assert done.copy.exists()
    check = Ledger(ledger(rich))
    assert check.store.row("PRAGMA integrity_check") == {"integrity_check": "ok"}
    check.close()
    saved = rich.client.jobs(limit=50)
    for job in saved:
        cost, uncertain, ceiling = money[job.id]
        assert (job.cost, job.ceiling) == (cost, ceiling), "money is never made up"
        assert job.uncertain.micro >= uncertain.micro
    assert len(saved) == len(jobs) or "job" in done.lost, "what is missing is told"
    if how is garbage_header:
        assert (saved, dict(done.lost)) == (jobs, {})
    for quote in quotes:
        with suppress(LimnerError):
            rich.client.run(quote)
    assert len(rich.bills()) == bills, "no old yes buys anything again"
    assert rich.make().state == "done", "and life goes on"
    for path in rich.home.iterdir():
        assert not path.name.startswith("."), "no draft is left"


def test_a_ledger_of_which_nothing_can_be_read_is_kept_and_a_new_one_begun(rich: Buyer) -> None:
    rich.client.close()
    shutil.copy(__file__, ledger(rich))
    done = rich.client.repair()
    assert done.copy
    assert done.copy.read_bytes() == Path(__file__).read_bytes()
    assert set(done.lost) >= {"job", "entry", "quote"}
    assert rich.client.jobs() == []
    (orphans,) = [one for one in done.left if one.key == "found.orphans"]
    assert orphans.facts["count"] == 14, "what was bought is still named"


def test_a_job_whose_attempts_are_lost_becomes_an_open_question(rich: Buyer) -> None:
    change(rich, "UPDATE job SET state = 'submitting', reserved = ceiling, cost = NULL WHERE seq = 3")
    change(rich, "DELETE FROM attempt WHERE job_id = (SELECT id FROM job WHERE seq = 3)")
    damaged(rich, garbage_header)
    rich.client.repair()
    (row,) = rows(rich, "SELECT state, charged, uncertain, ceiling FROM job WHERE seq = 3")
    assert (row["state"], row["charged"], row["uncertain"]) == ("unknown", "unknown", row["ceiling"])


def test_nothing_is_repaired_while_somebody_is_at_work(rich: Buyer) -> None:
    change(rich, WRONG["found.reserved"])
    other = Owner(rich.home / "owners")
    with pytest.raises(StorageFailed) as caught:
        rich.client.repair()
    assert caught.value.key == "repair.at_work"
    other.close()
    assert rich.client.repair().copy


# At the command line


def test_the_doctor_says_what_is_wrong_and_how_to_mend_it(person: Person) -> None:
    assert person.buy().code == 0
    connection = apsw.Connection(str(person.home / "ledger.sqlite"))
    connection.execute("UPDATE job SET reserved = 5000000")
    connection.close()
    said = person.run("doctor")
    assert "holds ¥5.00 back; by its entries it should be ¥0.00" in said.out
    assert "limner doctor --repair" in said.out
    assert "预留了" in person.run("doctor", "--lang", "zh").out
    told = person.json("doctor", "--repair")["data"]
    assert (told["repair"]["found"], told["repair"]["left"]) == (["found.reserved"], [])
    assert Path(told["repair"]["copy"]).exists()
    assert told["ledger"]["sound"]
    again = person.run("doctor", "--repair")
    assert "nothing to mend" in again.out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_damaged_ledger_is_one_sentence_until_it_is_repaired(person: Person, language: str) -> None:
    assert person.buy().code == 0
    garbage_header(person.home / "ledger.sqlite")
    for words in (["jobs"], ["make", "a mug", "--no-input"], ["spend"]):
        ran = person.run(*words, "--lang", language)
        assert ran.code == 1
        assert "limner doctor --repair" in ran.err
        assert "Traceback" not in ran.err
    assert len(person.bills()) == 1
    said = person.run("doctor", "--repair", "--lang", language)
    assert {"en": "1 jobs", "zh": "1 个任务"}[language] in said.out
    assert [job["state"] for job in person.json("jobs")["data"]["items"]] == ["done"]


# Copies


def test_a_backup_is_the_whole_ledger_in_one_file_with_a_list_of_its_pictures(
    rich: Buyer, tmp_path: Path
) -> None:
    target = tmp_path / "copy.sqlite"
    copy, listed = rich.client.backup(str(target))
    assert copy == target
    assert {path.name for path in tmp_path.glob("copy*")} == {"copy.sqlite", "copy.sqlite.files.json"}
    assert [oct(path.stat().st_mode & 0o077) for path in (copy, listed)] == ["0o0", "0o0"]
    jobs = rich.client.jobs(limit=50)
    named = json.loads(listed.read_text("utf-8"))["pictures"]
    assert {one["path"] for one in named} == {one.path for job in jobs for one in job.pictures}
    rich.client.close()
    for path in rich.home.glob("ledger.sqlite*"):
        path.unlink()
    shutil.copy(copy, rich.home / "ledger.sqlite")
    assert rich.client.jobs(limit=50) == jobs, "put back, it is the ledger"
    assert found(rich) == set()


def test_a_backup_is_never_written_over_anything(rich: Buyer, tmp_path: Path) -> None:
    taken = tmp_path / "copy.sqlite"
    taken.write_text("mine")
    with pytest.raises(Usage) as caught:
        rich.client.backup(str(taken))
    assert (caught.value.key, taken.read_text()) == ("backup.exists", "mine")
    taken.unlink()
    beside = tmp_path / "copy.sqlite.files.json"
    beside.write_text("mine")
    with pytest.raises(Usage):
        rich.client.backup(str(taken))
    assert (beside.read_text(), taken.exists()) == ("mine", False)


def test_a_backup_is_whole_while_others_buy(person: Person) -> None:
    assert person.buy().code == 0
    quotes = [person.quote(f"mug {n}") for n in range(3)]
    running = [
        subprocess.Popen(
            [LIMNER, "run", one, "--approve", one],
            cwd=person.folder,
            env=person.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for one in quotes
    ]
    copies = [person.json("backup", f"copy-{n}.sqlite")["data"]["path"] for n in range(3)]
    assert [one.wait(60) for one in running] == [0, 0, 0]
    for copy in copies:
        connection = apsw.Connection(copy)
        assert list(connection.execute("PRAGMA integrity_check")) == [("ok",)]
        connection.close()
    assert "已复制" in person.run("backup", "--lang", "zh").out
    assert person.run("backup", "copy-0.sqlite").code == 2
    nowhere = person.run("backup", "/proc/copy.sqlite")
    assert (nowhere.code, "could not be written" in nowhere.err) == (1, True)


def test_without_a_ledger_there_is_nothing_to_copy(person: Person) -> None:
    ran = person.run("backup")
    assert (ran.code, "no ledger yet" in ran.err) == (9, True)
    assert list(person.folder.iterdir()) == []
