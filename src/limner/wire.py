"""What an adapter speaks through. It has no other way out."""

import hashlib
import json as plain_json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pybase64

from limner.answers import Answer, pictures_beside
from limner.bodies import Body, File, as_form, as_json
from limner.errors import GatewayError, NoAnswer, Refused, Usage
from limner.events import Event, parse
from limner.gateways import Gateway
from limner.transport import Transport
from limner.types import Reference

_FREE_SECONDS = 60.0
KEY = "\x00the key\x00"
"""Stands for the key in a field of `ask_elsewhere`, so that an adapter never holds it."""


class Wire:
    """
    One attempt's way to its gateway: a paid request leaves once, by `post_spending` or `post_streaming`,
    and its answer is on disk before the adapter sees it. Everything else here is free of charge.
    """

    def __init__(
        self, transport: Transport, spool: Path, seconds: float, send_by: float | None = None
    ) -> None:
        self._transport = transport
        self._spool = spool
        self._seconds = seconds
        self._send_by = send_by
        self._free = 0
        self.spent = False
        """Has the paid request been handed to the network?"""
        self.answer: Answer | None = None
        """What the paid request was answered with, unless it was with a stream."""
        self.contracts: list[Mapping[str, str]] = []
        """The documents about the gateway that were read on the way: `version` and `sha256` of each."""

    @property
    def gateway(self) -> Gateway:
        return self._transport.gateway

    def post_spending(
        self,
        path: str,
        *,
        json: Any = None,
        fields: Sequence[tuple[str, str]] = (),
        files: Sequence[File] = (),
    ) -> Answer:
        """The paid request. Raises `NeverLeft`, `NoAnswer`, or `Refused` for a redirect."""
        body = as_form(fields, files) if files or fields else as_json(json)
        body = self._spend(body)
        self.answer = self._transport.send("POST", path, body, self._spool, self._seconds, paid=True)
        return self._not_redirected(self.answer)

    def post_streaming(
        self,
        path: str,
        *,
        json: Any = None,
        fields: Sequence[tuple[str, str]] = (),
        files: Sequence[File] = (),
    ) -> Answer | Iterator[Event]:
        """The paid request where the answer may be an event stream. Raises as `post_spending` does."""
        body = as_form(fields, files) if files or fields else as_json(json)
        body = self._spend(body)
        opened = self._transport.stream(path, body, self._spool, self._seconds)
        if isinstance(opened, Answer):
            self.answer = opened
            return self._not_redirected(opened)
        return parse(opened)

    def get(self, path: str, **query: str) -> Answer:
        """A free question. Raises `GatewayError`."""
        where = path + ("?" + "&".join(f"{k}={quote(v, safe='')}" for k, v in query.items()) if query else "")
        return self._ask("GET", where, None)

    def post(self, path: str, *, json: Any) -> Answer:
        """A free question that the gateway wants as a POST. Raises `GatewayError`."""
        return self._ask("POST", path, json)

    def put(self, url: str, reference: Reference) -> None:
        """Upload a reference to the address the gateway named for it. Raises `GatewayError`."""
        status = self._transport.put(url, reference.media_type, reference.path)
        if not 200 <= status < 300:
            raise GatewayError("upload.refused", gateway=self.gateway.title, status=status)

    def ask_elsewhere(self, url: str, form: Sequence[tuple[str, str]], *, as_form: bool = False) -> Answer:
        """A free question to another host of this service; a value of `KEY` becomes the key on its way."""
        key = self.gateway.key.reveal() if self.gateway.key else ""
        told = [(name, key if value == KEY else value) for name, value in form]
        return self._transport.ask_elsewhere(url, told, self._next_spool(), as_form=as_form)

    def documents(self, name: str) -> list[Any]:
        """The JSON files that the person's configuration names under `name`. Raises `Usage`."""
        named = self.gateway.settings.get(name, ())
        found = [_document(Path(one).expanduser()) for one in ([named] if isinstance(named, str) else named)]
        for one in found:
            self.read(one)
        return found

    def read(self, document: Any) -> None:
        """Say that this document of the gateway's was read."""
        text = plain_json.dumps(document, sort_keys=True, separators=(",", ":"))
        info = document.get("info") if isinstance(document, dict) else None
        version = str(info.get("version", "")) if isinstance(info, dict) else ""
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        self.contracts.append({"version": version[:40], "sha256": sha256})

    def timestamp(self) -> int:
        """Unix seconds, for wires that sign them."""
        return int(time.time())

    def nonce(self, characters: int) -> str:
        """Random lower-case hexadecimal."""
        return os.urandom((characters + 1) // 2).hex()[:characters]

    def _ask(self, method: str, path: str, json: Any) -> Answer:
        body = None if json is None else as_json(json)
        try:
            return self._transport.send(method, path, body, self._next_spool(), _FREE_SECONDS)
        except NoAnswer as error:
            if error.key != "gateway.broke_off":
                raise GatewayError(error.key, **error.facts) from error
        # A connection that was kept may close at the very moment it is used again. Asking costs nothing.
        try:
            return self._transport.send(method, path, body, self._next_spool(), _FREE_SECONDS)
        except NoAnswer as error:
            raise GatewayError(error.key, **error.facts) from error

    def _next_spool(self) -> Path:
        self._free += 1
        return self._spool.with_name(f"{self._spool.name}.free{self._free}")

    def _spend(self, body: Body) -> Body:
        if self.spent:
            raise AssertionError("a paid request leaves once per attempt")
        self.spent = True
        return body._replace(send_by=self._send_by)

    def _not_redirected(self, answer: Answer) -> Answer:
        if 300 <= answer.status < 400:
            raise Refused("gateway.redirected", gateway=self.gateway.title, status=answer.status)
        return answer


def _document(path: Path) -> Any:
    try:
        return plain_json.loads(path.read_bytes())
    except OSError as error:
        raise Usage("file.unreadable", path=path, reason=error.strerror) from error
    except (ValueError, RecursionError) as error:
        raise Usage("document.not_json", path=path, reason=str(error)) from error


def data_url(reference: Reference) -> str:
    """A reference as a `data:` URL, for wire forms that carry pictures inside JSON."""
    text = pybase64.b64encode(Path(reference.path).read_bytes()).decode()
    return f"data:{reference.media_type};base64,{text}"


def replay(spool: Path) -> Answer | None:
    """The answer that was spooled before the process that asked for it ended, if there is one."""
    head = spool.with_name(spool.name + ".head.json")
    if not (spool.exists() and head.exists()):
        return None
    # What is taken out of it again must not be written into files that share their bytes with pictures
    # that were delivered before.
    for part in spool.parent.glob(spool.name + ".part[0-9]*"):
        part.unlink(missing_ok=True)
    told = plain_json.loads(head.read_text("utf-8"))
    return Answer(told["status"], told["headers"], spool, pictures_beside(spool))
