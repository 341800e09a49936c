"""What is measured: each function one table and the aims that it answers."""

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench import peers, report
from bench.measure import HERE, Launcher, Run, Server, environment, in_turn, middle
from bench.peers import Limner, Peer
from bench.report import Aim

_LIMNER = "limner"
_WARM = f"{_LIMNER} (Python)"
_SDK = "openai SDK"
_ONE_ONLY = ("fal-client", f"{_SDK} (async)")
_IMPORTS = ("requests", "fal_client", "openai", "litellm")
"""What the peers' own command lines, where they have one, begin with."""
_REFERENCES = {"12 MP": (4000, 3000), "48 MP": (8000, 6000)}


class Bench(NamedTuple):
    """Everything a measurement needs."""

    folder: Path
    server: Server
    launcher: Launcher
    python: Path
    """Of the peers' environment."""
    limners: list[Limner]
    peers: list[Peer]
    rounds: int
    quick: bool
    jobs: int
    """The longer of the two histories."""

    def env(self, peer: Peer) -> dict[str, str]:
        home = peers.give_home(self.folder / "homes" / peer.who, self.url(peer))
        return environment(
            self.folder, LIMNER_HOME=str(home), LITELLM_LOCAL_MODEL_COST_MAP="True", FAL_KEY="none"
        )

    def url(self, peer: Peer) -> str:
        return f"{self.server.url}/{peer.who}/v1"


class Once(NamedTuple):
    """One picture made by a whole process."""

    run: Run
    first_byte: float
    after: float
    """Seconds from the moment the answer was ready to the process's exit."""


class Warm(NamedTuple):
    """A number of pictures made by a warm process: CPU seconds and bytes of memory grown, all in all."""

    cpu: float
    wall: float
    growth: float
    count: int


def start_up(bench: Bench) -> list[Aim]:
    """Commands that need no network."""
    home = str(bench.folder / "empty")
    env = environment(bench.folder, LIMNER_HOME=home, LITELLM_LOCAL_MODEL_COST_MAP="True")
    words = {"bare": [str(bench.limners[0].python), "-c", "pass"]}
    words |= {f"import {one}": [str(bench.python), "-c", f"import {one}"] for one in _IMPORTS}
    for limner in bench.limners:
        words |= {f"{limner.name} --help": [str(limner.program), "--help"]}
        words |= {f"{limner.name} models": [str(limner.program), "models"]}
    runs = in_turn(
        bench.rounds * 2, {name: partial(bench.launcher.run, argv, env) for name, argv in words.items()}
    )
    wall, cpu = _times_bare(runs)
    heads = ["wall ×", "CPU ×", "peak MB"]
    rows = {name: (wall[name], cpu[name], middle(runs[name], lambda run: run.peak / 1e6)) for name in words}
    report.table("Start-up (× bare interpreter)", heads, rows, _bare(runs["bare"]))
    return [
        Aim("--help, × bare", wall[f"{_LIMNER} --help"], most=1.3),
        Aim("models, × bare", wall[f"{_LIMNER} models"], most=3.5),
    ]


def history(bench: Bench) -> list[Aim]:
    """The ledger read with a short and a long past."""
    words, envs = {}, {}
    for limner in bench.limners:
        for count in (1_000, bench.jobs):
            env = _with_a_past(bench, limner, count)
            for command in (["jobs", "--limit", "20"], ["spend"]):
                name = f"{limner.name} {' '.join(command)}, {count:,} jobs"
                words[name], envs[name] = [str(limner.program), *command], env
    words["bare"], envs["bare"] = [str(bench.limners[0].python), "-c", "pass"], environment(bench.folder)
    turns = {name: partial(bench.launcher.run, words[name], envs[name]) for name in words}
    runs = in_turn(bench.rounds * 2, turns)
    wall, cpu = _times_bare(runs)
    rows = {name: (wall[name], cpu[name], middle(runs[name], lambda run: run.peak / 1e6)) for name in words}
    report.table("History (× bare interpreter)", ["wall ×", "CPU ×", "peak MB"], rows, _bare(runs["bare"]))
    aims = []
    for command in ("jobs --limit 20", "spend"):
        short, long = (f"{_LIMNER} {command}, {count:,} jobs" for count in (1_000, bench.jobs))
        aims.append(
            Aim(f"{command} at {bench.jobs:,} jobs, × at 1,000 (CPU)", cpu[long] / cpu[short], most=1.2)
        )
    return aims


def _with_a_past(bench: Bench, limner: Limner, count: int) -> dict[str, str]:
    """A home in which one picture was made and then `count` times more."""
    place = bench.folder / "history" / f"{limner.venv.name}-{count}"
    home = str(peers.give_home(place, f"{bench.server.url}/history/v1"))
    env = environment(bench.folder, LIMNER_HOME=home)
    make = limner.peers[0].argv
    assert make is not None
    bench.launcher.run(make("", "a lighthouse 0.2m", str(place / "out.png")), env)
    bench.launcher.run([str(limner.python), str(HERE / "history.py"), home, str(count)], env)
    return env


