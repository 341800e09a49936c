"""
Which process works on which job.

Every process that runs jobs holds a kernel lock on a file of its own. The kernel lets go of it when the
process ends, however it ends, and not a moment before: a suspended laptop loses nothing to a timer.
"""

import os
from pathlib import Path
from typing import BinaryIO

_DRAFT = "."


class Owner:
    """This process, as the ledger names it, for as long as the object lives."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sweep(folder)
        self.id = f"{os.getpid()}-{os.urandom(6).hex()}"
        self._path = folder / self.id
        # Locked before it has its name, so that nobody finds it unlocked and takes its owner for dead.
        draft = folder / f"{_DRAFT}{self.id}"
        self._file = draft.open("wb")
        if not _lock(self._file):
            raise AssertionError("a new file was already locked")
        draft.rename(self._path)

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        self._file.close()


def is_gone(folder: Path, owner: str) -> bool:
    """Has the process ended that called itself `owner`?"""
    try:
        with (folder / owner).open("r+b") as file:
            return _lock(file, together=True)
    except FileNotFoundError:
        return True


def _sweep(folder: Path) -> None:
    """Files of processes that were killed: nobody else removes them."""
    for path in folder.iterdir():
        if not path.name.startswith(_DRAFT) and is_gone(folder, path.name):
            path.unlink(missing_ok=True)


def _lock(file: BinaryIO, *, together: bool = False) -> bool:
    """`together`: several may ask at the same time, and none takes another that asks for the owner."""
    if os.name == "nt":
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(file, (fcntl.LOCK_SH if together else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
