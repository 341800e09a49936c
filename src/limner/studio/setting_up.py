"""Gateways and their keys, for somebody who never opens a terminal."""

from importlib.util import find_spec
from typing import Any

from starlette.responses import Response

from limner import gateways
from limner.errors import LimnerError, NotFound, SetupNeeded
from limner.ledger import gallery
from limner.studio.visit import Visit


def show(visit: Visit, problem: str = "", at: str = "") -> Response:
    stops = {row["gateway"]: row for row in gallery.stopped(visit.client.ledger.store)}
    rows = [_row(visit, name, stops) for name in visit.client.gateways()]
    facts: dict[str, Any] = {"rows": rows, "problem": problem, "at": at, "said": visit.asked("said")}
    facts["has_keyring"] = find_spec("keyring") is not None
    return visit.page("setup.html", 422 if problem else 200, home=str(visit.client.home.data), **facts)


def keep_key(visit: Visit) -> Response:
    """Store a key, as `limner setup` does. It is in this one request and in no answer."""
    name = visit.path["gateway"]
    if visit.sandbox or name not in visit.client.gateways() or not _facts(visit, name).get("credentials"):
        raise NotFound("gateway.unknown", name=name, known=visit.client.gateways())
    try:
        key = gateways.entered(visit.given("key"), visit.t("the_field"))
        keep = gateways.keep_in_keyring if visit.given("keyring") else gateways.keep_in_file
        keep(name, key, visit.client.home)
    except LimnerError as error:
        return show(visit, visit.error(error), name)
    return visit.go("/setup", said="kept")


def resume(visit: Visit) -> Response:
    """Let a gateway go on that limner stopped by itself."""
    visit.client.resume(visit.path["gateway"])
    return visit.go("/setup", said="resumed")


def _facts(visit: Visit, name: str) -> dict[str, Any]:
    added = visit.client.settings.get("gateways", {}).get(name, {})
    return dict(gateways.facts(str(added.get("provider", name))))


def _row(visit: Visit, name: str, stops: dict[str, Any]) -> dict[str, Any]:
    facts = _facts(visit, name)
    told: dict[str, Any] = {
        "name": name,
        "title": facts["gateway"]["title"],
        "takes_key": bool(facts.get("credentials")) and not visit.sandbox,
        "keys_from": facts["gateway"].get("keys_from", ""),
        "endpoints": [_endpoint(visit, one) for one in facts.get("endpoints", ())],
        "stop": None,
        "is_ready": False,
        "host": "",
        "warnings": [],
    }
    if name in stops:
        told["stop"] = visit.s(f"stopped.{stops[name]['reason']}", gateway=name, job=stops[name]["job_id"])
    try:
        gateway = visit.client.gateway(name)
    except SetupNeeded as error:
        told["state"] = visit.t("key_missing") if error.key == "key.none" else visit.error(error)
        return told
    told |= {"is_ready": True, "host": gateway.host, "title": gateway.title}
    told["warnings"] = [visit.s(key, **one) for key, one in gateway.warnings]
    source = gateway.key.source if gateway.key else ""
    told["state"] = visit.t("key_set", source=source) if source and not visit.sandbox else visit.t("ready")
    return told


def _endpoint(visit: Visit, one: dict[str, Any]) -> dict[str, str]:
    def said(words: dict[str, str]) -> str:
        return words.get(visit.language) or words["en"]

    return {"host": one["host"], "what": said(one["what"]), "when": said(one["when"])}
