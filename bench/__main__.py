"""
Speed, side by side with peers: `uv run python -m bench [--quick] [--only SECTION …] [--against CHECKOUT]`.

Everybody takes a turn in every round, in another order each time; medians; byte code compiled; pictures
checked byte for byte and requests counted. Ratios hold within one run and nowhere else. Needs Linux or
macOS, uv, and for one row curl and jq. Writes to a folder of its own and not to the project.
"""

import argparse
import os
import platform
import shutil
import tempfile
import time
from pathlib import Path

from bench import peers, report, sections
from bench.measure import HERE, Launcher, Server, closing_all
from bench.report import Aim
from bench.sections import Bench

_SECTIONS = {
    "start": sections.start_up,
    "history": sections.history,
    "whole": sections.whole_process,
    "warm": sections.warm,
    "many": sections.many_in_one,
    "flight": sections.in_flight,
    "references": sections.references,
}


def main() -> None:
    options = _options()
    place = Path(options.place)
    place.mkdir(parents=True, exist_ok=True)
    checkouts = {"limner": HERE.parent}
    if options.against:
        checkouts["limner there"] = Path(options.against).resolve()
    python, limners = peers.install(place, checkouts)
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=place))
    server, launcher = Server(), Launcher(folder)
    everybody = peers.everybody(python, limners)
    if options.limner_only:
        everybody = [peer for peer in everybody if peer.name.startswith(("floor", "limner", "openai"))]
    rounds = options.rounds or (3 if options.quick else 9)
    bench = Bench(folder, server, launcher, python, limners, everybody, rounds, options.quick, options.jobs)
    print(f"{platform.python_implementation()} {platform.python_version()}, {platform.platform()}")
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, syncing 4 kB takes {_sync_ms(folder):.1f} ms"
    )
    aims: list[Aim] = []
    try:
        with closing_all(server, launcher):
            for name in options.only or _SECTIONS:
                aims += _SECTIONS[name](bench)
    finally:
        shutil.rmtree(folder)
    report.summary(aims)
    print(f"{time.monotonic() - began:.0f} s")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.strip().splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few rounds and no 30 MB pictures: minutes")
    parser.add_argument("--rounds", type=int, help="how often everybody takes a turn (9; quick: 3)")
    parser.add_argument("--only", nargs="+", choices=_SECTIONS, help="only these tables")
    parser.add_argument(
        "--against", metavar="CHECKOUT", help="another checkout of limner to measure beside this one"
    )
    parser.add_argument(
        "--limner-only", action="store_true", help="leave out all peers but the floor and the openai SDK"
    )
    parser.add_argument("--jobs", type=int, default=100_000, help="the longer history (100000)")
    here = Path(tempfile.gettempdir()) / f"limner-bench-{os.getuid()}"
    parser.add_argument("--place", default=str(here), help=f"where the peers are installed ({here})")
    return parser.parse_args()


def _sync_ms(folder: Path) -> float:
    times = []
    with (folder / "sync").open("wb", buffering=0) as file:
        for _ in range(15):
            file.write(bytes(4096))
            start = time.perf_counter()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - start)
    return sorted(times)[7] * 1e3


if __name__ == "__main__":
    main()
