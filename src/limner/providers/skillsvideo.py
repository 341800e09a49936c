"""
skills.video: a generation is created by an answer that is a stream, and the stream tells it to its end.

The stream's first event names the generation; from there on it can be followed by anybody who knows its
id. Errors before the stream are ordinary JSON. Pictures come as links; `usage.total` is what was charged.

API: https://open.skills.video/api/v1 as the public ai-image-skills skill speaks to it, 2026-03-20, and as
docs.skills.video describes it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from limner.answers import Answer, Unreadable
from limner.bodies import File
from limner.errors import (
    ContentRefused,
    GatewayError,
    NoAnswer,
    OutOfFunds,
    RateLimited,
    Refused,
    Unavailable,
)
from limner.events import Event, parse
from limner.gateways import Gateway
from limner.providers import skillsvideo_contract as contract
from limner.providers import skillsvideo_snapshots as snapshots
from limner.providers.base import Provider, refusal, unreadable
from limner.results import Progress, Submission
from limner.types import Choice, Model
from limner.wire import Wire

_FUNDS_WORDS = ("insufficient credit", "not enough credit", "insufficient balance", "top up", "recharge")
_STREAM_BEGINS = ("data:", "event:", "id:", "retry:", ":")


class Adapter(Provider):
    def submit(self, wire: Wire, choice: Choice) -> Submission:
        path = "/generation/sse/" + "/".join(quote(part, safe="") for part in choice.model.id.split("/"))
        body = _body(choice)
        if choice.references:
            opened = wire.post_streaming(path, fields=_fields(body), files=_files(choice))
        else:
            opened = wire.post_streaming(path, json=body)
        if isinstance(opened, Answer):
            return self.read(opened, wire.gateway)
        return _followed(opened, wire.gateway)

    def read(self, answer: Answer, gateway: Gateway) -> Submission:
        if not 200 <= answer.status < 300:
            raise _refusal(answer, gateway)
        kind = answer.headers.get("content-type", "").lower()
        if "event-stream" in kind or answer.text(16).lstrip("\ufeff \r\n").startswith(_STREAM_BEGINS):
            return _followed(parse(answer.chunks()), gateway)
        try:
            body = answer.json()
        except Unreadable as error:
            raise unreadable(answer, gateway) from error
        if not isinstance(body, dict):
            raise unreadable(answer, gateway)
        snapshot = snapshots.of_body(body, gateway.unit)
        if snapshot.id:
            return Submission(task_id=snapshot.id, updates=iter((_in_passing(snapshot.progress),)))
        raise _without_id(body, answer.status, gateway) or unreadable(answer, gateway)

    def poll(self, wire: Wire, task_id: str) -> Progress:
        answer = wire.get(f"/generation/{quote(task_id, safe='')}")
        if answer.status == 404:
            said = _said(answer).get("message", "")
            raise GatewayError(
                "task.unknown", status=404, gateway=wire.gateway.title, task=task_id, said=said
            )
        if answer.status != 200:
            raise _refusal(answer, wire.gateway)
        try:
            body = answer.json()
        except Unreadable as error:
            raise unreadable(answer, wire.gateway) from error
        if not isinstance(body, dict):
            raise unreadable(answer, wire.gateway)
        return snapshots.of_body(body, wire.gateway.unit).progress

    def live_models(self, wire: Wire, known: Sequence[Model]) -> tuple[Model, ...]:
        facts = wire.gateway.facts["documents"]
        documents, docs = wire.documents("openapi"), wire.documents("docs")
        if not documents:
            documents = _published(wire, facts["openapi"])
            docs = docs or (_published(wire, facts["docs"]) if documents else [])
        if not documents and not docs:
            raise GatewayError("gateway.no_list", gateway=wire.gateway.title)
        return tuple(contract.refined(known, documents, docs, facts["group"]))

    def balance(self, wire: Wire) -> Mapping[str, int | float | str]:
        answer = wire.get("/credits")
        if answer.status != 200:
            raise _refusal(answer, wire.gateway)
        try:
            return dict(_flat("credits", answer.json()))
        except Unreadable as error:
            raise unreadable(answer, wire.gateway) from error


def _followed(events: Iterator[Event], gateway: Gateway) -> Submission:
    """Read on until an event names the generation. Raises `NoAnswer` when none does."""
    failure: GatewayError | None = None
    for event in events:
        snapshot = snapshots.of_event(event, gateway.unit)
        if snapshot is None:
            continue
        if snapshot.id:
            return Submission(task_id=snapshot.id, updates=_updates(snapshot.progress, events, gateway.unit))
        failure = _without_id(snapshot.body, 200, gateway) or failure
    raise failure or NoAnswer("stream.no_id", gateway=gateway.title)


def _updates(first: Progress, events: Iterator[Event], unit: str) -> Iterator[Progress]:
    yield _in_passing(first)
    for event in events:
        snapshot = snapshots.of_event(event, unit)
        if snapshot is not None:
            yield _in_passing(snapshot.progress)


def _in_passing(progress: Progress) -> Progress:
    """An end without its pictures is left to be looked at: the event may have said it shortly."""
    if progress.state == "done" and not progress.sources:
        return progress._replace(state="running")
    return progress


def _body(choice: Choice) -> dict[str, Any]:
    """The fields of the model's own schema, and no others."""
    wire = choice.model.live
    parameters = dict(choice.parameters)
    size, n = parameters.pop("size", None), parameters.pop("n", 1)
    body: dict[str, Any] = {"prompt": choice.prompt} if wire.get("prompt", True) else {}
    if size and "size" in wire:
        body[wire["size"]] = size
    if choice.aspect_ratio and "ratio" in wire:
        body[wire["ratio"]] = choice.aspect_ratio
    if n > 1 and "n" in wire:
        body[wire["n"]] = n
    return body | parameters


