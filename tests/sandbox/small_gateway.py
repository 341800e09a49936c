"""The smallest gateway that sells by task and by stream. Run as a program it is served alone."""

import json
import sys
from collections.abc import AsyncIterator

from starlette.responses import Response
from starlette.routing import BaseRoute

from limner.sandbox import gateway, images_shape, pictures
from limner.sandbox.answers import answer
from limner.sandbox.call import Call
from limner.sandbox.gateway import Gateway
from limner.sandbox.server import serve
from limner.sandbox.world import World

NAME = "small"


def routes(world: World) -> list[BaseRoute]:
    here = Gateway(world, NAME, unit="credit", refuse=images_shape.refusal)
    return [
        here.route("POST", "/tasks", _submit, prompt=images_shape.prompt_of),
        here.route("GET", "/tasks/{id}", _status),
        here.route("POST", "/stream", _stream, prompt=images_shape.prompt_of),
    ]


async def _submit(call: Call) -> Response:
    call.charge("a model", [2_000_000])
    painted = await pictures.paint(call, 1, (64, 64))
    task = gateway.start(call, [pictures.link(call, picture) for picture in painted], seconds=5)
    return answer({"id": task.id, "state": task.state})


async def _status(call: Call) -> Response:
    task = await gateway.look(call, call.request.path_params["id"])
    return answer({"id": task.id, "state": task.state, "urls": task.order if task.state == "done" else []})


async def _stream(call: Call) -> Response:
    async def events() -> AsyncIterator[bytes]:
        for word in ("one", "two", "three"):
            yield f"data: {json.dumps(word)}\n\n".encode()

    return gateway.stream(call, events())


if __name__ == "__main__":
    serve("127.0.0.1", 0, idle=60, speed="looks", spoken=[sys.modules[__name__]])
