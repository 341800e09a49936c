"""
From an older ledger to the present one.

`schema.sql` is what a new ledger gets. `migrations/0002-….sql` brings one of version 1 to version 2,
and so on; released ones are never changed. Before the first of them runs, the old ledger is copied.
"""

from pathlib import Path

import apsw

FOLDER = Path(__file__).parent
_IS_SECOND = "SELECT 1 FROM pragma_table_info('stop') WHERE name = 'lifted_at'"


def known(folder: Path) -> int:
    """The version that this limner writes."""
    return max((int(path.name[:4]) for path in _files(folder)), default=1)


def of(connection: apsw.Connection) -> int:
    """The version of an open ledger; 0 where there is none in it yet."""
    version = int(next(connection.execute("PRAGMA user_version"))[0])
    # Before version 2 had its number, ledgers were made that have all of it and call themselves 1.
    if version == 1 and next(connection.execute(_IS_SECOND), None):
        return 2
    return version


def create(connection: apsw.Connection, folder: Path) -> None:
    """The present schema, in an empty file. Part of the caller's transaction."""
    connection.execute((folder / "schema.sql").read_text("utf-8"))
    connection.execute(f"PRAGMA user_version={known(folder)}")


def migrate(connection: apsw.Connection, version: int, folder: Path) -> None:
    """Every step that a ledger of `version` lacks. Part of the caller's transaction."""
    for path in _files(folder):
        if int(path.name[:4]) > version:
            connection.execute(path.read_text("utf-8"))
            connection.execute(f"PRAGMA user_version={int(path.name[:4])}")


def copy(path: Path, version: int) -> Path:
    """A whole copy of the ledger as it was before it was changed, beside it; one that is there stays."""
    target = path.with_name(f"{path.name}.v{version}")
    if target.exists():
        return target
    draft = path.with_name(f".{target.name}.draft")
    duplicate(path, draft)
    draft.rename(target)
    return target


def duplicate(path: Path, target: Path) -> None:
    """The ledger as it stands at this moment, whoever is writing to it, in a file of the owner's alone."""
    target.unlink(missing_ok=True)
    target.touch(0o600)
    source, sink = apsw.Connection(str(path)), apsw.Connection(str(target))
    try:
        source.set_busy_timeout(15_000)
        with sink.backup("main", source, "main") as backup:
            while not backup.done:
                backup.step(1_000)
        # One file: what was copied says that it keeps a journal beside it.
        sink.execute("PRAGMA journal_mode=DELETE")
    finally:
        source.close()
        sink.close()


def _files(folder: Path) -> list[Path]:
    return sorted((folder / "migrations").glob("[0-9][0-9][0-9][0-9]-*.sql"))
