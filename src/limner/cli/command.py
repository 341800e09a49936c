"""One command, from its words to its exit code."""

import argparse
import sys
from importlib import import_module
from typing import Any, NoReturn

from limner import cli, messages
from limner.cli.face import Face
from limner.errors import LimnerError, Usage


class Parser(argparse.ArgumentParser):
    """argparse that raises instead of leaving the process."""

    def error(self, message: str) -> NoReturn:
        raise Usage("usage.words", reason=message, command=self.prog)


def execute(command: str, words: list[str]) -> int:
    """Whatever happens, one exit code, and with `--json` one object on standard output."""
    face = Face.of(words)
    try:
        if command not in cli.COMMANDS:
            raise _no_such_command(command)
        room: Any = import_module(cli.module(command))
        parser = build(command, face.language, with_help=not {"-h", "--help"}.isdisjoint(words))
        options = parser.parse_args(words)
        face.settle(options)
        code: int = room.run(options, face)
    except LimnerError as error:
        return face.fail(error)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader went away, as `head` does: nothing is left to say.
        sys.stderr.close()
        return 0
    return code


def build(command: str, language: str, *, with_help: bool) -> Parser:
    """The parser of one command; its texts are only read for somebody who asked for help."""

    def text(key: str) -> str:
        return messages.help_text(key, language).replace("%", "%%") if with_help else ""

    parser = Parser(
        prog=f"limner {command}",
        description=text(command),
        epilog=text(f"{command}.examples"),
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    room: Any = import_module(cli.module(command))
    room.arguments(parser, text)
    shared = parser.add_argument_group(text("shared"))
    shared.add_argument("--json", action="store_true", help=text("json"))
    shared.add_argument("--fields", metavar="A,B", help=text("fields"))
    shared.add_argument("--sandbox", action="store_true", help=text("sandbox_option"))
    shared.add_argument("--home", metavar="DIR", help=text("home"))
    shared.add_argument("--lang", choices=("auto", "en", "zh"), default="auto", help=text("lang"))
    shared.add_argument("--no-input", action="store_true", help=text("no_input"))
    shared.add_argument("-q", "--quiet", action="store_true", help=text("quiet"))
    shared.add_argument("--no-color", action="store_true", help=text("no_color"))
    return parser


def _no_such_command(command: str) -> Usage:
    import difflib

    near = difflib.get_close_matches(command, cli.COMMANDS, n=1)
    key = "command.unknown_near" if near else "command.unknown"
    return Usage(key, command=command, near=near[0] if near else "", known=cli.COMMANDS)
