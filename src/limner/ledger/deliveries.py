"""What was sent to which chat, so that nothing arrives twice."""

from typing import Literal, NamedTuple

from limner.ledger.store import Store

State = Literal["sending", "sent", "partial", "unknown", "failed"]
SETTLED: frozenset[str] = frozenset({"sent", "partial"})


class Delivery(NamedTuple):
    """One picture at one target. `sending` in a process that has ended means: nobody knows."""

    target: str
    sha256: str
    state: State
    message_id: str
    text_sent: bool
    image_sent: bool
    at: int
    """Unix milliseconds."""
    detail: str


def find(store: Store, target: str, sha256: str) -> Delivery | None:
    found = store.row("SELECT * FROM delivery WHERE target = ? AND sha256 = ?", target, sha256)
    return _delivery(found) if found else None


def of_picture(store: Store, sha256: str) -> list[Delivery]:
    """Where a picture has been sent to, in the order of the targets' names."""
    found = store.rows("SELECT * FROM delivery WHERE sha256 = ? ORDER BY target", sha256)
    return [_delivery(row) for row in found]


def begin(store: Store, target: str, sha256: str, at: int, *, again: bool) -> Delivery | None:
    """
    Take the sending of one picture to one target upon oneself. `None`: it is ours now; else how it stands,
    because it was sent, or nobody knows, or somebody else is at it. `again` begins in spite of that.
    """
    with store.writing(durable=True):
        known = find(store, target, sha256)
        if known is not None and known.state != "failed" and not again:
            return known
        store.do(
            "INSERT OR REPLACE INTO delivery VALUES (?, ?, 'sending', '', 0, 0, ?, '')", target, sha256, at
        )
    return None


def end(store: Store, delivery: Delivery) -> None:
    """Write down what came of it."""
    with store.writing(durable=True):
        store.do(
            "UPDATE delivery SET state = ?, message_id = ?, text_sent = ?, image_sent = ?, at = ?, detail = ?"
            " WHERE target = ? AND sha256 = ?",
            delivery.state,
            delivery.message_id,
            int(delivery.text_sent),
            int(delivery.image_sent),
            delivery.at,
            delivery.detail,
            delivery.target,
            delivery.sha256,
        )


def _delivery(row: dict[str, object]) -> Delivery:
    told = {**row, "text_sent": bool(row["text_sent"]), "image_sent": bool(row["image_sent"])}
    return Delivery(**told)  # type: ignore[arg-type]