def whole_process(bench: Bench) -> list[Aim]:
    """One 2 MB picture from nothing to exit."""
    able = {peer.name: peer for peer in bench.peers if peer.argv}
    bare_words = [str(bench.limners[0].python), "-c", "pass"]
    bare_env = environment(bench.folder)
    turns = {name: partial(_once, bench, peer) for name, peer in able.items()}
    bare = partial(bench.launcher.run, bare_words, bare_env)
    found = in_turn(bench.rounds, {**turns, "bare": lambda: Once(bare(), 0.0, 0.0)})
    first = {name: middle(found[name], lambda one: one.first_byte) for name in able}
    after = {name: middle(found[name], lambda one: one.after) for name in able}
    cpu = {name: middle(found[name], lambda one: one.run.cpu) for name in able}
    peak = {name: middle(found[name], lambda one: one.run.peak) for name in able}
    start = middle(found["bare"], lambda one: one.run.wall)
    rows = {
        name: (first[name] / start, *(part[name] / part["floor"] for part in (first, after, cpu, peak)))
        for name in sorted(able, key=lambda name: after[name] + first[name])
    }
    heads = ["first byte × bare", "first byte × floor", "ready → exit × floor", "CPU × floor", "peak × floor"]
    floor = (first["floor"] * 1e3, after["floor"] * 1e3, cpu["floor"] * 1e3, peak["floor"] / 1e6)
    note = "bare {:.1f} ms; floor {:.1f} ms, {:.1f} ms, {:.1f} ms, {:.0f} MB".format(start * 1e3, *floor)
    report.table("One 2 MB picture, whole process", heads, rows, note)
    return [
        Aim("start → first byte, × bare", first[_LIMNER] / start, most=12.5),
        Aim("answer ready → process gone, × floor", after[_LIMNER] / after["floor"], most=5),
    ]


def warm(bench: Bench) -> list[Aim]:
    """CPU and memory per picture in a process that is already running."""
    aims = []
    for size, count in (("2m", 8), ("10m", 4), ("30m", 3))[: 2 if bench.quick else 3]:
        found = _warm_turns(bench, size, count, 1)
        cpu = {name: middle(runs, lambda run: run.cpu / run.count) for name, runs in found.items()}
        weight = bench.server.pictures[size][1]
        growth = {name: middle(runs, lambda run: run.growth / weight) for name, runs in found.items()}  # noqa: B023
        rows = {name: (cpu[name] / cpu["floor"], cpu[name] / cpu[_SDK], growth[name]) for name in found}
        heads = ["CPU × floor", "CPU × openai SDK", "memory growth ÷ picture"]
        note = f"floor {cpu['floor'] * 1e3:.1f} ms per picture"
        report.table(f"A warm process, {size[:-1]} MB pictures", heads, rows, note)
        aims.append(Aim(f"memory growth ÷ picture, {size[:-1]} MB", growth[_WARM], most=0.3))
        if size == "10m":
            aims.append(Aim("CPU per 10 MB picture, × openai SDK", cpu[_WARM] / cpu[_SDK], most=0.25))
    return aims


def many_in_one(bench: Bench) -> list[Aim]:
    """Sixteen pictures in one answer."""
    found = _warm_turns(bench, "2m", 1, 1, n=16)
    weight = bench.server.pictures["2m"][1]
    growth = {name: middle(runs, lambda run: run.growth / weight) for name, runs in found.items()}
    cpu = {name: middle(runs, lambda run: run.cpu) for name, runs in found.items()}
    rows = {name: (growth[name], cpu[name] / cpu["floor"]) for name in found}
    report.table("n = 16 × 2 MB in one answer", ["memory growth ÷ one picture", "CPU × floor"], rows)
    return [Aim("n = 16: memory growth ÷ one picture", growth[_WARM], most=1)]


def in_flight(bench: Bench) -> list[Aim]:
    """Small pictures, many at a time."""
    rows: dict[str, list[float | None]] = {}
    for at_once, count in ((1, 40), (16, 160), (64, 256 if bench.quick else 640)):
        found = _warm_turns(bench, "0.2m", count, at_once)
        speed = {name: middle(runs, lambda run: run.count / run.wall) for name, runs in found.items()}
        cpu = {name: middle(runs, lambda run: run.cpu / run.count) for name, runs in found.items()}
        for name, rate in speed.items():
            rows.setdefault(name, []).extend((rate, cpu[name] * 1e3))
    rival = max(rows[name][-2] or 0 for name in rows if name.startswith(_SDK))
    heads = [head for at_once in (1, 16, 64) for head in (f"{at_once}: pictures/s", "CPU ms each")]
    report.table("In flight, 0.2 MB pictures", heads, rows, "absolute, to be compared within this table only")
    return [
        Aim(
            "pictures/s with 64 in flight, × the faster openai SDK", (rows[_WARM][-2] or 0) / rival, least=2.5
        )
    ]


