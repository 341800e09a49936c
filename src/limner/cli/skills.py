"""`limner skills`: the skill folders that come with limner, and putting them where an agent looks."""

import filecmp
import os
import shutil
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from limner import dated
from limner.cli.columns import pad
from limner.cli.face import Face
from limner.cli.wishes import Text
from limner.errors import NotFound, StorageFailed, Usage
from limner.home import private_folder

_HERE = Path(__file__).parent
_SHIPPED = _HERE.parent / "skills"
_CHECKOUT = _HERE.parents[2] / "skills"


class Placed(NamedTuple):
    """One skill, and what became of it at its place."""

    name: str
    path: Path
    state: str
    """"installed", "already" or "replaced"."""
    kept: Path | None = None
    """Where a folder that was replaced is now."""


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument(
        "action", nargs="?", choices=("install",), metavar="install", help=text("skills_action")
    )
    parser.add_argument("names", nargs="*", metavar="SKILL", help=text("skills_names"))
    parser.add_argument("--agent", metavar="NAME", help=text("skills_agent"))
    parser.add_argument("--project", action="store_true", help=text("skills_project"))
    parser.add_argument("--to", metavar="FOLDER", help=text("skills_to"))
    parser.add_argument("--replace", action="store_true", help=text("skills_replace"))


def run(options: Namespace, face: Face) -> int:
    skills = {path.parent.name: path.parent for path in sorted(_source().glob("*/SKILL.md"))}
    if options.action is None:
        items = [{"name": name, "path": str(path)} for name, path in skills.items()]
        face.show("skills", {"items": items, "agents": list(_agents())}, [_line(one) for one in items])
        return 0
    unknown = [name for name in options.names if name not in skills]
    if unknown:
        raise NotFound("skills.unknown", name=unknown[0], known=list(skills))
    folder = _folder(options)
    names = options.names or ["limner"]
    done = [_placed(skills[name], folder / name, options.replace, face) for name in names]
    data = {"items": [{"name": one.name, "path": str(one.path), "state": one.state} for one in done]}
    lines = [face.text(f"skills.{one.state}", name=one.name, path=one.path, kept=one.kept) for one in done]
    face.show("skills", data, lines)
    return 0


def _line(item: dict[str, str]) -> str:
    return pad(item["name"], 26) + item["path"]


def _source() -> Path:
    return _SHIPPED if _SHIPPED.is_dir() else _CHECKOUT


def _agents() -> dict[str, Any]:
    return dict(dated.read(_HERE / "agents.toml")["agents"])


def _folder(options: Namespace) -> Path:
    """Where the skills go: a folder that was named, or the one in which the agent looks."""
    if options.to:
        return Path(options.to).expanduser().absolute()
    agents = _agents()
    if options.agent not in agents:
        key = "skills.no_agent" if options.agent is None else "skills.unknown_agent"
        raise Usage(key, agent=options.agent, known=list(agents))
    if options.project:
        return Path.cwd() / str(agents[options.agent]["project"])
    return Path(str(agents[options.agent]["user"]).replace("{home}", str(Path.home())))


def _placed(source: Path, target: Path, replace: bool, face: Face) -> Placed:
    kept = None
    try:
        if target.exists() or target.is_symlink():
            if _is_same(source, target):
                return Placed(source.name, target, "already")
            if not replace:
                raise Usage("skills.other_there", name=source.name, path=target)
            # Beside the skills it would be taken for one of them.
            kept = (
                private_folder(face.client.home.data / "replaced-skills")
                / f"{source.name}-{int(time.time())}"
            )
            shutil.move(target, kept)
        _copied(source, target)
    except OSError as error:
        raise StorageFailed("output.not_writable", path=target, reason=error.strerror) from error
    return Placed(source.name, target, "replaced" if kept else "installed", kept)


def _copied(source: Path, target: Path) -> None:
    """Whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.urandom(4).hex()}")
    try:
        shutil.copytree(source, draft, ignore=shutil.ignore_patterns("__pycache__"))
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _is_same(source: Path, target: Path) -> bool:
    names = list(_files(source))
    if not target.is_dir() or names != list(_files(target)):
        return False
    return all(filecmp.cmp(source / name, target / name, shallow=False) for name in names)


def _files(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix()
