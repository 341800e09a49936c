"""
A mistake in the words of a command, as one sentence that names what is allowed.

Values are only repeated where no key can stand: what follows an option that does not exist may be one.
"""

import re
from argparse import Action, ArgumentError, ArgumentParser
from collections.abc import Callable, Sequence

from limner.errors import Usage

# Compiled when a mistake was made: no start should pay for it.
_REQUIRED = r"the following arguments are required: (.+)"
_CHOICE = r"(?s)invalid choice: '?(.*?)'? \(choose"
_SURPLUS = r"(?s)ignored explicit argument '?(.*?)'?$"
_SECRETS = ("key", "token", "secret", "password")
_DAY = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"


def in_words(parser: ArgumentParser, error: ArgumentError) -> Usage:
    """What argparse found wrong, in our words."""
    return of_message(parser, str(error.message), _action(parser, error.argument_name))


def of_message(parser: ArgumentParser, message: str, action: Action | None = None) -> Usage:
    required = re.match(_REQUIRED, message)
    if required:
        return Usage("usage.missing", command=parser.prog, names=required.group(1).split(", "))
    if action is None:
        return Usage("usage.words", command=parser.prog, reason=message)
    option = _name(action)
    if message == "expected one argument":
        return Usage("usage.value_missing", option=option, wanted=action.metavar or _choices(action)[0])
    choice, surplus = re.match(_CHOICE, message), re.match(_SURPLUS, message)
    if choice:
        return Usage("usage.choice", option=option, value=choice.group(1), allowed=_choices(action))
    if surplus:
        return Usage("usage.value_surplus", option=option, value=surplus.group(1))
    return Usage("usage.words", command=parser.prog, reason=message)


def of_surplus(parser: ArgumentParser, words: Sequence[str]) -> Usage:
    """Words that no option and no argument took."""
    unknown = next((word.partition("=")[0] for word in words if word.startswith("-") and len(word) > 1), None)
    known = [name for action in parser._actions for name in action.option_strings]
    if unknown is None or unknown in known:
        if any(looks_like_key(word) for word in words):
            return Usage("setup.key_in_words")
        return Usage("usage.surplus", command=parser.prog, words=list(words))
    if not {*unknown.strip("-").lower().split("-")}.isdisjoint(_SECRETS):
        return Usage("setup.key_in_words")
    import difflib

    near = difflib.get_close_matches(unknown, known, n=1)
    if near:
        return Usage("usage.option_near", command=parser.prog, option=unknown, near=near[0])
    long = [_name(action) for action in parser._actions if action.option_strings]
    return Usage("usage.option_unknown", command=parser.prog, option=unknown, allowed=long)


def looks_like_key(word: str) -> bool:
    """Could this be somebody's key? Then it is not repeated."""
    return word.lower().startswith(("sk-", "sk_", "key-")) or re.fullmatch(r"[\w.-]{24,}", word) is not None


def whole(option: str, low: int | None = None, high: int | None = None) -> Callable[[str], int]:
    """Reads an option's value as a whole number between `low` and `high`."""

    def read(value: str) -> int:
        facts = {"option": option, "value": value, "low": low, "high": high}
        if not re.fullmatch(r"[+-]?[0-9]{1,15}", value):
            raise Usage(_range_key(low, high), **facts)
        number = int(value)
        if (low is not None and number < low) or (high is not None and number > high):
            raise Usage(_range_key(low, high), **facts)
        return number

    return read


def seconds(option: str) -> Callable[[str], float]:
    """Reads an option's value as a number of seconds."""

    def read(value: str) -> float:
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value):
            raise Usage("usage.seconds", option=option, value=value)
        return float(value)

    return read


def amount(option: str) -> Callable[[str], str]:
    """Checks that an option's value is a plain decimal."""

    def read(value: str) -> str:
        if not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", value):
            raise Usage("usage.amount", option=option, value=value)
        return value

    return read


def day(option: str) -> Callable[[str], str]:
    """Checks that an option's value is a day."""

    def read(value: str) -> str:
        if not re.match(_DAY, value) or not _is_in_calendar(value):
            raise Usage("usage.day", option=option, value=value)
        return value

    return read


def _is_in_calendar(day: str) -> bool:
    import time

    try:
        time.strptime(day, "%Y-%m-%d")
    except ValueError:
        return day.startswith("0000")  # before everything, which no calendar has
    return True


def _range_key(low: int | None, high: int | None) -> str:
    if low is None:
        return "usage.whole_number"
    return "usage.from" if high is None else "usage.from_to"


def _name(action: Action) -> str:
    """The name an option or an argument is best known by."""
    long = [name for name in action.option_strings if len(name) > len("--n")]
    return [*long, *action.option_strings, str(action.metavar)][0]


def _action(parser: ArgumentParser, name: str | None) -> Action | None:
    for action in parser._actions:
        if name in {"/".join(action.option_strings), action.metavar, action.dest}:
            return action
    return None


def _choices(action: Action) -> list[str]:
    return [str(one) for one in action.choices or ("VALUE",)]
