"""What `limner COMMAND --help` prints: what it does, examples, options, exit codes. One language."""

import shutil
from argparse import Action, ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence

from limner.cli.columns import pad, width, wrap

Text = Callable[[str], str]
_MOST_COLUMNS = 96
_WIDEST_OPTION = 29
_LONGEST_VALUE = 22
_STILL_RUNNING = 20
_SPENDING = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 20, 130)
_EXITS: Mapping[str, tuple[int | str, ...]] = {
    "make": _SPENDING,
    "run": _SPENDING,
    "quote": (0, 2, 3, 6, 9, 13),
    "approve": (0, 2, 9, 11, 14),
    "status": (0, 2, 4, 5, 6, 7, 8, 9, 12, 20),
    "cancel": (0, 2, 9, "too_late"),
    "resolve": (0, 2, 9),
    "jobs": (0, 2, 9),
    "guide": (0, 2, 9),
    "backup": (0, 1, 2, 9),
    "recover": (0, 2, 3, 4, 5, 6, 7, 8, 9, 12),
    "show": (0, 2, 9),
    "deliver": (0, 2, 3, 9, 15),
    "gateways": (0, 2, 4, 6, 9),
    "setup": (0, 2, 3, 9),
    "sandbox": (0, 2, 3),
    "mcp": (0, 2, 3),
    "studio": (0, 2, 3),
    "forget": (0, 2, 14),
    "skills": (0, 1, 2, 9),
    "models": (0, 2, 9),
}


def page(parser: ArgumentParser, command: str, shared: Sequence[Action], text: Text) -> str:
    """The whole help of one command."""
    columns = min(_MOST_COLUMNS, shutil.get_terminal_size().columns) - 1
    words = [action for action in parser._actions if not action.option_strings]
    own = [action for action in parser._actions if action.option_strings and action not in shared]
    usage = " ".join([f"limner {command}", *(_word(action) for action in words), text("usage.options")])
    parts = [
        wrap(text(command), columns),
        [text(f"{command}.examples")],
        [f"{text('usage.prefix')}{usage}", *_rows(words, columns)],
        [text("usage.own"), *_rows(own, columns)] if own else [],
        [text("shared"), *_rows(shared, columns)],
        _exits(command, columns, text),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _word(action: Action) -> str:
    name = str(action.metavar or action.dest)
    return f"[{name}]" if action.nargs in ("?", "*") else name


def _rows(actions: Sequence[Action], columns: int) -> Iterator[str]:
    for action in actions:
        names = "  " + _names(action)
        told = action.help or ""
        if action.choices and len(_value(action)) > _LONGEST_VALUE:
            told += f" ({', '.join(map(str, action.choices))})"
        lines = wrap(told, columns - _WIDEST_OPTION - 2)
        if width(names) > _WIDEST_OPTION:
            yield names
            names = ""
        yield pad(names, _WIDEST_OPTION + 2) + lines[0]
        yield from (" " * (_WIDEST_OPTION + 2) + line for line in lines[1:])


def _names(action: Action) -> str:
    """The options' names; of several long ones the first, the others are for scripts that know them."""
    if not action.option_strings:
        return str(action.metavar or action.dest)
    long = [name for name in action.option_strings if name.startswith("--")][:1]
    names = ", ".join([name for name in action.option_strings if not name.startswith("--")] + long)
    value = _value(action)
    if len(value) > _LONGEST_VALUE:
        value = action.dest.upper()
    return f"{names} {value}" if value and action.nargs != 0 else names


def _value(action: Action) -> str:
    return str(action.metavar or "|".join(map(str, action.choices or ())))


def _exits(command: str, columns: int, text: Text) -> list[str]:
    codes = _EXITS.get(command, (0, 2))
    lines = [""]
    for code in codes:
        told = text("exit.done" if code == 0 and _STILL_RUNNING not in codes else f"exit.{code}")
        if not lines[-1]:
            lines[-1] = "  " + told
        elif width(lines[-1]) + width(told) + 3 > columns:
            lines.append("  " + told)
        else:
            lines[-1] += " · " + told
    return [text("exit.codes"), *lines]
