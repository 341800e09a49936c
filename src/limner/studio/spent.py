"""What was spent, as a chart and as a table."""

import time
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from limner import budget, gateways
from limner.ledger import Spent
from limner.money import MICRO, Money
from limner.studio.visit import Visit

BY = ("day", "gateway", "model")
DAYS = (7, 30, 90, 365)
_WIDE, _HIGH, _LEFT, _BOTTOM, _TOP = 900.0, 260.0, 90.0, 28.0, 14.0


def show(visit: Visit) -> Response:
    by = visit.asked("by") if visit.asked("by") in BY else "day"
    asked = visit.asked("days")
    days = int(asked) if asked in {str(one) for one in DAYS} else 30
    today = datetime.fromtimestamp(time.time()).astimezone()
    span = [f"{today - timedelta(days=back):%Y-%m-%d}" for back in range(days - 1, -1, -1)]
    lines, reserved = visit.client.spend(by, span[0])
    units = sorted({line.charged.unit for line in lines})
    charts = []
    for unit in units:
        own = [line for line in lines if line.charged.unit == unit]
        chart = _by_day(visit, own, unit, span) if by == "day" else _by_name(own)
        charts.append({"unit": unit, "lines": own, "total": _total(own, unit), **chart})
    facts: dict[str, Any] = {
        "by": by,
        "ways": BY,
        "days": days,
        "spans": DAYS,
        "first": span[0],
        "last": span[-1],
    }
    return visit.page("spending.html", charts=charts, reserved=reserved, **facts)


def _total(lines: list[Spent], unit: str) -> Money:
    return Money(sum(line.charged.micro for line in lines), unit)


def _by_day(visit: Visit, lines: list[Spent], unit: str, span: list[str]) -> dict[str, Any]:
    """Upright bars, one for each day of the span, with the day's limit drawn across."""
    amounts = {line.label: line.charged for line in lines}
    caps = _caps(visit, unit)
    most = _round_up(max([line.charged.micro for line in lines] + [cap.micro for _, cap in caps] + [1]))
    step = (_WIDE - _LEFT) / len(span)

    def height(micro: int) -> float:
        return round(micro / most * (_HIGH - _BOTTOM - _TOP), 2)

    bars = []
    for place, day in enumerate(span):
        amount = amounts.get(day, Money(0, unit))
        tall = height(amount.micro)
        bar = {"x": round(_LEFT + place * step + step * 0.12, 2), "width": round(step * 0.76, 2)}
        bars.append({**bar, "y": _HIGH - _BOTTOM - tall, "height": tall, "label": day, "amount": amount})
    rules = [(name, cap, _HIGH - _BOTTOM - height(cap.micro)) for name, cap in caps]
    ticks = [(Money(most * part // 2, unit), _HIGH - _BOTTOM - height(most * part // 2)) for part in (1, 2)]
    frame = {"wide": _WIDE, "high": _HIGH, "left": _LEFT, "floor": _HIGH - _BOTTOM}
    return {"kind": "day", "bars": bars, "rules": rules, "ticks": [] if rules else ticks, **frame}


def _round_up(micro: int) -> int:
    """The next amount that reads well on an axis: 1, 2 or 5 with zeros."""
    zeros: int = 10 ** (len(str(micro)) - 1)
    return next((part * zeros for part in (1, 2, 5) if part * zeros >= micro), 10 * zeros)


def _by_name(lines: list[Spent]) -> dict[str, Any]:
    """Lying bars, the longest first."""
    ranked = sorted(lines, key=lambda line: -line.charged.micro)
    most = max([line.charged.micro for line in ranked] + [1])
    bars = [
        {"share": round(line.charged.micro / most, 4), "label": line.label, "amount": line.charged}
        for line in ranked
    ]
    return {"kind": "name", "bars": bars}


def _caps(visit: Visit, unit: str) -> list[tuple[str, Money]]:
    """The limits of one day: of the unit as a whole, and of its gateways."""
    values, found = visit.client.settings.values, {}
    for name in visit.client.gateways():
        for limit in budget.limits(values, name, unit):
            # A gateway's own limit is in its own unit, whatever unit is asked about here.
            own = values.get("budget", {}).get("gateways", {}).get(name, {})
            counts = limit.gateway is None or (own and gateways.unit(name, visit.client.settings) == unit)
            if limit.window == "day" and counts:
                found[limit.gateway or ""] = limit.cap
    return [
        (visit.t("cap_of", gateway=gateway) if gateway else visit.t("cap_day"), cap)
        for gateway, cap in sorted(found.items())
        if cap.micro <= 10**9 * MICRO
    ]
