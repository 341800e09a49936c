"""`limner doctor`: is everything in order? Sends nothing."""

import os
import platform
import stat
from argparse import ArgumentParser, Namespace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limner import __version__
from limner.cli.face import Face
from limner.cli.gateways import missing
from limner.cli.wishes import Text
from limner.errors import LimnerError, SetupNeeded
from limner.ledger import gallery

if TYPE_CHECKING:
    from limner.ledger.examining import Finding

_PROXIES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY")
_EXTRAS = {
    "sandbox": "starlette",
    "preview": "textual_image",
    "heif": "pi_heif",
    "keyring": "keyring",
    "mcp": "mcp",
    "studio": "jinja2",
    "deliver": "apprise",
    "c2pa": "c2pa",
}


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("--repair", action="store_true", help=text("doctor_repair"))


def run(options: Namespace, face: Face) -> int:
    to_do: list[str] = []
    told, mended = _repaired(face) if options.repair else (None, [])
    lines = [
        f"limner {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        face.pair("doctor.home", face.client.home.data),
        face.pair("doctor.settings", face.client.home.settings),
        face.pair("doctor.extras", ", ".join(_extras()) or "-"),
    ]
    gateways = _gateways(face, to_do)
    lines += [face.labelled(one["name"], one["status"]) for one in gateways]
    _proxies(face, to_do)
    _permissions(face, to_do)
    _signers(face, to_do)
    ledger = _ledger(face, to_do)
    lines += mended
    lines += [f"- {line}" for line in to_do]
    lines.append(face.text("doctor.to_do", count=len(to_do)) if to_do else face.text("doctor.fine"))
    data = {
        "version": __version__,
        "python": platform.python_version(),
        "home": str(face.client.home.data),
        "settings": str(face.client.home.settings),
        "extras": _extras(),
        "gateways": gateways,
        "ledger": ledger,
        "to_do": to_do,
        **({"repair": told} if told else {}),
    }
    face.show("doctor", data, lines)
    return 0


def _extras() -> list[str]:
    return [extra for extra, package in _EXTRAS.items() if find_spec(package)]


def _gateways(face: Face, to_do: list[str]) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    for name in face.client.gateways():
        try:
            gateway = face.client.gateway(name)
        except SetupNeeded as error:
            told.append({"name": name, "ready": False, "status": missing(name, error, face)})
            if error.key != "key.none":
                to_do.append(face.text(error.key, **error.facts))
            continue
        to_do += [face.text(key, **facts) for key, facts in gateway.warnings]
        facts = {"key": gateway.key, "source": gateway.key.source} if gateway.key else {}
        status = face.text("gateways.ready" if gateway.key else "gateways.ready_keyless", **facts)
        told.append(
            {
                "name": name,
                "ready": True,
                "status": face.text("doctor.gateway", address=gateway.base_url, status=status),
            }
        )
    if not any(one["ready"] for one in told):
        to_do.append(face.text("doctor.no_gateway"))
    return told


def _proxies(face: Face, to_do: list[str]) -> None:
    named = [name for name in _PROXIES for name in (name, name.lower()) if os.environ.get(name)]
    if named:
        to_do.append(face.text("doctor.proxy", names=named, path=face.client.home.settings))


def _permissions(face: Face, to_do: list[str]) -> None:
    if os.name != "posix":
        return
    home = face.client.home
    to_do += [face.text("doctor.open_folder", path=path) for path in (home.data, home.runs) if _is_open(path)]
    to_do += [
        face.text("doctor.open_file", path=path)
        for path in (home.ledger, *_files(home.keys))
        if _is_open(path)
    ]


def _is_open(path: Path) -> bool:
    """Can other users of this machine look into it?"""
    return path.exists() and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _signers(face: Face, to_do: list[str]) -> None:
    try:
        face.client.trusted_signers()
    except LimnerError as error:
        to_do.append(face.text(error.key, **error.facts))


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _ledger(face: Face, to_do: list[str]) -> dict[str, Any]:
    try:
        ledger = face.client.ledger
        found = face.client.examine()
        to_do += [_said(one, face) for one in found]
        unfinished = ledger.count("unfinished") - ledger.count("unknown")
        unknown = ledger.count("unknown")
    except LimnerError as error:
        to_do.append(face.text(error.key, **error.facts))
        return {"sound": False}
    for stop in gallery.stopped(ledger.store):
        to_do.append(face.text(f"stopped.{stop['reason']}", gateway=stop["gateway"], job=stop["job_id"]))
    if any(one.mendable and one.key != "found.damage" for one in found):
        to_do.append(face.text("found.by_repair", command=face.typed("doctor", "--repair")))
    if unfinished:
        to_do.append(face.text("doctor.unfinished", count=unfinished))
    if unknown:
        reserved = [str(amount) for amount in face.client.spend()[1]]
        to_do.append(face.text("doctor.unknown", count=unknown, amount=reserved))
    sound = not any(one.serious for one in found)
    keys = [one.key for one in found]
    return {"sound": sound, "found": keys, "unfinished": unfinished, "unknown": unknown}


def _said(found: "Finding", face: Face) -> str:
    return face.text(found.key, **{**found.facts, "command": face.typed("doctor", "--repair")})


def _repaired(face: Face) -> tuple[dict[str, Any], list[str]]:
    """The ledger put right, and what is to be said of it."""
    done = face.client.repair()
    lines = [] if done.copy else [face.text("repair.nothing")]
    if done.copy:
        lines += [_said(one, face) for one in done.found if one.mendable]
        lines.append(face.text("repair.copy", path=done.copy))
    if done.saved:
        counts = {
            "jobs": done.saved["job"],
            "pictures": done.saved["picture"],
            "entries": done.saved["entry"],
        }
        lines.append(face.text("repair.saved", **counts))
    elif done.copy:
        lines.append(face.text("repair.mended", count=sum(one.mendable for one in done.found)))
    if done.lost:
        lines.append(face.text("repair.lost", tables=sorted(done.lost)))
    unproven = sum(one.serious for one in done.left)
    if unproven:
        lines.append(face.text("repair.left", count=unproven))
    told = {
        "copy": str(done.copy) if done.copy else None,
        "found": [one.key for one in done.found],
        "left": [one.key for one in done.left],
        "saved": dict(done.saved),
        "lost": sorted(done.lost),
    }
    return told, lines
