"""`limner gateways`: where pictures are bought, and adding a server of one's own."""

from argparse import ArgumentParser, Namespace
from typing import Any
from urllib.parse import urlsplit

from limner import configuring
from limner import gateways as known
from limner.cli import mistakes
from limner.cli.face import Face
from limner.cli.wishes import Text
from limner.errors import GatewayError, NotFound, SetupNeeded, Usage


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("action", nargs="?", metavar="add | NAME", help=text("gateways_action"))
    parser.add_argument("name", nargs="?", metavar="NAME", help=text("gateways_name"))
    parser.add_argument("--url", metavar="URL", help=text("gateways_url"))
    parser.add_argument("--key-env", metavar="VARIABLE", help=text("gateways_key_env"))
    parser.add_argument("--key-file", metavar="FILE", help=text("gateways_key_file"))
    parser.add_argument("--model", action="append", default=[], metavar="ID", help=text("gateways_model"))
    parser.add_argument(
        "--price", type=mistakes.amount("--price"), metavar="AMOUNT", help=text("gateways_price")
    )
    parser.add_argument("--unit", metavar="UNIT", help=text("gateways_unit"))
    parser.add_argument("--resume", action="store_true", help=text("gateways_resume"))
    parser.add_argument("--hosts", action="store_true", help=text("gateways_hosts"))
    parser.add_argument("--balance", action="store_true", help=text("gateways_balance"))
    parser.add_argument(
        "--max-n", type=mistakes.whole("--max-n", 1, 100), metavar="N", help=text("gateways_max_n")
    )


def run(options: Namespace, face: Face) -> int:
    if options.action == "add":
        return _add(options, face)
    names = face.client.gateways()
    if options.action:
        if options.name:
            raise Usage("usage.surplus", command="limner gateways", words=options.name)
        if options.action not in names:
            raise NotFound("gateway.unknown", name=options.action, known=names)
        names = [options.action]
    if options.resume:
        for name in names:
            face.client.resume(name)
            face.say(face.text("gateways.resumed", name=name))
    if options.hosts:
        return _hosts(names, face)
    told = [_told(name, face) for name in names]
    if options.balance:
        for one in told:
            _ask_balance(one, face, alone=bool(options.action))
    wide = [max(len(str(one[name] or "-")) for one in told) for name in ("name", "host")]
    lines = [f"{one['name']:<{wide[0]}}  {one['host'] or '-':<{wide[1]}}  {one['status']}" for one in told]
    if options.action:
        told[0]["endpoints"] = _endpoints(options.action, face) or _own_host(options.action, face)
        lines += [face.text("gateways.endpoint", **one) for one in told[0]["endpoints"]]
    face.show("gateways", {"items": told}, lines)
    return 0


def _ask_balance(told: dict[str, Any], face: Face, alone: bool) -> None:
    """What is left on an account. Of several, one that cannot say keeps no other from being asked."""
    told["balance"] = None
    if not told["ready"]:
        return
    try:
        told["balance"] = dict(face.client.balance(str(told["name"])))
        said = [f"{name} {left}" for name, left in told["balance"].items()]
    except GatewayError as error:
        if alone:
            raise
        said = [face.text(error.key, **error.facts)]
    told["status"] = "  ".join((told["status"], *said))


def _hosts(names: list[str], face: Face) -> int:
    """Every host that these gateways may make limner speak to: what goes there, and when."""
    rows = [
        {"gateway": name, **one} for name in names for one in _endpoints(name, face) or _own_host(name, face)
    ]
    lines = []
    for name in names:
        own = [face.text("gateways.endpoint", **one) for one in rows if one["gateway"] == name]
        lines += [name, *own] if own else []
    face.show("hosts", {"items": rows}, lines)
    face.say(face.text("gateways.nowhere_else"))
    return 0


def _own_host(name: str, face: Face) -> list[dict[str, str]]:
    """The one host of a gateway whose facts name none: the address it has, or would have."""
    try:
        gateway = face.client.gateway(name)
        host, has_key = gateway.host, gateway.key is not None
    except SetupNeeded:
        host, has_key = urlsplit(_address(name, face)).netloc, True
    what = face.text("gateways.own_host" if has_key else "gateways.own_host_keyless")
    return [{"host": host, "what": what, "when": face.text("gateways.always")}] if host else []


def _address(name: str, face: Face) -> str:
    """Where a gateway would be spoken to if it had a key."""
    added = face.client.settings.get("gateways", {}).get(name, {})
    facts = known.facts(str(added.get("provider", name)))
    return str(added.get("base_url") or facts["gateway"].get("base_url", ""))


def _endpoints(name: str, face: Face) -> list[dict[str, str]]:
    """Every real host a gateway of ours speaks to, what goes there and when, in the reader's language."""
    if face.client.sandbox:
        return []
    added = face.client.settings.get("gateways", {}).get(name, {})
    listed = known.facts(str(added.get("provider", name))).get("endpoints", ())

    def said(words: dict[str, str]) -> str:
        return words.get(face.language) or words["en"]

    return [{"host": one["host"], "what": said(one["what"]), "when": said(one["when"])} for one in listed]


def _told(name: str, face: Face) -> dict[str, Any]:
    try:
        gateway = face.client.gateway(name)
    except SetupNeeded as error:
        return {"name": name, "ready": False, "host": None, "status": missing(name, error, face)}
    for key, facts in gateway.warnings:
        face.warn(key, **facts)
    shown = "gateways.ready" if gateway.key else "gateways.ready_keyless"
    facts = {"key": gateway.key, "source": gateway.key.source} if gateway.key else {}
    return {
        "name": name,
        "ready": True,
        "host": gateway.host,
        "base_url": gateway.base_url,
        "unit": gateway.unit,
        "provider": gateway.provider,
        "status": face.text(shown, **facts),
    }


def missing(name: str, error: SetupNeeded, face: Face) -> str:
    """What a gateway that cannot be used yet lacks."""
    if error.key == "key.none":
        return face.text("gateways.no_key", command=face.typed("setup", name))
    return face.text(error.key, **error.facts)


def _add(options: Namespace, face: Face) -> int:
    name = options.name or ""
    if not name:
        raise Usage("usage.missing", command="limner gateways add", names="NAME")
    if name not in face.client.gateways() and not options.url:
        raise Usage("gateways.no_url")
    server = configuring.Server(
        name,
        options.url or "",
        options.key_env,
        options.key_file,
        options.unit,
        options.price,
        options.max_n,
        tuple(options.model),
    )
    added, lacking = configuring.add_gateway(face.client.home, server)
    if lacking:
        face.warn(lacking.key, **lacking.facts)
    if added:
        face.warnings += [face.text(key, **facts) for key, facts in added.warnings]
    lines = [face.text("gateways.added", name=name, url=options.url)]
    face.show(
        "gateway", {"name": name, "base_url": options.url, "settings": str(face.client.home.settings)}, lines
    )
    return 0
