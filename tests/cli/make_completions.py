"""
Writes the completion scripts that `limner completion` prints, with shtab, from the commands' own parsers.

    uv run python tests/cli/make_completions.py
"""

import argparse
from pathlib import Path

import shtab

from limner import cli, messages
from limner.cli.command import build
from limner.cli.completion import SHELLS

FOLDER = Path(cli.__file__).with_name("completions")
_FILES = {"references", "out", "prompt_file", "request", "key_file", "file"}
_FOLDERS = {"home"}


def script(shell: str) -> str:
    """The script of one shell, as it has to be today."""
    return str(shtab.complete(_whole(), shell=shell))


def _whole() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="limner", add_help=False)
    commands = parser.add_subparsers(dest="command")
    for name in cli.COMMANDS:
        own = build(name, "en")
        for action in own._actions:
            if action.dest in _FILES:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
            elif action.dest in _FOLDERS:
                action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        told = messages.help_text(name, "en")
        commands.add_parser(name, parents=[own], add_help=False, help=told, description=told)
    return parser


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for shell in SHELLS:
        (FOLDER / f"limner.{shell}").write_text(script(shell), "utf-8")


if __name__ == "__main__":
    main()
