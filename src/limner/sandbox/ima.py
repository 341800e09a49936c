"""
IMA Studio: a product list, uploads by a signed token, tasks that are created and looked at.

Not imitated: video and audio, subscriptions, the asset check of newer clients, foreign reference addresses
(taken, never fetched), how long an upload token lives, watermarks.
"""

import hashlib
from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute

from limner.sandbox import faults, gateway, pictures
from limner.sandbox.answers import answer
from limner.sandbox.bills import MICRO
from limner.sandbox.call import Call, Refusal
from limner.sandbox.gallery import Hung
from limner.sandbox.gateway import Gateway
from limner.sandbox.ima_products import CATEGORIES, FACTS, count, pixels, sold, tree
from limner.sandbox.images_shape import OTHER_MODEL
from limner.sandbox.tasks import Task
from limner.sandbox.world import World

NAME = "ima"

_BY_WORD = {
    "4008": "Insufficient points balance",
    "4014": "This model requires a subscription",
    "6006": "Credit does not match the rule",
    "6009": "No credit rule matches the parameters",
    "6010": "Attribute ID does not match the parameters",
}
_CODES = {"no_funds": 4008, "unknown_task": 404}
_SIGNED = ("appId", "appKey", "timestamp", "nonce")
_MOST_PROMISES = 1000


def routes(world: World) -> list[BaseRoute]:
    here = Gateway(world, NAME, unit=FACTS["unit"], refuse=_refuse, bad_key="ima_bad")
    uploads = _Uploads(world)
    upload = "/api/rest/oss/getuploadtoken"
    return [
        here.route("GET", "/open/v1/product/list", _products),
        here.route("POST", "/open/v1/tasks/create", _create, prompt=_prompt_of),
        here.route("POST", "/open/v1/tasks/detail", _detail),
        here.route("GET", upload, uploads.token, key_field="appUid"),
        here.route("POST", upload, uploads.token, key_field="appUid"),
        here.route("PUT", "/oss/{name}", uploads.put, keyless=True),
    ]


def _refuse(call: Call, refusal: Refusal) -> Response:
    """What is refused by a code of the service's own comes with status 200, as everything else there."""
    del call
    if refusal.reason == "server_error":
        return PlainTextResponse("Internal Server Error", refusal.status)
    code = int(refusal.reason) if refusal.reason.isdecimal() else _CODES.get(refusal.reason, refusal.status)
    status = 200 if code > 1000 or refusal.reason.isdecimal() else refusal.status
    return answer({"code": code, "message": refusal.message, "data": None}, status=status)


def _fine(data: Any) -> Response:
    return answer({"code": 0, "message": "success", "data": data})


def _strike(call: Call) -> None:
    """The refusals that are this service's own."""
    for word, message in _BY_WORD.items():
        if call.has(word):
            raise Refusal(200, word, message)
    if call.has("invalid-attribute"):
        raise Refusal(200, "400", "Invalid product attribute")
    if call.has("500-body"):
        raise Refusal(200, "500", "The request is too complex")
    if call.has("body-error"):
        raise Refusal(200, "1001", "system busy")


def _check_source(call: Call) -> None:
    if not call.request.headers.get("x-app-source"):
        raise Refusal(200, "400", "x-app-source is required")


async def _products(call: Call) -> Response:
    _check_source(call)
    _strike(call)
    query = call.request.query_params
    if (query.get("app"), query.get("platform")) != ("ima", "web"):
        raise Refusal(200, "400", "app and platform are required")
    category = query.get("category", "")
    language = call.request.headers.get("x_app_language", "en")
    return _fine(tree(category, language, call.has("new-tariff")) if category in CATEGORIES else [])


async def _create(call: Call) -> Response:
    _check_source(call)
    _strike(call)
    body = call.json if isinstance(call.json, dict) else {}
    order = _order_of(body)
    category = body.get("task_type")
    if category not in CATEGORIES or order.get("category") != category:
        raise Refusal(200, "400", "Unknown task type")
    if (order.get("app"), order.get("platform")) != ("ima", "web"):
        raise Refusal(200, "400", "app and platform are required")
    inner = order["parameters"]
    if not isinstance(inner.get("prompt"), str) or not inner["prompt"].strip():
        raise Refusal(200, "400", "prompt is required in parameters")
    leaf, points = sold(order, category)
    references = _references(call, body, inner, category)
    ordered = count(inner)
    call.charge(leaf["model_id"], [points * MICRO] * ordered)
    painted = await pictures.paint(call, ordered * leaf.get("pictures", 1), pixels(inner), "png", references)
    made_by = {"model_id": OTHER_MODEL if call.has("other-model") else leaf["model_id"]}
    kept = [
        {
            **_kept(pictures.link(call, one)),
            "width": one.width,
            "height": one.height,
            "format": "png",
            **made_by,
        }
        for one in painted
    ]
    told = {"task_type": category, "prompt": inner["prompt"], "model_id": leaf["model_id"], "medias": kept}
    return _fine({"id": gateway.start(call, told, seconds=leaf["seconds"]).id})


def _kept(url: str) -> dict[str, str]:
    return {"url": url, "watermark_url": "", "preview_url": "", "cover_url": url}


