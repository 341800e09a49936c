"""
A free picture server on the user's own machine, spoken to in the shape of OpenAI's Images API.

Its quirks are theirs: no key needed, one picture at a time, base64 only, a relative URL at times, no chat.
Not imitated: steps, seeds, guidance, negative prompts, masks, variations, upscaling, model loading,
queues, and the minutes that a picture takes on an ordinary machine.
"""

import asyncio

from starlette.responses import Response
from starlette.routing import BaseRoute

from limner.sandbox import images_shape, pictures
from limner.sandbox.answers import answer
from limner.sandbox.call import Call, Refusal
from limner.sandbox.data import facts_of
from limner.sandbox.gateway import Gateway
from limner.sandbox.images_shape import Order, invalid
from limner.sandbox.world import World

NAME = "openai_compatible"

_FACTS = facts_of(__file__)


def routes(world: World) -> list[BaseRoute]:
    here = Gateway(world, NAME, unit="", refuse=images_shape.refusal, prefix="/openai")
    return [
        here.route("GET", "/v1/models", _models, keyless=True),
        here.route(
            "POST", "/v1/images/generations", _generations, prompt=images_shape.prompt_of, keyless=True
        ),
        here.route("POST", "/v1/images/edits", _edits, prompt=images_shape.prompt_of, keyless=True),
        here.route("POST", "/v1/chat/completions", _no_chat, keyless=True),
    ]


async def _models(_: Call) -> Response:
    rows = [{"id": name, "object": "model", "created": 0, "owned_by": "local"} for name in _FACTS["models"]]
    return answer({"object": "list", "data": rows})


async def _generations(call: Call) -> Response:
    if not isinstance(call.json, dict):
        raise invalid("The body is not JSON.")
    return await _images(call, _order(call))


async def _edits(call: Call) -> Response:
    references = images_shape.references_of(call, _FACTS["most_references"])
    return await _images(call, _order(call)._replace(references=references))


async def _no_chat(_: Call) -> Response:
    raise Refusal(404, "not_found", "This server has no chat completions.")


def _order(call: Call) -> Order:
    order = images_shape.order_of(call, most=1, default_size=_FACTS["default_size"])
    if order.response_format not in ("", "b64_json"):
        raise invalid("Only response_format=b64_json is supported.")
    return order


async def _images(call: Call, order: Order) -> Response:
    width, height = images_shape.pixels_of(_FACTS["default_size"] if order.size == "auto" else order.size)
    if max(width, height) > _FACTS["longest"] or width % _FACTS["step"] or height % _FACTS["step"]:
        raise invalid(f"Invalid size '{order.size}'.")
    call.charge(order.model, [0] * pictures.count(call, order.n))
    if call.world.speed == "real":
        await asyncio.sleep(_FACTS["seconds"])
    clear = order.background == "transparent"
    painted = await pictures.paint(call, order.n, (width, height), order.kind, order.references, clear=clear)
    return images_shape.images_answer(call, order._replace(size=f"{width}x{height}"), painted, None)
