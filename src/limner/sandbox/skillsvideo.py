"""
skills.video: created by an event stream of full snapshots, looked at by id, answered with links.

Not imitated: videos and speech, webhooks, the `predictions/…/subscribe` stream, its real prices and rate
limits (nobody has published them), subscriptions beside permanent credits, what each model really does with
its fields.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from limner.sandbox import faults, gateway, pictures, skillsvideo_documents, skillsvideo_stream
from limner.sandbox.answers import answer
from limner.sandbox.bills import MICRO
from limner.sandbox.call import Call, Refusal
from limner.sandbox.data import facts_of
from limner.sandbox.gateway import Gateway
from limner.sandbox.images_shape import is_picture
from limner.sandbox.imprint import Kind
from limner.sandbox.tasks import FINAL, Task
from limner.sandbox.world import World

NAME = "skillsvideo"

_FACTS = facts_of(__file__)
_MODELS: Mapping[str, Mapping[str, Any]] = {row["id"]: row for row in _FACTS["model"]}
_WORDS = {
    "queued": ("IN_QUEUE", "starting"),
    "running": ("IN_PROGRESS", "processing"),
    "done": ("COMPLETED", "succeeded"),
    "failed": ("FAILED", "failed"),
    "canceled": ("CANCELED", "canceled"),
}
_EARLY = {
    "generation-failed": Refusal(502, "FAILED", "The generation failed."),
    "provider-unavailable": Refusal(503, "PROVIDER_UNAVAILABLE", "The provider is unavailable."),
    "content-rejected": Refusal(422, "CONTENT_REJECTED", "The content was rejected."),
    "credits-in-words": Refusal(400, "FAILED_CHECK", "You do not have enough credits: not enough credit."),
}
_MOST_LOOKS = 600


def routes(world: World) -> list[BaseRoute]:
    here = Gateway(world, NAME, unit=_FACTS["unit"], refuse=_refusal, prefix=f"/{NAME}/api/v1")
    return [
        here.route("POST", "/generation/sse/{model:path}", _create_streaming, prompt=_prompt),
        here.route("POST", "/generation/{model:path}", _create, prompt=_prompt),
        here.route("GET", "/generation/{id}", _look),
        here.route("GET", "/credits", _credits),
        here.route("GET", "/openapi.json", _openapi, keyless=True),
        here.route("GET", "/{model:path}/v1/openapi.json", _openapi_of_model, keyless=True),
        here.route("GET", "/docs.json", _docs, keyless=True),
    ]


def _prompt(call: Call) -> str:
    prompt = _values(call).get("prompt")
    return prompt if isinstance(prompt, str) else ""


def _values(call: Call) -> dict[str, Any]:
    if isinstance(call.json, dict):
        return call.json
    return {name: _number(value) for name, value in call.fields.items()}


def _number(text: str) -> Any:
    """A form has texts only."""
    return json.loads(text) if text.isdecimal() or text in ("true", "false") else text


async def _create_streaming(call: Call) -> Response:
    task = await _started(call)
    if call.has("plain-json") or call.has("plain-json-done"):
        if call.has("plain-json-done"):
            _moved(call, task)
        return answer(_snapshot(task), status=202)
    return gateway.stream(call, skillsvideo_stream.written(call, _told(call, task)))


async def _create(call: Call) -> Response:
    task = await _started(call)
    return answer({**_snapshot(task), "data": None}, status=202)


async def _started(call: Call) -> Task:
    model = _MODELS.get(call.request.path_params["model"])
    if model is None:
        raise Refusal(404, "not_found", "Unknown endpoint.")
    values, references = _checked(call, model)
    for name, refusal in _EARLY.items():
        if call.has(name):
            raise refusal
    n = int(values.get("n") or values.get("num_images") or 1)
    cost = model["cost"] * MICRO
    billed = pictures.count(call, n)
    call.charge(model["id"], [cost] * billed)
    kind: Kind = "jpeg" if values.get("output_format") == "jpeg" else "png"
    clear = values.get("background") == "transparent"
    painted = await pictures.paint(call, n, _size(values), kind, references, clear=clear)
    order = {
        "model": model["id"],
        "input": {**values, "n": n},
        "kind": kind,
        "pictures": [(pictures.link(call, one), one.media_type, one.width, one.height) for one in painted],
        "total": model["cost"] * billed,
        "has": set(call.words),
    }
    task = gateway.start(call, order, _FACTS["seconds"])
    if call.has("generation-timeout"):
        raise Refusal(504, "TIMEOUT", "The generation took too long.")
    return task


def _checked(call: Call, model: Mapping[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    values = _values(call)
    if call.json is None and not call.fields and not call.files:
        raise _invalid("The body is neither JSON nor a form.")
    takes = model["takes"]
    sent = {*values, *(file.field for file in call.files)}
    for name in sorted(sent - set(takes)):
        raise _invalid(f"{name}: extra fields not permitted")
    for name in model.get("required", ["prompt"]):
        if name not in sent or not values.get(name, True):
            raise _invalid(f"{name}: field required")
    for name, value in values.items():
        _check(name, value, _FACTS["field"][takes[name]])
    return values, _references(call, values, model)


def _check(name: str, value: Any, row: Mapping[str, Any]) -> None:
    kinds: Mapping[str, Any] = {"integer": int, "boolean": bool, "links": (list, str)}
    if not isinstance(value, kinds.get(row["type"], str)) or (row["type"] == "integer" and value is True):
        raise _invalid(f"{name}: value is not a valid {row['type']}")
    if "allowed" in row and value not in row["allowed"]:
        raise _invalid(f"{name}: value is not one of {row['allowed']}")
    if "most" in row and not 1 <= value <= row["most"]:
        raise _invalid(f"{name}: value is not between 1 and {row['most']}")


def _references(call: Call, values: Mapping[str, Any], model: Mapping[str, Any]) -> list[bytes]:
    linked = values.get("image_urls") or values.get("image_url") or []
    found = [file.data for file in call.files]
    for url in [linked] if isinstance(linked, str) else linked:
        found.append(call.world.gallery.by_url(str(url)) or b"")
    if len(found) > model.get("most_links", 4):
        raise _invalid("image_urls: too many items")
    if not all(is_picture(one) for one in found):
        raise _invalid("image_urls: not an image that can be read")
    return found


def _size(values: Mapping[str, Any]) -> tuple[int, int]:
    exact = str(values.get("image_size") or "")
    if "x" in exact:
        width, _, height = exact.partition("x")
        return int(width), int(height)
    longest = _FACTS["size"].get(str(values.get("resolution") or ""), 1024)
    wide, _, high = str(values.get("aspect_ratio") or "1:1").partition(":")
    most = max(int(wide), int(high))
    return longest * int(wide) // most, longest * int(high) // most


async def _told(call: Call, task: Task) -> AsyncIterator[dict[str, Any]]:
    """Snapshots until the task has ended; a stuck one makes the stream end early."""
    yield _snapshot(task)
    if call.has("sse-no-id"):
        return
    last: str = task.state
    pause = 0.25 if call.world.speed == "real" else 0.01
    for _ in range(_MOST_LOOKS if call.world.speed == "real" else 8):
        state = _moved(call, task)
        if state != last or state in FINAL:
            if last == "queued" and state in FINAL:
                yield {**_snapshot(task), "status": _word(task, "running"), "data": None}
            yield _snapshot(task)
        if state in FINAL:
            return
        last = state
        await asyncio.sleep(pause)


def _moved(call: Call, task: Task) -> str:
    state = task.look()
    if state in ("failed", "canceled") and not faults.named(task.words, "task-failed-charged"):
        call.account.refund(task.request_id)
    return state


async def _look(call: Call) -> Response:
    return answer(_snapshot(await gateway.look(call, call.request.path_params["id"].removeprefix("gen_"))))


def _word(task: Task, state: str) -> str:
    if state == "running" and "odd-status" in task.order["has"]:
        return "WARMING_UP"
    return _WORDS[state][1 if "older-words" in task.order["has"] else 0]


def _snapshot(task: Task) -> dict[str, Any]:
    state, order = task.state, task.order
    stays = state == "done" or (state == "failed" and faults.named(task.words, "task-failed-charged"))
    total = order["total"] if stays else 0
    told: dict[str, Any] = {
        "id": f"gen_{task.id}",
        "status": _word(task, state),
        "input": order["input"],
        "data": _result(task) if state == "done" else None,
        "usage": {"total": total, "subscription": total, "permanent": 0},
    }
    if state == "failed":
        told |= {"code": "IMAGE_GENERATION_FAILED", "message": "The sandbox was asked to let this fail."}
    if "no-usage" in order["has"]:
        del told["usage"]
    return told


def _result(task: Task) -> dict[str, Any]:
    order = task.order
    images = [
        {
            "id": f"img_{number}",
            "url": url,
            "file_name": f"{number}.{order['kind']}",
            "content_type": kind,
            "width": width,
            "height": height,
        }
        for number, (url, kind, width, height) in enumerate(order["pictures"])
    ]
    if "no-pictures" in order["has"]:
        images = []
    first = {"image": {"url": images[0]["url"]}} if images else {}
    prompt = faults.plain(task.prompt)
    return {"type": "image", "n": len(images), "actual_prompt": prompt, "images": images, **first}


async def _credits(call: Call) -> Response:
    left = call.account.balance / MICRO
    return answer({"total": left, "subscription": left, "permanent": 0})


async def _openapi(call: Call) -> Response:
    return answer(skillsvideo_documents.openapi(_FACTS["model"], _FACTS["field"], call.base))


async def _openapi_of_model(call: Call) -> Response:
    model = _MODELS.get(call.request.path_params["model"])
    if model is None:
        raise Refusal(404, "not_found", "Unknown model.")
    return answer(skillsvideo_documents.openapi([model], _FACTS["field"], "/api", "/v1"))


async def _docs(_: Call) -> Response:
    return answer(skillsvideo_documents.docs(_FACTS["model"], _FACTS["group"]))


def _invalid(message: str) -> Refusal:
    return Refusal(422, "INVALID_INPUT", message)


_CODES = {
    "bad_key": "UNAUTHORIZED",
    "invalid": "INVALID_INPUT",
    "no_funds": "INSUFFICIENT_CREDITS",
    "rate_limited": "RATE_LIMITED",
    "overloaded": "PROVIDER_UNAVAILABLE",
    "moderation": "CONTENT_REJECTED",
    "gemini_blocked": "CONTENT_REJECTED",
}
_STATUSES = {"no_funds": 402, "moderation": 422, "gemini_blocked": 422}


def _refusal(call: Call, no: Refusal) -> Response:
    """The newest of three generations of bodies, unless the prompt asks for an older one."""
    word = _CODES.get(no.reason, no.reason)
    code = f"IMAGE_GENERATION_{word}" if word.isupper() else word.upper()
    body: dict[str, Any] = {"error": word.upper(), "code": code, "message": no.message}
    asked = {fault.name for fault in faults.read(call.prompt)}
    if "old-errors" in asked:
        body = {"message": no.message}
    elif "older-errors" in asked:
        body = {"error": code, "message": no.message}
    elif "nested-errors" in asked:
        body = {"error": {"message": no.message, "code": code}}
    return answer(body, status=_STATUSES.get(no.reason, no.status))
