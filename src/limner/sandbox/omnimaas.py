"""
OmniMaaS / Cloubic: synchronous, in the shapes of OpenAI Images and, for Gemini models, of chat completions.

Not imitated: streaming, masks, transparent backgrounds, the Qwen, Doubao and Wan models with bodies of their
own, the native `/v1beta` endpoint, rate limits, moderation (except on demand), how long real pictures take.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from limner.sandbox import chat_shape, images_shape, pictures
from limner.sandbox.answers import answer
from limner.sandbox.call import Call, Refusal
from limner.sandbox.data import facts_of
from limner.sandbox.gateway import Gateway
from limner.sandbox.images_shape import Order, invalid
from limner.sandbox.tokens import Tokens, bills, of_text
from limner.sandbox.world import World

NAME = "omnimaas"

_FACTS = facts_of(__file__)
_MODELS: Mapping[str, Mapping[str, Any]] = {row["id"]: row for row in _FACTS["model"]}


def routes(world: World) -> list[BaseRoute]:
    here = Gateway(world, NAME, unit=_FACTS["unit"], refuse=images_shape.refusal)
    return [
        here.route("GET", "/v1/models", _models),
        here.route("POST", "/v1/images/generations", _generations, prompt=images_shape.prompt_of),
        here.route("POST", "/v1/images/edits", _edits, prompt=images_shape.prompt_of),
        here.route("POST", "/v1/chat/completions", _completions, prompt=chat_shape.prompt_of),
    ]


async def _models(_: Call) -> Response:
    rows = [{"id": name, "object": "model", "created": 1766000000, "owned_by": NAME} for name in _MODELS]
    return answer({"object": "list", "data": rows})


async def _generations(call: Call) -> Response:
    return await _images(call, _order(call))


async def _edits(call: Call) -> Response:
    order = _order(call)
    references = images_shape.references_of(call, _FACTS["most_references"])
    return await _images(call, order._replace(references=references))


def _order(call: Call) -> Order:
    if call.json is None and not call.fields:
        raise invalid("The body is neither JSON nor a form.")
    _model(images_shape.values_of(call).get("model"), "openai")
    return images_shape.order_of(call, most=_FACTS["most_pictures"], default_size=_FACTS["default_size"])


def _model(name: Any, family: str) -> Mapping[str, Any]:
    if not name:
        raise invalid("Missing required parameter: 'model'.")
    model = _MODELS.get(str(name))
    if model is None:
        message = f"No available channel for model {name} under group default"
        raise Refusal(503, "unknown_model", message)
    if model["family"] != family:
        raise invalid(f"The model {name} is not served at this endpoint.")
    return model


async def _images(call: Call, order: Order) -> Response:
    model = _MODELS[order.model]
    size = _size(model, order.size)
    if order.quality not in _FACTS["quality"]:
        raise invalid(f"Invalid value for 'quality': {order.quality}.")
    if order.n > model.get("most_pictures", order.n):
        raise invalid(f"{order.model} makes one picture at a time.")
    share = size[0] * size[1] / _FACTS["pixels"] * _FACTS["quality"][order.quality]
    count = pictures.count(call, order.n)
    usage = _usage(call, model, len(order.references), share)
    call.charge(model["id"], bills(model, usage, count))
    await _take_time(call, model)
    clear = order.background == "transparent"
    painted = await pictures.paint(call, order.n, size, order.kind, order.references, clear=clear)
    by_url = order.response_format or model.get("response_format", "b64_json")
    told = order._replace(size=f"{size[0]}x{size[1]}", response_format=by_url)
    by_tokens = usage.images(count) if "per_1k_out" in model else None
    return images_shape.images_answer(call, told, painted, by_tokens)


async def _completions(call: Call) -> Response:
    body = call.json if isinstance(call.json, dict) else {}
    model = _model(body.get("model"), "gemini")
    if not call.prompt:
        raise invalid("The last user message has no text.")
    if body.get("stream"):
        raise invalid("The sandbox does not stream.")
    references = chat_shape.references_of(call, _FACTS["most_references"])
    ratio = chat_shape.ratio_of(call.prompt) or "1:1"
    size = images_shape.pixels_of(_FACTS["ratio"].get(ratio, _FACTS["default_size"]))
    usage = _usage(call, model, len(references), 1)
    call.charge(model["id"], bills(model, usage, 1))
    await _take_time(call, model)
    painted = await pictures.paint(call, 1, size, "jpeg", references)
    return chat_shape.chat_answer(call, model["id"], painted, usage.chat())


def _usage(call: Call, model: Mapping[str, Any], references: int, share: float) -> Tokens:
    out = round(model.get("tokens", 0) * share * (5 if call.has("dear") else 1))
    if call.has("refusal") or call.has("content-null"):
        out = _FACTS["tokens_of_an_apology"]
    return Tokens(of_text(call.prompt), references * _FACTS["tokens_per_reference"], out)


def _size(model: Mapping[str, Any], size: str) -> tuple[int, int]:
    if size == "auto":
        return images_shape.pixels_of(_FACTS["default_size"])
    width, height = images_shape.pixels_of(size)
    allowed = model.get("sizes")
    step, longest, widest = model.get("step", 1), model.get("longest", 4096), model.get("widest_ratio", 4)
    fits = not (width % step or height % step) and max(width, height) <= longest
    if (allowed and size not in allowed) or not fits or max(width, height) > widest * min(width, height):
        raise invalid(f"Invalid size '{size}' for {model['id']}.")
    return width, height


async def _take_time(call: Call, model: Mapping[str, Any]) -> None:
    if call.world.speed == "real":
        await asyncio.sleep(model["seconds"])
