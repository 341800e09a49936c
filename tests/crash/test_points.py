"""
One exact point each: the process is held there from outside, killed, and its job brought home.

Held by the relay on the network's side; on the ledger's side by taking the write lock, which stops a
process right before its next write.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import pytest

from .audit import Bought, audit, left
from .conftest import NEEDS_SIGHT, NewStage
from .relay import Hold, relaying
from .stage import Stage, files, kill, until, worker_of

pytestmark = NEEDS_SIGHT

GPT = {"request": "a cup tag1", "gateway": "omnimaas", "model": "gpt-image-2"}
LINKED = {**GPT, "request": "a cup tag1 [[relative-url]]", "n": 3}


def quoted(stage: Stage, wish: dict[str, Any]) -> Bought:
    (row,) = stage.told("quotes", json.dumps([wish]))
    words = tuple(word.split("]]")[0] for word in wish["request"].split("[[")[1:])
    counts = (row["n"], row["sends"], row["attempts"], row["ceiling"])
    return Bought(1, wish["gateway"], words, row["id"], *counts)


@contextmanager
def locked(stage: Stage) -> Iterator[None]:
    """Nobody writes to the ledger meanwhile."""
    connection = apsw.Connection(str(stage.ledger))
    connection.set_busy_timeout(20_000)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def attempts(stage: Stage) -> list[str]:
    return [row["status"] for row in stage.rows("SELECT status FROM attempt ORDER BY n")]


def pictures(stage: Stage) -> list[Path]:
    return sorted(path for path in files(stage.folder) if path.suffix == ".png")


def spool(stage: Stage, name: str) -> list[Path]:
    return list((stage.home / "runs").glob(f"*/{name}"))


def die(stage: Stage) -> None:
    """Everybody, at once, wherever they are."""
    for pid in stage.alive():
        kill(pid)
    until(lambda: not stage.alive())


def home(stage: Stage, bought: Bought, state: str, *, came: int, charges: int) -> dict[str, Any]:
    """Recover; the books are in order, and the job stands as it should. Its row."""
    before = left(stage)
    for _ in range(2):
        child = stage.start("recover", "--wait", "5")
        assert child.wait(60) == 0, stage.said_by(child)
    books = audit(stage, [bought], before)
    assert books.findings == ()
    (job,) = stage.rows("SELECT * FROM job")
    rows = stage.rows("SELECT * FROM picture")
    assert (job["state"], len(rows), len(stage.bills())) == (state, came, charges)
    again = stage.start("run", bought.quote, "--approve", bought.quote)
    again.wait(60)
    assert len(stage.bills()) == charges, "the quote that was served buys nothing again"
    return job


def test_killed_before_the_job_is_opened_the_yes_is_still_good(stage: Stage) -> None:
    bought = quoted(stage, GPT)
    with locked(stage):
        child = stage.start("buy", str(stage.folder), bought.quote, cli=False)
        until(lambda: "ledger" in _open_files(child.pid))
        die(stage)
    assert stage.rows("SELECT * FROM job") == []
    child = stage.start("run", bought.quote, "--approve", bought.quote)
    assert child.wait(60) == 0
    home(stage, bought, "done", came=1, charges=1)


def test_killed_between_the_job_and_the_intent_nothing_was_sent_and_nothing_is_kept_reserved(
    stage: Stage,
) -> None:
    bought = quoted(stage, GPT)
    # The gateway has asked everybody to wait, so the job is opened and its turn does not come.
    stage.rows(
        "INSERT INTO turn SELECT 'omnimaas', json_extract(document, '$.account'), ?, 0 FROM quote", 2**62
    )
    stage.start("buy", str(stage.folder), bought.quote, cli=False)
    until(lambda: stage.rows("SELECT 1 FROM job WHERE state = 'approved'"))
    die(stage)
    assert attempts(stage) == []
    job = home(stage, bought, "failed", came=0, charges=0)
    assert (job["error"], job["reserved"], job["charged"]) == ("job.never_sent", 0, "no")


def test_killed_after_the_intent_before_anything_was_read_the_question_stays_open(
    new_stage: NewStage, sandbox: str
) -> None:
    with relaying(sandbox, Hold("", -1)) as relay:
        stage = new_stage(relay.url)
        bought = quoted(stage, GPT)
        stage.start("buy", str(stage.folder), bought.quote, cli=False)
        assert relay.held.wait(30)
        assert attempts(stage) == ["intent"]
        die(stage)
        relay.release()
        job = home(stage, bought, "unknown", came=0, charges=0)
    assert job["reserved"] == bought.ceiling


def test_killed_while_the_request_is_sent_the_question_stays_open(
    new_stage: NewStage, sandbox: str, tmp_path: Path
) -> None:
    from PIL import Image

    big = tmp_path / "big.png"
    Image.effect_noise((560, 560), 90).convert("RGB").save(big)
    with relaying(sandbox, Hold("", -1)) as relay:
        stage = new_stage(relay.url)
        bought = quoted(stage, {**GPT, "references": [str(big)] * 9, "attempts": 1})
        child = stage.start("buy", str(stage.folder), bought.quote, cli=False)
        assert relay.held.wait(30)
        assert child.poll() is None
        die(stage)
        relay.release()
        job = home(stage, bought, "unknown", came=0, charges=0)
    assert job["reserved"] == bought.ceiling


def test_killed_while_the_gateway_is_silent_what_it_charged_stays_reserved(stage: Stage) -> None:
    bought = quoted(stage, {**GPT, "request": "a cup tag1 [[silent]]"})
    stage.start("run", bought.quote, "--approve", bought.quote)
    until(stage.bills)
    die(stage)
    home(stage, bought, "unknown", came=0, charges=1)


def test_killed_in_the_middle_of_the_answer_what_was_charged_stays_reserved(
    new_stage: NewStage, sandbox: str
) -> None:
    with relaying(sandbox, Hold("/images", 40_000)) as relay:
        stage = new_stage(relay.url)
        bought = quoted(stage, GPT)
        stage.start("buy", str(stage.folder), bought.quote, cli=False)
        until(lambda: spool(stage, "attempt-1.answer.partial"))
        die(stage)
        assert spool(stage, "attempt-1.answer.head.json")
        assert not spool(stage, "attempt-1.answer")
        home(stage, bought, "unknown", came=0, charges=1)


@pytest.mark.parametrize("cli", [True, False], ids=["command", "python"])
def test_killed_with_the_answer_on_disk_before_it_is_written_down_the_picture_comes_home(
    new_stage: NewStage, sandbox: str, cli: bool
) -> None:
    with relaying(sandbox, Hold("/images", 0)) as relay:
        stage = new_stage(relay.url)
        bought = quoted(stage, GPT)
        buying = ("run", bought.quote, "--approve", bought.quote)
        stage.start(*(buying if cli else ("buy", str(stage.folder), bought.quote)), cli=cli)
        assert relay.held.wait(30)
        with locked(stage):
            relay.release()
            until(lambda: spool(stage, "attempt-1.answer"))
            assert attempts(stage) == ["intent"]
            die(stage)
        home(stage, bought, "done", came=1, charges=1)


def test_killed_after_the_answer_before_its_pictures_all_of_them_come_home(
    new_stage: NewStage, sandbox: str
) -> None:
    with relaying(sandbox, Hold("/pictures", None)) as relay:
        stage = new_stage(relay.url)
        bought = quoted(stage, LINKED)
        stage.start("buy", str(stage.folder), bought.quote, cli=False)
        assert relay.held.wait(30)
        assert attempts(stage) == ["accepted"]
        die(stage)
        relay.release()
        home(stage, bought, "done", came=3, charges=3)


@pytest.mark.parametrize(("skip", "saved"), [(0, 0), (1, 1), (2, 2)])
def test_killed_in_the_middle_of_a_picture_all_come_home_and_none_twice(
    new_stage: NewStage, sandbox: str, skip: int, saved: int
) -> None:
    with relaying(sandbox, Hold("/pictures", 30_000, skip)) as relay:
        stage = new_stage(relay.url)
        bought = quoted(stage, LINKED)
        stage.start("buy", str(stage.folder), bought.quote, cli=False)
        assert relay.held.wait(30)
        assert len(stage.rows("SELECT 1 FROM picture")) == saved
        assert len(pictures(stage)) == saved
        die(stage)
        relay.release()
        home(stage, bought, "done", came=3, charges=3)


@pytest.mark.parametrize("skip", [0, 1])
def test_killed_with_a_picture_in_its_place_that_is_not_written_down_it_is_known_again(
    new_stage: NewStage, sandbox: str, skip: int
) -> None:
    with relaying(sandbox, Hold("/pictures", 0, skip)) as relay:
        stage = new_stage(relay.url)
        bought = quoted(stage, LINKED)
        stage.start("buy", str(stage.folder), bought.quote, cli=False)
        assert relay.held.wait(30)
        with locked(stage):
            relay.release()
            until(lambda: len(pictures(stage)) == skip + 1)
            die(stage)
        there = pictures(stage)
        assert len(stage.rows("SELECT 1 FROM picture")) == skip
        home(stage, bought, "done", came=3, charges=3)
        assert [path for path in there if path not in pictures(stage)] == []
        assert len(pictures(stage)) == 3


def test_killed_before_its_end_is_written_down_the_job_ends_the_same_way(
    new_stage: NewStage, sandbox: str
) -> None:
    with relaying(sandbox, Hold("/pictures", 0, 2)) as relay:
        stage = new_stage(relay.url)
        bought = quoted(stage, LINKED)
        stage.start("buy", str(stage.folder), bought.quote, cli=False)
        assert relay.held.wait(30)
        relay.release()
        until(lambda: len(stage.rows("SELECT 1 FROM picture")) == 3)
        with locked(stage):
            die(stage)
        home(stage, bought, "done", came=3, charges=3)


def test_killed_when_it_is_done_it_stays_done(stage: Stage) -> None:
    bought = quoted(stage, GPT)
    stage.start("run", bought.quote, "--approve", bought.quote)
    until(lambda: stage.rows("SELECT 1 FROM job WHERE state = 'done'"))
    die(stage)
    home(stage, bought, "done", came=1, charges=1)


def test_the_watching_command_may_die_and_its_job_goes_on(stage: Stage) -> None:
    bought = quoted(stage, {**GPT, "request": "a cup tag1 [[slow:0.5]]"})
    watcher = stage.start("run", bought.quote, "--approve", bought.quote)
    worker = until(lambda: worker_of(stage, watcher.pid))
    until(lambda: attempts(stage))
    kill(watcher.pid)
    until(lambda: worker not in stage.alive())
    home(stage, bought, "done", came=1, charges=1)


def test_the_worker_dies_and_the_watching_command_does_not_wait_for_ever(stage: Stage) -> None:
    bought = quoted(stage, {**GPT, "request": "a cup tag1 [[silent]]"})
    watcher = stage.start("run", bought.quote, "--approve", bought.quote)
    worker = until(lambda: worker_of(stage, watcher.pid))
    until(stage.bills)
    kill(worker)
    assert watcher.wait(30) == 0, stage.said_by(watcher)
    home(stage, bought, "unknown", came=0, charges=1)


def _open_files(pid: int) -> str:
    found = []
    for entry in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            found.append(str(entry.readlink()))
        except OSError:
            continue
    return " ".join(found)
