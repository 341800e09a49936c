"""One person with all their faces open at once: a shell, an agent's host, a browser, a program."""

import contextlib
import html
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any, NamedTuple

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp.client.client import Client
from mcp_types import CallToolResult

from crash.agent import server
from crash.stage import ACTOR, Stage, until
from crash.visitor import Studio, opened

LIVE = ("approved", "submitting", "submitted", "running", "collecting")
_LIMNER_WORDS = ("-c", "import sys; from limner.cli import main; sys.exit(main())")


class View(NamedTuple):
    """What a face says of a job. `None` where it does not say that at all."""

    is_live: bool
    state: str | None
    charged: str | None
    cost: str | None
    uncertain: str | None
    ceiling: str | None
    pictures: tuple[str, ...]
    sentence: str | None


class Crowd:
    """The faces of one home."""

    def __init__(self, stage: Stage, portal: BlockingPortal, host: Client, studio: Studio) -> None:
        self.stage, self.studio = stage, studio
        self._portal, self._host = portal, host

    def bills(self, words: str) -> int:
        return sum(words in str(bill["prompt"]) for bill in self.stage.bills())

    def command(self, *words: str) -> Any:
        """What one command says to a program, whether it went well or not."""
        ran = self._ran(_LIMNER_WORDS, *words, "--json", "--lang", "en")
        assert ran.stdout.count(b"\n") == 1, ran
        told = json.loads(ran.stdout)
        return told["data"] if told["ok"] else told["error"]

    def tool(self, name: str, **arguments: Any) -> dict[str, Any]:
        """What one tool answers."""
        told: CallToolResult = self._portal.call(self._host.call_tool, name, arguments)
        return dict(told.structured_content or {})

    def python(self, *words: str) -> Any:
        """What a program of its own says."""
        ran = self._ran((ACTOR,), *words)
        assert ran.returncode == 0, ran
        return json.loads(ran.stdout)

    def _ran(self, program: tuple[str, ...], *words: str) -> "subprocess.CompletedProcess[bytes]":
        return subprocess.run(
            [sys.executable, *program, *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=self.stage.folder,
            env=self.stage.environment,
            timeout=60,
            check=False,
        )

    def quoted(self, face: str, prompt: str, gateway: str, model: str) -> str:
        """The id of a quote that was asked for at one face."""
        if face == "command":
            return str(self.command("quote", prompt, "-g", gateway, "-m", model)["quote_id"])
        if face == "tool":
            return str(self.tool("quote_image", prompt=prompt, gateway=gateway, model=model)["quote_id"])
        if face == "python":
            wish = {"request": prompt, "gateway": gateway, "model": model}
            return str(self.python("quotes", json.dumps([wish]))[0]["id"])
        answer = self.studio.press("/make", prompt=prompt, literal="1", model=f"{gateway}|{model}", n="1")
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"]).rpartition("/")[2].partition("?")[0]

    def agreed(self, face: str, quote: str) -> None:
        """Say yes at one face, and no more than that."""
        if face == "python":
            assert self.python("approve", quote) == quote
        else:
            assert self.studio.press(f"/approve/{quote}", answer="yes").status_code == 303

    def run(self, face: str, quote: str, *, says_yes: bool = False) -> str:
        """The id of the job that a quote was run as at one face; `says_yes`: with a yes of that face."""
        if face == "command":
            yes = ("--approve", quote) if says_yes else ()
            return str(self.command("run", quote, *yes, "--wait", "0")["job_id"])
        if face == "tool":
            passed = {"approved": quote} if says_yes else {}
            return str(self.tool("generate_image", quote_id=quote, wait_seconds=0, **passed)["job"]["job_id"])
        if face == "python":
            return str(self.python("run", quote, str(self.stage.folder), *(["yes"] if says_yes else [])))
        answer = self.studio.press(f"/approve/{quote}", answer="make")
        where = str(answer.headers.get("location", ""))
        assert where.startswith("/job/"), (answer.status_code, answer.text[:2_000])
        return where.rpartition("/")[2]

    def refusal(self, face: str, quote: str) -> str:
        """Why a face does not run a quote, though it is given a yes: the key, or the page's own words."""
        if face == "command":
            return str(self.command("run", quote, "--approve", quote, "--wait", "0")["key"])
        if face == "tool":
            return str(self.tool("generate_image", quote_id=quote, approved=quote)["error"]["key"])
        if face == "python":
            return str(self.python("run", quote, str(self.stage.folder), "yes"))
        answer = self.studio.press(f"/approve/{quote}", answer="make")
        assert answer.status_code in {400, 404, 409}, (answer.status_code, answer.headers)
        return " ".join(html.unescape(answer.text).split())

    def views(self, job: str) -> dict[str, View]:
        """The job at every face, all looked at while nothing moved."""
        looks: dict[str, Callable[[str], View]] = {
            "status": lambda one: _of_data(self.command("status", one), nested=True),
            "jobs": lambda one: _of_data(_listed(self.command("jobs", "--limit", "100"), one)),
            "get_job": lambda one: _of_data(self.tool("get_job", job_id=one)),
            "list_jobs": lambda one: _of_data(_listed(self.tool("list_jobs", limit=50), one)),
            "python": self._of_python,
            "studio": self._of_studio,
        }
        for _ in range(12):
            before = self._moment(job)
            with ThreadPoolExecutor(len(looks)) as together:
                seen = dict(zip(looks, together.map(lambda look: look(job), looks.values()), strict=True))
            if self._moment(job) == before:
                return seen
        raise AssertionError("it never stood still")

    def ended(self, job: str) -> None:
        until(lambda: self._moment(job)[0] not in LIVE, 60)

    def _moment(self, job: str) -> tuple[Any, ...]:
        (row,) = self.stage.rows("SELECT state, updated_at, owner FROM job WHERE id = ?", job)
        (saved,) = self.stage.rows("SELECT count(*) AS n FROM picture WHERE job_id = ?", job)
        return row["state"], row["updated_at"], row["owner"], saved["n"]

    def _of_python(self, job: str) -> View:
        told = self.python("job", job)
        assert told["listed"]
        return View(
            told["state"] in LIVE,
            told["state"],
            told["charged"],
            told["cost"],
            told["uncertain"],
            told["ceiling"],
            tuple(told["pictures"]),
            told["sentence"],
        )

    def _of_studio(self, job: str) -> View:
        page = html.unescape(self.studio.see(f"/job/{job}"))
        live = self.studio.is_live(job)
        at = [f"/picture/{job}/{place}" for place in range(9)]
        files = [self.studio.http.get(path) for path in at if path in page]
        pictures = tuple(sha256(one.content).hexdigest() for one in files)
        said = self.python("job", job)["sentence"] if pictures else None
        assert said is None or said in page
        lines = [] if live or pictures else self.last_word(job)
        assert all(line in page for line in lines), (lines, page)
        return View(live, None, None, None, None, None, pictures, said)

    def last_word(self, job: str) -> list[str]:
        """The last message about a job, as whoever waits for it is told, without emblems."""
        ran = self._ran(_LIMNER_WORDS, "status", job, "--messages", "--lang", "en")
        told = json.loads(ran.stdout.splitlines()[-1])
        return [line.lstrip("❌❓⚠️💡 ") for line in str(told["text"]).splitlines() if line.strip()]


def _listed(told: Any, job: str) -> Any:
    assert "items" in told, told
    return next(one for one in told["items"] if one["job_id"] == job)


def _of_data(told: Any, *, nested: bool = False) -> View:
    if nested and "details" in told:
        told = told["details"]
    return View(
        told["state"] in LIVE,
        told["state"],
        told["charged"],
        told["cost"]["actual"],
        told["cost"]["uncertain"],
        told["cost"]["ceiling"],
        tuple(one["sha256"] for one in told["images"]),
        told["message"],
    )


@contextlib.contextmanager
def gathered(stage: Stage) -> Iterator[Crowd]:
    """All faces open; closed when the block ends."""
    started = server(stage.environment, str(stage.folder), "--lang", "en")
    with (
        opened(stage.environment, "--lang", "en") as studio,
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Client(started)) as host,
    ):
        yield Crowd(stage, portal, host, studio)
