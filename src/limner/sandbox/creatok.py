"""
CreatOK Open Skills: capabilities, uploads, pictures by task, everything in an envelope with a code.

Not imitated: video, analysis and every other skill of the service; who may use which model; how long links
and object keys live; the real error codes, which are not public; whether a failed task is paid for. Where
pictures are had by object key alone is this sandbox's own invention: below its own prefix.

A server of the time before uploads and capabilities is had by scripting `404` for those two paths.
"""

from collections.abc import Mapping
from secrets import token_hex
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from limner.sandbox import faults, gateway, pictures
from limner.sandbox.answers import answer
from limner.sandbox.bills import MICRO
from limner.sandbox.call import Call, Refusal
from limner.sandbox.creatok_uploads import Desk, bucket
from limner.sandbox.data import facts_of
from limner.sandbox.gallery import Hung
from limner.sandbox.gateway import Gateway
from limner.sandbox.tasks import Task
from limner.sandbox.world import World

NAME = "creatok"
_FACTS = facts_of(__file__)
_MODELS: Mapping[str, Mapping[str, Any]] = {row["id"]: row for row in _FACTS["model"]}
_API = "/api/open/skills"
# Of these the envelope speaks, under HTTP 200; of everything else the status does.
_CODES = {"no_funds": 40201, "moderation": 40301, "gemini_blocked": 40302, "invalid": 40001}


def routes(world: World) -> list[BaseRoute]:
    here = Gateway(world, NAME, unit=_FACTS["unit"], refuse=_refusal, bad_key="ok_bad")
    desk = Desk()
    return [
        here.route("GET", f"{_API}/capabilities", _capabilities),
        here.route("POST", f"{_API}/upload/image/presigned", desk.announce),
        here.route("PUT", "/uploads/{token}", desk.bring, key=_nobody, keyless=True),
        here.route("POST", f"{_API}/image-generation", _submit, prompt=_prompt),
        here.route("GET", f"{_API}/tasks/status", _status),
        here.route("GET", "/open-skills/{rest:path}", _by_key, key=_nobody, keyless=True),
    ]


async def _capabilities(call: Call) -> Response:
    dear = 2 if call.has("dearer") else 1
    listed = [_capable(model, dear) for model in _MODELS.values()]
    if call.has("no-prices"):
        for model in listed:
            del model["pricing"]
    if call.has("broken-contract"):
        del listed[int(call.number("broken-contract", 1)) - 1]["label"]
    image = {"default_model": _FACTS["default_model"], "models": listed}
    return _enveloped(call, {"capabilities": {"image": image, "video": {"models": []}}})


def _capable(model: Mapping[str, Any], dear: int) -> dict[str, Any]:
    priced = {size: each * dear for size, each in model["by_resolution"].items()}
    return {
        "id": model["id"],
        "label": model["label"],
        "defaults": {"resolution": "2K", "n": 1},
        "limits": {
            "resolutions": list(priced),
            "n": {"min": 1, "max": _FACTS["most_pictures"]},
            "aspect_ratios": _FACTS["ratios"],
            "max_reference_images": _FACTS["most_references"],
        },
        "pricing": {"currency": "credits", "unit": "image", "by_resolution": priced},
    }


class _Order(NamedTuple):
    """What a submit asks for."""

    model: Mapping[str, Any]
    size: str
    n: int
    ratio: str
    references: list[bytes]


async def _submit(call: Call) -> Response:
    if call.has("code-message"):
        raise Refusal(200, "in_message", "The order is not valid.")
    order = _ordered(call, _object(call.json))
    each = order.model["by_resolution"][order.size] * MICRO
    call.charge(order.model["id"], [each] * pictures.count(call, order.n))
    painted = await pictures.paint(call, order.n, _pixels(order.size, order.ratio), "png", order.references)
    task = gateway.start(call, [_image(call, one) for one in painted], seconds=_FACTS["seconds"])
    if call.has("no-task-id"):
        return _enveloped(call, {"status": "queued"})
    if call.has("task-id-number"):
        task.id = str(int(token_hex(6), 16))
        return _enveloped(call, {"task_id": int(call.world.tasks.add(task).id), "status": "queued"})
    return _enveloped(call, {"task_id": task.id, "status": "queued"})


