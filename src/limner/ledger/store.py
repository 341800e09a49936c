"""The ledger's file: opened, brought up to date, written in whole transactions."""

import errno
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import apsw

from limner.errors import LimnerError, StorageFailed
from limner.home import private_folder
from limner.ledger import clock, locks, versions

_BUSY_MS = 15_000
_OF_SQLITE: dict[tuple[type[apsw.Error], ...], str] = {
    (apsw.NotADBError, apsw.CorruptError): "ledger.damaged",
    (apsw.FullError,): "ledger.full",
    (apsw.ReadOnlyError, apsw.PermissionsError): "ledger.read_only",
    (apsw.ProtocolError, apsw.NoLFSError): "ledger.no_locks",
    (apsw.IOError, apsw.CantOpenError): "ledger.cannot_write",
    (apsw.BusyError, apsw.LockedError): "ledger.busy",
}
_OF_SYSTEM = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "ledger.full"),
    **dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), "ledger.read_only"),
    **dict.fromkeys((errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS), "ledger.no_locks"),
}
_LOCKING = {
    apsw.SQLITE_IOERR_LOCK,
    apsw.SQLITE_IOERR_UNLOCK,
    apsw.SQLITE_IOERR_RDLOCK,
    apsw.SQLITE_IOERR_CHECKRESERVEDLOCK,
    apsw.SQLITE_IOERR_SHMOPEN,
    apsw.SQLITE_IOERR_SHMLOCK,
    apsw.SQLITE_IOERR_SHMMAP,
}


_BOOK = "SELECT oldest_writer, latest, ahead, noticed FROM book"


class Store:
    """One connection, shared by the threads of one process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._durable: bool | None = None
        self._at: int | None = None
        self._known = versions.known(versions.FOLDER)
        try:
            private_folder(path.parent)
        except OSError as error:
            raise StorageFailed("home.cannot_make", path=path.parent, reason=error.strerror) from error
        with self._told():
            _create(path)
            if not path.with_name(path.name + "-shm").exists():
                locks.demand(path.parent)  # nobody who has it open has tried them
            self._connection = apsw.Connection(str(path))
            self._connection.set_busy_timeout(_BUSY_MS)
            self._prepare()
            if path.stat().st_mode & 0o077:
                path.chmod(0o600)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def writing(self, durable: bool = False) -> Iterator[None]:
        """
        One transaction, whole or not at all. `durable`: on the disk before it returns.

        Raises `StorageFailed` when the file cannot be written, or has meanwhile become a newer limner's.
        """
        with self._lock, self._told():
            if durable is not self._durable:
                self._connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                self._durable = durable
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._at = self._look()
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                # Time passes, also for what came to nothing: a yes that was found expired stays so.
                with suppress(apsw.Error):
                    self._tick(self._clock())
                raise
            finally:
                self._at = None

    def now(self) -> int:
        """
        Unix milliseconds by the ledger's own clock, which never goes back; one instant per transaction. It is
        written down: who was told a time must not be told an earlier one.
        """
        with self._lock:
            if self._at is not None:
                return self._at
            with self._told():
                known, machine = self._clock(), clock.machine()
            if known.moved(machine) == known:
                return known.at(machine)
            with self.writing():
                return self.now()

    def duplicate(self, target: Path) -> None:
        """The ledger as it stands at this moment, whoever is writing to it, in the file `target`."""
        with self._told():
            versions.duplicate(self.path, target)

    def mark(self) -> int:
        """Another number after every write of another process: nothing is read to tell."""
        with self._lock, self._told():
            return int(next(self._connection.execute("PRAGMA data_version"))[0])

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
        mode = next(self._connection.execute("PRAGMA journal_mode=WAL"))[0]
        if mode != "wal":
            raise StorageFailed("ledger.no_locks", path=self.path.parent, reason=f"journal {mode}")
        self._connection.execute("PRAGMA foreign_keys=ON")
        if self._version() < self._known:
            self._renew()
        self._demand_writer()

    def _renew(self) -> None:
        """A new ledger gets the present schema, an old one what it lacks; all of it or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have done it while this one waited for the lock.
            version = self._version()
            if version == 0:
                versions.create(self._connection, versions.FOLDER)
            elif version < self._known:
                versions.copy(self.path, version)
                self._migrate(version)
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _migrate(self, version: int) -> None:
        try:
            versions.migrate(self._connection, version, versions.FOLDER)
        except apsw.SQLError as error:
            # Something is missing that every ledger of this version has.
            raise StorageFailed("ledger.damaged", path=self.path, reason=str(error)) from error

    def _look(self) -> int:
        """
        Before anything is written: may this limner still write here, and what time is it? Part of the
        transaction.
        """
        oldest, *known = next(self._connection.execute(_BOOK))
        self._demand(oldest)
        return self._tick(clock.Clock(*known))

    def _tick(self, before: clock.Clock) -> int:
        machine = clock.machine()
        after = before.moved(machine)
        if after != before:
            self._connection.execute("UPDATE book SET latest = ?, ahead = ?, noticed = ?", after)
        return after.at(machine)

    def _demand_writer(self) -> None:
        """A newer limner may have added to the ledger; it says so where an older one would do harm."""
        row = self.row("SELECT oldest_writer FROM book")
        self._demand(row["oldest_writer"] if row else 0)

    def _demand(self, oldest: int) -> None:
        if oldest > self._known:
            raise StorageFailed("ledger.newer", path=self.path, version=oldest, known=self._known)

    def _clock(self) -> clock.Clock:
        row = self.row("SELECT latest, ahead, noticed FROM book")
        return clock.Clock(**row) if row else clock.Clock(0, 0, 0)

    def _version(self) -> int:
        return versions.of(self._connection)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except LimnerError:
            raise
        except apsw.Error as error:
            key = _key(error)
            if key is None:
                raise
            if key == "ledger.cannot_write" and not os.access(self.path.parent, os.W_OK):
                key = "ledger.read_only"
            raise StorageFailed(key, path=self.path, reason=str(error)) from error
        except OSError as error:
            key = _OF_SYSTEM.get(error.errno or 0, "ledger.cannot_write")
            raise StorageFailed(key, path=self.path, reason=error.strerror) from error


def _key(error: apsw.Error) -> str | None:
    """What SQLite ran into, as the key of a sentence; `None` where it is a mistake of ours."""
    if isinstance(error, apsw.SQLError) and "no such table" in str(error):
        return "ledger.damaged"
    exactly = getattr(error, "extendedresult", None)
    if exactly in _LOCKING:
        return "ledger.no_locks"
    if exactly == apsw.SQLITE_IOERR_SHMSIZE:
        return "ledger.full"
    return next((key for kinds, key in _OF_SQLITE.items() if isinstance(error, kinds)), None)


def _create(path: Path) -> None:
    """
    A new file of the owner's alone: what SQLite puts beside it gets the same permissions. An old one is not
    even opened: closing it again would drop the locks that this process holds on it.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
