"""`limner completion`: a completion script, ready made, so that a Tab key never starts Python."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from limner.cli.face import Face
from limner.cli.wishes import Text

SHELLS = ("bash", "zsh", "fish")


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=text("shell"))


def run(options: Namespace, face: Face) -> int:
    del face
    sys.stdout.write(script(options.shell).read_text("utf-8"))
    return 0


def script(shell: str) -> Path:
    return Path(__file__).with_name("completions") / f"limner.{shell}"
