"""
What the ledger can be made to forget: the words and the paths of jobs that are over.

Never the money: every entry stays, and so does each job's line with what it cost. A job that is unfinished,
or whose cost is still an open question, is left alone altogether.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from limner.ledger.store import Store
from limner.records import canonical

_OVER = "state IN ('done', 'failed', 'canceled') AND uncertain = 0 AND reserved = 0 AND created_at < ?"
_ALL = 2**62


def over(store: Store, before: int | None) -> list[dict[str, Any]]:
    """Jobs that ended with nothing open, made before a time in milliseconds: `id`, `folder`, `prompt`."""
    sql = f"SELECT id, folder, quote_id, prompt FROM job WHERE {_OVER} ORDER BY seq"  # noqa: S608
    return store.rows(sql, _ALL if before is None else before)


def pictures(store: Store, before: int | None) -> list[dict[str, Any]]:
    """The pictures of such jobs: `job_id`, `path`, `sha256`, `sidecar`."""
    sql = f"""SELECT picture.job_id, path, sha256, sidecar FROM picture JOIN job ON job.id = picture.job_id
        WHERE {_OVER} ORDER BY picture.job_id, place"""  # noqa: S608
    return store.rows(sql, _ALL if before is None else before)


def bought(store: Store) -> set[str]:
    """The hashes of all pictures there are."""
    return {str(row["sha256"]) for row in store.rows("SELECT sha256 FROM picture")}


def stale_quotes(store: Store, before: int | None) -> list[str]:
    """Quotes that nobody said yes to and nobody can any more."""
    sql = (
        "SELECT id FROM quote WHERE expires_at < ? AND created_at < ?"
        " AND id NOT IN (SELECT quote_id FROM approval)"
    )
    rows = store.rows(sql, store.now(), _ALL if before is None else before)
    return [str(row["id"]) for row in rows]


def references_in_use(store: Store) -> set[str]:
    """Files that an unfinished job, or a quote that is still good, may yet send."""
    sql = (
        "SELECT document FROM quote WHERE expires_at >= ? OR id IN"
        " (SELECT quote_id FROM job WHERE state NOT IN ('done', 'failed', 'canceled'))"
    )
    documents = [json.loads(row["document"]) for row in store.rows(sql, store.now())]
    sent = [one for told in documents for one in told["choice"]["references"]]
    return {str(one[name]) for one in sent for name in ("path", "source")}


def forget_words(store: Store, jobs: Sequence[Mapping[str, Any]], quotes: Sequence[str]) -> None:
    """The prompts of jobs that are over, and quotes that came to nothing."""
    with _for_good(store), store.writing():
        for job in jobs:
            store.do("UPDATE job SET prompt = '' WHERE id = ?", job["id"])
            _rewrite(store, job["quote_id"], _wordless)
        for quote in quotes:
            store.do("DELETE FROM quote WHERE id = ?", quote)


def forget_traces(store: Store, jobs: Sequence[Mapping[str, Any]]) -> None:
    """What else is known of jobs that are over: what gateways said, which files were sent, names given."""
    with _for_good(store), store.writing():
        for job in jobs:
            store.do("UPDATE attempt SET detail = NULL, spool = '' WHERE job_id = ?", job["id"])
            store.do("UPDATE lineage SET source = '' WHERE job_id = ?", job["id"])
            for table in ("evidence", "difference", "subject"):
                store.do(f"DELETE FROM {table} WHERE job_id = ?", job["id"])  # noqa: S608
            row = store.row("SELECT error_facts FROM job WHERE id = ?", job["id"])
            code = json.loads(row["error_facts"]).get("code") if row else None
            facts = json.dumps({"code": code} if code else {})
            store.do("UPDATE job SET error_facts = ? WHERE id = ?", facts, job["id"])
            _rewrite(store, job["quote_id"], _fileless)


@contextmanager
def _for_good(store: Store) -> Iterator[None]:
    """Overwritten in the file and gone from the log beside it, rather than merely marked as free."""
    store.rows("PRAGMA secure_delete = ON")
    yield
    store.rows("PRAGMA wal_checkpoint(TRUNCATE)")


def _rewrite(store: Store, quote_id: str, change: Callable[[dict[str, Any]], None]) -> None:
    """A quote with less in it. Its digests follow, so that it still is itself."""
    row = store.row("SELECT document FROM quote WHERE id = ?", quote_id)
    if row is None:
        return
    told = json.loads(row["document"])
    change(told)
    own = {name: value for name, value in told.items() if name not in {"id", "digest"}}
    told["digest"] = hashlib.sha256(canonical(own).encode()).hexdigest()
    sql = "UPDATE quote SET document = ?, digest = ? WHERE id = ?"
    store.do(sql, canonical(told), told["digest"], quote_id)
    store.do("UPDATE approval SET digest = ? WHERE quote_id = ?", told["digest"], quote_id)


def _wordless(told: dict[str, Any]) -> None:
    told["choice"]["prompt"] = ""
    told["choice"]["request"]["prompt"] = ""
    for name in ("avoid", "subject"):
        if told["choice"]["request"].get(name) is not None:
            told["choice"]["request"][name] = ""


def _fileless(told: dict[str, Any]) -> None:
    told["choice"]["references"] = []
    told["choice"]["request"]["references"] = []
