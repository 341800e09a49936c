"""
OpenAI's image endpoints, and pictures through chat completions, as gateways really speak them.

Several adapters share this wire form. The answer to one question is read in every shape that has been
seen anywhere: base64, links, data URLs, markdown, content parts, `message.images`, JSON inside text,
the Images shape from the chat endpoint, native Gemini candidates.

Wire: OpenAI's API description of 2026-08-21; docs.cloubic.com, 2026-01-27; openrouter.ai and
vercel.com gateway documents; public issues of gateways that differ.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from limner.answers import Answer, Unreadable, marked, without_marks
from limner.bodies import File
from limner.errors import ContentRefused, NoAnswer, NoPicture
from limner.gateways import Gateway
from limner.providers.base import refusal, tokens, unreadable
from limner.results import Declared, Inline, Link, Source, Submission, Usage
from limner.types import Choice
from limner.wire import Wire, data_url

_DATA_URL = re.compile("data:image/[^;,\\s]+;base64,([A-Za-z0-9+/=_\\s-]+|\x00[0-9]+\x00)")
_MARKDOWN_LINK = re.compile(r"!\[[^\]]*\]\(\s*((?:https?:/)?/[^\s)]+)")
_WHOLE_LINK = re.compile(r"^\s*<?(https?://[^\s>]+)>?\s*$")
_PICTURE_LINK = re.compile(r"https?://[^\s)\"'<>]+\.(?:png|jpe?g|webp|gif)(?:\?[^\s)\"'<>]*)?", re.IGNORECASE)
_TASK_WORDS = {"queued", "pending", "submitted", "processing", "running", "in_progress", "in_queue"}
_BLOCKED = {"content_filter", "image_safety", "prohibited_content", "safety", "blocklist"}


def send_images(wire: Wire, choice: Choice, field: str = "image[]") -> Submission:
    """`/images/generations`, or `/images/edits` when there are references. All pictures of the answer."""
    asked = {name: value for name, value in choice.parameters.items() if value is not None}
    # The order of a form's parts is the documented one, whatever order the ledger kept them in.
    parameters = {name: asked.pop(name) for name in ("n", "size") if name in asked} | asked
    if not choice.references:
        body = {"model": choice.model.id, "prompt": choice.prompt, **parameters}
        return read(wire.post_spending("/images/generations", json=body), wire.gateway)
    fields = [("model", choice.model.id), ("prompt", choice.prompt)]
    fields += [(name, str(value)) for name, value in parameters.items()]
    files = [
        File(field, f"reference-{place}.{reference.media_type.removeprefix('image/')}", *reference_part)
        for place, reference in enumerate(choice.references, 1)
        for reference_part in [(reference.media_type, reference.path)]
    ]
    return read(wire.post_spending("/images/edits", fields=fields, files=files), wire.gateway)


def send_chat(wire: Wire, choice: Choice) -> Submission:
    """`/chat/completions`: the prompt and the references as parts of one message."""
    content: list[dict[str, Any]] = [{"type": "text", "text": choice.prompt}]
    content += [{"type": "image_url", "image_url": {"url": data_url(one)}} for one in choice.references]
    body = {
        "model": choice.model.id,
        "messages": [{"role": "user", "content": content}],
        **choice.parameters,
    }
    return read(wire.post_spending("/chat/completions", json=body), wire.gateway)


def read(answer: Answer, gateway: Gateway) -> Submission:
    """
    The pictures of an answer. Raises `Refused` and its kin, `NoAnswer` for an answer nobody can read,
    `NoPicture` when the gateway answered in words instead.
    """
    if answer.status != 200:
        raise refusal(answer, gateway)
    if answer.is_picture():
        return Submission(sources=tuple(marked("\x000\x00")))
    try:
        body = answer.json()
    except Unreadable as error:
        raise unreadable(answer, gateway) from error
    sources = tuple(_pictures(body))
    usage = _usage(body)
    if sources:
        model = body.get("model") if isinstance(body, dict) else None
        declared = model if isinstance(model, str) else None
        said = (_declared(body),) * len(sources)
        return Submission(
            sources=sources, usage=usage, declared_model=declared, text=_words(body), declared=said
        )
    raise _nothing(answer, body, usage, gateway)


def _declared(body: Any) -> Declared:
    """What an Images answer says of its pictures, all in one."""
    told = body if isinstance(body, dict) else {}
    kind, size = told.get("output_format"), told.get("size")
    return Declared(kind if isinstance(kind, str) else None, size if isinstance(size, str) else None)


def _nothing(answer: Answer, body: Any, usage: Usage, gateway: Gateway) -> Exception:
    if not isinstance(body, dict):
        return unreadable(answer, gateway)
    if body.get("error"):
        return refusal(answer, gateway)
    task = body.get("task_id") or (body.get("id") if not body.get("choices") else None)
    if task and str(body.get("status", "")).lower() in _TASK_WORDS:
        return NoAnswer("answer.task", gateway=gateway.title, task=str(task))
    used = (usage.tokens_in or 0, usage.tokens_out or 0) if usage.tokens_total else None
    words = _words(body)
    reason = _blocked(body)
    if reason:
        refused = ContentRefused("gateway.content", gateway=gateway.title, said=words or reason)
        refused.charged = "unknown"
        return refused
    if words:
        return NoPicture("answer.words_only", tokens=used, gateway=gateway.title, said=words)
    return unreadable(answer, gateway)


def _pictures(body: Any) -> Iterator[Source]:
    if not isinstance(body, dict):
        return
    for item in _list(body.get("data")) + _list(body.get("images")):
        yield from _from_item(item)
    for choice in _list(body.get("choices")):
        message = choice.get("message") if isinstance(choice, dict) else None
        if isinstance(message, dict):
            yield from _from_content(message.get("content"))
            for item in _list(message.get("images")):
                yield from _from_item(item)
    for candidate in _list(body.get("candidates")):
        content = candidate.get("content") if isinstance(candidate, dict) else None
        for item in _list(content.get("parts") if isinstance(content, dict) else None):
            yield from _from_item(item)
    for name in ("imageUrl", "image_url", "image"):
        yield from _from_field(body.get(name))


def _from_content(content: Any) -> Iterator[Source]:
    if isinstance(content, str):
        yield from _from_text(content)
    for item in _list(content):
        if isinstance(item, str):
            yield from _from_text(item)
        else:
            yield from _from_item(item)


def _from_item(item: Any) -> Iterator[Source]:
    """One entry of a list: base64 when it is not empty, else whatever link it has."""
    if isinstance(item, str):
        yield from _from_field(item)
    if not isinstance(item, Mapping):
        return
    inline = item.get("inlineData") or item.get("inline_data")
    encoded = item.get("b64_json") or (inline.get("data") if isinstance(inline, Mapping) else None)
    if isinstance(encoded, str) and encoded.strip():
        yield from _encoded(encoded)
        return
    if item.get("type") == "text" or isinstance(item.get("text"), str):
        yield from _from_text(str(item.get("text", "")))
        return
    for name in ("url", "image_url", "imageUrl", "image", "output_image"):
        found = list(_from_field(item.get(name)))
        if found:
            yield from found
            return


def _from_field(value: Any) -> Iterator[Source]:
    """A field that holds one picture: a link, a data URL, base64, or an object around one of these."""
    if isinstance(value, Mapping):
        yield from _from_field(value.get("url") or value.get("b64_json"))
    elif isinstance(value, str) and value:
        found = _DATA_URL.search(value)
        if found:
            yield from _encoded(found.group(1))
        elif marked(value):
            yield from marked(value)
        elif value.startswith(("http://", "https://", "/")):
            yield Link(value)


def _from_text(text: str) -> Iterator[Source]:
    """Pictures inside running text. A plain link in a sentence is only a picture when its name says so."""
    found = [source for match in _DATA_URL.finditer(text) for source in _encoded(match.group(1))]
    found = found or list(marked(text))
    found = found or [Link(url) for url in _MARKDOWN_LINK.findall(text)]
    found = found or [Link(url) for url in _WHOLE_LINK.findall(text)]
    if found:
        yield from found
    elif text.lstrip().startswith("{"):
        try:
            yield from _pictures(json.loads(text))
        except (ValueError, RecursionError):
            return
    else:
        yield from (Link(match.group(0)) for match in _PICTURE_LINK.finditer(text))


def _encoded(text: str) -> Iterator[Source]:
    parts = marked(text)
    if parts:
        yield from parts
    else:
        yield Inline("".join(text.split()))


def _words(body: Any) -> str:
    """What the answer says in words, without the pictures."""
    said: list[str] = [body["message"]] if isinstance(body, dict) and _has_text(body.get("message")) else []
    for choice in _list(body.get("choices")) if isinstance(body, dict) else []:
        message = choice.get("message") if isinstance(choice, dict) else None
        if not isinstance(message, dict):
            continue
        content = message.get("content")
        parts = [content] if isinstance(content, str) else _list(content)
        said += [part["text"] if isinstance(part, dict) else part for part in parts if _has_text(part)]
        said.append(str(message.get("refusal") or ""))
    text = " ".join(part.strip() for part in said if part.strip())
    text = _MARKDOWN_LINK.sub("", _DATA_URL.sub("", text))
    return re.sub(r"!\[[^\]]*\]\(?\)?", "", without_marks(text)).strip()


def _blocked(body: Mapping[str, Any]) -> str:
    feedback = body.get("promptFeedback")
    reasons = [feedback.get("blockReason")] if isinstance(feedback, dict) else []
    for entry in _list(body.get("choices")) + _list(body.get("candidates")):
        if isinstance(entry, dict):
            reasons += [entry.get("finish_reason"), entry.get("finishReason")]
    return next((str(one) for one in reasons if str(one).lower() in _BLOCKED), "")


def _usage(body: Any) -> Usage:
    said = body.get("usage") or body.get("usageMetadata") if isinstance(body, dict) else None
    if not isinstance(said, dict):
        return Usage()
    into = tokens(said.get("input_tokens", said.get("prompt_tokens", said.get("promptTokenCount"))))
    out = tokens(said.get("output_tokens", said.get("completion_tokens", said.get("candidatesTokenCount"))))
    total = tokens(said.get("total_tokens", said.get("totalTokenCount")))
    if total is None and into is not None and out is not None:
        total = into + out
    return Usage(into, out, total)


def _has_text(part: Any) -> bool:
    """Is it words, or a part that has some?"""
    text = part.get("text") if isinstance(part, dict) else part
    return isinstance(text, str) and bool(text.strip())


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
