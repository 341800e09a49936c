"""Quotes, and the yes to them: checked against the person's limits and reserved in one transaction."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from limner.budget import Limit
from limner.errors import BudgetExceeded, Declined, NotFound, QuoteChanged
from limner.ledger import spending, stops
from limner.ledger.store import Store
from limner.money import Money
from limner.records import build, canonical
from limner.types import Quote

_KEYS = {
    "picture": "budget.per_picture",
    "run": "budget.per_run",
    "hour": "budget.per_hour",
    "day": "budget.per_day",
    "month": "budget.per_month",
}


@lru_cache(maxsize=64)
def _read(document: str) -> Quote:
    """A quote is asked for several times on its way; the same document is the same quote."""
    return build(Quote, json.loads(document))


class Approvals:
    """The first half of the ledger."""

    def __init__(self, path: Path) -> None:
        self.store = Store(path)
        self.owners = path.parent / "owners"

    def close(self) -> None:
        self.store.close()

    def now(self) -> int:
        """Unix milliseconds by the ledger's own clock, which never goes back."""
        return self.store.now()

    def add_quote(self, quote: Quote) -> None:
        with self.store.writing():
            self.store.do(
                "INSERT OR IGNORE INTO quote VALUES (?, ?, ?, ?, ?)",
                quote.id,
                quote.digest,
                canonical(quote),
                quote.created_at,
                quote.expires_at,
            )

    def quote(self, quote_id: str) -> Quote:
        """Raises `NotFound`, and `QuoteChanged` for one that is no quote any more."""
        row = self.store.row("SELECT document FROM quote WHERE id = ?", quote_id)
        if row is None:
            raise NotFound("quote.not_found", quote=quote_id)
        try:
            return _read(row["document"])
        except (ValueError, TypeError, AttributeError) as error:
            raise QuoteChanged("quote.altered", quote=quote_id) from error

    def add_approval(
        self, quote: Quote, by: str, at: int, limits: Sequence[Limit] = (), most_jobs: int = 0
    ) -> None:
        """
        Write a yes down, if the person's limits leave room for it. A second yes to the same quote changes
        nothing. Raises `BudgetExceeded`, and `Stopped` where money or jobs go too fast.
        """
        with self.store.writing():
            if self.approval(quote.id) is not None:
                return
            self.demand_undeclined(quote)
            if not stops.hurried(self.store, quote, limits, most_jobs, at):
                self._approve(quote, by, at, limits)
                return
        # Only now, when the stop is written down.
        stops.check(self.store, quote.choice.gateway, quote.account)

    def _approve(self, quote: Quote, by: str, at: int, limits: Sequence[Limit]) -> None:
        for limit in limits:
            if limit.window != "rush":
                self._check(quote, limit, at)
        self.store.do(
            "INSERT INTO approval VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
            quote.id,
            quote.digest,
            quote.choice.gateway,
            quote.ceiling.micro,
            quote.ceiling.unit,
            by,
            at,
            quote.expires_at,
        )

    def decline(self, quote: Quote) -> None:
        """
        Write a no down: it ends the quote at this moment, and takes back a yes that nothing was made under.
        Raises `QuoteChanged` where something was.
        """
        with self.store.writing():
            job = self.store.row("SELECT id FROM job WHERE quote_id = ?", quote.id)
            if job is not None:
                raise QuoteChanged("quote.used", quote=quote.id, job=job["id"])
            self.store.do("DELETE FROM approval WHERE quote_id = ?", quote.id)
            ends = "UPDATE quote SET expires_at = min(expires_at, ?) WHERE id = ?"
            self.store.do(ends, self.now(), quote.id)

    def is_declined(self, quote: Quote) -> bool:
        """Did it end before its time? Only a no does that."""
        row = self.store.row("SELECT expires_at FROM quote WHERE id = ?", quote.id)
        return row is not None and bool(row["expires_at"] < quote.expires_at)

    def demand_undeclined(self, quote: Quote) -> None:
        """Raises `Declined` for a quote that somebody said no to."""
        if self.is_declined(quote):
            raise Declined("quote.declined", quote=quote.id)

    def approval(self, quote_id: str) -> dict[str, Any] | None:
        return self.store.row("SELECT * FROM approval WHERE quote_id = ?", quote_id)

    def _check(self, quote: Quote, limit: Limit, at: int) -> None:
        asked = quote.ceiling
        spent = held = Money(0, asked.unit)
        if limit.window == "picture":
            asked = Money(-(-asked.micro // quote.choice.n), asked.unit)
        elif limit.window != "run":
            spent = spending.since(self.store, limit, at)
            held = spending.held(self.store, limit, at)
        if spent.micro + held.micro + asked.micro > limit.cap.micro:
            facts = {"ceiling": asked, "cap": limit.cap, "spent": spent, "held": held}
            raise BudgetExceeded(_KEYS[limit.window], quote=quote.id, **facts)
