"""Where limner keeps things: the ledger, jobs and keys of one person."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


class Home(NamedTuple):
    """`data` holds what limner makes and remembers, `config` what the person wrote."""

    data: Path
    config: Path

    @property
    def ledger(self) -> Path:
        return self.data / "ledger.sqlite"

    @property
    def runs(self) -> Path:
        return self.data / "runs"

    @property
    def references(self) -> Path:
        return self.data / "references"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    def thumbnail(self, sha256: str) -> Path:
        """Where the small copy of a picture lies, by the picture's own bytes."""
        return self.thumbnails / sha256[:2] / f"{sha256}.webp"

    @property
    def thumbnails(self) -> Path:
        return self.data / "thumbnails"

    @property
    def studios(self) -> Path:
        return self.data / "studios"

    @property
    def uploads(self) -> Path:
        """Pictures that were dropped on a page: each under its own name, in a folder named by its bytes."""
        return self.data / "uploads"

    @property
    def keys(self) -> Path:
        return self.config / "keys"

    @property
    def settings(self) -> Path:
        return self.config / "config.toml"

    def in_sandbox(self) -> "Home":
        """A home of its own for play money, so that it never stands beside real spending."""
        return Home(self.data / "sandbox", self.data / "sandbox")


def wants_sandbox() -> bool:
    """Does the environment ask for the gateways' stand-in (`LIMNER_SANDBOX`)?"""
    return os.environ.get("LIMNER_SANDBOX", "").lower() in {"1", "true", "yes"}


def find(given: str | None = None) -> Home:
    """`given`, else `LIMNER_HOME`, else the platform's folders for data and configuration."""
    chosen = given or os.environ.get("LIMNER_HOME")
    if chosen:
        return Home(Path(chosen).expanduser().absolute(), Path(chosen).expanduser().absolute())
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "limner"
        return Home(base, base)
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support" / "limner"
        return Home(base, base)
    return Home(_xdg("XDG_DATA_HOME", ".local/share"), _xdg("XDG_CONFIG_HOME", ".config"))


def private_folder(path: Path) -> Path:
    """`path`, made if it was not there, readable by its owner alone; so is what was missing above it."""
    try:
        path.mkdir(exist_ok=True, mode=0o700)
    except FileNotFoundError:
        if path.parent == path:
            raise
        private_folder(path.parent)
        path.mkdir(exist_ok=True, mode=0o700)
    return path


def write_whole(path: Path, text: str) -> None:
    """Write a small file so that it is there whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        temporary.write_text(text, "utf-8")
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """One process or thread at a time. The lock is the kernel's, so nobody who is gone can hold it."""
    with lock.open("a+b") as file:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _xdg(variable: str, fallback: str) -> Path:
    value = os.environ.get(variable, "")
    # The XDG rules say that a relative path in these variables is to be ignored.
    return (Path(value) if value.startswith("/") else Path.home() / fallback) / "limner"
