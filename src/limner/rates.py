"""
What a gateway's unit is worth to the person, from the configuration. Only ever for comparing: quotes, limits
and bills stay in the gateway's own unit.

    [rates]
    point_ima = "0.01 CNY"       a point of one gateway
    credit_creatok = "0.05 USD"
    USD = "7.1 CNY"              a unit wherever it is counted in

The person's money is `currency` when it is named, else the first unit on the right that has no rate itself.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from limner.errors import Usage
from limner.money import MICRO, Money

_RATE = r"^\s*([0-9]{1,9})(?:\.([0-9]{1,9}))?\s*([A-Za-z]{1,12})\s*$"
_BILLIONTH = 1_000_000_000
_LONGEST_CHAIN = 3


class Rate(NamedTuple):
    billionths: int
    """Billionths of `unit` that one of the other unit is worth: exact, as it was written."""
    unit: str


class Rates:
    """Raises `Usage` for a table that cannot be read."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        table = values.get("rates", {})
        if not isinstance(table, Mapping):
            raise Usage("rates.not_a_rate", name="rates", value=table)
        named = table.get("currency")
        self._rates = {
            _name(str(name)): _read(name, rate) for name, rate in table.items() if name != "currency"
        }
        ends = (rate.unit for rate in self._rates.values() if _name(rate.unit) not in self._rates)
        self.currency: str | None = str(named) if named else next(ends, None)

    def own(self, money: Money, gateway: str) -> Money | None:
        """An amount in the person's money, rounded up to a millionth; `None` where no rate leads there."""
        amount, unit, place = money.micro * _BILLIONTH, money.unit, gateway
        for _ in range(_LONGEST_CHAIN):
            if unit == self.currency:
                return Money(-(-amount // _BILLIONTH), unit)
            rate = self._rates.get(_name(f"{unit}_{place}")) or self._rates.get(_name(unit))
            if rate is None:
                return None
            amount, unit, place = -(-amount * rate.billionths // _BILLIONTH), rate.unit, ""
        return None


def _name(name: str) -> str:
    """One name for "points_ima", "Point_ima" and "point_ima"."""
    unit, underscore, gateway = name.casefold().partition("_")
    return (unit.removesuffix("s") if len(unit) > len("USD") else unit) + underscore + gateway


def _read(name: str, rate: Any) -> Rate:
    found = re.match(_RATE, rate) if isinstance(rate, str) else None
    if found is None:
        raise Usage("rates.not_a_rate", name=name, value=rate)
    billionths = int(found[1]) * _BILLIONTH + int((found[2] or "").ljust(9, "0"))
    if not billionths:
        raise Usage("rates.not_a_rate", name=name, value=rate)
    return Rate(billionths, found[3])


def shown(money: Money) -> Money:
    """An amount for comparing: two places after the point, more where it would read as nothing."""
    whole, rest = divmod(money.micro, MICRO)
    if money.micro and money.micro < MICRO // 100:
        return money
    cents = -(-rest // 10_000)
    return Money((whole * 100 + cents) * 10_000, money.unit)
