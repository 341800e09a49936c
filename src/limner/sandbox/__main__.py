"""`python -m limner.sandbox`: serve in the foreground until stopped or idle."""

import argparse
from pathlib import Path

from limner.sandbox.server import serve
from limner.sandbox.tasks import SPEEDS


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m limner.sandbox", description="The gateways, on loopback."
    )
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address; any other is refused")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--home", type=Path, help="folder to record the running server in")
    parser.add_argument("--idle", type=float, default=0, help="seconds without requests until exit; 0: never")
    parser.add_argument("--speed", choices=SPEEDS, default="instant", help="how slow tasks move")
    options = parser.parse_args()
    try:
        serve(options.host, options.port, home=options.home, idle=options.idle, speed=options.speed)
    except (OSError, ValueError) as problem:
        parser.error(str(problem))


if __name__ == "__main__":
    main()
