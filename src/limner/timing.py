"""
When to look at a task again: the one home of waiting.

A look costs the gateway a request and us a moment of delay, so looks are rare while a task cannot be done
yet and close together where it is likely to be. How long such tasks take is what the ledger has seen of
the same model and size; before it has seen enough, what the model's own facts say.

The time between looks is sqrt(2 * cost / hazard): the schedule that loses least when one look is worth
`cost` seconds of waiting and `hazard` is the chance per second that the task is done just now.

What that is worth, for tasks of 20 s and a spread of a quarter, seen 0.66 s late after 8 looks: every 3 s
it would be 1.5 s and 8.4 looks. A gateway's own floor bounds it: about half the floor is lost whatever the
schedule, so that with 2, 3 and 5 s it is the looks that are saved and not the delay.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

ENOUGH = 5
_LEAST_SPREAD = 0.12
# Chosen by simulation (tests/test_timing.py): no other pair looks as late at as few looks.
_LOOK_COST = 0.092
_FIRST_QUANTILE = -1.45


class Expectation(NamedTuple):
    """How long a task takes: the logarithm of its seconds, as mean and spread."""

    mean: float
    spread: float
    floor: float
    ceiling: float


def expect(
    seconds: tuple[int, int], learned: Sequence[float], *, floor: float, ceiling: float
) -> Expectation:
    """`seconds` as the facts have it, `learned` the latest durations; the rest bounds each wait."""
    logs = [math.log(max(0.05, one)) for one in learned]
    if len(logs) >= ENOUGH:
        mean = sum(logs) / len(logs)
        spread = math.sqrt(sum((one - mean) ** 2 for one in logs) / (len(logs) - 1))
        return Expectation(mean, max(spread, _LEAST_SPREAD), floor, ceiling)
    low, high = max(1, seconds[0]), max(2, seconds[1])
    # The facts' low and high are taken as the middle four fifths of what happens.
    return Expectation(
        (math.log(low) + math.log(high)) / 2,
        max((math.log(high) - math.log(low)) / 2.56, _LEAST_SPREAD),
        floor,
        ceiling,
    )


def wait(expected: Expectation, elapsed: float) -> float:
    """Seconds from now, `elapsed` seconds after the task was accepted, to the next look."""
    earliest = math.exp(expected.mean + _FIRST_QUANTILE * expected.spread)
    if elapsed < earliest:
        return _bounded(expected, min(earliest - elapsed, expected.ceiling))
    return _bounded(expected, math.sqrt(2 * _LOOK_COST / _hazard(expected, elapsed)))


def _bounded(expected: Expectation, seconds: float) -> float:
    return min(expected.ceiling, max(expected.floor, seconds))


def _hazard(expected: Expectation, elapsed: float) -> float:
    """The chance per second of a log-normal end now, given that it has not ended yet."""
    place = (math.log(max(elapsed, 0.05)) - expected.mean) / expected.spread
    density = math.exp(-place * place / 2) / math.sqrt(2 * math.pi)
    survival = max(math.erfc(place / math.sqrt(2)) / 2, 1e-9)
    return max(density / (survival * expected.spread * max(elapsed, 0.05)), 1e-6)