def _references(call: Call, body: Mapping[str, Any], inner: Mapping[str, Any], category: str) -> list[bytes]:
    links = inner.get("input_images")
    if not isinstance(links, list) or body.get("src_img_url") != links:
        raise Refusal(200, "400", "src_img_url and input_images must both hold the images")
    if (category == "image_to_image") != bool(links) or len(links) > FACTS["most_references"]:
        raise Refusal(200, "400", "input images do not fit the task type")
    return [_read(call, str(link)) for link in links]


def _read(call: Call, link: str) -> bytes:
    """Our own pictures are looked at; a foreign address only stands for itself."""
    if not link.startswith(("http://", "https://")):
        raise Refusal(200, "400", "input images must be URLs")
    found = call.world.gallery.by_url(link)
    if found is None and link.startswith(call.world.base):
        raise Refusal(200, "400", "input image not found")
    return found or link.encode()


async def _detail(call: Call) -> Response:
    _check_source(call)
    task_id = call.json.get("task_id") if isinstance(call.json, dict) else None
    task = await gateway.look(call, str(task_id or ""))
    _strike(call)
    return _fine({"id": task.id, **_told(call, task)})


def _told(call: Call, task: Task) -> dict[str, Any]:
    order = task.order
    medias: list[dict[str, Any]] = []
    if task.state == "done":
        medias = [{"resource_status": 1, "status": "success", **media} for media in order["medias"]]
        _spoil(call, task, medias)
    elif task.state in ("failed", "canceled"):
        medias = [_lost(2, "generation failed") for _ in order["medias"]]
    elif task.state == "running" or faults.named(task.words, "null-status"):
        medias = [{**_waiting(task), "url": ""} for _ in order["medias"]]
    return {"task_type": order["task_type"], "prompt": order["prompt"], "medias": medias}


def _waiting(task: Task) -> dict[str, Any]:
    if faults.named(task.words, "odd-status"):
        return {"resource_status": 7, "status": "warming_up"}
    nothing = None if task.looks % 2 else ""
    return {
        "resource_status": nothing if faults.named(task.words, "null-status") else 0,
        "status": "processing",
    }


def _spoil(call: Call, task: Task, medias: list[dict[str, Any]]) -> None:
    if faults.named(task.words, "media-failed"):
        medias[-1] = _lost(2, "content could not be generated")
        call.account.refund(task.request_id)
    if faults.named(task.words, "media-deleted"):
        medias[-1] = {**_lost(3, ""), "status": "success", "remark": "removed by the provider"}
    late = faults.named(task.words, "late-picture")
    if late and call.account.strikes(task.id, "late-picture", 1):
        medias[-1] = {"resource_status": 0, "status": "processing", "url": ""}
    if faults.named(task.words, "watermark-only"):
        medias[:] = [{**media, "watermark_url": media.get("url", ""), "url": ""} for media in medias]


def _lost(status: int, reason: str) -> dict[str, Any]:
    return {"resource_status": status, "status": "failed", "url": "", "error_msg": reason, "remark": ""}


class _Uploads:
    """Tokens promised and not used yet. What was put is then to be had from the gallery."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.promised: dict[str, str] = {}

    async def token(self, call: Call) -> Response:
        asked = {**call.request.query_params, **call.fields}
        method = call.request.method
        if (call.has("token-by-form") and method == "GET") or (
            call.has("token-by-query") and method == "POST"
        ):
            return PlainTextResponse("Method Not Allowed", 405)
        if call.has("token-echo"):
            return PlainTextResponse(f"cannot serve {call.request.url} {call.body.decode()}", 500)
        if asked.get("cmimToken") != asked.get("appUid") or asked.get("appId") != FACTS["app_id"]:
            raise Refusal(200, "401", "token error")
        told = "|".join(asked.get(name, "") for name in _SIGNED)
        if asked.get("appKey") != FACTS["app_key"] or asked.get("sign") != _sha1(told):
            raise Refusal(200, "403", "sign error")
        if (asked.get("fService"), asked.get("fType")) != ("privite", "picture"):
            raise Refusal(200, "400", "unknown service")
        if call.has("token-without-address"):
            return _fine({"ful": "", "fdl": ""})
        name = f"{token_hex(12)}.{asked.get('fSuffix') or 'jpeg'}"
        self.promised[name] = asked.get("fContentType", "")
        while len(self.promised) > _MOST_PROMISES:
            del self.promised[next(iter(self.promised))]
        put = f"{self.world.base}/{NAME}/oss/{name}?Expires=1900000000&Signature={token_hex(8)}%3D"
        return _fine({"ful": put, "fdl": f"{self.world.base}/pictures/{name}"})

    async def put(self, call: Call) -> Response:
        name = call.request.path_params["name"]
        kind = call.request.headers.get("content-type", "")
        if self.promised.get(name) != kind or not call.body or "authorization" in call.request.headers:
            return PlainTextResponse("<Error><Code>SignatureDoesNotMatch</Code></Error>", 403)
        del self.promised[name]
        self.world.gallery.keep(name, Hung(call.body, kind))
        return PlainTextResponse("")


def _sha1(text: str) -> str:
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest().upper()


def _order_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    orders = body.get("parameters")
    order = orders[0] if isinstance(orders, list) and len(orders) == 1 else None
    if not isinstance(order, dict) or not isinstance(order.get("parameters"), dict):
        raise Refusal(200, "400", "parameters must hold one order")
    return order


def _prompt_of(call: Call) -> str:
    try:
        prompt = call.json["parameters"][0]["parameters"]["prompt"]
    except (TypeError, KeyError, IndexError):
        return ""
    return prompt if isinstance(prompt, str) else ""
