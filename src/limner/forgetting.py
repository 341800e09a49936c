"""
Removing what limner keeps, by kind and by age: shown first, done on a second word.

    logs         limner's own, and the IMA script's
    spools       raw answers of gateways, kept beside each job
    references   pictures that were dropped on the studio, and smaller copies of those that were sent along
    prompts      the words of jobs that are over: ledger, job folders, sidecars; quotes that came to nothing
    jobs         all of that, and whatever else is known of jobs that are over but what they cost
    pictures     the picture files themselves, where they are still what limner saved, and their sidecars

Money is never forgotten, nor is a job that is unfinished or has an open question.
"""

import hashlib
import json
import shutil
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from limner import journal
from limner.errors import StorageFailed
from limner.home import Home, write_whole
from limner.ledger import Ledger
from limner.ledger import forgetting as words

KINDS = ("logs", "spools", "references", "prompts", "jobs", "pictures")
_SPOOLED = ("attempt-*", "look-*", "picture-*")


class Kept(NamedTuple):
    """What is kept of one kind. `number` is of files; of jobs for prompts and jobs."""

    kind: str
    number: int
    bytes: int
    paths: tuple[Path, ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    quotes: tuple[str, ...] = ()


class Keeper:
    """Everything that one person's limner keeps. `before`: a day, YYYY-MM-DD, of their own calendar."""

    def __init__(
        self, ledger: Ledger, home: Home, before: str | None = None, *, sandbox: bool = False
    ) -> None:
        self.store, self.home, self.sandbox = ledger.store, home, sandbox
        self.day = before.replace("-", "") if before else "9"
        self.before = int(time.mktime(time.strptime(before, "%Y-%m-%d")) * 1000) if before else None

    def kept(self, kinds: Sequence[str] = KINDS) -> list[Kept]:
        """What there is of these kinds. Changes nothing."""
        return [getattr(self, f"_{kind}")() for kind in KINDS if kind in kinds]

    def forget(self, kinds: Sequence[str]) -> list[Kept]:
        """Remove it; what was removed. Raises `StorageFailed` when the disk will not let it go."""
        found = self.kept(kinds)
        for one in found:
            try:
                self._gone(one)
            except OSError as error:
                path = error.filename or self.home.data
                raise StorageFailed("forget.not_removed", path=path, reason=error.strerror) from error
        return found

    def _gone(self, one: Kept) -> None:
        # First the words in the ledger: a file that is left over can be found again, a word could not.
        if one.kind in {"prompts", "jobs"}:
            words.forget_words(self.store, one.rows, one.quotes)
        if one.kind == "jobs":
            words.forget_traces(self.store, one.rows)
        if one.kind == "prompts":
            for path in one.paths:
                _without_words(path)
            return
        for path in one.paths:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def _logs(self) -> Kept:
        kinds = [journal.Journal(self.home.logs).days]
        kinds += [] if self.sandbox else [journal.of_skills()]
        return _files("logs", [path for days in kinds for path in days.before(self.day)])

    def _spools(self) -> Kept:
        folders = [Path(row["folder"]) for row in words.over(self.store, self.before)]
        return _files("spools", [path for one in folders for kind in _SPOOLED for path in one.glob(kind)])

    def _references(self) -> Kept:
        used = words.references_in_use(self.store)
        folder = self.home.references
        there = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
        stems = {Path(path).stem for path in used}
        idle = [one for one in there if one.stem not in stems]
        idle += sorted(path for path in self.home.uploads.glob("*/*") if str(path) not in used)
        # Small copies that a page made of references; those of pictures go with the pictures.
        bought = words.bought(self.store)
        idle += sorted(one for one in self.home.thumbnails.glob("*/*.webp") if one.stem not in bought)
        return _files("references", [one for one in idle if self._is_old(one)])

    def _prompts(self) -> Kept:
        rows = [row for row in words.over(self.store, self.before) if row["prompt"]]
        ids = {row["id"] for row in rows}
        papers = [Path(row["folder"]) / name for row in rows for name in ("result.json", "result.md")]
        sidecars = [
            Path(one["sidecar"]) for one in words.pictures(self.store, self.before) if one["job_id"] in ids
        ]
        quotes = words.stale_quotes(self.store, self.before)
        there = tuple(path for path in (*papers, *sidecars) if path.is_file())
        return Kept("prompts", len(rows) + len(quotes), 0, there, tuple(rows), tuple(quotes))

    def _jobs(self) -> Kept:
        rows = words.over(self.store, self.before)
        folders = [Path(row["folder"]) for row in rows]
        there = tuple(path for path in folders if path.is_dir())
        size = sum(_size(file) for path in there for file in path.rglob("*"))
        quotes = words.stale_quotes(self.store, self.before)
        open_ones = tuple(row for row in rows if row["prompt"] or Path(row["folder"]).is_dir())
        return Kept("jobs", len(open_ones), size, there, open_ones, tuple(quotes))

    def _pictures(self) -> Kept:
        rows = words.pictures(self.store, self.before)
        ours = [row for row in rows if _is_ours(Path(row["path"]), row["sha256"])]
        beside = [Path(row["sidecar"]) for row in ours]
        # What somebody has removed by hand may still be seen in its small copy.
        removed = [row for row in rows if not Path(row["path"]).exists()]
        seen = [row for row in (*ours, *removed) if self.home.thumbnail(row["sha256"]).is_file()]
        beside += [self.home.thumbnail(row["sha256"]) for row in seen]
        whole = _files(
            "pictures", [Path(row["path"]) for row in ours] + [one for one in beside if one.is_file()]
        )
        return whole._replace(number=len({row["path"] for row in (*ours, *seen)}))

    def _is_old(self, path: Path) -> bool:
        return self.before is None or path.stat().st_mtime * 1000 < self.before


def _files(kind: str, paths: Iterable[Path]) -> Kept:
    there = tuple(dict.fromkeys(paths))
    return Kept(kind, len(there), sum(map(_size, there)), there)


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.lstat().st_size if path.is_file() else 0
    return 0


def _is_ours(path: Path, sha256: str) -> bool:
    """A file that somebody has changed since is theirs."""
    with suppress(OSError), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    return False


def _without_words(path: Path) -> None:
    """A job's own papers, or a sidecar, without the prompt. What is not ours to read is left."""
    if path.suffix == ".md":
        kept = [line for line in path.read_text("utf-8").split("\n") if not line.startswith("> ")]
        write_whole(path, "\n".join(kept))
        return
    try:
        told = json.loads(path.read_text("utf-8"))
    except ValueError:
        return
    if isinstance(told, dict):
        for place in (told, told.get("request"), told.get("sent")):
            if isinstance(place, dict):
                place.update({name: "" for name in ("prompt", "avoid", "subject") if place.get(name)})
        write_whole(path, json.dumps(told, ensure_ascii=False, indent=2))
