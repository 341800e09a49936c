"""An agent that uses the CreatOK skill as a stranger would: its script as a process."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from buyer import ask

SUBMIT = "/creatok/api/open/skills/image-generation"
SMALL = ("--resolution", "1K")


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def last(self) -> dict[str, Any]:
        return dict(json.loads(self.out.splitlines()[-1]))

    @property
    def words(self) -> list[str]:
        """The statuses that were told on the way."""
        told = [json.loads(line) for line in self.out.splitlines() if line.startswith('{"task_id"')]
        return [one["status"] for one in told]


class Agent(NamedTuple):
    """An agent with the skill in a folder of its own, a key nobody else has, and an empty home."""

    url: str
    key: str
    skill: Path
    environment: dict[str, str]

    def run(self, *words: str, answer: str | None = None, **variables: str) -> Ran:
        """The script; `answer` is what is typed at its question, `None` the end of the input."""
        done = subprocess.run(
            [sys.executable, str(self.skill / "scripts" / "run.py"), *words],
            input=answer or "",
            capture_output=True,
            encoding="utf-8",
            env={**self.environment, **variables},
            cwd=self.skill,
            timeout=100,
            check=False,
        )
        assert self.key not in done.stdout + done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def make(self, run_id: str, prompt: str, *words: str, **variables: str) -> Ran:
        return self.run("--run_id", run_id, "--prompt", prompt, *SMALL, *words, "--yes", **variables)

    def outputs(self, run_id: str) -> Path:
        return self.skill / ".artifacts" / run_id / "outputs"

    def result(self, run_id: str) -> dict[str, Any]:
        return dict(json.loads((self.outputs(run_id) / "result.json").read_text("utf-8")))

    def requests(self) -> list[dict[str, Any]]:
        return list(ask(self.url, "/_sandbox/requests?" + urlencode({"account": self.key})))

    def orders(self) -> list[dict[str, Any]]:
        return [one["json"] for one in self.requests() if one["path"] == SUBMIT]

    def script(self, *faults: str, match: str = "") -> None:
        rows = [{"fault": name, "match": match, "times": 9 if match else 1} for name in faults]
        ask(self.url, "/_sandbox/script", {"gateway": "creatok", "account": self.key, "faults": rows})
