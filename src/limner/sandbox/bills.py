"""
An account is a key at a gateway: what it was charged, what it has left, what arrived from it.

Not imitated: invoices, top-ups, currencies that move, several keys on one account.
"""

from collections import Counter, deque
from dataclasses import dataclass, field
from time import time
from typing import Any, NamedTuple

MICRO = 1_000_000
_KEPT = 2000
_PURSE = 1_000_000 * MICRO


class Bill(NamedTuple):
    """One charged picture. `micro` is the amount in millionths of `unit`."""

    gateway: str
    account: str
    model: str
    micro: int
    unit: str
    request_id: str
    time: float
    prompt: str
    refunded: bool = False

    def told(self) -> dict[str, Any]:
        return {**self._asdict(), "amount": decimal(self.micro)}


class Scripted(NamedTuple):
    """A fault queued from outside. `match` is sought in path and prompt; "" is any paid request."""

    fault: str
    match: str
    times: int


@dataclass(slots=True)
class Account:
    """State of one key at one gateway."""

    gateway: str
    key: str
    unit: str
    balance: int = _PURSE
    bills: deque[Bill] = field(default_factory=lambda: deque(maxlen=_KEPT))
    requests: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=500))
    script: list[Scripted] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often a counted fault has struck, by prompt and word."""

    def affords(self, micro: int) -> bool:
        return self.balance >= micro

    def charge(self, model: str, micro: int, request_id: str, prompt: str) -> Bill:
        """Book one picture."""
        bill = Bill(self.gateway, self.key, model, micro, self.unit, request_id, time(), prompt[:500])
        self.bills.append(bill)
        self.balance -= micro
        return bill

    def refund(self, request_id: str) -> None:
        """Give back everything one request was charged."""
        for place, bill in enumerate(self.bills):
            if bill.request_id == request_id and not bill.refunded:
                self.bills[place] = bill._replace(refunded=True)
                self.balance += bill.micro

    def strikes(self, prompt: str, word: str, times: int | None) -> bool:
        """Whether a fault that is to strike `times` times still does; counts the strike."""
        if times is None:
            return True
        place = (prompt[:500], word)
        if self.counts[place] >= times:
            return False
        if len(self.counts) > _KEPT:
            self.counts.clear()
        self.counts[place] += 1
        return True

    def next_scripted(self, path: str, prompt: str | None) -> Scripted | None:
        """Take the first queued fault that fits this request. Requests without a prompt need a match."""
        for place, entry in enumerate(self.script):
            fits = entry.match in path or entry.match in (prompt or "") if entry.match else prompt is not None
            if fits:
                left = entry._replace(times=entry.times - 1)
                self.script[place : place + 1] = [left] if left.times > 0 else []
                return entry
        return None


def decimal(micro: int) -> str:
    """Millionths as a plain decimal."""
    sign, whole = ("-" if micro < 0 else ""), f"{abs(micro):07d}"
    return f"{sign}{whole[:-6]}.{whole[-6:]}".rstrip("0").rstrip(".")


def micro(amount: str | float) -> int:
    """A decimal in millionths, rounded."""
    from decimal import ROUND_HALF_UP, Decimal

    return int((Decimal(str(amount)) * MICRO).to_integral_value(ROUND_HALF_UP))


def by_tokens(tokens: int, per_1k: str | float) -> int:
    """What `tokens` cost in millionths at a rate per thousand."""
    return (tokens * micro(per_1k) + 500) // 1000
