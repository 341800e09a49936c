"""
What a person told us to remember: one model per kind of task, under a name that never leaves this machine.

    {"user_NAME": {"text_to_image": {"model_id": "…", "model_name": "…", "credit": 5, "last_used": "…Z"}}}

The shape is that of the IMA skills' `ima_prefs.json`, so that both can share one file. What else stands in
it is other people's and stays as it is. It is written on explicit words only, whole or not at all, by one
process at a time; a file that cannot be read is set aside under another name first, never overwritten.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from limner.errors import StorageFailed
from limner.home import alone
from limner.types import Operation

TASKS: tuple[Operation, ...] = ("text_to_image", "image_to_image")
_MOST_BYTES = 4 << 20


class Preference(NamedTuple):
    """One remembered model. `gateway` is `None` where a file of the IMA skills does not name one."""

    task: str
    model: str
    title: str
    gateway: str | None
    since: str
    """When it was said, as RFC 3339."""


class Preferences:
    """One person's entries in one file."""

    def __init__(self, path: Path, user: str = "default") -> None:
        self.path = path
        self._name = f"user_{user}"

    def all(self) -> list[Preference]:
        """What is remembered. A file that cannot be read is as good as none."""
        own = _table(_read(self.path)[0].get(self._name))
        found = [_entry(task, own.get(task)) for task in TASKS]
        return [one for one in found if one is not None]

    def get(self, task: str) -> Preference | None:
        return next((one for one in self.all() if one.task == task), None)

    def is_broken(self) -> bool:
        return _read(self.path)[1]

    def set(
        self, tasks: tuple[str, ...], model: str, title: str, gateway: str | None, credit: float | None
    ) -> str:
        """
        Remember a model for some tasks; the name under which a broken file was set aside, or "".
        Raises `StorageFailed`.
        """
        told = {"model_id": model, "model_name": title, "credit": credit, "gateway": gateway}
        from datetime import UTC, datetime

        if gateway is None:
            del told["gateway"]
        told["last_used"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._changing() as (whole, aside):
            own = whole[self._name] = dict(_table(whole.get(self._name)))
            for task in tasks:
                before = {name: value for name, value in _table(own.get(task)).items() if name != "gateway"}
                own[task] = {**before, **told}
        return aside

    def users(self) -> list[str]:
        """Everybody the file remembers something for."""
        named = (name.removeprefix("user_") for name in _read(self.path)[0] if name.startswith("user_"))
        return [name for name in named if Preferences(self.path, name).all()]

    def take(self, other: "Preferences") -> tuple[list[Preference], str]:
        """
        Remember what another file does, entry for entry as it stands there: what was taken, and the name
        under which a broken file was set aside, or "". Raises `StorageFailed`.
        """
        taken = other.all()
        if not taken:
            return [], ""
        theirs = _table(_read(other.path)[0].get(other._name))
        with self._changing() as (whole, aside):
            own = dict(_table(whole.get(self._name)))
            whole[self._name] = {**own, **{one.task: dict(theirs[one.task]) for one in taken}}
        return taken, aside

    def clear(self, tasks: tuple[str, ...] = TASKS) -> int:
        """Forget; how many entries were there. Raises `StorageFailed`."""
        known = {one.task for one in self.all()} & set(tasks)
        if not known:
            return 0
        with self._changing() as (whole, _):
            own = dict(_table(whole.get(self._name)))
            for task in known:
                own.pop(task, None)
            if own:
                whole[self._name] = own
            else:
                whole.pop(self._name, None)
        return len(known)

    @contextmanager
    def _changing(self) -> Iterator[tuple[dict[str, Any], str]]:
        """The whole file, to be changed while nobody else changes it."""
        path = Path(os.path.realpath(self.path))
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if path.exists() and not (path.is_file() and os.access(path, os.W_OK)):
                # Who makes the file read-only, or links it to /dev/null, wants nothing written.
                raise StorageFailed("prefs.closed", path=self.path)
            with alone(path.with_name(f".{path.name}.lock")):
                whole, broken = _read(path)
                aside = _set_aside(path) if broken else ""
                yield whole, aside
                _write(path, whole)
        except OSError as error:
            raise StorageFailed("prefs.not_written", path=self.path, reason=error.strerror) from error


def _read(path: Path) -> tuple[dict[str, Any], bool]:
    """What the file says, and whether it says something that nobody can read."""
    try:
        if not path.is_file():
            return {}, False
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        told = json.loads(raw.decode("utf-8-sig")) if raw.strip() else {}
    except OSError:
        return {}, False
    except (ValueError, RecursionError):
        return {}, True
    return (told, False) if isinstance(told, dict) and len(raw) <= _MOST_BYTES else ({}, True)


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _entry(task: str, told: Any) -> Preference | None:
    model = _table(told).get("model_id")
    if not isinstance(model, str) or not model:
        return None
    words = {name: told.get(name) for name in ("model_name", "gateway", "last_used")}
    text = {name: value if isinstance(value, str) else "" for name, value in words.items()}
    return Preference(task, model, text["model_name"] or model, text["gateway"] or None, text["last_used"])


def _set_aside(path: Path) -> str:
    from datetime import UTC, datetime

    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    other = path.with_name(f"{path.name}.broken-{stamp}-{os.urandom(2).hex()}")
    path.rename(other)
    return str(other)


def _write(path: Path, whole: Mapping[str, Any]) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        with temporary.open("x", encoding="utf-8") as file:
            json.dump(whole, file, ensure_ascii=False, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
