"""
What skills.video says of a generation, whether in an event, in a plain answer or when it is looked at.

Every one of them is a full snapshot. Words for its state come from two vocabularies, and an unknown one
means that it goes on. An id is only what stands where a generation's id stands: pictures have ids too.

Words and keys: ai-image-skills, snapshot of 2026-03-20; docs.skills.video.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from limner.events import Event
from limner.money import Money, parse
from limner.results import Inline, Link, Progress, Source, Usage
from limner.types import Charged

_STATUS_KEYS = ("status", "state", "queue_state", "queueState", "prediction_status", "predictionStatus")
_OWN_ID_KEYS = ("generation_id", "generationId", "prediction_id", "predictionId", "task_id", "taskId")
_ENDS: Mapping[str, str] = {
    "COMPLETED": "done",
    "SUCCEEDED": "done",
    "FAILED": "failed",
    "CANCELED": "canceled",
    "CANCELLED": "canceled",
}
_NAMED_ENDS: Mapping[str, str] = {
    "completed": "done",
    "complete": "done",
    "succeeded": "done",
    "success": "done",
    "done": "done",
    "finished": "done",
    "failed": "failed",
    "failure": "failed",
    "canceled": "canceled",
    "cancelled": "canceled",
}
_NOT_THE_TASK = {"input", "usage", "error", "image", "images"}
_DATA_URL = re.compile(r"^data:image/[^;,\s]+;base64,(.+)$", re.DOTALL)
_DEPTH = 4


class Snapshot(NamedTuple):
    """One snapshot. `id` is "" where it names none."""

    id: str
    progress: Progress
    body: Mapping[str, Any]


def of_event(event: Event, unit: str) -> Snapshot | None:
    """The snapshot an event carries; `None` for one that carries something else."""
    try:
        body = json.loads(event.data) if event.data.strip() else {}
    except (ValueError, RecursionError):
        return None
    return of_body(body, unit, event.name) if isinstance(body, dict) else None


def of_body(body: Mapping[str, Any], unit: str, name: str = "") -> Snapshot:
    """The snapshot in a body. `name` is the event's, which may be all that says how it ended."""
    word, key = _status(body)
    ended = _ENDS.get(word.strip().upper(), "") or _NAMED_ENDS.get(name.strip().lower(), "")
    sources = tuple(dict.fromkeys(_pictures(body)))
    usage = _usage(body, unit)
    task = _id(body)
    said = {"name": name, "id": task, "status": word or None, "status_key": key or None, "body": dict(body)}
    progress = Progress(
        state=ended or "running",  # type: ignore[arg-type]
        sources=sources if ended == "done" else (),
        usage=usage if ended else Usage(),
        reason=reason(body) if ended in ("failed", "canceled") else "",
        charged=_charged(usage),
        said=said,
    )
    return Snapshot(task, progress, body)


def code(body: Mapping[str, Any]) -> str:
    """The gateway's own code: `code`, else `error` where it is text, else the code inside it."""
    error = body.get("error")
    inner = error.get("code") if isinstance(error, dict) else error
    return next((one for one in (body.get("code"), inner) if isinstance(one, str) and one.strip()), "")


def reason(body: Mapping[str, Any]) -> str:
    """What it says in words, else its code."""
    error = body.get("error")
    inner = error.get("message") if isinstance(error, dict) else None
    for words in (body.get("message"), inner, body.get("detail"), code(body)):
        if isinstance(words, str) and words.strip():
            return words.strip()
    return ""


def _status(body: Mapping[str, Any], depth: int = 0) -> tuple[str, str]:
    """The status word and its key: at this level, then inside, though never in what is not the task."""
    for key in _STATUS_KEYS:
        word = body.get(key)
        if isinstance(word, str) and word.strip():
            return word.strip(), key
    for inner in _inside(body) if depth < _DEPTH else ():
        found = _status(inner, depth + 1)
        if found[0]:
            return found
    return "", ""


def _id(body: Mapping[str, Any], depth: int = 0) -> str:
    own = _text(body, _OWN_ID_KEYS)
    if own:
        return own
    # A bare "id" is the task's at the top, or where a status stands beside it.
    if _text(body, ("id",)) and (depth == 0 or _text(body, _STATUS_KEYS)):
        return _text(body, ("id",))
    inner = (_id(one, depth + 1) for one in _inside(body)) if depth < _DEPTH else iter(())
    return next((found for found in inner if found), "")


def _inside(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (one for key, one in body.items() if key not in _NOT_THE_TASK and isinstance(one, dict))


def _text(body: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    words = (body.get(key) for key in keys)
    return next((one.strip() for one in words if isinstance(one, str) and one.strip()), "")


def _pictures(node: Any, depth: int = 0) -> Iterator[Source]:
    """Every picture below `data` or its kin, in order."""
    if not isinstance(node, dict) or depth > _DEPTH:
        return
    # A bare URL at the top may lead anywhere: to the task's own page, or back to the API.
    for key in ("images", "image", "output", *(("url", "urls") if depth else ())):
        for entry in node[key] if isinstance(node.get(key), list) else [node.get(key)]:
            yield from _picture(entry, depth)
    for key in ("data", "result", "generation", "prediction", "task", "response"):
        yield from _pictures(node.get(key), depth + 1)


def _picture(entry: Any, depth: int) -> Iterator[Source]:
    if isinstance(entry, dict):
        yield from _pictures(entry, depth + 1)
    elif isinstance(entry, str) and entry.startswith(("http://", "https://", "/")):
        yield Link(entry)
    elif isinstance(entry, str) and (found := _DATA_URL.match(entry)):
        yield Inline("".join(found.group(1).split()))


def _usage(body: Mapping[str, Any], unit: str) -> Usage:
    """`usage.total` is what was charged, in the account's credits."""
    for holder in (body, *_inside(body)):
        usage = holder.get("usage")
        total = usage.get("total") if isinstance(usage, dict) else None
        if isinstance(total, (int, float, str)) and not isinstance(total, bool):
            return Usage(cost=_amount(total, unit))
    return Usage()


def _amount(total: float | str, unit: str) -> Money | None:
    try:
        text = total if isinstance(total, str) else f"{total:.6f}"
        return parse(text, unit)
    except ValueError:
        return None


def _charged(usage: Usage) -> Charged:
    if usage.cost is None:
        return "unknown"
    return "yes" if usage.cost.micro > 0 else "no"
