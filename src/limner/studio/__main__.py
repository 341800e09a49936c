"""`python -m limner.studio`: serve it."""

import argparse

from limner.studio.server import serve


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m limner.studio")
    parser.add_argument("--home")
    parser.add_argument("--port", type=int)
    parser.add_argument("--lang", default="")
    parser.add_argument("--sandbox", action="store_true")
    parser.add_argument("--no-open", action="store_true")
    given = parser.parse_args()
    return serve(
        home=given.home,
        port=given.port,
        language=given.lang,
        only_sandbox=given.sandbox,
        opens=not given.no_open,
    )


if __name__ == "__main__":
    raise SystemExit(main())
