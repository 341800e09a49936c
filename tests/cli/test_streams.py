"""Standard streams may be closed, full, or read by nobody: what is bought, and the exit code, stay true."""

import contextlib
import json
import os
import subprocess

import pytest

from .person import LIMNER, Person, Ran

_CLOSED = ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"]
_UNHEARD = ["2>/dev/full", "2> >(exec <&-)", "> >(exec <&-)", "> >(exec <&-) 2>&1"]


def _shell(person: Person, words: str, streams: str, **variables: str) -> Ran:
    done = subprocess.run(
        ["bash", "-c", f"'{LIMNER}' {words} {streams}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=person.folder,
        env=person.environment(**variables),
        timeout=60,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("streams", [*_CLOSED, *_UNHEARD])
def test_a_job_is_made_whoever_listens(person: Person, streams: str) -> None:
    quote = person.quote()
    ran = _shell(person, f"run {quote} --approve {quote}", streams)
    assert (ran.code, "Traceback" in ran.err) == (0, False), ran
    assert person.json("jobs")["data"]["items"][0]["state"] == "done"
    assert len(person.bills()) == 1


def test_a_job_is_made_whoever_listens_without_buffers_as_well(person: Person) -> None:
    quote = person.quote()
    ran = _shell(person, f"run {quote} --approve {quote}", "> >(exec <&-) 2>&1", PYTHONUNBUFFERED="1")
    assert (ran.code, len(person.bills())) == (0, 1)


def test_an_answer_is_whole_in_a_pipe_that_does_not_wait(person: Person) -> None:
    whole = person.run("models", "--json").out
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    full = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            full += os.write(writing, b"-" * 4096)
    words = [LIMNER, "models", "--json"]
    with subprocess.Popen(words, stdout=writing, cwd=person.folder, env=person.environment()) as process:
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            # Whoever gives up before somebody reads has ended by then.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(1.5)
            assert pipe.read(full) == b"-" * full
            assert pipe.read().decode() == whole
    assert process.returncode == 0


@pytest.mark.parametrize("streams", ["> >(exec <&-)", ">&-"])
def test_a_job_that_failed_is_no_success_because_nobody_listens(person: Person, streams: str) -> None:
    quote = person.quote("a mug [[refusal]]")
    assert _shell(person, f"run {quote} --approve {quote} --json", streams).code == 5


@pytest.mark.parametrize("streams", ["<&-", "<&- 2>&-"])
def test_nobody_is_asked_through_a_closed_stream(person: Person, streams: str) -> None:
    ran = _shell(person, "make 'a mug' --json", streams)
    assert (ran.code, json.loads(ran.out)["error"]["code"]) == (10, "approval_needed")
    assert person.bills() == []


@pytest.mark.parametrize("words", ["models", "jobs --json", "--help", "jobs --help", "--version"])
def test_an_answer_that_cannot_be_written_is_said_to_be_lost(person: Person, words: str) -> None:
    ran = _shell(person, words, ">/dev/full")
    assert ran.code == 1
    assert "standard output" in ran.err
    assert "the disk is full" in ran.err
    assert "Traceback" not in ran.err
    assert "inside limner" not in ran.err
