"""limner's own log: what happened and why, without keys and without prompts, gone after seven days."""

import json
import stat
import time
from pathlib import Path
from typing import Any

import pytest

from buyer import Buyer
from conftest import NewBuyer
from limner.errors import LimnerError
from limner.journal import KEPT_DAYS, Journal, told

DAY = 24 * 60 * 60


def lines(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]


def logged(buyer: Buyer) -> list[dict[str, Any]]:
    return lines(buyer.client.home.logs)


def test_a_job_is_written_down_with_what_it_cost_and_where_its_picture_is(buyer: Buyer) -> None:
    job = buyer.make("a lighthouse at dusk, very secret", model="gpt-image-2")
    own = [line for line in logged(buyer) if line.get("job") == job.id]
    assert [line["event"] for line in own] == ["work", "submitting", "collecting", "done", "settled"]
    last = own[-1]
    assert (last["state"], last["charged"], last["cost"]) == ("done", "yes", str(job.cost))
    assert last["pictures"] == [job.pictures[0].path]
    assert last["bytes"] == [job.pictures[0].bytes]
    assert last["tokens"] == job.tokens


def test_neither_keys_nor_prompts_are_in_it(buyer: Buyer) -> None:
    for fault in ("", "[[401]]", "[[moderation]]", "[[400]]", "[[lost-after-charge]]"):
        buyer.make(f"a very secret mug {fault}", model="gpt-image-2")
    said = "".join(path.read_text("utf-8") for path in buyer.client.home.logs.iterdir())
    assert "broke_off" in said
    assert buyer.key not in said
    assert "very secret" not in said


def test_prompts_are_in_it_for_those_who_wish(new_buyer: NewBuyer) -> None:
    buyer = new_buyer("[log]\nprompts = true\n")
    buyer.make("a mug for the log", model="gpt-image-2")
    assert logged(buyer)[0]["prompt"] == "a mug for the log"


def test_it_can_be_switched_off(new_buyer: NewBuyer, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet = new_buyer("[log]\nenabled = false\n")
    quiet.make("a mug", model="gpt-image-2")
    monkeypatch.setenv("LIMNER_LOG", "off")
    silent = new_buyer()
    silent.make("a mug", model="gpt-image-2")
    assert not quiet.client.home.logs.exists()
    assert not silent.client.home.logs.exists()


def test_a_file_is_its_owner_s_alone_and_goes_after_seven_days(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    for age in range(12):
        day = time.strftime("%Y%m%d", time.localtime(time.time() - age * DAY))
        (folder / f"limner-{day}.jsonl").write_text("{}\n")
    (folder / "notes.txt").write_text("mine")
    Journal(folder).write("begun", {})
    assert len(list(folder.glob("limner-*.jsonl"))) == KEPT_DAYS
    assert (folder / "notes.txt").exists()
    fresh = Journal(tmp_path / "fresh")
    fresh.write("begun", {})
    file = next((tmp_path / "fresh").iterdir())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_is_nobody_s_trouble(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    Journal(tmp_path / "logs").write("begun", {})
    assert (tmp_path / "logs").read_text().startswith("a file")


SECRETS = (
    "Bearer abcdefghijklmnop.qrstuvwxyz",
    "https://x/upload?apiKey=abcdefghijklmnop&b=1",
    "sk-abcdefghijklmnop",
    "https://x/?X-Amz-Signature=abcdefghijklmnop",
    "ima_abcdefghijklmnop",
)


def test_what_looks_like_a_key_is_hidden_wherever_it_stands(tmp_path: Path) -> None:
    for secret in SECRETS:
        Journal(tmp_path).write("said", {"said": f"no: {secret}", "deep": {"list": [secret]}})
    said = next(tmp_path.iterdir()).read_text()
    assert "abcdefgh" not in said
    assert len(lines(tmp_path)) == len(SECRETS)


def test_an_error_nobody_has_words_for_keeps_its_details_there() -> None:
    try:
        try:
            Path("/no/such/file").stat()
        except OSError as error:
            raise LimnerError("internal", reason="x") from error
    except LimnerError as error:
        assert "No such file" in told(error)["cause"]
    assert "ZeroDivisionError" in told(_own_mistake())["trace"][-1]


def _own_mistake() -> Exception:
    try:
        _ = 1 / 0
    except ZeroDivisionError as error:
        return error
    raise AssertionError
