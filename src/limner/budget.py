"""
What a person allows to be spent: read from the configuration, enforced by the ledger.

    [budget.CNY]                 every gateway that counts in this unit, together
    per_picture = "1.50"
    per_run = "5"
    per_hour = "10"
    per_day = "30"
    per_month = "300"
    stop_per_10_minutes = "20"   faster spending stops the gateway until a person lets it go on
    ask_above = "0.50"           runs that cannot cost more need no question

    [budget.gateways.omnimaas]   one gateway, in its own unit
    per_day = "10"

    [budget]
    stop_jobs_per_10_minutes = 200   paid jobs at one gateway; 0: however many
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, get_args

from limner import gateways
from limner.errors import NotFound, Usage
from limner.money import Money, parse

Window = Literal["picture", "run", "hour", "day", "month", "rush"]
_NAMES: Mapping[Window, str] = {
    window: "stop_per_10_minutes" if window == "rush" else f"per_{window}" for window in get_args(Window)
}
LIMITS = frozenset({*_NAMES.values(), "ask_above"})
_JOBS = "stop_jobs_per_10_minutes"
_MOST_JOBS = 200
"""More paid jobs than a person would ask for in ten minutes: a loop that nobody watches."""


class Limit(NamedTuple):
    """
    `gateway` is `None` where the limit is for all gateways of the unit together. A "rush" is what may be
    spent within ten minutes before limner stops by itself.
    """

    gateway: str | None
    window: Window
    cap: Money


def check(settings: gateways.Settings) -> None:
    """
    Is every limit one? What limits nothing, by a slip of the pen, is said before anything else is done.
    Raises `Usage`, `NotFound`.
    """
    try:
        _check(settings)
    except Usage as error:
        if error.key != "budget.not_an_amount":
            raise
        raise Usage("budget.not_an_amount_in", path=settings.home.settings, **error.facts) from error


def _check(settings: gateways.Settings) -> None:
    values = settings.values
    told = values.get("budget", {})
    if not told:
        return
    most_jobs(values)
    of_gateways = told.get("gateways", {})
    for name, table in {**told, **dict(of_gateways if isinstance(of_gateways, Mapping) else {})}.items():
        if not isinstance(table, Mapping) and name != _JOBS:
            raise Usage("budget.not_under_a_unit", name=name)
    for name, table in told.items():
        if name not in {_JOBS, "gateways"}:
            _demand_unit(name, settings)
            unasked(values, "", name)
            _of(table, None, name)
    for name, table in of_gateways.items():
        if name not in (known := gateways.names(settings)):
            raise NotFound("gateway.unknown", name=name, known=known)
        unasked(values, name, unit := gateways.unit(name, settings))
        _of(table, name, unit)


def _demand_unit(unit: str, settings: gateways.Settings) -> None:
    known = {gateways.unit(name, settings) for name in (*gateways.names(settings), *gateways.providers())}
    if unit not in known:
        raise Usage("budget.unknown_unit", name=unit, allowed=sorted(known))


def limits(values: Mapping[str, Any], gateway: str, unit: str) -> tuple[Limit, ...]:
    """The limits a quote of `gateway` has to keep. Raises `Usage` for an amount that is none."""
    return (*_of(_table(values, unit), None, unit), *_of(_own(values, gateway), gateway, unit))


def unasked(values: Mapping[str, Any], gateway: str, unit: str) -> Money:
    """Up to what a run may cost without a question: the standing yes of the configuration."""
    told = _own(values, gateway).get("ask_above", _table(values, unit).get("ask_above", "0"))
    return amount(told, unit, "ask_above")


def most_jobs(values: Mapping[str, Any]) -> int:
    """How many paid jobs a gateway may get within ten minutes; 0: any number. Raises `Usage`."""
    told = values.get("budget", {}).get(_JOBS, _MOST_JOBS)
    if not isinstance(told, int) or isinstance(told, bool) or told < 0:
        raise Usage("budget.not_a_count", name=_JOBS, value=told)
    return told


def _of(table: Mapping[str, Any], gateway: str | None, unit: str) -> tuple[Limit, ...]:
    for name in table:
        # A misspelt limit would be none.
        if name not in LIMITS:
            raise Usage("budget.unknown", name=name, allowed=sorted(LIMITS))
    return tuple(
        Limit(gateway, window, amount(table[name], unit, name))
        for window, name in _NAMES.items()
        if name in table
    )


def _table(values: Mapping[str, Any], unit: str) -> Mapping[str, Any]:
    table = values.get("budget", {}).get(unit, {})
    return table if isinstance(table, Mapping) else {}


def _own(values: Mapping[str, Any], gateway: str) -> Mapping[str, Any]:
    table = values.get("budget", {}).get("gateways", {}).get(gateway, {})
    return table if isinstance(table, Mapping) else {}


def amount(told: Any, unit: str, name: str) -> Money:
    """An amount as it is written down, from nothing on. Raises `Usage`."""
    found: Money | None
    try:
        found = parse(str(told), unit)
    except ValueError:
        found = None
    if found is None or found.micro < 0:
        raise Usage("budget.not_an_amount", name=name, value=told, unit=unit)
    return found
