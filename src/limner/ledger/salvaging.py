"""A damaged ledger: whatever SQLite can still read of it, row by row, in a new and whole one."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw

from limner.ledger import clock
from limner.ledger.store import Store

_HEADER = 100
_FARTHEST = 2**40
_YEAR = 366 * 86_400_000


def salvage(path: Path, copy: Path) -> tuple[dict[str, int], dict[str, int]]:
    """
    Put a new ledger in the place of the damaged one at `path`, of which `copy` is kept. How many rows of each
    table were saved, and of which tables some are known to be lost (at least one each).
    """
    draft = path.with_name(f".{path.name}.salvaged")
    for ending in ("", "-wal", "-shm"):
        draft.with_name(draft.name + ending).unlink(missing_ok=True)
    fresh = Store(draft)
    saved: dict[str, int] = {}
    lost: dict[str, int] = {}
    try:
        with tempfile.TemporaryDirectory(prefix=".limner-", dir=path.parent) as place:
            # Its first page has to be in the file itself to be taken from there.
            fresh.do("PRAGMA wal_checkpoint(TRUNCATE)")
            source = _opened(copy, Path(place) / "ledger.sqlite", draft)
            try:
                _copy_all(source, fresh, saved, lost)
            finally:
                if source:
                    source.close()
        _make_safe(fresh, lost)
    finally:
        fresh.close()
    # What was kept in the old journal must not be taken for the new ledger's.
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
    draft.replace(path)
    return saved, lost


def _opened(copy: Path, working: Path, sound: Path) -> apsw.Connection | None:
    """
    A second copy to read from, as opening one already changes it. A first page that is no longer one is taken
    from a sound ledger of the same making.
    """
    for ending in ("", "-wal"):
        if (beside := copy.with_name(copy.name + ending)).exists():
            shutil.copyfile(beside, working.with_name(working.name + ending))
    with sound.open("rb") as file:
        page = file.read(4096)
    for head in (b"", page[:_HEADER], page):
        _put(working, head)
        connection = apsw.Connection(str(working))
        try:
            connection.execute("PRAGMA cell_size_check=ON")
            list(connection.execute("SELECT name FROM sqlite_master"))
        except apsw.Error:
            connection.close()
        else:
            return connection
    return None


def _put(working: Path, head: bytes) -> None:
    """Write a head over the file's own, which says how many pages the file really has."""
    if not head:
        return
    pages = max(1, working.stat().st_size // 4096)
    told = bytearray(head)
    told[28:32] = pages.to_bytes(4, "big")
    told[32:40] = bytes(8)
    told[92:96] = told[24:28]
    with working.open("r+b") as file:
        file.write(told)
    working.with_name(working.name + "-wal").unlink(missing_ok=True)


def _copy_all(
    source: apsw.Connection | None, fresh: Store, saved: dict[str, int], lost: dict[str, int]
) -> None:
    tables = fresh.rows(
        "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        " AND name NOT GLOB 'sqlite_*'"
    )
    # Parents may be lost where their children are not; both are kept, and the gap is told.
    fresh.do("PRAGMA foreign_keys=OFF")
    with fresh.writing(durable=True):
        for table in tables:
            name, count = table["name"], 0
            for row in _rows(source, fresh, table, lost):
                count += _insert(fresh, name, row)
            if name != "book":
                saved[name] = count
    fresh.do("PRAGMA foreign_keys=ON")


def _insert(fresh: Store, table: str, row: dict[str, Any]) -> int:
    """0 for a row that cannot be one: a damaged page may hold anything."""
    if table == "book" and not isinstance(row.get("latest"), int):
        return 0
    if table == "book" and abs(row["latest"] - clock.machine()) > _YEAR:
        return 0
    how = "REPLACE" if table == "book" else "IGNORE"
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    try:
        return fresh.do(f"INSERT OR {how} INTO {table} ({names}) VALUES ({marks})", *row.values())  # noqa: S608
    except (apsw.ConstraintError, apsw.MismatchError, apsw.TooBigError):
        return 0


def _rows(
    source: apsw.Connection | None, fresh: Store, table: dict[str, Any], lost: dict[str, int]
) -> Iterator[dict[str, Any]]:
    """Every row that can be read, perhaps some twice: from both ends, and from behind what cannot be read."""
    name = table["name"]
    columns = _columns(source, fresh, name) if source else []
    if source is None or not columns:
        lost[name] = 1
        return
    keys = [row["name"] for row in fresh.rows("SELECT name FROM pragma_table_info(?) WHERE pk", name)]
    reader = _Reader(source, columns)
    select = f"SELECT {', '.join(columns)} FROM {name}"  # noqa: S608
    if table["wr"]:
        yield from reader.read(f"{select} ORDER BY {', '.join(keys)}")
        if reader.broke:
            yield from reader.read(f"{select} ORDER BY {', '.join(f'{key} DESC' for key in keys)}")
    else:
        yield from _by_number(reader, f"SELECT {', '.join(columns)}, rowid FROM {name}")  # noqa: S608
    if reader.broke:
        lost[name] = reader.broke


def _by_number(reader: "_Reader", select: str) -> Iterator[dict[str, Any]]:
    """Rows by their number. What lies behind a damaged page is found in growing steps, then from behind."""
    last, step = -1, 0
    while last + step < _FARTHEST:
        before, met = reader.broke, False
        for row in reader.read(f"{select} WHERE rowid > ? ORDER BY rowid", last + step):
            number = reader.number
            yield row
            if not met and step:
                yield from reader.read(
                    f"{select} WHERE rowid < ? AND rowid > ? ORDER BY rowid DESC", number, last
                )
            last, step, met = number, 0, True
        if reader.broke == before:
            return
        step = max(1, 2 * step)


def _columns(source: apsw.Connection, fresh: Store, table: str) -> list[str]:
    """Those that both have: an older ledger lacks some."""
    try:
        old = {row[0] for row in source.execute("SELECT name FROM pragma_table_info(?)", (table,))}
    except apsw.Error:
        return []
    known = fresh.rows("SELECT name FROM pragma_table_info(?)", table)
    return [row["name"] for row in known if row["name"] in old]


class _Reader:
    """Reads until something cannot be read; `broke` says how often that was."""

    def __init__(self, source: apsw.Connection, columns: list[str]) -> None:
        self._source, self._columns = source, columns
        self.broke = 0
        self.number = 0
        """Of the row read last, where numbers were asked for."""

    def read(self, sql: str, *values: Any) -> Iterator[dict[str, Any]]:
        try:
            for row in self._source.execute(sql, values):
                if len(row) > len(self._columns):
                    self.number = row[-1]
                yield dict(zip(self._columns, row, strict=False))
        except (apsw.Error, UnicodeDecodeError):
            self.broke += 1


def _make_safe(fresh: Store, lost: dict[str, int]) -> None:
    """
    What is lost must not be bought again, nor be taken for something that never happened: every yes that no
    job is known for is withdrawn, and a job that may have been sent is an open question.
    """
    with fresh.writing(durable=True):
        no_job = "NOT IN (SELECT quote_id FROM job)"
        fresh.do(f"UPDATE approval SET expires_at = 0 WHERE quote_id {no_job}")  # noqa: S608
        fresh.do(f"DELETE FROM quote WHERE id {no_job} AND id NOT IN (SELECT quote_id FROM approval)")  # noqa: S608
        unsure = "state IN ('submitting', 'submitted', 'running', 'collecting')"
        if lost.get("attempt"):
            unsure = "state IN ('approved', 'submitting', 'submitted', 'running', 'collecting')"
        fresh.do(
            "UPDATE job SET state = 'unknown', charged = 'unknown', uncertain = reserved, owner = NULL"  # noqa: S608
            f" WHERE {unsure} AND id NOT IN (SELECT job_id FROM attempt)"
        )
