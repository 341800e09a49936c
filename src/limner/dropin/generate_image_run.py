"""
One run of the CreatOK skill on disk: `.artifacts/<run_id>/` with its five folders, and in `outputs/`
the pictures, `result.json` and `result.md`.

The files are written the moment there is a task, at every word of the gateway, and at the end; whatever an
earlier call of the same run knew and this one does not is kept.
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any

from limner.errors import Usage
from limner.home import write_whole
from limner.results import Picture

_FOLDERS = ("input", "transcript", "vision", "outputs", "logs")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Run:
    """What is known of a run, and its place."""

    def __init__(self, skill: Path, run_id: str) -> None:
        if not _NAME.fullmatch(run_id):
            raise Usage("run.bad_name", name=run_id)
        self.run_id = run_id
        self.folder = skill / ".artifacts" / run_id
        self.outputs = self.folder / "outputs"
        self._quote = self.folder / "input" / "quote.txt"
        self.told: dict[str, Any] = {
            "run_id": run_id,
            "task_id": None,
            "status": None,
            "model": None,
            "resolution": None,
            "n": None,
            "images": None,
            "raw": {"submit": None, "status": None},
            "error": None,
        }

    def open(self) -> None:
        """Make the folders. Raises `Usage` when there is no place for them."""
        try:
            for name in _FOLDERS:
                (self.folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Usage("output.not_writable", path=self.folder, reason=error.strerror) from error

    def shown(self) -> str | None:
        """The quote whose price was shown for this run and not answered yet."""
        try:
            return self._quote.read_text("utf-8").strip()
        except OSError:
            return None

    def show(self, quote_id: str | None) -> None:
        """Note which quote was shown, or that the last one was answered."""
        self.open()
        if quote_id is None:
            self._quote.unlink(missing_ok=True)
        else:
            write_whole(self._quote, quote_id + "\n")

    def remember(self, task_id: str) -> None:
        """Take over what an earlier call of this run wrote of the same task."""
        try:
            before = json.loads((self.outputs / "result.json").read_text("utf-8"))
        except (OSError, ValueError):
            return
        if not isinstance(before, dict) or before.get("task_id") not in (None, task_id):
            return
        self.told.update({name: before[name] for name in ("model", "resolution", "n") if before.get(name)})
        raw = before.get("raw")
        if isinstance(raw, dict):
            self.told["raw"] = {name: raw.get(name) for name in ("submit", "status")}

    def write(self, **news: Any) -> None:
        """Both files, with this news in them."""
        self.told.update(news)
        write_whole(self.outputs / "result.json", json.dumps(self.told, ensure_ascii=False, indent=2) + "\n")
        write_whole(self.outputs / "result.md", _page(self.told))

    def heard(self, said: dict[str, Any]) -> bool:
        """The gateway's own words at a look. Is its status another than before?"""
        status = str(said.get("status") or "")
        is_new = bool(status != self.told["status"])
        self.told["raw"]["status"] = said
        self.write(status=status, images=_images(said))
        return is_new

    def keep(self, saved: tuple[Picture, ...]) -> None:
        """Join the saved pictures to the gateway's list; those that lie elsewhere are copied here."""
        paths = [str(self._here(Path(one.path))) for one in saved]
        by_link = {one.url: path for one, path in zip(saved, paths, strict=True)}
        images = self.told["images"] or [{"url": one.url} for one in saved]
        self.told["images"] = [{**one, "path": by_link.get(_link(one))} for one in images] or None

    def _here(self, path: Path) -> Path:
        if path.parent == self.outputs or not path.exists():
            return path
        target = self.outputs / path.name
        if not target.exists():
            shutil.copyfile(path, target)
        return target


def _images(said: dict[str, Any]) -> list[dict[str, Any]] | None:
    result = said.get("result")
    listed = result.get("images") if isinstance(result, dict) else None
    if not isinstance(listed, list):
        return None
    return [dict(one) if isinstance(one, dict) else {"url": one} for one in listed]


def _link(image: dict[str, Any]) -> Any:
    return image.get("url") or image.get("object_key")


def _page(told: dict[str, Any]) -> str:
    error = told["error"]["message"] if told["error"] else "(none)"
    lines = [
        "# Image Generate Result",
        "",
        f"- run_id: `{told['run_id']}`",
        f"- model: `{told['model'] or '(unknown)'}`",
        f"- resolution: `{told['resolution'] or '(unknown)'}`",
        f"- n: `{told['n'] or '(unknown)'}`",
        f"- status: `{told['status']}`",
        f"- task_id: `{told['task_id'] or '(missing)'}`",
        f"- error: {error}",
        "",
    ]
    images = told["images"] or []
    if images:
        lines += ["## Images", ""]
    for number, image in enumerate(images, 1):
        lines.append(f"- image_{number}: {_link(image) or '(pending)'}")
        if image.get("path"):
            lines.append(f"  - file: {image['path']}")
    return "\n".join(lines).rstrip() + "\n"
