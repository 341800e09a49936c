"""How a skills.video stream is written: plain `data:` snapshots, in every odd but lawful way."""

import json
from collections.abc import AsyncIterator
from typing import Any

from limner.sandbox.call import Call

_MEGABYTE = 1_000_000
_CRUMB = 7


async def written(call: Call, snapshots: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    """The stream's bytes, one piece per event unless they are to come in crumbs."""
    number = 0
    async for snapshot in snapshots:
        for piece in _pieces(call, _event(call, snapshot, number)):
            yield piece
        number += 1


def _event(call: Call, snapshot: dict[str, Any], number: int) -> bytes:
    status = str(snapshot.get("status") or "")
    ended = status.lower() in {"completed", "succeeded", "failed", "canceled"}
    lines = [": the sandbox is still here", "retry: 3000"] if call.has("sse-comments") else []
    if call.has("sse-words"):
        lines += ["data: a word on the way", ""]
    if call.has("sse-names") or (call.has("sse-named-end") and ended):
        lines += [f"event: {status.lower()}", f"id: {number}"]
    lines += [f"data: {line}" for line in _data(call, snapshot, number, ended)]
    if not (ended and call.has("sse-open-end")):
        lines.append("")
    text = "\n".join([*lines, ""]) if lines[-1] == "" else "\n".join(lines)
    ending = "\r" if call.has("sse-cr") else "\r\n" if call.has("sse-crlf") else "\n"
    mark = "\ufeff" if call.has("sse-bom") and number == 0 else ""
    return (mark + text.replace("\n", ending)).encode()


def _data(call: Call, snapshot: dict[str, Any], number: int, ended: bool) -> list[str]:
    told = dict(snapshot)
    if call.has("sse-no-id") or (call.has("sse-late-id") and number == 0):
        del told["id"]
    if call.has("sse-named-end") and ended:
        del told["status"]
    if call.has("sse-bare-end") and ended:
        told = {name: told[name] for name in ("id", "status")}
    if call.has("sse-huge"):
        told["padding"] = "x" * int(call.number("sse-huge", 2) * _MEGABYTE)
    if call.has("sse-nested"):
        told = {"type": "generation.updated", "generation": told}
    # U+2028 ends a line in some languages and none in an event stream.
    told["note"] = "one\u2028line"
    return json.dumps(told, ensure_ascii=False, indent=1 if call.has("sse-lines") else None).split("\n")


def _pieces(call: Call, event: bytes) -> list[bytes]:
    if not call.has("sse-crumbs"):
        return [event]
    return [event[place : place + _CRUMB] for place in range(0, len(event), _CRUMB)]
