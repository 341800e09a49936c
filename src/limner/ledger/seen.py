"""
The terms that gateways were seen to sell under, and which of them somebody said yes to: a model's, and, as
`list:live` and `list:facts`, those of everything a gateway sells.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from limner.ledger.store import Store
from limner.records import canonical

_ONE = "gateway = ? AND subject = ? AND sha256 = ?"
_FINE = 3_600_000
"""The same terms are written down again once in so many milliseconds."""


class Seen(NamedTuple):
    """One version of a model's terms. Times are Unix milliseconds."""

    sha256: str
    facts: Mapping[str, Any]
    first_at: int
    last_at: int
    approved_at: int | None


def note(store: Store, gateway: str, subject: str, facts: Mapping[str, Any], at: int) -> str:
    """Write down that these are the terms at that moment; their digest."""
    text = canonical(facts)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    known = store.row(f"SELECT last_at FROM seen WHERE {_ONE}", gateway, subject, sha256)  # noqa: S608
    if known is not None and at - known["last_at"] < _FINE:
        return sha256
    with store.writing():
        store.do(
            "INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?, NULL)"
            " ON CONFLICT DO UPDATE SET last_at = excluded.last_at",
            gateway,
            subject,
            sha256,
            text,
            at,
            at,
        )
    return sha256


def approved(store: Store, gateway: str, subject: str, sha256: str, at: int) -> None:
    """Somebody said yes under these terms."""
    latest = last_approved(store, gateway, subject)
    if latest is not None and latest.sha256 == sha256 and at - (latest.approved_at or 0) < _FINE:
        return
    with store.writing():
        store.do(f"UPDATE seen SET approved_at = ? WHERE {_ONE}", at, gateway, subject, sha256)  # noqa: S608


def last_approved(store: Store, gateway: str, subject: str) -> Seen | None:
    """The terms of the latest yes."""
    row = store.row(
        "SELECT sha256, facts, first_at, last_at, approved_at FROM seen WHERE gateway = ? AND subject = ?"
        " AND approved_at IS NOT NULL ORDER BY approved_at DESC LIMIT 1",
        gateway,
        subject,
    )
    return Seen(**{**row, "facts": json.loads(row["facts"])}) if row else None


def versions(store: Store, gateway: str, subject: str) -> list[Seen]:
    """Every version of these terms, the oldest first."""
    rows = store.rows(
        "SELECT sha256, facts, first_at, last_at, approved_at FROM seen WHERE gateway = ? AND subject = ?"
        " ORDER BY first_at, last_at",
        gateway,
        subject,
    )
    return [Seen(**{**row, "facts": json.loads(row["facts"])}) for row in rows]


def day(at: int) -> str:
    """The person's own calendar day of a moment, YYYY-MM-DD."""
    return datetime.fromtimestamp(at / 1000).astimezone().date().isoformat()


def last_day(store: Store, gateway: str, model: str) -> int | None:
    """When somebody last said yes to this model, whatever it was to do."""
    row = store.row(
        "SELECT max(approved_at) AS at FROM seen WHERE gateway = ? AND subject IN (?, ?)",
        gateway,
        f"text_to_image:{model}",
        f"image_to_image:{model}",
    )
    return row["at"] if row else None
