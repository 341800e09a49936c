"""The ledger's file: opened, brought up to date, written in whole transactions."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import apsw

from limner.errors import LimnerError, StorageFailed

_FOLDER = Path(__file__).parent
_BUSY_MS = 15_000


class Store:
    """One connection, shared by the threads of one process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._durable: bool | None = None
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._told():
            _create(path)
            self._connection = apsw.Connection(str(path))
            self._connection.set_busy_timeout(_BUSY_MS)
            self._prepare()
        path.chmod(0o600)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def writing(self, durable: bool = False) -> Iterator[None]:
        """
        One transaction, whole or not at all. `durable`: on the disk before it returns.

        Raises `StorageFailed` when the file cannot be written.
        """
        with self._lock, self._told():
            if durable is not self._durable:
                self._connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                self._durable = durable
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        with self._lock, self._told():
            cursor = self._connection.execute(sql, values)
            # The description is gone once a cursor is exhausted, so it is asked for before the rows.
            try:
                names = [column[0] for column in cursor.get_description()]
            except apsw.ExecutionCompleteError:
                return []
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def row(self, sql: str, *values: Any) -> dict[str, Any] | None:
        found = self.rows(sql, *values)
        return found[0] if found else None

    def do(self, sql: str, *values: Any) -> int:
        """Run one statement; how many rows it changed."""
        with self._lock, self._told():
            self._connection.execute(sql, values)
            return self._connection.changes()

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA foreign_keys=ON")
        steps = _steps()
        version = self._version()
        if version > len(steps):
            raise StorageFailed("ledger.newer", path=self.path, version=version, known=len(steps))
        while version < len(steps):
            self._connection.execute("BEGIN IMMEDIATE")
            # Another process may have done it while this one waited for the lock.
            if self._version() == version:
                self._connection.execute(steps[version])
                self._connection.execute(f"PRAGMA user_version={version + 1}")
            self._connection.execute("COMMIT")
            version = self._version()

    def _version(self) -> int:
        return int(next(self._connection.execute("PRAGMA user_version"))[0])

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except LimnerError:
            raise
        except apsw.NotADBError as error:
            raise StorageFailed("ledger.damaged", path=self.path) from error
        except apsw.CorruptError as error:
            raise StorageFailed("ledger.damaged", path=self.path) from error
        except (apsw.FullError, apsw.IOError, apsw.ReadOnlyError, apsw.CantOpenError) as error:
            raise StorageFailed("ledger.cannot_write", path=self.path, reason=str(error)) from error
        except (apsw.BusyError, apsw.LockedError) as error:
            raise StorageFailed("ledger.busy", path=self.path) from error
        except OSError as error:
            raise StorageFailed("ledger.cannot_write", path=self.path, reason=error.strerror) from error


def _create(path: Path) -> None:
    """
    A new file of the owner's alone: what SQLite puts beside it gets the same permissions. An old one is not
    even opened: closing it again would drop the locks that this process holds on it.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _steps() -> list[str]:
    """`schema.sql` is the first step; numbered migrations follow it and are never changed once released."""
    files = [_FOLDER / "schema.sql", *sorted((_FOLDER / "migrations").glob("*.sql"))]
    return [file.read_text("utf-8") for file in files]
