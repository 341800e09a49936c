"""
Which process works on which job.

Every process that runs jobs holds a kernel lock on a file of its own. The kernel lets go of it when the
process ends, however it ends, and not a moment before: a suspended laptop loses nothing to a timer.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

from limner.errors import StorageFailed
from limner.home import private_folder
from limner.ledger import locks

_DRAFT = "."
_FRESH_SECONDS = 3_600


class Owner:
    """
    This process, as the ledger names it, for as long as the object lives. Raises `StorageFailed` where files
    cannot be made or locked.
    """

    def __init__(self, folder: Path, name: str = "") -> None:
        self.id = name or f"{os.getpid()}-{os.urandom(6).hex()}"
        self._path = folder / self.id
        draft = folder / f"{_DRAFT}{self.id}"
        try:
            private_folder(folder)
            _sweep(folder)
            self._file = draft.open("wb")
        except OSError as error:
            raise StorageFailed("ledger.cannot_write", path=folder, reason=error.strerror) from error
        # Locked before it has its name, so that nobody finds it unlocked and takes its owner for dead.
        try:
            locked = locks.take(self._file)
            assert locked, "a new file was already locked"
            draft.rename(self._path)
        except BaseException:
            self._file.close()
            draft.unlink(missing_ok=True)
            raise

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        self._file.close()


def is_gone(folder: Path, owner: str) -> bool:
    """Has the process ended that called itself `owner`?"""
    try:
        with (folder / owner).open("r+b") as file:
            return locks.take(file, together=True)
    except FileNotFoundError:
        return True


def _sweep(folder: Path) -> None:
    """
    Files of processes that were killed: nobody else removes them. A fresh draft is left alone: until it is
    locked, it looks like one that nobody holds.
    """
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # its process has just named it, or somebody else swept it
            fresh = time.time() - path.stat().st_mtime < _FRESH_SECONDS
            if not (fresh and path.name.startswith(_DRAFT)) and is_gone(folder, path.name):
                path.unlink()
