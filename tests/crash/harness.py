"""
Processes that buy, killed at random instants, and the books compared afterwards.

A round has a home of its own. Several processes share its ledger: commands with their detached workers,
Python programs with threads, an MCP server and the agent's host that speaks to it, a studio and its visitor,
recoveries, looks, and whoever calls jobs back. Some are killed or suspended, at random or in the moment in
which a file appears. Then `limner recover` is run once and has to bring home whatever has an id and to list
the rest, and every charge is looked for.
"""

import contextlib
import json
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from .audit import Books, Bought, audit, left
from .stage import ACTOR, AGENT, VISITOR, Stage, kill, role, sold, until

_TEXT = ("a lighthouse", "a bowl of plums", "two cups on a table", "a street in the rain")
_FAULTS = {
    "": 24,
    "slow:0.3": 12,
    "slow:0.8": 4,
    "lost-after-charge": 5,
    "524-after-charge": 4,
    "torn": 4,
    "503x1": 4,
    "429x1": 2,
    "not-json": 2,
    "silent": 1,
    "relative-url": 8,
    "fewer": 2,
    "big:2": 6,
    "refusal": 1,
}
_TASK_FAULTS = {
    "looks:3": 10,
    "looks:8": 4,
    "task-failed": 2,
    "stream-cut": 3,
    "stream-reset": 3,
    "poll-503x2": 3,
    "stream-ends": 2,
}
_MOMENTS = (
    ".head.json",
    ".partial",
    ".answer",
    ".answer",
    ".part0",
    ".part1",
    "picture-0",
    "picture-1",
    "result.json",
)
_SLOW = {"agent's host", "MCP server", "studio's visitor", "studio"}
_POOL, _PER_ROUND, _AT_ONCE = 64, 16, 7
_ROUND_SECONDS = 25.0
_SOME_JOB = "some job"
_CLI = "limner"
_FACES = {_CLI: 5, ACTOR: 3, AGENT: 4, VISITOR: 4}
_SERVERS = {
    AGENT: ("pass", "ask", ("cancel=", "look=", "look=")),
    VISITOR: ("make", "yes", ("cancel=", "recover=", "look=")),
}
"""Two ways each to say yes, and what else is done there."""


class Wish(NamedTuple):
    """One entry of the pool that rounds draw from."""

    gateway: str
    words: tuple[str, ...]
    wish: dict[str, Any]


class Total(NamedTuple):
    rounds: int = 0
    kills: int = 0
    pauses: int = 0
    jobs: int = 0
    charges: int = 0
    doubles: int = 0
    lost: int = 0
    unknown: int = 0
    canceled: int = 0
    done: int = 0
    recovered: int = 0

    def plus(self, kills: int, pauses: int, books: Books) -> "Total":
        added = (1, kills, pauses, *books[:8])
        return Total(*(old + new for old, new in zip(self, added, strict=True)))


def pool(stage: Stage, chance: random.Random) -> list[Wish]:
    """The wishes that the rounds draw from: few, so that the sandbox has to paint each only once."""
    reference = stage.home.parent.parent / "reference.png"
    Image.effect_noise((96, 64), 60).convert("RGB").save(reference)
    tasks = {name for name in sold() if _style(name) != "synchronous"}
    listed = {name: stage.told("models", name) for name in _shops()}
    found = []
    for tag in range(_POOL):
        gateway = chance.choice(list(listed))
        model, operations, most, _ = chance.choice(_few(listed[gateway]))
        words = _words(chance, gateway in tasks)
        prompt = f"{chance.choice(_TEXT)} tag{tag} " + " ".join(f"[[{word}]]" for word in words)
        wish: dict[str, Any] = {"request": prompt, "gateway": gateway, "model": model}
        if "image_to_image" in operations and chance.random() < 0.35:
            wish["references"] = [str(reference)]
        elif chance.random() < 0.3:
            wish["n"] = chance.choice((2, 3)) if most == 1 else 2
        found.append(Wish(gateway, words, wish))
    return found


def _shops() -> list[str]:
    return ["local" if name == "openai_compatible" else name for name in sold()]


def _style(name: str) -> str:
    from limner import gateways

    return str(gateways.facts(name)["gateway"].get("style", ""))


def _few(models: Sequence[Any]) -> list[Any]:
    """The default and the first few others."""
    usable = [row for row in models if "text_to_image" in row[1]]
    return sorted(usable, key=lambda row: not row[3])[:3]


def _words(chance: random.Random, task: bool) -> tuple[str, ...]:
    table = {**_FAULTS, **_TASK_FAULTS} if task else _FAULTS
    if task:
        # A task that is to name one picture fewer than its only one never names any: it goes on for ever.
        table = {word: weight for word, weight in table.items() if word != "fewer"}
    word = chance.choices(list(table), list(table.values()))[0]
    also = ("slow:0.3",) if word and not word.startswith(("slow", "silent")) and chance.random() < 0.4 else ()
    return (word, *also) if word else ()