def references(bench: Bench) -> list[Aim]:
    """Photographs made small enough to send."""
    env = environment(bench.folder)
    aims = []
    for name, (width, height) in _REFERENCES.items():
        source = bench.folder / f"{width}x{height}.jpg"
        made = [str(HERE / "references" / "source.py"), str(source), str(width), str(height)]
        bench.launcher.run([str(bench.python), *made], env)
        words = {"Pillow thumbnail": [str(bench.python), str(HERE / "references" / "thumbnail.py")]}
        words |= {one.name: [str(one.python), str(HERE / "references" / "ours.py")] for one in bench.limners}
        turns = {who: partial(_shrunk, bench, [*argv, str(source)], env) for who, argv in words.items()}
        runs = in_turn(bench.rounds, turns)
        cpu = {who: middle(runs[who], lambda run: run.cpu) for who in words}
        rows = {who: (cpu[who] * 1e3, middle(runs[who], lambda run: run.peak / 1e6)) for who in words}
        report.table(f"A {name} JPEG reference, whole process", ["CPU ms", "peak MB"], rows)
        most = 0.4 if name == "12 MP" else None
        if most:
            aims.append(
                Aim(f"{name} JPEG reference, CPU × thumbnail", cpu[_LIMNER] / cpu["Pillow thumbnail"], most)
            )
    return aims


def _times_bare(runs: Mapping[str, list[Run]]) -> tuple[dict[str, float], dict[str, float]]:
    wall = {name: middle(found, lambda run: run.wall) for name, found in runs.items()}
    cpu = {name: middle(found, lambda run: run.cpu) for name, found in runs.items()}
    return (
        {name: value / wall["bare"] for name, value in wall.items()},
        {name: value / cpu["bare"] for name, value in cpu.items()},
    )


def _bare(runs: list[Run]) -> str:
    return f"bare {middle(runs, lambda run: run.wall * 1e3):.1f} ms"


def _once(bench: Bench, peer: Peer) -> Once:
    assert peer.argv is not None
    with _scratch(bench.folder / "once") as folder:
        out = folder / "out.png"
        argv = peer.argv(bench.url(peer), "a lighthouse 2m", str(out))
        bench.server.seen()
        run = bench.launcher.run([_whole(argv[0]), *argv[1:]], bench.env(peer))
        ((_, first_byte, ready),) = _asked(bench, peer, 1)
        _check(bench, [out], "2m")
    return Once(run, (first_byte - run.start) / 1e9, (run.end - ready) / 1e9)


def _warm_turns(bench: Bench, size: str, count: int, at_once: int, n: int = 1) -> dict[str, list[Warm]]:
    able = {peer.name: peer for peer in bench.peers if peer.client}
    if n > 1:
        able = {name: peer for name, peer in able.items() if name not in _ONE_ONLY}
    turns = {name: partial(_warmed, bench, peer, size, count, at_once, n) for name, peer in able.items()}
    return in_turn(max(2, bench.rounds // 2), turns, idle=0)


def _warmed(bench: Bench, peer: Peer, size: str, count: int, at_once: int, n: int) -> Warm:
    with _scratch(bench.folder / "warm") as folder:
        words = [size, *map(str, (n, count, at_once))]
        argv = [
            str(peer.python),
            str(HERE / "worker.py"),
            str(peer.client),
            bench.url(peer),
            str(folder),
            *words,
        ]
        bench.server.seen()
        run = bench.launcher.run(argv, bench.env(peer))
        _asked(bench, peer, count + max(3, at_once))
        pictures = list((folder / "out").glob("*.png"))
        assert len(pictures) == count * n, f"{peer.name}: {len(pictures)} pictures"
        _check(bench, pictures, size)
    told = json.loads(run.out.splitlines()[-1])
    return Warm(told["cpu"], told["wall"], told["growth"], count)


def _shrunk(bench: Bench, argv: list[str], env: dict[str, str]) -> Run:
    with _scratch(bench.folder / "shrunk") as folder:
        run = bench.launcher.run([*argv, str(folder / "out.jpg")], env)
        assert (folder / "out.jpg").read_bytes()[-2:] == b"\xff\xd9"
    return run


def _asked(bench: Bench, peer: Peer, count: int) -> list[tuple[str, int, int]]:
    """What the server saw: as many paid requests as there were pictures to make, all of this peer."""
    seen = bench.server.seen()
    assert [one[0] for one in seen] == [peer.who] * count, f"{peer.name} asked {len(seen)} times, not {count}"
    return seen


def _check(bench: Bench, pictures: list[Path], size: str) -> None:
    """Every picture is on the disk, byte for byte."""
    right = bench.server.pictures[size][0]
    for path in pictures:
        with path.open("rb") as file:
            assert hashlib.file_digest(file, "sha256").hexdigest() == right, f"{path} is not the picture"


def _whole(program: str) -> str:
    return program if "/" in program else str(shutil.which(program))


@contextlib.contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
