"""Processes that race for the last cent of a limit: one wins each round, and the gateway's books agree."""

from collections import Counter
from typing import NamedTuple

from .stage import Stage

_CENT = 10_000


class Race(NamedTuple):
    """How it ended: rounds by how many won them, what the losers were told, and what was billed."""

    winners: Counter[int]
    told: Counter[str]
    billed: int
    reserved: int
    """In millionths: what the ledger holds back when everybody has gone."""


def last_cent(stage: Stage, rounds: int, buyers: int = 4) -> Race:
    """Before each round the limit leaves exactly one cent; `buyers` processes want it in the same instant."""
    caps = [f"{(number + 1) * _CENT / 1_000_000:.2f}" for number in range(rounds)]
    words = ("cents", str(stage.folder))
    children = [stage.start(*words, str(me), str(buyers), *caps, cli=False) for me in range(buyers)]
    assert [child.wait(60 + rounds) for child in children] == [0] * buyers, [
        stage.said_by(child) for child in children
    ]
    won, told = Counter[int](), Counter[str]()
    for child in children:
        for line in stage.said_by(child).splitlines():
            how, place, what = line.split()
            won[int(place)] += how == "won"
            told[f"{how} {what}"] += 1
    reserved = stage.rows("SELECT coalesce(sum(reserved), 0) AS n FROM job")[0]["n"]
    return Race(Counter(won[place] for place in range(rounds)), told, len(stage.bills()), reserved)
