"""Choice, tariff -> Quote: what it will cost, frozen so that a yes can be a yes to exactly that."""

import os
import re
from collections.abc import Mapping
from typing import Any

from limner.catalog import at_size
from limner.errors import BudgetExceeded, Usage
from limner.money import Money, parse
from limner.records import digest_of, id_of
from limner.types import Adjustment, Choice, Price, Quote, Repair

GOOD_FOR_MS = 15 * 60 * 1000
# How a unit is written beside a limit, in figures or as limner itself says it.
_AMOUNT = re.compile(r"([¥￥$]?)\s*(-?[0-9.]+)\s*(\D*)")
_UNITS = {
    **dict.fromkeys(("¥", "￥", "cny", "rmb", "yuan", "元", "块", "块钱", "人民币"), "CNY"),
    **dict.fromkeys(("$", "usd", "dollar", "dollars", "美元", "美金"), "USD"),
    **dict.fromkeys(("point", "points", "积分"), "point"),
    **dict.fromkeys(("credit", "credits", "点"), "credit"),
}


def make(
    choice: Choice,
    *,
    host: str,
    account: str,
    unit: str,
    repeats: Mapping[str, Any],
    repairs: tuple[Repair, ...] = (),
    now: int,
) -> Quote:
    """
    Freeze a choice with its price, `now` in Unix milliseconds. Raises `BudgetExceeded` when it is above
    the request's own `max_cost`, `Usage` when no price is known and no `max_cost` bounds it.
    """
    attempts = _attempts(choice, repeats)
    row = price_row(choice)
    limit = _limit(choice, unit)
    if row is None and limit is None:
        raise Usage("quote.price_unknown", model=choice.model.id, unit=unit)
    nothing = Money(0, unit)
    price = row.each.times(choice.n) if row else nothing
    ceiling = row.most.times(choice.n * attempts) if row else limit or nothing
    if limit and ceiling.micro > limit.micro:
        raise BudgetExceeded("quote.above_limit", ceiling=ceiling, limit=limit)
    quote = Quote(
        id="",
        digest="",
        choice=choice,
        host=host,
        account=account,
        price=price,
        ceiling=ceiling,
        sends=-(-choice.n // choice.model.max_n),
        attempts=attempts,
        nonce=os.urandom(8).hex(),
        repairs=tuple(one for one in repairs if one.price.micro <= ceiling.micro),
        price_known=row is not None,
        source=choice.model.source,
        as_of=choice.model.as_of,
        created_at=now,
        expires_at=now + GOOD_FOR_MS,
    )
    digest = digest_of(quote)
    return quote._replace(digest=digest, id=id_of(digest))


def noted(quote: Quote, notes: tuple[Adjustment, ...], listed: str = "") -> Quote:
    """
    The same quote with what is to be said beside it, and the list it was chosen from, which are part of what
    is agreed to.
    """
    if not (notes or listed):
        return quote
    told = quote._replace(notes=notes, listed=listed)
    digest = digest_of(told)
    return told._replace(digest=digest, id=id_of(digest))


def price_row(choice: Choice) -> Price | None:
    """The tariff row that the chosen parameters fall under, its worst case that of the chosen size."""
    told = {"size": choice.size or "", **{name: str(v) for name, v in choice.parameters.items()}}
    for row in choice.model.prices:
        if all(told.get(name) == value for name, value in row.when.items()):
            return at_size(row, choice.size)
    return None


def cost_of_tokens(row: Price, tokens_in: int, tokens_out: int) -> Money | None:
    """What so many tokens cost at the row's rates, rounded up to a millionth; `None` without rates."""
    if row.per_1k_in is None or row.per_1k_out is None:
        return None
    thousandths = tokens_in * row.per_1k_in.micro + tokens_out * row.per_1k_out.micro
    return Money(-(-thousandths // 1000), row.each.unit)


def _attempts(choice: Choice, repeats: Mapping[str, Any]) -> int:
    allowed = int(repeats.get(choice.operation, {}).get("attempts", 1))
    asked = choice.request.attempts
    return allowed if asked is None else min(allowed, asked)


def _told(said: str, unit: str) -> Money | str:
    """A limit as an amount, so that each language says it; as it was typed where it is none."""
    try:
        return parse(said, unit)
    except ValueError:
        return f"{said} {unit}"


def _limit(choice: Choice, unit: str) -> Money | None:
    if choice.request.max_cost is None:
        return None
    text = choice.request.max_cost.strip()
    found = _AMOUNT.fullmatch(text)
    said, own = (found[2], found[1] or found[3]) if found else (text, "")
    own = _UNITS.get(own.casefold(), own)
    if own and own != unit:
        raise Usage("max_cost.other_unit", value=_told(said, own), unit=unit, gateway=choice.gateway)
    try:
        limit = parse(said, unit)
    except ValueError as error:
        raise Usage("max_cost.not_an_amount", value=choice.request.max_cost, unit=unit) from error
    if limit.micro < 0:
        raise Usage("max_cost.not_an_amount", value=choice.request.max_cost, unit=unit)
    return limit