def _fields(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A form has texts only; a list is the same field several times."""
    rows = [
        (name, one) for name, value in body.items() for one in (value if isinstance(value, list) else [value])
    ]
    return [(name, one if isinstance(one, str) else json.dumps(one)) for name, one in rows]


def _files(choice: Choice) -> list[File]:
    field = str(choice.model.live["references"])
    return [
        File(field, f"reference-{place}.{one.media_type.removeprefix('image/')}", one.media_type, one.path)
        for place, one in enumerate(choice.references, 1)
    ]


def _refusal(answer: Answer, gateway: Gateway) -> GatewayError:
    """What an answer other than success means: the gateway's own code first, then the status."""
    said = _said(answer)
    own = _own_error(said, answer.status, gateway)
    if own is None:
        return refusal(answer, gateway)
    if isinstance(own, RateLimited):
        after = answer.headers.get("retry-after", "")
        own.retry_after = float(after) if after.isascii() and after.isdigit() else None
    return own


def _said(answer: Answer) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except Unreadable:
        return {}
    return body if isinstance(body, dict) else {}


def _own_error(body: Mapping[str, Any], status: int, gateway: Gateway) -> GatewayError | None:
    """By the words of the gateway's own families, whatever status they came with."""
    said, code = snapshots.reason(body), snapshots.code(body)
    suffix = code.upper().rpartition("_GENERATION_")[2]
    meaning = gateway.facts["codes"].get(suffix)
    facts: dict[str, Any] = {"gateway": gateway.title, "said": said, "said_code": code, "status": status}
    if meaning == "funds" or status == 402 or any(word in said.lower() for word in _FUNDS_WORDS):
        return OutOfFunds("gateway.funds_at", url=gateway.facts["gateway"]["recharge_at"], **facts)
    if meaning == "content":
        return ContentRefused("gateway.content", **facts)
    if meaning == "rate":
        return RateLimited("gateway.rate", **facts)
    if meaning == "unknown":
        return NoAnswer("gateway.said_failed", **facts)
    if meaning == "refused" and status not in {401, 403}:
        if status >= 500:
            return Unavailable("gateway.own_fault", **facts)
        return Refused("gateway.refused", **facts)
    return None


def _without_id(body: Mapping[str, Any], status: int, gateway: Gateway) -> GatewayError | None:
    """A failure told after the request was taken up: what it says, and whether it cost anything is open."""
    if not snapshots.code(body) and not body.get("error"):
        return None
    own = _own_error(body, status, gateway)
    said = snapshots.reason(body)
    return own or NoAnswer("gateway.said_failed", status=status, gateway=gateway.title, said=said)


def _published(wire: Wire, path: str) -> list[Any]:
    """A document of the gateway's own, if it has it."""
    try:
        answer = wire.get(path)
        body = answer.json() if answer.status == 200 else None
    except (GatewayError, Unreadable):
        return []
    if not isinstance(body, dict):
        return []
    wire.read(body)
    return [body]


def _flat(name: str, value: Any, depth: int = 0) -> Iterator[tuple[str, int | float | str]]:
    """Whatever the balance looks like, its numbers and words by their own names."""
    if isinstance(value, dict) and depth < 4:
        for key, entry in value.items():
            yield from _flat(f"{name}.{key}" if depth else str(key), entry, depth + 1)
    elif isinstance(value, (int, float, str)) and not isinstance(value, bool):
        yield name, value
