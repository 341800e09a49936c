"""Limits on the page: set, changed and lifted, through the code that reads them from the configuration."""

from typing import Any, NamedTuple

from limner import budget, configuring, gateways
from limner.errors import LimnerError, Usage
from limner.studio.visit import Visit

NAMES = (
    "per_picture",
    "per_run",
    "per_hour",
    "per_day",
    "per_month",
    "ask_above",
    "stop_per_10_minutes",
)


class Row(NamedTuple):
    """One limit. `scope` is a unit, or "@" and a gateway's name."""

    scope: str
    whose: str
    name: str
    amount: str
    shown: str


def facts(visit: Visit) -> dict[str, Any]:
    """What the page needs: the limits there are, and what further ones could be for."""
    settings = visit.client.settings
    told = settings.values.get("budget", {})
    used = {gateways.unit(name, settings) for name in visit.client.gateways()}
    units = sorted(used | {unit for unit in told if unit != "gateways" and isinstance(told[unit], dict)})
    tables = [(unit, unit, told[unit]) for unit in units if unit in told]
    for name, table in told.get("gateways", {}).items():
        tables.append((f"@{name}", gateways.unit(name, settings), table))
    rows = [
        Row(
            scope,
            _whose(visit, scope),
            name,
            str(table[name]),
            visit.money(budget.amount(table[name], unit, name)),
        )
        for scope, unit, table in tables
        for name in NAMES
        if name in table
    ]
    scopes = [*units, *(f"@{name}" for name in visit.client.gateways())]
    return {"limits": rows, "scopes": [(one, _whose(visit, one)) for one in scopes], "limit_names": NAMES}


def change(visit: Visit) -> str:
    """Set, change or lift one limit; the sentence about what is wrong, and then nothing is written."""
    scope, amount = visit.given("scope"), visit.given("amount")
    is_lifted = lifts(visit)
    try:
        allowed = [one for one, _ in facts(visit)["scopes"]]
        if scope not in allowed:
            raise Usage("usage.choice", option="scope", value=scope, allowed=allowed)
        gateway = scope[1:] if scope.startswith("@") else None
        unit = gateways.unit(gateway, visit.client.settings) if gateway else scope
        name = visit.given("limit")
        if not is_lifted:
            # Nothing at all is no amount; zero is one, and lets nothing through.
            budget.amount(amount, unit, name)
        configuring.set_limit(visit.client.home, gateway, unit, name, "" if is_lifted else amount)
    except LimnerError as error:
        return visit.error(error)
    return ""


def lifts(visit: Visit) -> bool:
    return visit.given("do") == "lift"


def _whose(visit: Visit, scope: str) -> str:
    if scope.startswith("@"):
        return visit.t("limit_of_gateway", name=scope[1:])
    return visit.t("limit_of_unit", name=visit.unit(scope))
