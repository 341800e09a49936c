"""
Quote, a yes -> Approval: the one door money leaves by.

The runner takes an `Approval` and nothing else, and nothing but this file makes one. An approval is good
for one quote, once, up to its ceiling, until it expires.
"""

from typing import Literal, NamedTuple

from limner.errors import ApprovalNeeded, QuoteChanged
from limner.money import Money
from limner.records import digest_of, id_of
from limner.types import Quote

By = Literal["terminal", "relay", "studio", "elicitation", "budget", "free", "python", "drop-in"]
"""Through which face a yes came. "elicitation": a dialog of the host, which a host may answer by itself."""

Mode = Literal["relay", "person"]
_OWN_HAND: frozenset[By] = frozenset({"terminal", "studio", "budget", "free"})


class Approval(NamedTuple):
    """A yes to exactly one quote. `by` says through which face it came."""

    quote_id: str
    digest: str
    ceiling: Money
    by: By
    at: int
    expires_at: int


def grant(quote: Quote, by: By, now: int, mode: Mode = "relay") -> Approval:
    """
    A yes given now. `mode` "person": only a person's own hand counts, here or in the configuration.

    Raises `QuoteChanged` for a quote that was altered or has expired, `ApprovalNeeded` for a yes that does
    not count.
    """
    check(quote, now)
    if by == "free" and quote.needs_approval:
        raise ApprovalNeeded("approval.needed", quote=quote.id, ceiling=quote.ceiling)
    if mode == "person" and by not in _OWN_HAND:
        raise ApprovalNeeded("approval.person", command=f"limner approve {quote.id}")
    return Approval(quote.id, quote.digest, quote.ceiling, by, now, quote.expires_at)


def check(quote: Quote, now: int) -> None:
    """Is there anything to say yes to? Raises `QuoteChanged` for a quote that was altered or has expired."""
    digest = digest_of(quote)
    if digest != quote.digest or id_of(digest) != quote.id:
        raise QuoteChanged("quote.altered", quote=quote.id)
    if now > quote.expires_at or now < quote.created_at - 60_000:
        raise QuoteChanged("quote.expired", quote=quote.id)


def restore(quote: Quote, by: By, at: int, expires_at: int) -> Approval:
    """An approval read back from the ledger, where it was written under the quote's digest."""
    return Approval(quote.id, quote.digest, quote.ceiling, by, at, expires_at)
