"""
Pictures through chat completions, in every form that gateways were seen to give them.

Not imitated: streaming, tools, conversation (only the last user message counts), reasoning.
"""

import json
import re
import time
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from limner.sandbox import pictures
from limner.sandbox.answers import Paper, answer
from limner.sandbox.call import Call
from limner.sandbox.images_shape import (
    OTHER_MODEL,
    data_url,
    decoded,
    entry_of,
    invalid,
    is_picture,
    with_usage,
)
from limner.sandbox.painter import Picture

_RATIO = re.compile(r"\(aspect ratio: (\d+:\d+)\)")
_APOLOGY = "I'm sorry, I can't make that picture. The sandbox was asked to say so."


def prompt_of(call: Call) -> str:
    """All text of the last user message."""
    content = _content(call)
    if isinstance(content, str):
        return content
    return " ".join(str(part.get("text", "")) for part in content if part.get("type") == "text").strip()


def ratio_of(prompt: str) -> str | None:
    """The ratio as clients write it into the prompt's text."""
    found = _RATIO.search(prompt)
    return found[1] if found else None


def references_of(call: Call, most: int) -> tuple[bytes, ...]:
    """The pictures of the message, as data URLs, each checked to be one."""
    content = _content(call)
    parts = [] if isinstance(content, str) else [part for part in content if part.get("type") == "image_url"]
    if len(parts) > most:
        raise invalid(f"At most {most} images are allowed.")
    return tuple(_picture(part) for part in parts)


def _picture(part: Mapping[str, Any]) -> bytes:
    link = part.get("image_url")
    data = decoded(str(link.get("url", "") if isinstance(link, dict) else link or ""))
    if data is None or not is_picture(data):
        raise invalid("Invalid image in 'image_url': a base64 data URL of a picture is expected.")
    return data


def _content(call: Call) -> str | list[dict[str, Any]]:
    messages = call.json.get("messages") if isinstance(call.json, dict) else None
    users = [one for one in messages or [] if isinstance(one, dict) and one.get("role") == "user"]
    content = users[-1].get("content") if users else ""
    if isinstance(content, list):
        return [part for part in content if isinstance(part, dict)]
    return str(content or "")


def chat_answer(call: Call, model: str, painted: list[Picture], usage: Mapping[str, Any]) -> Response:
    """The answer, in whichever odd form this call's faults ask for."""
    paper = Paper()
    if call.has("task-object"):
        return answer({"id": f"task_{call.id}", "task_id": f"task_{call.id}", "status": "queued"})
    if call.has("images-shape"):
        entries = [entry_of(call, picture, paper, True) for picture in painted]
        return answer({"created": int(time.time()), "data": entries}, paper)
    body = {
        "id": f"chatcmpl-{call.id}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": OTHER_MODEL if call.has("other-model") else model,
        "choices": [{"index": 0, "message": _message(call, painted, paper), "finish_reason": "stop"}],
    }
    return answer(with_usage(call, body, usage), paper)


def _message(call: Call, painted: list[Picture], paper: Paper) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None}
    if call.has("content-null") or not painted:
        return message
    if call.has("refusal"):
        return {**message, "content": _APOLOGY}
    if call.has("message-images"):
        urls = [data_url(call, picture, paper) for picture in painted]
        images = [
            {"type": "image_url", "image_url": {"url": url}, "index": at} for at, url in enumerate(urls)
        ]
        return {**message, "content": "", "images": images}
    if call.has("parts"):
        url = data_url(call, painted[0], paper)
        parts = [{"type": "text", "text": "Here it is."}, {"type": "image_url", "image_url": {"url": url}}]
        return {**message, "content": parts}
    return {**message, "content": _text(call, painted[0], paper)}


def _text(call: Call, picture: Picture, paper: Paper) -> str:
    if call.has("json-text"):
        return json.dumps({"imageUrl": pictures.link(call, picture)})
    if call.has("bare-link"):
        return pictures.link(call, picture)
    linked = (
        "markdown-link",
        "url",
        "relative-url",
        "empty-b64",
        "null-b64",
        "expired-link",
        "link-404",
        "redirect",
    )
    if any(call.has(name) for name in linked):
        return f"![generated-image]({pictures.link(call, picture)})"
    url = data_url(call, picture, paper)
    if call.has("bare-data-url"):
        return url
    if call.has("text-around"):
        return f"Here is your picture:\n\n![image]({url})\n\nTell me if anything should change."
    return f"![image]({url})"
