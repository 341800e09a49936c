"""What a person looks through: pictures page by page, quotes that wait for a yes, questions that are open."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from limner.ledger.store import Store

PICTURELESS = frozenset({"failed", "canceled", "unknown"})
"""States whose jobs are looked for though no picture came of them."""

Mark = tuple[int, int]
"""A place in the order: the job's `seq`, and the picture's place in the job. Newest job first."""

_COLUMNS = (
    "job.seq AS seq, job.id AS job_id, job.prompt AS prompt, job.gateway AS gateway, job.model AS model,"
    " job.state AS state, job.created_at AS created_at, coalesce(picture.place, 0) AS place,"
    " picture.path AS path, picture.sha256 AS sha256, picture.media_type AS media_type,"
    " picture.width AS width, picture.height AS height"
)


class Search(NamedTuple):
    """What is looked for; empty means any. `day` is YYYY-MM-DD in the person's own calendar."""

    words: str = ""
    gateway: str = ""
    model: str = ""
    day: str = ""
    state: str = ""


class Hung(NamedTuple):
    """One picture on the wall, or a job without one: then `path` and all after it are `None`."""

    seq: int
    job_id: str
    prompt: str
    gateway: str
    model: str
    state: str
    created_at: int
    place: int
    path: str | None
    sha256: str | None
    media_type: str | None
    width: int | None
    height: int | None

    @property
    def mark(self) -> Mark:
        return self.seq, self.place


def hung(store: Store, search: Search, limit: int, after: Mark | None = None) -> list[Hung]:
    """The next `limit` pictures behind `after`, newest first. Raises `ValueError` for a day that is none."""
    order = "job.seq DESC, picture.place"
    behind = "job.seq <= ? AND NOT (job.seq = ? AND coalesce(picture.place, 0) <= ?)"
    return _found(store, search, limit, order, behind, after)


def before(store: Store, search: Search, mark: Mark) -> Hung | None:
    """The picture in front of `mark`."""
    order = "job.seq, picture.place DESC"
    in_front = "job.seq >= ? AND NOT (job.seq = ? AND coalesce(picture.place, 0) >= ?)"
    found = _found(store, search, 1, order, in_front, mark)
    return found[0] if found else None


def mark_of(store: Store, job_id: str, place: int) -> Mark | None:
    row = store.row("SELECT seq FROM job WHERE id = ?", job_id)
    return (int(row["seq"]), place) if row else None


def _found(
    store: Store, search: Search, limit: int, order: str, beyond: str, mark: Mark | None
) -> list[Hung]:
    where, values = _where(search)
    if mark is not None:
        where.append(beyond)
        values += [mark[0], mark[0], mark[1]]
    # CROSS keeps the jobs on the outside, in the order of their key: a page is read without sorting.
    join = "LEFT JOIN" if search.state in PICTURELESS else "CROSS JOIN"
    rows = store.rows(
        f"SELECT {_COLUMNS} FROM job {join} picture ON picture.job_id = job.id"  # noqa: S608
        f" WHERE {' AND '.join(where) or 'true'} ORDER BY {order} LIMIT ?",
        *values,
        limit,
    )
    return [Hung(**row) for row in rows]


def _where(search: Search) -> tuple[list[str], list[Any]]:
    where: list[str] = []
    values: list[Any] = []
    for word in search.words.split():
        where.append("job.prompt LIKE ? ESCAPE '\\'")
        values.append(f"%{_literal(word)}%")
    for name in ("gateway", "model", "state"):
        wanted = getattr(search, name)
        if wanted:
            where.append(f"job.{name} = ?")
            values.append(wanted)
    if search.day:
        where.append("job.created_at >= ? AND job.created_at < ?")
        values += _span(search.day)
    return where, values


def _literal(word: str) -> str:
    for letter in "\\%_":
        word = word.replace(letter, f"\\{letter}")
    return word


def _span(day: str) -> tuple[int, int]:
    """A day of the person's calendar in Unix milliseconds. Raises `ValueError`."""
    first = datetime.strptime(day, "%Y-%m-%d")  # noqa: DTZ007  # the person's own midnight is meant
    ends = (first.astimezone(), (first + timedelta(days=1)).astimezone())
    return int(ends[0].timestamp() * 1000), int(ends[1].timestamp() * 1000)


def sold(store: Store) -> list[tuple[str, str]]:
    """Every gateway and model that anything was made with."""
    rows = store.rows("SELECT DISTINCT gateway, model FROM spend ORDER BY gateway, model")
    return [(str(row["gateway"]), str(row["model"])) for row in rows]


def waiting(store: Store, at: int, limit: int = 20) -> list[str]:
    """Quotes that nobody has said yes to and that have not expired, newest first."""
    rows = store.rows(
        "SELECT id FROM quote WHERE expires_at > ?"
        " AND NOT EXISTS (SELECT 1 FROM approval WHERE approval.quote_id = quote.id)"
        " ORDER BY expires_at DESC LIMIT ?",
        at,
        limit,
    )
    return [str(row["id"]) for row in rows]


def questions(store: Store) -> list[str]:
    """Jobs of which nobody knows whether they were charged, newest first."""
    # Left to itself, SQLite reads every job there ever was, to spare sorting a handful.
    rows = store.rows(
        "SELECT id FROM job INDEXED BY job_reserved WHERE reserved > 0 AND uncertain > 0 ORDER BY seq DESC"
    )
    return [str(row["id"]) for row in rows]


def stopped(store: Store) -> list[dict[str, Any]]:
    """Gateways that limner stopped by itself: `gateway`, `reason`, `job_id`, `at`."""
    return store.rows("SELECT gateway, reason, job_id, at FROM stop WHERE lifted_at IS NULL ORDER BY at DESC")
