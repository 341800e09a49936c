"""Kernel locks on files, and whether a disk has them: network folders often say that they do not."""

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from limner.errors import StorageFailed

_TAKEN = {errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK}


def take(file: BinaryIO, *, together: bool = False) -> bool:
    """
    Lock a file until it is closed. `together`: several may ask at the same time, and none takes another that
    asks for the owner. False when somebody holds it; raises `StorageFailed` where there are no locks.
    """
    if os.name == "nt":
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError as error:
            return _held(file, error)
        return True
    import fcntl

    try:
        fcntl.flock(file, (fcntl.LOCK_SH if together else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError as error:
        return _held(file, error)
    return True


def demand(folder: Path) -> None:
    """
    Raises `StorageFailed` where the locks that SQLite needs do not work. It would take their failing for
    somebody else's lock, and wait.
    """
    if os.name == "nt":
        return
    import fcntl

    probe = folder / f".limner-{os.urandom(4).hex()}"
    # A disk that takes no file at all has a sentence of its own.
    with suppress(OSError), probe.open("wb") as file:
        probe.unlink()
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            _held(file, error)


def _held(file: BinaryIO, error: OSError) -> bool:
    if error.errno in _TAKEN:
        return False
    raise StorageFailed("ledger.no_locks", path=Path(str(file.name)).parent, reason=error.strerror) from error
