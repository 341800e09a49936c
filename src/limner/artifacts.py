"""
Pictures coming in: verified, named for what they are, saved whole, each with a sidecar.

The bytes are the gateway's own, never encoded again: whatever marks of origin they carry stay valid.
A picture is checked under a temporary name and appears under its own name only when it is whole.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pybase64

from limner.errors import NoPicture, StorageFailed, Usage
from limner.formats import EXTENSIONS, SPELLINGS, Broken, Format, inspect
from limner.home import write_whole
from limner.results import Inline, Link, Picture, Source

SMALLEST = 10_000
"""Bytes. What is smaller is a broken answer, not a picture somebody paid for."""

_STALE_SECONDS = 86_400
_ROOM = 200_000_000
_TRIES = 1_000


class Output(NamedTuple):
    """Where pictures go: a file, a folder, or (`path` is None) `output-<ts>` in the current folder."""

    path: str | None = None
    overwrite: bool = False
    exact: bool = False
    """Keep the name as given even where it says another type: what older callers rely on."""
    folder: str = ""
    """The folder that relative names start from."""


def check_output(output: Output) -> None:
    """Before anything is spent: can a picture be written there? Raises `Usage` or `StorageFailed`."""
    target = _wanted(output)
    folder = target.parent
    try:
        folder = target if _is_folder(output) else folder
        if output.path and folder != target and target.exists() and not output.overwrite:
            raise Usage("output.exists", path=target)
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        probe = folder / f".limner-{os.urandom(4).hex()}"
        probe.write_bytes(b"")
        probe.unlink()
        room = _room(folder)
    except OSError as error:
        raise Usage("output.not_writable", path=folder, reason=error.strerror) from error
    if room is not None and room < _ROOM:
        raise StorageFailed("output.no_room", path=folder, need=f"{_ROOM // 1_000_000} MB")


@cache
def _sweep(folder: Path) -> None:
    """
    Drafts of processes that were killed; what they were to become still lies with the job. Looked for once
    per process: a folder that takes thousands of pictures must not be read through for each of them.
    """
    for path in folder.glob(".limner-????????"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()


def fetch(
    source: Source, parts: tuple[Path, ...], target: Path, download: Callable[[str, Path], None]
) -> str | None:
    """Bring one picture's bytes to `target`; the link it came from, if it came from one."""
    target.unlink(missing_ok=True)
    if isinstance(source, Link):
        download(source.url, target)
        return source.url
    if isinstance(source, Inline):
        target.write_bytes(_decoded(source.text))
    elif source.number < len(parts):
        _duplicate(parts[source.number], target)
    else:
        raise NoPicture("picture.broken", reason="reason.cut")
    return None


def _room(folder: Path) -> int | None:
    """Free bytes, where the system tells."""
    ask = getattr(os, "statvfs", None)
    if ask is None:
        return None
    told = ask(folder)
    return int(told.f_bavail * told.f_frsize)


def _decoded(text: str) -> bytes:
    padded = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return pybase64.b64decode(padded + "=" * (-len(padded) % 4), validate=True)
    except ValueError as error:
        raise NoPicture("picture.broken", reason="reason.damaged") from error


def verify(path: Path) -> Format:
    """A whole picture of a sensible size. Raises `NoPicture`; the raw answer stays where it is."""
    try:
        found = inspect(path)
    except Broken as error:
        raise NoPicture("picture.broken", reason=f"reason.{error}", bytes=path.stat().st_size) from error
    if found.bytes <= SMALLEST:
        raise NoPicture("picture.tiny", bytes=found.bytes, width=found.width, height=found.height)
    return found


def keep(
    fetched: Path, found: Format, output: Output, place: int, story: Mapping[str, Any], sha256: str
) -> Picture:
    """
    Move a verified picture to its name and write its sidecar. Raises `StorageFailed` when the folder will
    not take it; the file stays where it was fetched then.
    """
    try:
        target = _settle(fetched, _candidates(output, place, found.media_type), output.overwrite)
        sidecar = _sidecar(target)
        picture = Picture(
            str(target), sha256, found.media_type, found.width, found.height, found.bytes, str(sidecar)
        )
        told = {"picture": picture._asdict(), **story}
        _write_sidecar(sidecar, json.dumps(told, ensure_ascii=False, indent=2), target, output.overwrite)
    except OSError as error:
        folder = _wanted(output).parent
        raise StorageFailed("output.not_writable", path=folder, reason=error.strerror) from error
    fetched.unlink(missing_ok=True)
    return picture


def _sidecar(picture: Path) -> Path:
    return picture.with_name(picture.name + ".json")


def _write_sidecar(sidecar: Path, text: str, picture: Path, overwrite: bool) -> None:
    """A picture that can have no sidecar here does not stay here either, unless it took another's place."""
    try:
        write_whole(sidecar, text)
    except OSError:
        if not overwrite:
            picture.unlink(missing_ok=True)
        raise


def _settle(fetched: Path, candidates: Callable[[int], Path], overwrite: bool) -> Path:
    """Give the file the first name that is free, without ever taking one that is not."""
    first = candidates(0)
    first.parent.mkdir(parents=True, exist_ok=True)
    staged = first.with_name(f".limner-{os.urandom(4).hex()}")
    try:
        _duplicate(fetched, staged)
        _sync(staged)
        if overwrite:
            staged.replace(first)
            return first
        for number in range(_TRIES):
            target = candidates(number)
            if not os.path.lexists(_sidecar(target)) and _claimed(staged, target):
                return target
    finally:
        staged.unlink(missing_ok=True)
    raise FileExistsError(f"{_TRIES} files of that name")


def _claimed(staged: Path, target: Path) -> bool:
    """Did the file get this name? Not when somebody has it."""
    try:
        os.link(staged, target)
    except FileExistsError:
        return False
    except OSError:
        # Memory cards and some network drives know no second name for a file.
        try:
            target.open("xb").close()
        except FileExistsError:
            return False
        staged.replace(target)
    return True


def _candidates(output: Output, place: int, media_type: str) -> Callable[[int], Path]:
    """Names to try, best first: `name.png`, then for more pictures or a taken name `name-2.png`, …"""
    wanted = _wanted(output)
    if _is_folder(output):
        wanted = wanted / f"output-{int(time.time())}"
    right = EXTENSIONS[media_type]
    spellings = SPELLINGS.get(media_type, (right,))
    given = wanted.suffix.lower()
    known = {*EXTENSIONS.values(), *SPELLINGS["image/jpeg"]}
    stem, suffix = wanted, right
    if given in spellings or output.exact:
        stem, suffix = wanted.with_suffix(""), wanted.suffix
    elif given in known:
        stem = wanted.with_suffix("")

    def name(number: int) -> Path:
        count = place + number + 1
        return stem.with_name(f"{stem.name}{f'-{count}' if count > 1 else ''}{suffix}")

    return name


def _wanted(output: Output) -> Path:
    base = Path(output.folder or ".").absolute()
    return base / Path(output.path).expanduser() if output.path else base / f"output-{int(time.time())}"


def _is_folder(output: Output) -> bool:
    if output.path is None:
        return False
    return output.path.endswith(("/", os.sep)) or _wanted(output).is_dir()


def _duplicate(source: Path, target: Path) -> None:
    """A second name for the same bytes, or a copy where there can be none."""
    try:
        os.link(source, target)
    except OSError:
        import shutil

        shutil.copyfile(source, target)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
