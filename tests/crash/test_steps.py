"""
Killed before and after every step that writes or speaks, one process per step; then the books.

Here a few steps of each kind of job, others in each run of the tests. `LIMNER_STEPS=1000` takes every one.
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .audit import Bought, audit, left
from .conftest import NEEDS_SIGHT, NewStage
from .stage import Stage
from .steps import spread

pytestmark = NEEDS_SIGHT

MOST = int(os.environ.get("LIMNER_STEPS", "2"))
SCRIPT = str(Path(__file__).with_name("steps.py"))
WISHES: dict[str, dict[str, Any]] = {
    "links": {
        "request": "two cups tag1 [[relative-url]]",
        "gateway": "omnimaas",
        "model": "gpt-image-2",
        "n": 2,
    },
    "answer": {"request": "a cup tag1", "gateway": "omnimaas"},
    "task": {"request": "a cup tag1 [[looks:2]]", "gateway": "creatok"},
    "stream": {"request": "a cup tag1", "gateway": "skillsvideo"},
    "repeated": {
        "request": "a cup tag1 [[503x1]]",
        "gateway": "local",
        "model": "local-diffusion",
        "attempts": 2,
    },
}


def bought(stage: Stage, wish: dict[str, Any]) -> Bought:
    (row,) = stage.told("quotes", json.dumps([wish]))
    words = tuple(word.split("]]")[0] for word in wish["request"].split("[[")[1:])
    counts = (row["n"], row["sends"], row["attempts"], row["ceiling"])
    return Bought(1, wish["gateway"], words, row["id"], *counts)


def walked(stage: Stage, *words: str) -> int:
    """One process that goes as far as it is told to; its exit code."""
    ended = subprocess.run(
        [sys.executable, SCRIPT, *words],
        env=stage.environment,
        cwd=stage.folder,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in ended.stderr, ended.stderr.decode()
    return ended.returncode


def all_steps(stage: Stage, wish: dict[str, Any]) -> list[str]:
    quote = bought(stage, wish).quote
    assert walked(stage, "buy", str(stage.folder), quote, "0") == 0
    return list(json.loads((stage.folder / f"steps-{quote}.json").read_text()))


def chosen(steps: list[str]) -> list[int]:
    """A few, spread over all, and others each time; all of them when so many are wanted."""
    among = spread(steps, len(steps))
    if len(among) <= MOST:
        return among
    each = len(among) / MOST
    return [among[int((k + random.random()) * each)] for k in range(MOST)]


def homes_are_in_order(stage: Stage, one: Bought, step: str) -> None:
    before = left(stage)
    child = stage.start("recover", "--wait", "5")
    assert child.wait(60) == 0, f"killed {step}: {stage.said_by(child)}"
    books = audit(stage, [one], before)
    assert books.findings == (), f"killed {step}"


@pytest.mark.parametrize("kind", WISHES)
def test_killed_at_a_step_nothing_is_lost_and_nothing_is_bought_twice(new_stage: NewStage, kind: str) -> None:
    steps = all_steps(new_stage(), WISHES[kind])
    for n in chosen(steps):
        stage = new_stage()
        one = bought(stage, WISHES[kind])
        assert walked(stage, "buy", str(stage.folder), one.quote, str(n)) in {-9, 0}
        homes_are_in_order(stage, one, steps[n - 1])


@pytest.mark.parametrize("what", ["recover", "cancel"])
def test_killed_while_it_is_recovered_or_called_back_the_next_one_ends_it(
    new_stage: NewStage, what: str
) -> None:
    """The job died with its answer on disk, or before anything was sent; then whoever came after died too."""
    died = "after transport._spool: rename" if what == "recover" else "after ledger.jobs.open_job: execute"
    at = f"{died}#{all_steps(new_stage(), WISHES['links']).count(died)}"
    for n in range(1, 3 * MOST, 3 if MOST < 100 else 1):
        stage = new_stage()
        one = bought(stage, WISHES["links"])
        assert walked(stage, "buy", str(stage.folder), one.quote, at) == -9
        (job,) = stage.rows("SELECT id FROM job")
        over = walked(stage, what, str(job["id"]), str(n * 9 if MOST < 100 else n)) == 0
        homes_are_in_order(stage, one, f"{what} {n}")
        (job,) = stage.rows("SELECT state FROM job")
        assert job["state"] in ({"done"} if what == "recover" else {"canceled", "failed"})
        if over:
            return


def test_killed_between_the_requests_of_one_job_what_came_by_then_is_brought_home(
    new_stage: NewStage,
) -> None:
    """The links of an answer last from when that answer came, not from when the latest request left."""
    wish = {"request": "a cup tag1 [[relative-url]]", "gateway": "local", "model": "local-diffusion", "n": 2}
    died = "after ledger.jobs.intend: execute"
    at = f"{died}#{all_steps(new_stage(), wish).count(died)}"
    stage = new_stage()
    one = bought(stage, wish)
    assert walked(stage, "buy", str(stage.folder), one.quote, at) == -9
    homes_are_in_order(stage, one, at)
    assert len(stage.rows("SELECT * FROM picture")) == 1
