"""When tasks are looked at, by simulation: arithmetic over seeded durations, nobody waits."""

import math
import random
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import pytest

from limner import following, gateways, timing

MEDIAN, SPREAD = 20.0, 0.25
FREE = 60.0
Wait = Callable[[float], float]


class Seen(NamedTuple):
    """What a schedule comes to, on average over many tasks."""

    delay: float
    looks: float


def seen(wait: Wait, *, tasks: int, seed: int, median: float = MEDIAN) -> Seen:
    """Tasks of log-normal length, each looked at when it is accepted and then as `wait` says."""
    chance, delay, looks = random.Random(seed), 0.0, 0
    for _ in range(tasks):
        length, elapsed, looks = median * math.exp(chance.gauss(0, SPREAD)), 0.0, looks + 1
        while elapsed < length:
            elapsed, looks = elapsed + wait(elapsed), looks + 1
        delay += elapsed - length
    return Seen(delay / tasks, looks / tasks)


def learned(floor: float, ceiling: float, seed: int, median: float = MEDIAN) -> Wait:
    """The schedule after twenty tasks of that kind."""
    chance = random.Random(seed)
    lengths = [median * math.exp(chance.gauss(0, SPREAD)) for _ in range(20)]
    expected = timing.expect((1, 600), lengths, floor=floor, ceiling=ceiling)
    return lambda elapsed: timing.wait(expected, elapsed)


@cache
def after_learning(floor: float, ceiling: float = FREE) -> Seen:
    """Averaged over what ten ledgers happen to have seen."""
    told = [seen(learned(floor, ceiling, seed), tasks=1_000, seed=seed) for seed in range(1, 11)]
    return Seen(sum(one.delay for one in told) / 10, sum(one.looks for one in told) / 10)


@cache
def every(seconds: float) -> Seen:
    return seen(lambda _: seconds, tasks=10_000, seed=1)


@pytest.mark.parametrize(("seconds", "delay", "looks"), [(3, 1.5, 8.4), (5, 2.5, 5.6), (8, 4.0, 4.1)])
def test_a_fixed_schedule_loses_half_its_step(seconds: float, delay: float, looks: float) -> None:
    assert every(seconds) == pytest.approx((delay, looks), abs=0.1)


def test_a_learned_schedule_sees_the_end_two_thirds_of_a_second_late_within_eight_looks() -> None:
    told = after_learning(0.5)
    assert told.delay <= 0.66
    assert told.looks <= 8.0


def test_a_learned_schedule_is_less_than_half_as_late_as_every_three_seconds_at_fewer_looks() -> None:
    told, fixed = after_learning(0.5), every(3)
    assert told.delay <= 0.45 * fixed.delay
    assert told.looks < fixed.looks


@pytest.mark.parametrize(("floor", "saved"), [(2.0, 0.5), (3.0, 0.35), (5.0, 0.2)])
def test_where_a_gateway_sets_a_floor_it_is_looks_that_are_saved(floor: float, saved: float) -> None:
    told, fixed = after_learning(floor), every(floor)
    assert told.delay == pytest.approx(floor / 2, rel=0.12), "half the floor is lost whatever the schedule"
    assert told.looks <= (1 - saved) * fixed.looks


@pytest.mark.parametrize(("floor", "ceiling"), [(0.5, 5.0), (2.0, 5.0), (3.0, 15.0), (8.0, 8.0)])
def test_no_wait_leaves_the_gateways_bounds(floor: float, ceiling: float) -> None:
    wait = learned(floor, ceiling, seed=1)
    told = [wait(tenth / 10) for tenth in range(3_000)]
    assert min(told) >= floor
    assert max(told) <= ceiling


def test_a_low_ceiling_costs_looks_and_no_time() -> None:
    low, free = after_learning(0.5, 5.0), after_learning(0.5)
    assert low.delay <= free.delay * 1.05
    assert free.looks < low.looks <= free.looks + 3


def test_a_few_tasks_teach_nothing_yet_and_five_do() -> None:
    facts = timing.expect((15, 60), [], floor=1, ceiling=60)
    assert math.exp(facts.mean) == pytest.approx(30)
    assert timing.expect((15, 60), [20.0] * 4, floor=1, ceiling=60) == facts
    assert math.exp(timing.expect((15, 60), [20.0] * 5, floor=1, ceiling=60).mean) == pytest.approx(20)


def test_tasks_that_all_took_the_same_still_leave_room_for_one_that_does_not() -> None:
    steady = timing.expect((1, 2), [20.0] * 20, floor=0.5, ceiling=60)
    assert steady.spread >= 0.1
    assert timing.wait(steady, 500.0) <= 60


def test_a_wrong_expectation_costs_no_more_than_the_ceiling() -> None:
    """Twice as fast and twice as slow as anything that was seen before."""
    wait = learned(0.5, 5.0, seed=1)
    for median in (10.0, 40.0):
        assert seen(wait, tasks=1_000, seed=2, median=median).delay <= 5.0


@pytest.mark.parametrize("median", [4.0, 20.0, 90.0])
def test_the_schedule_scales_with_what_it_has_seen(median: float) -> None:
    """The delay grows with the root of the length: nine times as long, three times as late."""
    wait = learned(0.1, 600.0, seed=3, median=median)
    told = seen(wait, tasks=2_000, seed=3, median=median)
    assert told.delay <= 0.75 * math.sqrt(median / MEDIAN)


@pytest.mark.parametrize(("gateway", "size", "seconds"), [("creatok", "2K", 300), ("creatok", "4K", 600)])
def test_large_pictures_are_given_longer(gateway: str, size: str, seconds: float) -> None:
    assert following._limit(gateways.facts(gateway)["polling"], size) == seconds


def test_a_limit_of_ones_own_is_for_every_size() -> None:
    facts = gateways.facts("creatok")
    layers = [facts["polling"], {}, {"limit": 7}]
    assert following._limit(following._laid_over(layers), "4K") == 7
