"""Somebody who follows a page: a home of their own, play money, every line typed as it stands there."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

from buyer import ask
from limner.cli import COMMANDS

from .pages import ROOT, Example
from .screen import PATIENCE, QUESTION, drawn, tried

LIMNER = str(Path(sys.executable).with_name("limner"))
OWN_SERVER = "http://127.0.0.1:1234/v1"
_ID = re.compile(r"\b[qj]_(?:[a-z0-9]{10,12}\b|…)")
_LIMNER = re.compile(r"^(?:\$ )?(?:.* -- )?limner ((?:[^\n|;&#)]*)?)", re.MULTILINE)
# What is another one each time, in the order in which it is looked for.
_VARIES = (
    (r"127\.0\.0\.1:\d+", r"127\.0\.0\.1:\d+"),
    (r"output-\d{10}", r"output-\d{10}"),
    (r"limner-\d{8}-\d{6}", r"limner-\d{8}-\d{6}"),
    (r"\d\d-\d\d \d\d:\d\d", r"\d\d-\d\d \d\d:\d\d"),
    (r"\d+\.\d+ (?=s\b|秒)", r"\d+\.\d+ "),
    (r"─{2,}", r"─{2,}"),
    (r"…", r"[^\n]*?"),
    (r" {2,}", r" +"),
)


class Reader:
    def __init__(self, place: Path, sandbox: str, chinese: bool) -> None:
        self.folder, self._sandbox = place / "you", sandbox
        self._ids: dict[str, str] = {}
        (place / "tmp").mkdir(parents=True)
        self.environment = {
            "PATH": f"{Path(LIMNER).parent}:/usr/bin:/bin",
            "HOME": str(self.folder),
            "LIMNER_HOME": str(self.folder / ".limner"),
            "LIMNER_SANDBOX": "1",
            "LIMNER_PREVIEW": "off",
            "TMPDIR": str(place / "tmp"),
            "LANG": "zh_CN.UTF-8" if chinese else "C.UTF-8",
            "TERM": "xterm-256color",
        }
        self._move_in(self.folder / ".limner")

    def _move_in(self, home: Path) -> None:
        """A home in which the sandbox that all tests share is at work already."""
        server = home / "sandbox" / "server"
        server.mkdir(parents=True, mode=0o700)
        record = {"url": self._sandbox, "token": ask(self._sandbox, "/_sandbox/health")["token"]}
        (server / "server.json").write_text(json.dumps(record), "utf-8")

    def follow(self, example: Example) -> None:
        if example.test is not None:
            assert Path(example.page).name in (ROOT / example.test).read_text("utf-8")
            return
        if not example.is_run:
            look_up(example)
            return
        {
            "console": self._console,
            "bash": self._bash,
            "python": self._python,
            "toml": self._toml,
            "json": self._json,
        }[example.kind](example)

    def _bash(self, example: Example) -> None:
        script = example.body
        if example.said.startswith("run from limner on"):
            script = "\n".join("limner " + line.rpartition("limner ")[2] for line in script.splitlines())
        # A line may go on with an id that the line above it printed.
        steps = script.splitlines() if _ID.search(script) else [script]
        for step in steps:
            code, seen = tried(f"set -e\n{self._meant(step)}", self.folder, self.environment)
            wanted = example.code if step is steps[-1] else 0
            assert code == wanted, f"{example.page}:{example.line} ended with {code}:\n{drawn(seen)}"
            self._remember(drawn(seen))

    def _console(self, example: Example) -> None:
        for command, printed in _steps(example.body):
            answers = [line.partition(QUESTION)[2] for line in printed.splitlines() if QUESTION in line]
            _, seen = tried(self._meant(command), self.folder, self.environment, answers)
            told = drawn(seen).replace(str(self.folder), "/home/you")
            told = "\n".join(line.rstrip() for line in told.splitlines()).strip("\n")
            pattern = self._pattern(printed.strip("\n"))
            found = re.fullmatch(pattern, told)
            assert found, f"{example.page}:{example.line}: $ {command}\nshown:\n{printed}\nprinted:\n{told}"
            self._bind(printed, told)
            self._remember(told)

    def _python(self, example: Example) -> None:
        ran = subprocess.run(
            [sys.executable, "-W", "error", "-c", self._meant(example.body)],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert ran.returncode == 0, f"{example.page}:{example.line}:\n{ran.stdout}{ran.stderr}"
        rest = ran.stdout.splitlines()
        for said in re.findall(r"print\(.*\)  # (.+)$", example.body, re.MULTILINE):
            place = next((n for n, line in enumerate(rest) if re.fullmatch(self._pattern(said), line)), None)
            assert place is not None, f"{example.page}:{example.line}: {said!r} was not printed: {rest}"
            rest = rest[place + 1 :]
        self._remember(ran.stdout)

    def _toml(self, example: Example) -> None:
        tomllib.loads(example.body)
        if example.said.startswith("not a configuration"):
            return
        home = self.folder / f".configured-{example.line}"
        self._move_in(home)
        for place in (home, home / "sandbox"):
            (place / "config.toml").write_text(example.body, "utf-8")
        command = "limner quote 'a paper boat' -g creatok"
        code, seen = tried(command, self.folder, {**self.environment, "LIMNER_HOME": str(home)})
        assert code == 0, f"{example.page}:{example.line}:\n{drawn(seen)}"

    def _json(self, example: Example) -> None:
        whole = example.body.strip()
        for one in [whole] if whole.count("\n{") == 0 else whole.splitlines():
            json.loads(one)

    def _meant(self, script: str) -> str:
        """The script with the ids this reader was given in the place of those on the page."""
        script = script.replace(OWN_SERVER, f"{self._sandbox}/openai/v1")
        return _ID.sub(lambda one: self._ids.get(one[0]) or self._ids.get(one[0][:2]) or self._last(), script)

    def _last(self) -> str:
        """The latest job, where a page has shown no id of it."""
        _, seen = tried("limner jobs --limit 1", self.folder, self.environment)
        return _ID.findall(seen)[0]

    def _bind(self, printed: str, told: str) -> None:
        shown, given = _ID.findall(printed), _ID.findall(told)
        if len(shown) == len(given):
            self._ids.update(zip(shown, given, strict=True))

    def _remember(self, told: str) -> None:
        for one in _ID.findall(told):
            self._ids[one[:2]] = one

    def _pattern(self, printed: str) -> str:
        """What is shown as an expression that what is printed has to match, line by line."""
        lines = [self._line(line.rstrip()) for line in printed.splitlines()]
        whole = "\n".join(lines)
        # A line of dots alone stands for any number of lines.
        return re.sub(r"(^|\n)\[\^\\n\]\*\?(?=\n|$)", r"(?:\1[^\\n]*)*?", whole)

    def _line(self, line: str) -> str:
        either = "|".join(f"({varies})" for varies, _ in _VARIES)
        pattern, place = "", 0
        for found in re.finditer(f"{_ID.pattern}|{either}", line):
            pattern += re.escape(line[place : found.start()])
            place = found.end()
            pattern += _VARIES[found.lastindex - 1][1] if found.lastindex else r"[qj]_[a-z0-9]+"
        return pattern + re.escape(line[place:])

    def leave(self) -> None:
        """End what was started: sandboxes of homes that a page made for itself."""
        for told in self.folder.parent.rglob("server.json"):
            record = json.loads(told.read_bytes())
            if record["url"] != self._sandbox:
                os.kill(record["pid"], signal.SIGTERM)


def _steps(body: str) -> list[tuple[str, str]]:
    """Commands of a console block with what is shown below each."""
    parts = re.split(r"^\$ ", body, flags=re.MULTILINE)
    assert not parts[0].strip(), "a console block begins with a command"
    steps = []
    for part in parts[1:]:
        command, _, printed = part.partition("\n")
        while command.endswith("\\"):
            more, _, printed = printed.partition("\n")
            command = f"{command[:-1]}{more.removeprefix('>').strip()}"
        steps.append((command, printed))
    return steps


def look_up(example: Example) -> None:
    """What cannot be run is at least not misspelt: its commands and options exist."""
    if example.kind not in ("bash", "console"):
        return
    for words in _LIMNER.findall(example.body):
        look_up_words(shlex.split(words, comments=True), f"{example.page}:{example.line}")


def look_up_words(words: list[str], place: str) -> None:
    """A command of limner's: it and its options are no inventions."""
    command = words[0]
    assert command in COMMANDS, f"{place}: there is no {command}"
    for option in (one.partition("=")[0] for one in words if one.startswith("--")):
        assert option in _help(command), f"{place}: {command} has no {option}"


@cache
def _help(command: str) -> str:
    done = subprocess.run([LIMNER, command, "--help"], capture_output=True, text=True, timeout=30, check=True)
    return done.stdout
