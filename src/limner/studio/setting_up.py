"""Gateways, their keys and the limits, for somebody who never opens a terminal."""

from importlib.util import find_spec
from typing import Any

from starlette.responses import Response

from limner import configuring, gateways
from limner.errors import LimnerError, NotFound, SetupNeeded, Usage
from limner.ledger import gallery
from limner.messages import clean
from limner.studio import limiting
from limner.studio.visit import Visit

SAID = frozenset({"kept", "resumed", "added", "removed", "limited", "unlimited"})
_SHOWN_MODELS = 12
_MOST_JOBS = 10_000


def show(visit: Visit, problem: str = "", at: str = "", tried: str = "") -> Response:
    """`problem` or `tried`, the outcome of a look, is said at the gateway or the form called `at`."""
    stops = {row["gateway"]: row for row in gallery.stopped(visit.client.ledger.store)}
    rows = [_row(visit, name, stops) for name in visit.client.gateways()]
    facts: dict[str, Any] = {"rows": rows, "problem": problem, "at": at, "tried": tried}
    facts["said"] = visit.asked("said") if visit.asked("said") in SAID else ""
    facts["has_keyring"] = find_spec("keyring") is not None
    facts["given"] = {
        name: visit.given(name) for name in ("name", "url", "price", "amount", "limit", "scope")
    }
    facts |= limiting.facts(visit)
    return visit.page("setup.html", 422 if problem else 200, home=str(visit.client.home.data), **facts)


def add(visit: Visit) -> Response:
    """Add a server of one's own, as `limner gateways add` does."""
    if visit.sandbox:
        raise NotFound("gateway.unknown", name="", known=visit.client.gateways())
    try:
        key = gateways.entered(visit.given("key"), visit.t("the_field")) if visit.given("key") else None
        server = configuring.Server(
            visit.given("name"), visit.given("url"), price=visit.given("price") or None
        )
        configuring.add_gateway(visit.client.home, server, key)
    except LimnerError as error:
        return show(visit, visit.error(error), "add")
    return visit.go("/setup", said="added")


def remove(visit: Visit) -> Response:
    """Remove a server that was added, unless something bought there is still on its way."""
    name, ledger = visit.path["gateway"], visit.client.ledger
    try:
        at_work = [job.id for job in ledger.jobs("unfinished", _MOST_JOBS) if job.gateway == name]
        if at_work:
            raise Usage("gateway.at_work", name=name, jobs=at_work[:3])
        configuring.remove_gateway(visit.client.home, name)
    except LimnerError as error:
        return show(visit, visit.error(error), name)
    return visit.go("/setup", said="removed")


def look(visit: Visit) -> Response:
    """Ask a gateway what it sells; free. What came back, in a sentence."""
    name = visit.path["gateway"]
    try:
        gateway = visit.client.gateway(name)
        if gateway.facts["gateway"].get("template"):
            ids = visit.client.market.ask(gateway, lambda provider, wire: provider.model_ids(wire))
        else:
            ids = [model.title for model in visit.client.offers(name)]
    except LimnerError as error:
        return show(visit, visit.error(error), name)
    return show(visit, at=name, tried=_listed(visit, ids))


def _listed(visit: Visit, ids: list[str]) -> str:
    shown = ", ".join(clean(one, 60) for one in ids[:_SHOWN_MODELS])
    more = len(ids) - _SHOWN_MODELS
    if not ids:
        return visit.t("tried_none")
    if more > 0:
        return visit.t("tried_more", count=len(ids), models=shown, more=more)
    return visit.t("tried_all", count=len(ids), models=shown)


def limit(visit: Visit) -> Response:
    """Set, change or lift a limit."""
    problem = limiting.change(visit)
    if problem:
        return show(visit, problem, "limits")
    return visit.go("/setup", said="unlimited" if limiting.lifts(visit) else "limited")


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
        "is_added": name in configuring.added(visit.client.settings) and not visit.sandbox,
        "can_look": False,
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
    head = facts["gateway"]
    told |= {"is_ready": True, "host": gateway.host, "can_look": head.get("live") or head.get("template")}
    # A server of one's own goes by the name it was given.
    told["title"] = name if told["is_added"] else gateway.title
    told["warnings"] = [visit.s(key, **one) for key, one in gateway.warnings]
    source = gateway.key.source if gateway.key else ""
    told["state"] = visit.t("key_set", source=source) if source and not visit.sandbox else visit.t("ready")
    return told


def _endpoint(visit: Visit, one: dict[str, Any]) -> dict[str, str]:
    def said(words: dict[str, str]) -> str:
        return words.get(visit.language) or words["en"]

    return {"host": one["host"], "what": said(one["what"]), "when": said(one["when"])}
