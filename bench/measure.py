"""Processes started, timed and weighed; the middle of many."""

import contextlib
import json
import marshal
import os
import random
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypeVar

HERE = Path(__file__).parent
_KILO = 1 if sys.platform == "darwin" else 1024

_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))

T = TypeVar("T")


class Run(NamedTuple):
    """One process and its children: nanoseconds of the common clock, CPU seconds, peak bytes."""

    start: int
    end: int
    cpu: float
    peak: int
    out: str

    @property
    def wall(self) -> float:
        return (self.end - self.start) / 1e9


class Launcher:
    """The small process that starts all others."""

    def __init__(self, folder: Path) -> None:
        self._out, self._err = folder / "stdout", folder / "stderr"
        command = [sys.executable, "-I", "-S", str(HERE / "launch.py")]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(self, argv: Sequence[str], env: Mapping[str, str], may_fail: bool = False) -> Run:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        marshal.dump((list(argv), dict(env), str(self._out), str(self._err)), self._process.stdin)
        self._process.stdin.flush()
        start, end, status, cpu, peak = marshal.load(self._process.stdout)
        if status and not may_fail:
            said = (
                self._err.read_text(errors="replace")[-3000:] + self._out.read_text(errors="replace")[-1000:]
            )
            raise SystemExit(f"{' '.join(argv)} ended with {status}:\n{said}")
        return Run(start, end, cpu, peak * _KILO, self._out.read_text(errors="replace"))

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


class Server:
    """The loopback gateway, in a process of its own."""

    def __init__(self) -> None:
        command = [sys.executable, "-I", "-S", str(HERE / "server.py")]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        told: dict[str, list[Any]] = self._get("_pictures")
        self.pictures = {name: (str(sha256), int(size)) for name, (sha256, size) in told.items()}

    def seen(self) -> list[tuple[str, int, int]]:
        """Paid requests since the last look: who asked, when the first byte came, when the answer left."""
        return [(who, first_byte, ready) for who, first_byte, ready in self._get("_seen")]

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()

    def _get(self, path: str) -> Any:
        with _NO_PROXY.open(f"{self.url}/{path}") as answer:
            return json.load(answer)


def in_turn(rounds: int, turns: Mapping[str, Callable[[], T]], idle: int = 1) -> dict[str, list[T]]:
    """Everybody once per round, in another order each time, after `idle` rounds that do not count."""
    found: dict[str, list[T]] = {name: [] for name in turns}
    for turn in range(rounds + idle):
        for name in random.sample(list(turns), len(turns)):
            result = turns[name]()
            if turn >= idle:
                found[name].append(result)
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return found


def middle(values: Sequence[T], part: Callable[[T], float]) -> float:
    return median(part(value) for value in values)


@contextlib.contextmanager
def closing_all(*things: Any) -> Iterator[None]:
    try:
        yield
    finally:
        for thing in things:
            thing.close()


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Nothing of the person's own: no keys, no proxies, a home that is thrown away."""
    path = os.environ.get("PATH", "/usr/bin:/bin")
    return {"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", **more}
