"""The ledger in one file, and the list of the files that it speaks of, which are not in it."""

import json
import os
from contextlib import suppress
from pathlib import Path

from limner.errors import StorageFailed, Usage
from limner.ledger.store import Store


def backup(store: Store, target: Path) -> tuple[Path, Path]:
    """
    Copy the ledger as it stands, whoever is writing to it, to the new file `target`, and list the pictures it
    names beside it: path, sidecar, sha256, bytes, job. Both are on the disk when this returns. Raises
    `Usage`, `StorageFailed`.
    """
    listed = target.with_name(f"{target.name}.files.json")
    made: list[Path] = []
    draft = target.with_name(f".{target.name}.{os.urandom(4).hex()}")
    try:
        for path in (target, listed):
            path.open("xb").close()
            path.chmod(0o600)
            made.append(path)
        store.duplicate(draft)
        _sync(draft)
        draft.replace(target)
        _list(store, listed)
    except BaseException as error:
        for path in (draft, *made):
            with suppress(OSError):
                path.unlink()
        if isinstance(error, FileExistsError):
            raise Usage("backup.exists", path=error.filename) from error
        if isinstance(error, OSError):
            raise StorageFailed("backup.failed", path=target, reason=error.strerror) from error
        raise
    return target, listed


def _list(store: Store, listed: Path) -> None:
    rows = store.rows("SELECT path, sidecar, sha256, bytes, job_id FROM picture ORDER BY job_id, place")
    with listed.open("w", encoding="utf-8") as file:
        json.dump({"ledger": str(store.path), "pictures": rows}, file, ensure_ascii=False, indent=1)
    _sync(listed)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
