"""The pages about money: their example runs, and their tables are what the tests hold to."""

import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from buyer import outcomes

DOCS = Path(__file__).parent.parent / "docs"


def test_the_example_of_a_stop_ends_as_the_page_says(tmp_path: Path) -> None:
    page = (DOCS / "money.md").read_text("utf-8")
    (script,) = [
        one for one in re.findall(r"```bash\n(.*?)```", page, re.DOTALL) if "lost-after-charge" in one
    ]
    ran = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": str(tmp_path),
            "LANG": "C.UTF-8",
        },
        timeout=100,
        check=False,
    )
    for server in tmp_path.rglob("server.json"):
        os.kill(json.loads(server.read_text("utf-8"))["pid"], signal.SIGTERM)
    assert ran.returncode == 0, ran
    assert ran.stdout.count("exit code 13") == 1
    assert "three answers were lost in a row" in ran.stderr
    assert "omnimaas may be bought from again" in ran.stderr
    assert ran.stderr.count("Up to") == 3, ran.stderr
    assert ran.stdout.count(".png") == 1


def test_the_page_of_outcomes_has_a_row_for_every_fault_that_is_tried() -> None:
    spec = importlib.util.spec_from_file_location("hooks", DOCS / "hooks.py")
    assert spec
    assert spec.loader
    hooks = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hooks)
    page = hooks.on_page_markdown((DOCS / "outcomes.md").read_text("utf-8"))
    rows = [line for line in page.splitlines() if line.startswith("| ") and line.count("|") == 6]
    tried = sum(len(outcomes(name)) for name in ("creatok", "ima", "omnimaas", "skillsvideo"))
    assert len(rows) > tried
    for how in ("never left", "refused", "accepted", "unknown"):
        assert any(f"| {how} |" in row for row in rows)
    assert "<!--" not in page
