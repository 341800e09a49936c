"""
The stage for a crash: one sandbox, homes with a ledger each, and real processes that share it.

Every process of a stage carries a mark in its environment, so that it is found again however far it has
detached itself from whoever started it.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode, urlsplit

import apsw

import limner
from limner import gateways

ACTOR = str(Path(__file__).with_name("actor.py"))
AGENT = str(Path(__file__).with_name("agent.py"))
VISITOR = str(Path(__file__).with_name("visitor.py"))
_MARK = "CRASH_STAGE"
_CLI = "import sys; from limner.cli import main; sys.exit(main())"
_LOCAL = 'key_env = "LOCAL_KEY"\nprice = "0.01"\nmax_n = 1\n[gateways.local.models."local-diffusion"]\n'
_POLLING = "polling = { floor = 0.02, ceiling = 0.1 }\n"


def ask(url: str, path: str, body: Any = None, **query: str) -> Any:
    """One question to the sandbox's own pages."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        where = path + ("?" + urlencode(query) if query else "")
        connection.request("GET" if body is None else "POST", where, body and json.dumps(body))
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def sold() -> list[str]:
    """Every gateway that has both an adapter and a stand-in."""
    rooms = Path(limner.__file__).parent
    both = [
        all((rooms / room / f"{name}.py").exists() for room in ("providers", "sandbox")) for name in _facts()
    ]
    return [name for name, there in zip(_facts(), both, strict=True) if there]


def _facts() -> list[str]:
    return gateways.providers()


class Stage:
    """One home, one ledger, one account at every gateway, and the processes at work on them."""

    def __init__(self, url: str, place: Path, proxied: str | None = None) -> None:
        self.url, self.mark, self.key = url, token_hex(8), f"sk-test-{token_hex(20)}"
        self.home, self.folder, self.said = place / "home", place / "pictures", place / "said"
        for path in (self.home, self.folder, self.said):
            path.mkdir(parents=True)
        self.children: list[subprocess.Popen[bytes]] = []
        self.environment = self._configured(proxied or url)

    def _configured(self, url: str) -> dict[str, str]:
        told = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home.parent),
            "LIMNER_HOME": str(self.home),
            "LANG": "C.UTF-8",
            "LIMNER_PREVIEW": "off",
            "PYTHONPATH": str(Path(limner.__file__).parents[1]),
            _MARK: self.mark,
            "LOCAL_KEY": self.key,
        }
        toml = "waits = [0.02, 0.02]\n[budget]\nstop_jobs_per_10_minutes = 0\n"
        for name in sold():
            facts = gateways.facts(name)
            address = url + facts["gateway"]["sandbox_path"]
            if facts["gateway"].get("template"):
                toml += f'[gateways.local]\nprovider = "{name}"\nbase_url = "{address}"\n{_LOCAL}'
                continue
            pair = next(one for one in facts["credentials"] if "key" in one)
            told[pair["key"]] = self.key
            toml += f"[gateways.{name}]\n{_POLLING}"
            if "base" in pair:
                told[pair["base"]] = address
            else:
                toml += f'base_url = "{address}"\n'
        (self.home / "config.toml").write_text(toml, "utf-8")
        return told

    @property
    def ledger(self) -> Path:
        return self.home / "ledger.sqlite"

    def start(self, *words: str, cli: bool = True, program: str = ACTOR) -> "subprocess.Popen[bytes]":
        """One process in a session of its own, the command or a program; what it says is kept."""
        command = [sys.executable, *(("-c", _CLI) if cli else (program,)), *words]
        with (self.said / f"{len(self.children):04d}").open("wb") as said:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=self.folder,
                env=self.environment,
                start_new_session=True,
            )
        self.children.append(child)
        return child

    def said_by(self, child: "subprocess.Popen[bytes]") -> str:
        return (self.said / f"{self.children.index(child):04d}").read_text("utf-8", "replace")

    def told(self, *words: str) -> Any:
        """What an actor answers, as JSON."""
        child = self.start(*words, cli=False)
        assert child.wait(60) == 0, self.said_by(child)
        return json.loads(self.said_by(child))

    def alive(self) -> list[int]:
        """Every living process of this stage, detached ones included."""
        for child in self.children:
            child.poll()
        wanted = f"{_MARK}={self.mark}".encode()
        return [pid for pid in _processes() if wanted in _environment(pid)]

    def busy(self) -> list[int]:
        """Those that will end by themselves: a studio whose visitor was killed stays open."""
        return [pid for pid in self.alive() if b"limner.studio" not in _words(pid)]

    def end(self) -> None:
        """Kill whatever is left."""
        for pid in self.alive():
            kill(pid)
        for child in self.children:
            child.wait(20)

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """A look into the ledger from outside."""
        connection = apsw.Connection(str(self.ledger), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.set_busy_timeout(20_000)
            cursor = connection.execute(sql, values)
            try:
                names = [column[0] for column in cursor.get_description()]
            except apsw.ExecutionCompleteError:
                return []
            return [dict(zip(names, row, strict=True)) for row in cursor]
        finally:
            connection.close()

    def bills(self) -> list[dict[str, Any]]:
        return list(ask(self.url, "/_sandbox/bills", account=self.key))

    def forget(self) -> None:
        shutil.rmtree(self.home.parent, ignore_errors=True)


def kill(pid: int, what: signal.Signals = signal.SIGKILL) -> bool:
    """Whether there was somebody to send it to."""
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return False
    return True


def until(what: Any, seconds: float = 30.0) -> Any:
    """What is asked for, as soon as it is there."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        if time.monotonic() > deadline:
            raise AssertionError(f"it never came: {what}")
        time.sleep(0.002)
    return found


def worker_of(stage: Stage, watcher: int) -> int | None:
    """The process that a watching command has set to work: the one that leads another session."""
    return next((pid for pid in stage.alive() if pid != watcher and os.getsid(pid) == pid), None)


def _processes() -> Sequence[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()]  # noqa: PTH208


def _environment(pid: int) -> bytes:
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
        return b"" if state == b"Z" else Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


_ROLES = {
    "limner.studio": "studio",
    "limner.worker": "hired worker",
    "agent.py": "agent's host",
    "visitor.py": "studio's visitor",
    "actor.py": "Python",
    "mcp": "MCP server",
}


def role(pid: int) -> str:
    """What a process of a stage is."""
    words = _words(pid).split(b"\0")
    for name, what in _ROLES.items():
        if any(word.endswith(name.encode()) for word in words):
            return what
    own = next((word.decode() for word in words[3:4]), "?")
    return f"limner {own}"


def _words(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())