class Round:
    """One home, its buyers, and whoever kills them."""

    def __init__(self, stage: Stage, wishes: Sequence[Wish], chance: random.Random) -> None:
        self.stage, self.chance = stage, chance
        self.kills = self.pauses = 0
        self.seen: set[Path] = set()
        self.owners: dict[str, int] = {}
        self.left: list[tuple[str, bool]] = []
        """How the jobs were left that somebody died on."""
        self.unlisted: list[str] = []
        self.victims: Counter[str] = Counter()
        told = stage.told("quotes", json.dumps([one.wish for one in wishes]))
        tags = [int(one.wish["request"].partition("tag")[2].split()[0]) for one in wishes]
        self.bought = [
            Bought(
                tag,
                one.gateway,
                one.words,
                row["id"],
                row["n"],
                row["sends"],
                row["attempts"],
                row["ceiling"],
            )
            for tag, one, row in zip(tags, wishes, told, strict=True)
        ]

    def play(self, limit: int) -> Books:
        """Buy and kill, bring home, compare."""
        self._buy_and_kill(limit)
        self._settle_down()
        before = left(self.stage)
        self.left += [(one.state, bool(one.answered)) for one in before.values()]
        self._bring_home()
        books = audit(self.stage, self.bought, before)
        return books._replace(findings=(*books.findings, *self.unlisted, *self._tracebacks()))

    def _buy_and_kill(self, limit: int) -> None:
        plan = list(self._plan())
        deadline = time.monotonic() + _ROUND_SECONDS
        while time.monotonic() < deadline:
            alive = self.stage.busy()
            while plan and sum(child.poll() is None for child in self.stage.children) < _AT_ONCE:
                face, words = plan.pop()
                self.stage.start(*self._about(words), cli=face == _CLI, program=face)
            if not plan and not alive:
                return
            if self.kills < limit:
                self._strike()
            else:
                time.sleep(0.05)
            self._lift_stops()

    def _plan(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every quote is run by one to three faces that know nothing of each other; some look and recover."""
        plan: list[tuple[str, tuple[str, ...]]] = []
        folder, asked = str(self.stage.folder), {face: list(told[2]) for face, told in _SERVERS.items()}
        for one in self.bought:
            for face in self.chance.choices(list(_FACES), list(_FACES.values()), k=self._faces()):
                if face == _CLI:
                    plan.append((_CLI, ("run", one.quote, "--approve", one.quote, "-o", one.quote)))
                elif face == ACTOR:
                    others = self.chance.sample(self.bought, self.chance.randint(0, 2))
                    ids = dict.fromkeys([one.quote, *(other.quote for other in others)])
                    plan.append((ACTOR, ("buy", folder, *ids)))
                else:
                    asked[face].append(f"{self.chance.choice(_SERVERS[face][:2])}={one.quote}")
        for face, words in asked.items():
            self.chance.shuffle(words)
            first = (folder,) if face == AGENT else ()
            plan.append((face, (*first, *words)))
        plan += [(_CLI, ("recover", "--wait", "0.5"))] * 3 + [(_CLI, ("jobs",)), (_CLI, ("spend",))]
        plan += [(_CLI, ("cancel", _SOME_JOB))] * 4 + [(_CLI, ("recover", _SOME_JOB))] * 2
        self.chance.shuffle(plan)
        # A server takes as long to start as a command to end: it is there from the beginning.
        plan.sort(key=lambda one: one[0] in _SERVERS)
        yield from plan

    def _faces(self) -> int:
        return self.chance.choice((1, 1, 1, 2, 3))

    def _about(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Whoever means one job means any of those there are by now."""
        if _SOME_JOB not in words:
            return words
        jobs = [str(row["id"]) for row in self.stage.rows("SELECT id FROM job")]
        return tuple(self.chance.choice(jobs or ["j_none"]) if word == _SOME_JOB else word for word in words)

    def _strike(self) -> None:
        victim = self._at_a_moment() if self.chance.random() < 0.6 else self._anybody()
        if victim is None:
            return
        if self.chance.random() < 0.2 and kill(victim, signal.SIGSTOP):
            self.pauses += 1
            time.sleep(self.chance.uniform(0.05, 0.4))
            if self.chance.random() < 0.5:
                kill(victim, signal.SIGCONT)
                return
        self._kill(victim)

    def _kill(self, victim: int) -> None:
        who = role(victim)
        if kill(victim):
            self.kills += 1
            self.victims[who] += 1

    def _anybody(self) -> int | None:
        time.sleep(self.chance.expovariate(25))
        alive = self.stage.alive()
        victim = self.chance.choice(alive) if alive else None
        if victim and role(victim) in _SLOW and self.chance.random() < 0.8:
            # They take so long to start that they would hardly ever come to their work.
            return None
        return victim

    def _at_a_moment(self) -> int | None:
        """Wait for a file of a certain kind to appear; who works on that job."""
        moment = self.chance.choice(_MOMENTS)
        deadline = time.monotonic() + 0.2
        while time.monotonic() < deadline:
            for path in self._appeared():
                owner = self._owner(path.parent.name)
                if path.name.endswith(moment):
                    time.sleep(self.chance.choice((0, 0, 0.001, 0.003, 0.01, 0.02)))
                    return owner
            time.sleep(0.0005)
        return None

    def _appeared(self) -> list[Path]:
        found: list[Path] = []
        with contextlib.suppress(OSError):
            found = [path for path in (self.stage.home / "runs").glob("*/*") if path not in self.seen]
        self.seen.update(found)
        return found

    def _owner(self, job_id: str) -> int | None:
        if job_id not in self.owners:
            rows = self.stage.rows("SELECT owner FROM job WHERE id = ? AND owner IS NOT NULL", job_id)
            for row in rows:
                self.owners[job_id] = int(row["owner"].partition("-")[0])
        return self.owners.get(job_id)

    def _settle_down(self) -> None:
        """Nobody is left at work: the suspended go on, and all are killed or waited for."""
        for pid in self.stage.alive():
            kill(pid, signal.SIGCONT)
        if self.chance.random() < 0.5:
            with contextlib.suppress(AssertionError):
                until(lambda: not self.stage.alive(), 8)
        for pid in self.stage.alive():
            self._kill(pid)
        until(lambda: not self.stage.alive())

    def _bring_home(self) -> None:
        """Recover once and let it end; recoveries before it are killed as well."""
        for _ in range(self.chance.randint(0, 2)):
            child = self.stage.start("recover", "--wait", "2")
            time.sleep(self.chance.uniform(0.1, 0.6))
            if child.poll() is None:
                self._kill(child.pid)
            child.wait(20)
        child = self.stage.start("recover", "--wait", "30")
        assert child.wait(120) == 0, self.stage.said_by(child)
        said = self.stage.said_by(child)
        self.unlisted = [
            f"{row['id']} is an open question that `recover` does not list"
            for row in self.stage.rows("SELECT id FROM job WHERE state = 'unknown'")
            if f"{row['id']}  unknown  " not in said
        ]

    def _lift_stops(self) -> None:
        """A person lets a gateway go on that was stopped because so many answers were lost."""
        if self.stage.rows("SELECT 1 FROM stop"):
            self.stage.rows("DELETE FROM stop")

    def _tracebacks(self) -> Iterator[str]:
        for child in self.stage.children:
            said = self.stage.said_by(child)
            if "Traceback" in said:
                yield said[-1500:]


def table(total: Total) -> str:
    """The sums, one column each."""
    widths = [max(len(name), len(str(value))) for name, value in zip(Total._fields, total, strict=True)]
    lines = [Total._fields, tuple(map(str, total))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    )


def many_rounds(
    url: str, place: Path, *, seed: int, kills: int, seconds: float, quotes: int = _PER_ROUND, say: Any = None
) -> tuple[Total, list[str]]:
    """Rounds until so many were killed or so much time has passed."""
    chance = random.Random(seed)
    shop = Stage(url, place / "shop")
    wishes = pool(shop, chance)
    shop.forget()
    total, findings, deadline = Total(), [], time.monotonic() + seconds
    states: Counter[tuple[str, bool]] = Counter()
    victims, yeses = Counter[str](), Counter[str]()
    while total.kills < kills and time.monotonic() < deadline:
        stage = Stage(url, place / f"round-{total.rounds}")
        try:
            this = Round(stage, chance.sample(wishes, quotes), chance)
            books = this.play(kills - total.kills)
        finally:
            stage.end()
        total = total.plus(this.kills, this.pauses, books)
        findings += [f"round {total.rounds - 1}: {one}" for one in books.findings]
        if say:
            states.update(this.left)
            victims += this.victims
            yeses += Counter(row["by_whom"] for row in stage.rows("SELECT by_whom FROM approval"))
            sums = f"{table(total)}\nleft behind (state, answered): {dict(states)}"
            sums += f"\nkilled: {dict(victims)}\nwhose yes: {dict(yeses)}"
            say(sums if total.rounds % 5 == 0 or total.kills >= kills else "", books.findings, stage)
        if not books.findings:
            stage.forget()
    return total, findings


def race(stage: Stage, times: int) -> Counter[int]:
    """Two processes run the same quote at once; how many requests each quote was charged for."""
    wishes = [
        {"request": f"a cup tag{n}", "gateway": "local", "model": "local-diffusion"} for n in range(times)
    ]
    quotes = [row["id"] for row in stage.told("quotes", json.dumps(wishes))]
    children = [stage.start("race", str(stage.folder), *quotes, cli=False) for _ in range(2)]
    assert [child.wait(60 + 5 * times) for child in children] == [0, 0], [
        stage.said_by(child) for child in children
    ]
    charged = Counter(bill["prompt"] for bill in stage.bills())
    return Counter(charged[str(wish["request"])] for wish in wishes)
