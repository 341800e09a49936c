"""`python -m tests.crash`: kill for as long as it is asked to, and say what was found."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from limner.sandbox import launch

from .cents import last_cent
from .harness import many_rounds, race, table
from .stage import Stage


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--seconds", type=float, default=3600.0, help="stop after so long")
    parser.add_argument("--kills", type=int, default=2000, help="stop after so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--races", type=int, default=0, help="instead: run so many quotes twice at once")
    parser.add_argument("--last-cent", type=int, default=0, help="instead: so many races for the last cent")
    parser.add_argument(
        "--keep", type=Path, help="where to put the homes; those of rounds with findings stay"
    )
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="limner-crash-", dir=options.keep))
    url = launch(place / "sandbox", idle_seconds=120)
    if options.races:
        charged = race(Stage(url, place / "races"), options.races)
        print("charged requests per quote:", dict(charged))
        return 0 if charged == {1: options.races} else 1
    if options.last_cent:
        return _last_cent(Stage(url, place / "cents"), options.last_cent)
    total, findings = many_rounds(
        url, place, seed=options.seed, kills=options.kills, seconds=options.seconds, say=_say
    )
    print(table(total))
    print(
        f"{len(findings)} findings; homes in {place}"
        if findings
        else "nothing was lost, nothing was bought twice"
    )
    return 1 if findings else 0


def _last_cent(stage: Stage, rounds: int) -> int:
    ended = last_cent(stage, rounds)
    print("rounds by winners:", dict(ended.winners), "| told:", dict(ended.told))
    print("billed:", ended.billed, "| left reserved:", ended.reserved)
    return 0 if (ended.winners, ended.billed, ended.reserved) == ({1: rounds}, rounds, 0) else 1


def _say(sums: str, findings: Any, stage: Stage) -> None:
    if sums:
        print(sums, flush=True)
    for one in findings:
        print(f"FOUND {stage.home.parent.name}: {one}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
