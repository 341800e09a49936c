"""Named subjects: whom or what a picture shows."""

import unicodedata
from typing import NamedTuple

from limner.ledger.store import Store

_PICTURED = (
    "SELECT subject.name, picture.job_id, picture.place, picture.path, picture.sha256 FROM subject"
    " JOIN picture ON picture.job_id = subject.job_id AND picture.place = coalesce(subject.place,"
    " (SELECT min(place) FROM picture AS own WHERE own.job_id = subject.job_id))"
)


class Subject(NamedTuple):
    """A subject and the picture it is known by."""

    name: str
    job_id: str
    place: int
    path: str
    sha256: str


def key(name: str) -> str:
    """One spelling for case, width and spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def find(store: Store, name: str) -> Subject | None:
    """A subject that has a picture."""
    row = store.row(f"{_PICTURED} WHERE subject.key = ?", key(name))
    return Subject(**row) if row else None


def every(store: Store, most: int = 500) -> list[Subject]:
    """All that have a picture, the latest named first."""
    return [Subject(**row) for row in store.rows(f"{_PICTURED} ORDER BY subject.at DESC LIMIT ?", most)]


def of_job(store: Store, job_id: str) -> list[str]:
    """The names of what a job's pictures show."""
    rows = store.rows("SELECT name FROM subject WHERE job_id = ? ORDER BY at", job_id)
    return [str(row["name"]) for row in rows]


def introduce(store: Store, name: str, job_id: str, at: int) -> None:
    """A job is to bring a subject's first picture. A subject that has one keeps it."""
    with store.writing():
        store.do(
            "INSERT INTO subject (key, name, job_id, at) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE"
            " SET name = excluded.name, job_id = excluded.job_id, place = NULL, at = excluded.at"
            " WHERE NOT EXISTS (SELECT 1 FROM picture WHERE picture.job_id = subject.job_id)",
            key(name),
            name,
            job_id,
            at,
        )


def name(store: Store, told: str, job_id: str, place: int, at: int) -> None:
    """From now on this picture is what the subject looks like."""
    with store.writing():
        store.do(
            "INSERT OR REPLACE INTO subject (key, name, job_id, place, at) VALUES (?, ?, ?, ?, ?)",
            key(told),
            told,
            job_id,
            place,
            at,
        )
