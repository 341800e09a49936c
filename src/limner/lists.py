"""
What a gateway has for sale as a whole whenever that is looked at, and what came and went since the last yes.

A look is never made for this: what a quote or a question after prices has read anyway is written down under
its digest and its date. A gateway's own list and the facts file that stands in for it are kept apart, so that
a list that could not be had once does not look like one that has changed.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from limner.ledger import Ledger, seen
from limner.records import canonical, plain
from limner.types import Adjustment, Change, Model

_NAMED = 6
"""So many names stand in a sentence."""
_SUBJECT = "list:"


class Look(NamedTuple):
    """One look at everything a gateway sells. `kind` is "live" or "facts"."""

    kind: str
    facts: Mapping[str, Any]


def live(models: Sequence[Model], contracts: Sequence[Mapping[str, str]]) -> Look:
    """A gateway's own list, with the documents it was read from: `version` and `sha256` of each."""
    whole = [plain(one._replace(as_of="", source="", live={})) for one in models]
    told = {"models": sorted({one.id for one in models}), "contracts": [dict(one) for one in contracts]}
    return Look("live", {**told, "sha256": _sha256(canonical(whole))})


def dated(facts: Mapping[str, Any]) -> Look:
    """A facts file, with the day it was checked."""
    ids = sorted({str(row["id"]) for row in facts.get("models", ())})
    whole = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Look(
        "facts", {"models": ids, "checked": str(facts["gateway"]["checked"]), "sha256": _sha256(whole)}
    )


def note(ledger: Ledger, gateway: str, look: Look) -> str:
    """Write down what was seen; the name of that version, for `Quote.listed`."""
    subject = _SUBJECT + look.kind
    return f"{look.kind}:{seen.note(ledger.store, gateway, subject, look.facts, ledger.now())}"


def notes(
    ledger: Ledger, gateway: str, title: str, look: Look, known: Sequence[Adjustment]
) -> tuple[Adjustment, ...]:
    """
    What has come and gone since the last yes at this gateway. That its documents have changed is only said
    where nothing is `known` that they have changed in.
    """
    before = seen.last_approved(ledger.store, gateway, _SUBJECT + look.kind)
    if before is None or canonical(before.facts) == canonical(look.facts):
        return ()
    day = seen.day(before.approved_at or 0)
    return tuple(
        Adjustment(f"moved.{key}", {"gateway": title, "day": day, **facts})
        for key, facts in _moves(before.facts, look.facts)
        if key != "contract" or not any(one.key.startswith("moved.") for one in known)
    )


def approved(ledger: Ledger, gateway: str, listed: str) -> None:
    """Somebody said yes to something of this version of the list."""
    kind, _, sha256 = listed.partition(":")
    if sha256:
        seen.approved(ledger.store, gateway, _SUBJECT + kind, sha256, ledger.now())


def history(ledger: Ledger, gateways: Sequence[str]) -> Iterator[Change]:
    """Every version of these gateways' lists that was seen, the oldest of each first."""
    for gateway in gateways:
        for kind in ("live", "facts"):
            last: Mapping[str, Any] | None = None
            for row in seen.versions(ledger.store, gateway, _SUBJECT + kind):
                new, gone = _apart(last, row.facts) if last is not None else ([], [])
                contract = _contract(row.facts)
                count, days = len(row.facts["models"]), (seen.day(row.first_at), seen.day(row.last_at))
                yield Change(
                    gateway, kind, *days, count, tuple(new), tuple(gone), contract, row.sha256, last is None
                )
                last = row.facts


Moves = Iterator[tuple[str, dict[str, Any]]]


def _moves(before: Mapping[str, Any], now: Mapping[str, Any]) -> Moves:
    new, gone = _apart(before, now)
    told = {"new": _few(new), "gone": _few(gone)}
    if new or gone:
        yield ("list_both" if new and gone else "list_new" if new else "list_gone"), told
    then, today = _contract(before), _contract(now)
    if then and today and then != today:
        yield "contract", {"before": then, "now": today}


def _apart(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    old, new = before["models"], now["models"]
    return [one for one in new if one not in old], [one for one in old if one not in new]


def _few(names: list[str]) -> list[str]:
    return names if len(names) <= _NAMED else [*names[:_NAMED], f"… (+{len(names) - _NAMED})"]


def _contract(facts: Mapping[str, Any]) -> str:
    """The documents by version and the first characters of their digests; "" where there are none."""
    told = (f"{one['version']} ({one['sha256'][:8]})".strip() for one in facts.get("contracts", ()))
    return ", ".join(told)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
