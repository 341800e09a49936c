"""What came from what: each reference that was sent, and the picture of ours it was, where it was one."""

from collections.abc import Iterable
from typing import NamedTuple

from limner.ledger.store import Store
from limner.types import Reference


class Link(NamedTuple):
    """One reference of one job."""

    job_id: str
    sha256: str
    source: str
    parent_job_id: str | None
    parent_place: int | None


def add(store: Store, job_id: str, references: Iterable[Reference]) -> None:
    """Write down what a job follows. Written again, it changes nothing."""
    with store.writing():
        for one in references:
            parent = store.row(
                "SELECT picture.job_id, picture.place FROM picture JOIN job ON job.id = picture.job_id"
                " WHERE picture.sha256 = ? AND job.id <> ? ORDER BY job.seq LIMIT 1",
                one.source_sha256,
                job_id,
            )
            store.do(
                "INSERT OR IGNORE INTO lineage VALUES (?, ?, ?, ?, ?)",
                job_id,
                one.source_sha256,
                one.source,
                parent["job_id"] if parent else None,
                parent["place"] if parent else None,
            )


def parents(store: Store, job_id: str) -> list[Link]:
    rows = store.rows("SELECT * FROM lineage WHERE job_id = ? ORDER BY parent_job_id IS NULL, sha256", job_id)
    return [Link(**row) for row in rows]


def children(store: Store, job_id: str) -> list[Link]:
    """The jobs that followed a picture of this one, in the order they were made."""
    rows = store.rows(
        "SELECT lineage.* FROM lineage JOIN job ON job.id = lineage.job_id"
        " WHERE lineage.parent_job_id = ? ORDER BY job.seq",
        job_id,
    )
    return [Link(**row) for row in rows]
