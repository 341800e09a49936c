"""A request as it arrived, read once and shown to the dialect; and the way a dialect says no."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from starlette.datastructures import UploadFile
from starlette.requests import Request

from limner.sandbox import faults
from limner.sandbox.bills import Account
from limner.sandbox.painter import Picture
from limner.sandbox.world import World

_LONGEST = 600


class Refusal(Exception):
    """The gateway says no. `reason` is a word the dialect turns into its own body; nothing was charged."""

    def __init__(self, status: int, reason: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.reason, self.message, self.headers = status, reason, message, headers or {}


class File(NamedTuple):
    """One file part of a multipart body."""

    field: str
    name: str
    media_type: str
    data: bytes


@dataclass(slots=True)
class Call:
    """One request at one gateway."""

    world: World
    base: str
    """The address that this gateway's paths hang from."""
    account: Account
    id: str
    request: Request
    body: bytes
    json: Any = None
    fields: dict[str, str] = field(default_factory=dict)
    files: list[File] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    prompt: str = ""
    words: dict[str, faults.Word] = field(default_factory=dict)
    """The faults that strike this request."""
    pictures: list[Picture] = field(default_factory=list)
    """What was painted for it."""

    @property
    def path(self) -> str:
        return self.request.url.path

    def has(self, name: str) -> bool:
        """Whether this fault strikes."""
        return name in self.words

    def number(self, name: str, default: float) -> float:
        return self.words[name].number(default) if name in self.words else default

    def charge(self, model: str, amounts: list[int]) -> None:
        """Bill one picture per amount, in millionths; refused when the balance does not cover all of them."""
        if not self.account.affords(sum(amounts)):
            raise Refusal(403, "no_funds", "The balance does not cover this request.")
        for amount in amounts:
            self.account.charge(model, amount, self.id, self.prompt)

    def told(self) -> dict[str, Any]:
        """For whoever wants to know what was on the wire: no secrets, and long texts cut short."""
        kind = self.request.headers.get("content-type", "")
        return {
            "gateway": self.account.gateway,
            "request_id": self.id,
            "method": self.request.method,
            "path": self.path,
            "query": {name: self.masked(value) for name, value in self.request.query_params.items()},
            "headers": {name: self._header(name, value) for name, value in self.request.headers.items()},
            "content_type": kind.partition(";")[0],
            "bytes": len(self.body),
            "json": shortened(self.json),
            "parts": self.parts,
        }

    def _header(self, name: str, value: str) -> str:
        secret = name in {"authorization", "cookie", "proxy-authorization", "x-api-key"}
        return value.partition(" ")[0] + " …" if secret else self.masked(value)

    def masked(self, value: str) -> str:
        """The value, unless it is the key."""
        return "…" if value == self.account.key else value


async def read_body(call: Call) -> None:
    """Fill in JSON, or fields and files. A body that is not what its type says leaves them empty."""
    kind = call.request.headers.get("content-type", "")
    if kind.startswith(("multipart/form-data", "application/x-www-form-urlencoded")):
        await _read_form(call)
    elif call.body and ("json" in kind or not kind):
        try:
            call.json = json.loads(call.body)
        except ValueError:
            call.json = None


async def _read_form(call: Call) -> None:
    async with call.request.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                data, kind = await value.read(), value.content_type or ""
                call.files.append(File(name, value.filename or "", kind, data))
                call.parts.append(
                    {
                        "name": name,
                        "filename": value.filename,
                        "type": kind,
                        "size": len(data),
                        "sha256": hashlib.sha256(data).hexdigest(),
                    }
                )
            else:
                call.fields[name] = value
                call.parts.append({"name": name, "filename": None, "type": None, "size": len(value.encode())})
                call.parts[-1]["value"] = shortened(call.masked(value))


def shortened(value: Any) -> Any:
    """The same JSON with every long text cut, its whole length and digest told."""
    if isinstance(value, dict):
        return {name: shortened(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [shortened(entry) for entry in value]
    if isinstance(value, str) and len(value) > _LONGEST:
        digest = hashlib.sha256(value.encode()).hexdigest()
        return f"{value[:80]}… ({len(value)} characters, sha256 {digest})"
    return value
