"""One command, from its words to its exit code."""

import argparse
import contextlib
import os
import sys
from importlib import import_module
from typing import Any, NoReturn

from limner import cli, messages
from limner.cli.face import Face
from limner.cli.streams import Unwritten
from limner.errors import ApprovalNeeded, Declined, LimnerError, StorageFailed, Usage


class _Unasked(argparse.HelpFormatter):
    """Only ever looked at by argparse itself: asking for the terminal's width would load three archivers."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=80)


class Parser(argparse.ArgumentParser):
    """argparse that raises our own sentences instead of leaving the process with its own."""

    shared: list[argparse.Action]

    def error(self, message: str) -> NoReturn:
        from limner.cli import mistakes

        raise mistakes.of_message(self, message)

    def read(self, words: list[str]) -> argparse.Namespace:
        """The options that the words give. Raises `Usage`."""
        try:
            options, surplus = self.parse_known_args(words)
            if surplus and not any(word.startswith("-") for word in surplus):
                # `gateways add --url … NAME`: argparse gave NAME's place away before it saw NAME.
                options, surplus = self.parse_known_intermixed_args(words)
        except argparse.ArgumentError as error:
            from limner.cli import mistakes

            raise mistakes.in_words(self, error) from error
        if surplus:
            from limner.cli import mistakes

            raise mistakes.of_surplus(self, surplus)
        return options


def execute(command: str, words: list[str]) -> int:
    """Whatever happens, one exit code, and with `--json` one object on standard output."""
    face = Face.of(words)
    try:
        return _executed(command, words, face)
    except LimnerError as error:
        if face.tells:
            from limner.cli import messaging

            messaging.refuse(error, face)
        _note(error, face)
        return face.fail(error)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader went away, as `head` does: nothing is left to say.
        return 0
    except Unwritten as error:
        lost = StorageFailed("stdout.not_written", reason=error.strerror)
        # What the command did, it did.
        lost.charged = "unknown"
        return face.fail(lost)
    except Exception as error:
        if os.environ.get("LIMNER_DEBUG"):
            raise
        _note(error, face)
        own_fault = LimnerError("internal", reason=f"{type(error).__name__}: {error}")
        # What came of a job under way is not known here; the ledger knows it.
        own_fault.charged = "unknown"
        return face.fail(own_fault)


def _note(error: Exception, face: Face) -> None:
    """What a sentence leaves out goes into the log; a slip of the hand, or a question, needs none."""
    slip = isinstance(error, Usage) and error.__cause__ is None
    if slip or isinstance(error, (ApprovalNeeded, Declined)):
        return
    with contextlib.suppress(LimnerError, OSError):
        from limner import journal

        face.journal.write("error", journal.told(error))


def _executed(command: str, words: list[str], face: Face) -> int:
    _demand_text(command, *words)
    if command not in cli.COMMANDS:
        raise _no_such_command(command)
    asked = words[: words.index("--")] if "--" in words else words
    if not {"-h", "--help"}.isdisjoint(asked):
        sys.stdout.write(help_page(command, face.language))
        code = 0
    else:
        room: Any = import_module(cli.module(command))
        options = build(command).read(words)
        face.settle(options)
        code = room.run(options, face)
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.flush()
    return code


def help_page(command: str, language: str) -> str:
    """The help of one command."""
    from limner.cli import helping

    def text(key: str) -> str:
        return messages.help_text(key, language)

    parser = build(command, language)
    return helping.page(parser, command, parser.shared, text)


def build(command: str, language: str | None = None) -> Parser:
    """The parser of one command; its texts are only read for somebody who asked for help."""

    def text(key: str) -> str:
        return messages.help_text(key, language) if language else ""

    parser = Parser(
        prog=f"limner {command}",
        allow_abbrev=False,
        add_help=False,
        exit_on_error=False,
        formatter_class=_Unasked,
    )
    room: Any = import_module(cli.module(command))
    room.arguments(parser, text)
    add = parser.add_argument
    parser.shared = [
        add("--json", action="store_true", help=text("json")),
        add("--fields", metavar="A,B", help=text("fields")),
        add("--sandbox", action="store_true", help=text("sandbox_option")),
        add("--home", metavar="DIR", help=text("home")),
        add("--lang", choices=("auto", *messages.SPOKEN), default="auto", help=text("lang")),
        add("--no-input", action="store_true", help=text("no_input")),
        add("-q", "--quiet", action="store_true", help=text("quiet")),
        add("--no-color", action="store_true", help=text("no_color")),
        add("-h", "--help", action="store_true", help=text("help")),
    ]
    return parser


def _demand_text(*words: str) -> None:
    """Bytes that are no text would fail somewhere deep; here they can be named."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError as error:
            raise Usage("usage.not_text", word=word) from error


def _no_such_command(command: str) -> Usage:
    import difflib

    near = difflib.get_close_matches(command, cli.COMMANDS, n=1)
    key = "command.unknown_near" if near else "command.unknown"
    return Usage(key, command=command, near=near[0] if near else "", known=cli.COMMANDS)
