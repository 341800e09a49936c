"""Clocks that are set back: no yes comes to life again, no limit forgets."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.person import Person
from limner.ledger.clock import Clock

MINUTE = 60_000
HOUR = 60 * MINUTE
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
int clock_gettime(clockid_t which, struct timespec *told) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int answer = real(which, told);
  const char *minutes = getenv("CLOCK_OFF_BY");
  if (which == CLOCK_REALTIME && minutes) told->tv_sec += 60 * atol(minutes);
  return answer; }
"""


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A library under which a process sees another time of day."""
    if sys.platform != "linux" or not shutil.which("cc"):
        pytest.skip("no compiler here")
    place = tmp_path_factory.mktemp("clock")
    (place / "shim.c").write_text(SHIM, "utf-8")
    words = ["cc", "-shared", "-fPIC", "-o", str(place / "shim.so"), str(place / "shim.c"), "-ldl"]
    subprocess.run(words, check=True, timeout=60, capture_output=True)
    return str(place / "shim.so")


def test_a_yes_that_expired_stays_expired_when_the_clock_is_set_back(person: Person, shim: str) -> None:
    quote = person.quote()
    late = person.run("run", quote, "--approve", quote, LD_PRELOAD=shim, CLOCK_OFF_BY="16")
    assert (late.code, "has expired" in late.err) == (11, True), late
    again = person.run("run", quote, "--approve", quote)
    assert (again.code, "has expired" in again.err) == (11, True), again
    back = person.run("run", quote, "--approve", quote, LD_PRELOAD=shim, CLOCK_OFF_BY="-600")
    assert back.code == 11
    assert person.bills() == []
    assert person.buy().code == 0, "a new quote is as good as ever"


def test_what_was_spent_under_a_clock_set_back_still_counts_for_the_hour(person: Person, shim: str) -> None:
    person.configure('[budget.CNY]\nper_hour = "1"\n')
    assert person.buy().code == 0
    person.configure('[budget.CNY]\nper_hour = "2"\n')
    quote = person.json(
        "quote", "a mug", "-m", "gpt-image-2", "-n", "2", LD_PRELOAD=shim, CLOCK_OFF_BY="-180"
    )["data"]["quote_id"]
    bought = person.run("run", quote, "--approve", quote, LD_PRELOAD=shim, CLOCK_OFF_BY="-180")
    assert bought.code == 0, bought
    spent = person.json("spend")["data"]["items"]
    assert len(spent) == 1, "on one day, as the ledger counts it"
    person.configure('[budget.CNY]\nper_hour = "0.90"\n')
    refused = person.run("make", "a mug", "-m", "gpt-image-2", "--no-input")
    assert refused.code in {10, 13}
    quote = person.quote("another")
    assert person.run("run", quote, "--approve", quote).code == 13
    assert len(person.bills()) == 3


def test_a_clock_that_goes_on_is_followed() -> None:
    book = Clock(0, 0, 0)
    for machine in (HOUR, HOUR + 5, 2 * HOUR):
        book = book.moved(machine)
        assert book.at(machine) == machine
    assert book.moved(2 * HOUR + 10) == book, "not every instant is written down"


def test_a_clock_set_back_goes_on_from_the_latest_time_and_a_little_slower_until_it_is_caught_up() -> None:
    book = Clock(0, 0, 0).moved(10 * HOUR)
    machine, seen = 8 * HOUR, 10 * HOUR
    while machine < 40 * HOUR:
        book = book.moved(machine)
        assert book.at(machine) >= seen
        passed = book.at(machine) - seen
        assert passed <= 10 * MINUTE
        seen, machine = book.at(machine), machine + 10 * MINUTE
    assert book.at(machine) == machine, "two hours are made up for within a day"
    assert book.ahead == 0


def test_a_yes_runs_out_while_the_clock_is_set_back() -> None:
    book = Clock(0, 0, 0).moved(10 * HOUR).moved(2 * HOUR)
    expires = book.at(2 * HOUR) + 15 * MINUTE
    assert book.at(2 * HOUR + 17 * MINUTE) > expires


@pytest.mark.parametrize("steps", [(0, -5, 3, -8, 20), (0, 24, -24, 1, -1), (0, -1, -1, -1, 30)])
def test_however_the_clock_jumps_the_ledger_s_never_goes_back(steps: tuple[int, ...]) -> None:
    book, seen, machine = Clock(0, 0, 0), 0, 100 * HOUR
    for step in steps:
        machine += step * HOUR
        for _ in range(30):
            machine += 2 * MINUTE
            book = book.moved(machine)
            assert book.at(machine) >= seen
            seen = book.at(machine)


def test_a_small_step_back_is_no_event() -> None:
    book = Clock(0, 0, 0).moved(HOUR)
    assert book.moved(HOUR - 50) == book
    assert book.at(HOUR - 50) == HOUR


def test_the_shim_shows_a_process_another_time(shim: str, tmp_path: Path) -> None:
    code = "import time; print(time.time_ns() // 1_000_000)"
    told = [
        int(
            subprocess.run(
                [sys.executable, "-c", code],
                env={"LD_PRELOAD": shim, "CLOCK_OFF_BY": off},
                capture_output=True,
                check=True,
                timeout=60,
            ).stdout
        )
        for off in ("0", "-60")
    ]
    assert told[0] - told[1] > 59 * MINUTE
