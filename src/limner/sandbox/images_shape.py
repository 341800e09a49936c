"""
The shape of OpenAI's Images API, shared by the gateways that speak it: orders, answers and refusals.

Not imitated: streaming of partial images, masks, `output_compression`, `user`.
"""

import io
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pybase64
from PIL import Image
from starlette.responses import Response

from limner.sandbox import pictures
from limner.sandbox.answers import Paper, answer
from limner.sandbox.call import Call, Refusal
from limner.sandbox.imprint import Kind
from limner.sandbox.painter import Picture

KINDS: Mapping[str, Kind] = {"png": "png", "jpeg": "jpeg", "jpg": "jpeg", "webp": "webp"}
OTHER_MODEL = "sandbox-turbo-mini"
_READABLE = {"PNG", "JPEG", "WEBP", "GIF"}


class Order(NamedTuple):
    """What an Images request asks for."""

    model: str
    prompt: str
    n: int
    size: str
    quality: str
    kind: Kind
    response_format: str
    references: tuple[bytes, ...]
    background: str = "auto"


def prompt_of(call: Call) -> str:
    """The prompt of a JSON or a multipart request, "" when there is none."""
    prompt = values_of(call).get("prompt")
    return prompt if isinstance(prompt, str) else ""


def values_of(call: Call) -> Mapping[str, Any]:
    if call.json is not None:
        return call.json if isinstance(call.json, dict) else {}
    return call.fields


def order_of(call: Call, *, most: int, default_size: str) -> Order:
    """Read an order, refusing what no server of this kind takes. Numbers may come as text in a form."""
    values = values_of(call)
    if not call.prompt.strip():
        raise invalid("Missing required parameter: 'prompt'.")
    if values.get("stream") in (True, "true"):
        raise invalid("The sandbox does not stream.")
    kind = KINDS.get(str(values.get("output_format") or "png"))
    if kind is None:
        raise invalid("Invalid value for 'output_format'.")
    return Order(
        str(values.get("model") or ""),
        call.prompt,
        _count(values.get("n"), most),
        str(values.get("size") or default_size),
        str(values.get("quality") or "auto"),
        kind,
        str(values.get("response_format") or ""),
        (),
        str(values.get("background") or "auto"),
    )


def _count(value: Any, most: int) -> int:
    try:
        count = int(value if value is not None else 1)
    except (TypeError, ValueError):
        raise invalid("Invalid type for 'n': expected an integer.") from None
    if not 1 <= count <= most:
        raise invalid(f"Invalid value for 'n': expected an integer from 1 to {most}.")
    return count


def references_of(call: Call, most: int) -> tuple[bytes, ...]:
    """The pictures of an edit, each checked to be one; their declared type does not matter."""
    files = [file for file in call.files if file.field in ("image", "image[]")]
    if not 1 <= len(files) <= most:
        raise invalid(f"Between 1 and {most} images are needed in 'image'.")
    for file in files:
        if not is_picture(file.data):
            raise invalid(f"Invalid image file: {file.name}.")
    return tuple(file.data for file in files)


def is_picture(data: bytes) -> bool:
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.format in _READABLE
    except (OSError, ValueError, Image.DecompressionBombError):
        return False


def pixels_of(size: str) -> tuple[int, int]:
    """ "1024x1536" as numbers."""
    width, _, height = size.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise invalid(f"Invalid size '{size}'.")
    return int(width), int(height)


def images_answer(
    call: Call, order: Order, painted: Sequence[Picture], usage: Mapping[str, Any] | None
) -> Response:
    """The answer to an order, in whichever odd form this call's faults ask for."""
    if call.has("task-object"):
        return answer({"id": f"task_{call.id}", "task_id": f"task_{call.id}", "status": "queued"})
    paper = Paper()
    body: dict[str, Any] = {
        "created": int(time.time()),
        "background": "transparent" if order.background == "transparent" else "opaque",
        "output_format": order.kind,
        "quality": order.quality,
        "size": f"{painted[0].width}x{painted[0].height}" if painted else order.size,
        "data": [entry_of(call, picture, paper, order.response_format == "url") for picture in painted],
    }
    if call.has("other-model"):
        body["model"] = OTHER_MODEL
    if call.has("refusal"):
        body.update(data=[], message="I cannot make this picture; the sandbox was asked to say so.")
    return answer(with_usage(call, body, usage), paper)


def entry_of(call: Call, picture: Picture, paper: Paper, by_url: bool) -> dict[str, Any]:
    """One entry of `data`."""
    if call.has("data-url"):
        return {"url": data_url(call, picture, paper)}
    if call.has("empty-b64"):
        return {"b64_json": "", "url": pictures.link(call, picture)}
    if call.has("null-b64"):
        return {"b64_json": None, "url": pictures.link(call, picture)}
    linked = ("url", "relative-url", "expired-link", "link-404", "redirect")
    if by_url or any(call.has(name) for name in linked):
        return {"url": pictures.link(call, picture)}
    return {"b64_json": paper.put(pictures.base64(call, picture))}


def data_url(call: Call, picture: Picture, paper: Paper) -> str:
    return f"data:{picture.media_type};base64,{paper.put(pictures.base64(call, picture))}"


def with_usage(call: Call, body: dict[str, Any], usage: Mapping[str, Any] | None) -> dict[str, Any]:
    """The body with its usage, for servers that tell one and unless a fault keeps it back."""
    if usage is None or call.has("no-usage"):
        return body
    return {**body, "usage": None if call.has("null-usage") else dict(usage)}


def invalid(message: str) -> Refusal:
    return Refusal(400, "invalid", message)


_CODES = {
    "invalid": ("invalid_request_error", "invalid_value"),
    "bad_key": ("invalid_request_error", "invalid_api_key"),
    "forbidden": ("invalid_request_error", "forbidden"),
    "not_found": ("invalid_request_error", "not_found"),
    "rate_limited": ("requests", "rate_limit_exceeded"),
    "server_error": ("server_error", "internal_error"),
    "overloaded": ("server_error", "service_unavailable"),
    "no_funds": ("new_api_error", "insufficient_user_quota"),
    "unknown_model": ("new_api_error", "model_not_found"),
    "moderation": ("image_generation_user_error", "moderation_blocked"),
    "gemini_blocked": ("channel_error", "channel:image_generation_failed"),
}


def refusal(call: Call, no: Refusal) -> Response:
    """`{"error": {message, type, param, code}}`; the gateway's own errors name the request in the text."""
    kind, code = _CODES.get(no.reason, ("invalid_request_error", no.reason))
    through = no.reason in {"no_funds", "unknown_model", "moderation", "gemini_blocked"}
    message = f"{no.message} (request id: {call.id})" if through else no.message
    error = {"message": message, "type": kind, "param": "" if through else None, "code": code}
    return answer({"error": error}, status=no.status)


def decoded(url: str) -> bytes | None:
    """The bytes of a base64 data: URL."""
    head, comma, text = url.partition(",")
    if not (comma and head.startswith("data:") and head.endswith(";base64")):
        return None
    try:
        return pybase64.b64decode(text.encode(), validate=True)
    except ValueError:
        return None
