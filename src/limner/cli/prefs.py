"""`limner prefs`: what limner was told to remember. Nothing is ever remembered by itself."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from limner.cli.face import Face
from limner.cli.wishes import Text
from limner.errors import Usage
from limner.preferences import TASKS, Preference, Preferences

_TASKS = {"text": "text_to_image", "edit": "image_to_image"}
_ACTIONS = ("show", "set", "clear", "import")
IMA_FILE = "~/.openclaw/memory/ima_prefs.json"
"""Where the IMA skills keep what people told them to remember."""


def arguments(parser: ArgumentParser, text: Text) -> None:
    add = parser.add_argument
    add(
        "action",
        nargs="?",
        choices=_ACTIONS,
        default="show",
        metavar="|".join(_ACTIONS),
        help=text("prefs_action"),
    )
    add("model", nargs="?", metavar="MODEL", help=text("model"))
    add("-g", "--gateway", metavar="NAME", help=text("gateway"))
    add("--user", metavar="NAME", help=text("prefs_user"))
    add("--task", choices=tuple(_TASKS), help=text("prefs_task"))


def run(options: Namespace, face: Face) -> int:
    tasks = (_TASKS[options.task],) if options.task else TASKS
    if options.action == "set":
        return _set(options, tasks, face)
    if options.action == "import":
        return _import(options, face)
    if options.model:
        raise Usage("usage.surplus", command=f"limner prefs {options.action}", words=options.model)
    if options.action == "clear":
        face.market.preferences(options.user).clear(tasks)
        face.say(face.text("prefs.cleared"))
    return _show(face, options.user)


def _import(options: Namespace, face: Face) -> int:
    """What the IMA skills remember, as it stands in their file; that file is left as it is."""
    path = Path(options.model or IMA_FILE).expanduser()
    if not path.is_file():
        raise Usage("prefs.no_file", path=path)
    known = Preferences(path).users()
    if options.user is None and len(known) > 1:
        raise Usage("prefs.whose", path=path, known=known)
    theirs = Preferences(path, options.user or (known[0] if known else ""))
    if theirs.is_broken():
        raise Usage("prefs.unreadable", path=path)
    taken, aside = face.market.preferences(options.user).take(theirs)
    if aside:
        face.warn("prefs.aside", path=aside)
    face.say(face.text("prefs.imported", count=len(taken), path=path))
    return _show(face, options.user)


def _set(options: Namespace, tasks: tuple[str, ...], face: Face) -> int:
    if not options.model:
        raise Usage("prefs.model_missing")
    model, kept, aside = face.market.remember(options.model, tasks, options.gateway, options.user)
    if aside:
        face.warn("prefs.aside", path=aside)
    names = [face.text(f"prefs.task.{task}") for task in kept]
    title = f"{model.title} ({options.gateway})" if options.gateway else model.title
    face.say(face.text("prefs.saved", model=title, tasks=names, command=face.typed("prefs", "clear")))
    return _show(face, options.user)


def _show(face: Face, user: str | None) -> int:
    prefs = face.market.preferences(user)
    if prefs.is_broken():
        face.warn("prefs.broken", path=prefs.path)
    found = prefs.all()
    lines = [_line(one, face) for one in found]
    face.show("preferences", {"items": [_data(one) for one in found], "file": str(prefs.path)}, lines)
    if not found:
        face.say(face.text("prefs.none"))
    return 0


def _line(one: Preference, face: Face) -> str:
    where = f"{one.gateway}, {one.model}" if one.gateway else one.model
    task = face.text(f"prefs.task.{one.task}")
    return face.text("prefs.line", task=task, model=one.title, id=where, since=one.since[:10] or "?")


def _data(one: Preference) -> dict[str, Any]:
    return {
        "task": one.task,
        "model": one.model,
        "title": one.title,
        "gateway": one.gateway,
        "since": one.since,
    }