def _ordered(call: Call, told: Mapping[str, Any]) -> _Order:
    model, size, n = _MODELS.get(str(told.get("model"))), told.get("resolution"), told.get("n", 1)
    ratio = told.get("aspect_ratio", "1:1")
    if not call.prompt.strip() or model is None:
        raise _invalid("prompt and a known model are needed.")
    if size not in model["by_resolution"] or ratio not in _FACTS["ratios"]:
        raise _invalid(f"{model['id']} has no such resolution or aspect_ratio.")
    if type(n) is not int or not 1 <= n <= _FACTS["most_pictures"]:
        raise _invalid("n must be an integer from 1 to 4.")
    return _Order(model, str(size), n, str(ratio), _references(call, told))


def _references(call: Call, order: Mapping[str, Any]) -> list[bytes]:
    """By object key, or by address as before; addresses of our own gallery only, nothing is fetched."""
    keys, urls = order.get("imageObjectKeys") or [], order.get("reference_images") or []
    if not isinstance(keys, list) or not isinstance(urls, list):
        raise _invalid("imageObjectKeys and reference_images are lists.")
    if len(keys) + len(urls) > _FACTS["most_references"]:
        raise _invalid("At most 5 reference images.")
    brought = [call.world.gallery.find(str(key)) for key in keys]
    if None in brought:
        raise _invalid("An object key is not known.")
    linked = [call.world.gallery.by_url(str(url)) or str(url).encode() for url in urls]
    return [hung.data for hung in brought if hung] + linked


def _image(call: Call, picture: Any) -> dict[str, Any]:
    key = f"open-skills/results/{token_hex(12)}.png"
    call.world.gallery.keep(key, Hung(picture.data, picture.media_type))
    url = "" if call.has("object-key-only") else pictures.link(call, picture)
    return {"url": url or None, "thumbnail_url": None, "object_key": key}


def _pixels(size: str, ratio: str) -> tuple[int, int]:
    longest = _FACTS["pixels"][size]
    wide, high = (int(side) for side in ratio.split(":"))
    return longest * wide // max(wide, high), longest * high // max(wide, high)


async def _status(call: Call) -> Response:
    query = call.request.query_params
    if query.get("task_type") != "image_generation":
        raise _invalid("task_type has to be image_generation.")
    task = await gateway.look(call, query.get("task_id", ""))
    told: dict[str, Any] = {"task_id": task.id, "status": _word(task), "result": None, "error": None}
    if task.state == "done" and not faults.named(task.words, "no-images"):
        told["result"] = {"images": task.order}
    if task.state in ("failed", "canceled"):
        reason = "The upstream model could not finish this picture."
        told["error"] = reason if faults.named(task.words, "error-text") else {"message": reason}
    return _enveloped(call, told)


def _word(task: Task) -> str:
    """Where a task stands, in this gateway's words, or in others where a fault wants them."""
    state = task.state
    for fault in ("ends-expired", "ends-error", "ends-cancelled"):
        if state in ("failed", "canceled") and faults.named(task.words, fault):
            return fault.removeprefix("ends-")
    if state in ("queued", "running") and faults.named(task.words, "odd-status"):
        return "brushing"
    return {"done": "succeeded"}.get(state, state)


async def _by_key(call: Call) -> Response:
    hung = call.world.gallery.find(f"open-skills/{call.request.path_params['rest']}")
    return Response(hung.data, media_type=hung.media_type) if hung else bucket(404, "NoSuchKey")


def _enveloped(call: Call, data: Mapping[str, Any]) -> Response:
    return answer({"code": "0" if call.has("code-text") else 0, "msg": "ok", "data": data})


def _refusal(_: Call, refusal: Refusal) -> Response:
    """A code under HTTP 200 for what the order is refused for, the status for everything else."""
    if refusal.reason == "in_message":
        return answer({"code": 40002, "message": refusal.message})
    if refusal.reason == "unknown_task":
        return answer({"code": 40401, "msg": "task not found", "data": None})
    code = _CODES.get(refusal.reason)
    if code is not None:
        said = "Insufficient credits." if refusal.reason == "no_funds" else refusal.message
        return answer({"code": code, "msg": said, "data": None})
    return answer({"code": refusal.status, "msg": refusal.message}, status=refusal.status)


def _invalid(message: str) -> Refusal:
    return Refusal(400, "invalid", message)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _prompt(call: Call) -> str:
    prompt = _object(call.json).get("prompt")
    return prompt if isinstance(prompt, str) else ""


def _nobody(_: Request) -> str:
    return ""
