"""The pages about money: their example runs, and their tables are what the tests hold to."""

import json
import os
import re
import runpy
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from buyer import outcomes
from limner.messages import sentence

DOCS = Path(__file__).parent.parent / "docs"


def blocks() -> list[str]:
    page = (DOCS / "money.md").read_text("utf-8")
    return [
        one
        for one in re.findall(r"```bash\n(.*?)```", page, re.DOTALL)
        if "--resume" in one or "buy()" in one
    ]


def run(script: str, place: Path) -> "subprocess.CompletedProcess[str]":
    """What a shell makes of it, in a home of its own."""
    ran = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        cwd=place,
        env={
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": str(place),
            "TMPDIR": str(place),
            "LANG": "C.UTF-8",
        },
        timeout=100,
        check=False,
    )
    for server in place.rglob("server.json"):
        os.kill(json.loads(server.read_text("utf-8"))["pid"], signal.SIGTERM)
    assert ran.returncode == 0, ran
    return ran


def test_the_example_of_a_stop_ends_as_the_page_says(tmp_path: Path) -> None:
    (script,) = [one for one in blocks() if "lost-after-charge" in one]
    ran = run(script, tmp_path)
    assert ran.stdout.count("exit code 13") == 1
    assert "three answers were lost in a row" in ran.stderr
    assert "omnimaas may be bought from again" in ran.stderr
    assert ran.stderr.count("Up to") == 3, ran.stderr
    assert ran.stdout.count(".png") == 1


STOPS = {
    "no-funds": "stopped.refused",
    "[[dear]]": "stopped.dear",
    "stop_per_10_minutes": "stopped.rush",
    "stop_jobs_per_10_minutes": "stopped.many",
}


@pytest.mark.parametrize("word", STOPS)
def test_every_other_stop_says_why_and_goes_on_as_the_page_says(tmp_path: Path, word: str) -> None:
    (first,) = [one for one in blocks() if "buy()" in one]
    (script,) = [one for one in blocks() if word in one]
    ran = run(first + script, tmp_path)
    assert ran.stdout.count("exit code 13") == 1
    # What the page quotes of the sentence is in it, and the sentence is said.
    (quoted,) = re.findall(r"# … (.*) …$", script, re.MULTILINE)
    (said,) = [line for line in ran.stderr.splitlines() if "limner has stopped buying at" in line]
    told = sentence(STOPS[word], "en", {"gateway": "omnimaas", "job": "j_…"})
    assert quoted in told
    assert said == re.sub("j_…", (re.findall(r"j_[a-z0-9]{10}", said) or ["j_…"])[0], told)
    assert "omnimaas may be bought from again" in ran.stderr
    *_, last = ran.stdout.splitlines()
    assert last.endswith(".png")


ENDS = {
    "en": ("never left", "refused", "accepted", "unknown"),
    "zh": ("没有发出", "被拒绝", "已接受", "未知"),
}


@pytest.mark.parametrize("lang", ENDS)
def test_the_page_of_outcomes_has_a_row_for_every_fault_that_is_tried(lang: str) -> None:
    page = runpy.run_path(str(DOCS / "hooks.py"))["outcomes"](lang)
    rows = [line for line in page.splitlines() if line.startswith("| ") and line.count("|") == 6]
    tried = sum(len(outcomes(name)) for name in ("creatok", "ima", "omnimaas", "skillsvideo"))
    assert len(rows) > tried
    for how in ENDS[lang]:
        assert any(f"| {how} |" in row for row in rows)
    told = (DOCS / ("" if lang == "en" else lang) / "outcomes.md").read_text("utf-8")
    assert "<!-- outcomes -->" in told
    assert all(f"**{how}**" in told for how in ENDS[lang])


def test_the_chinese_page_quotes_what_is_said_in_chinese() -> None:
    page = (DOCS / "zh" / "money.md").read_text("utf-8")
    said = [sentence(key, "zh", {"gateway": "omnimaas", "job": "j_…"}) for key in STOPS.values()]
    quoted = re.findall(r"# … (.+?) …$", page, re.MULTILINE)
    assert len(quoted) == len(STOPS)
    assert all(any(one in told for told in said) for one in quoted)
