"""People stop watching, close windows and press Ctrl-C. A paid job goes on by itself."""

import json
import os
import re
import signal
import subprocess

from .person import LIMNER, Person, Terminal


def _job(terminal: Terminal) -> str:
    found = re.search(r"j_[a-z0-9]+", terminal.text)
    assert found, terminal.text
    return found.group()


def _started(person: Person) -> str:
    """The id of the one job there is, once the gateway has been asked for it."""
    for _ in range(400):
        items = person.json("jobs")["data"]["items"]
        if items and items[0]["state"] == "submitting":
            return str(items[0]["job_id"])
    raise AssertionError("the job never began")


def _ends_well(person: Person, job: str) -> None:
    told = person.run("status", job, "--wait", "30", "--json")
    assert told.code == 0
    assert told.json["data"]["state"] == "done"
    assert len(person.bills()) == 1


def test_ctrl_c_leaves_the_job_running_and_says_so(person: Person) -> None:
    with person.terminal("make", "a mug [[slow:6]]") as terminal:
        terminal.until("[y/N]")
        terminal.type("y\n")
        terminal.until("waiting for OmniMaaS")
        job = _started(person)
        terminal.type("\x03")
        assert terminal.end() == 130
    assert "You stopped watching; the job goes on by itself." in terminal.text
    assert f"limner status {job}" in terminal.text
    _ends_well(person, job)


def test_ctrl_c_at_the_question_buys_nothing(person: Person) -> None:
    with person.terminal("make", "a mug") as terminal:
        terminal.until("[y/N]")
        terminal.type("\x03")
        assert terminal.end() == 130
    assert "Traceback" not in terminal.text
    assert person.bills() == []


def test_a_closed_window_leaves_the_job_running(person: Person) -> None:
    with person.terminal("make", "a mug [[slow:6]]") as terminal:
        terminal.until("[y/N]")
        terminal.type("y\n")
        terminal.until("waiting for OmniMaaS")
        job = _started(person)
        terminal.close()
    _ends_well(person, job)


def test_a_caller_that_loses_patience_leaves_the_job_running(person: Person) -> None:
    quote = person.quote("a mug [[slow:6]]")
    caller = subprocess.Popen(
        [LIMNER, "run", quote, "--approve", quote],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=person.folder,
        env=person.environment(),
        start_new_session=True,
    )
    job = _started(person)
    caller.send_signal(signal.SIGKILL)
    caller.communicate(timeout=30)
    _ends_well(person, job)


def test_ctrl_c_while_looking_at_a_job_is_exit_130(person: Person) -> None:
    quote = person.quote("a mug [[slow:8]]")
    job = person.json("run", quote, "--approve", quote, "--wait", "0")["data"]["job_id"]
    with person.terminal("status", job, "--wait", "60", "--lang", "en") as terminal:
        terminal.until("waiting for OmniMaaS")
        terminal.type("\x03")
        assert terminal.end() == 130
    assert "Traceback" not in terminal.text
    _ends_well(person, job)


def test_a_reader_that_goes_away_is_no_error(person: Person) -> None:
    quiet = subprocess.run(
        f"'{LIMNER}' models --json | head -c 10",
        shell=True,
        capture_output=True,
        text=True,
        cwd=person.folder,
        env=person.environment(),
        timeout=60,
        check=True,
    )
    assert quiet.stdout == '{"v": 1, "'
    assert quiet.stderr == ""


def test_nothing_in_the_folder_one_stands_in_is_taken_for_a_part_of_limner(person: Person) -> None:
    for name in ("limner.py", "apsw.py", "json.py"):
        (person.folder / name).write_text("raise SystemExit('a file of somebody else was run')\n", "utf-8")
    made = person.json("quote", "a mug", "--sandbox")["data"]["quote_id"]
    done = person.json("run", made, "--approve", made, "--sandbox", "--wait", "30")["data"]
    server = json.loads((person.home / "sandbox" / "server" / "server.json").read_text("utf-8"))
    os.kill(server["pid"], signal.SIGTERM)
    assert done["state"] == "done"


def test_the_same_run_asked_for_again_waits_for_the_picture_that_is_being_made(person: Person) -> None:
    quote = person.quote("a mug [[slow:2]]")
    first = person.run("run", quote, "--approve", quote, "--wait", "0", "--json")
    assert first.json["data"]["state"] not in {"done", "failed"}
    glance = person.run("run", quote, "--approve", quote, "--wait", "0", "--json")
    assert glance.json["data"]["state"] not in {"done", "failed"}
    again = person.run("run", quote, "--approve", quote, "--wait", "30", "--json")
    assert (again.code, again.json["data"]["state"]) == (0, "done")
    assert len(person.bills()) == 1


def test_the_same_run_asked_for_again_tells_its_messages_to_the_end(person: Person) -> None:
    quote = person.quote("a mug [[slow:2]]")
    person.run("run", quote, "--approve", quote, "--wait", "0")
    again = person.run("run", quote, "--approve", quote, "--messages")
    assert json.loads(again.out.splitlines()[-1])["step"] == "success"
    assert len(person.bills()) == 1
