"""What is sent, what came of it, and the one connection it goes through."""

import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self
from urllib.parse import urlencode

from limner.answers import Answer, Unreadable
from limner.bodies import Body, File, as_form, as_json
from limner.delivery.target import Target
from limner.errors import DeliveryFailed, GatewayError, NeverLeft
from limner.gateways import Key
from limner.results import Picture
from limner.transport import Transport

_SECONDS = 60.0


class Parcel(NamedTuple):
    """One picture on its way to one target."""

    picture: Picture
    once: str
    """Names this sending, for services that refuse to do the same thing twice."""
    as_file: bool = False
    """As a document where the service would otherwise press the picture again."""

    def file(self, field: str) -> File:
        return File(field, Path(self.picture.path).name, self.picture.media_type, self.picture.path)


class Sender(Protocol):
    """One service's way of taking pictures and words. Made from a target; raises `SetupNeeded`."""

    def close(self) -> None: ...

    def send_picture(self, parcel: Parcel, caption: str) -> str:
        """The service's id of the message. Raises `DeliveryFailed`."""

    def send_text(self, text: str, once: str) -> None:
        """Words that were too long to stand with the picture. Raises `DeliveryFailed`."""


class Desk:
    """The connection to one target's service."""

    def __init__(self, target: Target, folder: Path, key: Key | None, proxy: str | None) -> None:
        self.target = target
        self._transport = Transport(target.door(key), proxy, connections=1)
        self._spool = folder / f"delivery-{os.urandom(6).hex()}"
        self._count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._transport.close()
        for file in self._spool.parent.glob(self._spool.name + "*"):
            file.unlink(missing_ok=True)

    def ask(self, path: str, value: Any) -> Any:
        """A POST of JSON; the JSON it is answered with, whatever the status. Raises `DeliveryFailed`."""
        return self._sent(path, as_json(value))

    def form(self, path: str, fields: Sequence[tuple[str, str]], files: Sequence[File]) -> Any:
        """A POST of a form, multipart where there are files; as `ask`."""
        if files:
            return self._sent(path, as_form(fields, files))
        return self._sent(path, Body("application/x-www-form-urlencoded", (urlencode(fields).encode(),)))

    def upload(self, url: str, parcel: Parcel) -> None:
        """Bring the picture to an address that the service named for it. Raises `DeliveryFailed`."""
        picture = parcel.picture
        try:
            status = self._transport.put(url, picture.media_type, picture.path, method="POST")
        except GatewayError as error:
            raise self.failed("delivery.not_reached", said="") from error
        if status != 200:
            raise self.failed("delivery.refused", said=f"HTTP {status}")

    def failed(self, key: str, *, said: object, unknown: bool = False) -> DeliveryFailed:
        error = DeliveryFailed(key, target=self.target.name, service=self.target.title, said=said)
        error.unknown = unknown
        return error

    def _sent(self, path: str, body: Body) -> Any:
        self._count += 1
        spool = self._spool.with_name(f"{self._spool.name}.{self._count}")
        try:
            return self._read(self._transport.send("POST", path, body, spool, _SECONDS))
        except NeverLeft as error:
            raise self.failed("delivery.not_reached", said="") from error
        except GatewayError as error:
            raise self.failed("delivery.no_answer", said="", unknown=True) from error

    def _read(self, answer: Answer) -> Any:
        try:
            return answer.json()
        except Unreadable as error:
            # Between 200 and 299 it probably took what was sent, whatever it says about it.
            taken = 200 <= answer.status < 300 or answer.status >= 500
            raise self.failed("delivery.no_answer", said=f"HTTP {answer.status}", unknown=taken) from error


def pieces(text: str, first: int, others: int) -> list[str]:
    """`text` cut between words into what the first message may hold and what each further one may."""
    found: list[str] = []
    limit = first
    while len(text) > limit:
        cut = max(text.rfind(mark, limit // 2, limit) for mark in ("\n", " ", "。", "，", ". "))
        cut = cut + 1 if cut >= 0 else limit
        found.append(text[:cut].rstrip())
        text, limit = text[cut:].lstrip(), others
    return [*found, text]
