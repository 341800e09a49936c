"""Tables, and the aims beside what was measured."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Aim(NamedTuple):
    """One line of the summary: `most` for what should stay below, else `least`."""

    what: str
    found: float
    most: float | None = None
    least: float | None = None

    @property
    def is_met(self) -> bool:
        return self.found <= self.most if self.most is not None else self.found >= (self.least or 0)

    def row(self) -> list[str]:
        wanted = f"≤ {self.most:g}" if self.most is not None else f"≥ {self.least:g}"
        return [self.what, wanted, number(self.found), "met" if self.is_met else "MISSED"]


def number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(
    title: str, heads: Sequence[str], rows: Mapping[str, Sequence[float | None]], note: str = ""
) -> None:
    _print(title, ["", *heads], [[name, *map(number, values)] for name, values in rows.items()], note)


def summary(aims: Sequence[Aim]) -> None:
    _print("Aims", ["", "aim", "measured", ""], [aim.row() for aim in aims], "")


def _print(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]], note: str) -> None:
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    print(f"\n{title}" + (f"\n{note}" if note else ""))
    for row in [heads, ["-" * width for width in widths], *rows]:
        first, *others = [
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join([first, *others]).rstrip())
    print(flush=True)
