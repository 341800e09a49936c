"""
Discord: a webhook's address is all it takes, so that address is the secret.

    POST /api/webhooks/{id}/{token}?wait=true    multipart: payload_json, files[0]; or JSON
"""

import json
import re
from pathlib import Path
from typing import Any

from limner.bodies import File
from limner.delivery.parcel import Desk, Parcel
from limner.delivery.target import Target
from limner.errors import SetupNeeded

_WEBHOOK = re.compile(r"^(?:https?://[^/]+)?(/api(?:/v\d+)?/webhooks/\d+/[\w-]+)/?$")


class Sender:
    def __init__(self, target: Target, folder: Path, proxy: str | None = None) -> None:
        found = _WEBHOOK.match(target.secret("webhook").reveal())
        if found is None:
            raise SetupNeeded("target.webhook", target=target.name)
        self._path = f"{found[1]}?wait=true"
        self._desk = Desk(target, folder, None, proxy)

    def close(self) -> None:
        self._desk.__exit__(None, None, None)

    def send_picture(self, parcel: Parcel, caption: str) -> str:
        file = parcel.file("files[0]")
        embeds = [] if parcel.as_file else [{"image": {"url": f"attachment://{file.name}"}}]
        return self._message(caption, [file], embeds)

    def send_text(self, text: str, once: str) -> None:
        del once
        self._message(text, [], [])

    def _message(self, text: str, files: list[File], embeds: list[Any]) -> str:
        attachments = [{"id": place, "filename": file.name} for place, file in enumerate(files)]
        # A caption is somebody's text: it must not ring for a whole server.
        nobody: dict[str, list[str]] = {"parse": []}
        told = {"content": text, "embeds": embeds, "attachments": attachments, "allowed_mentions": nobody}
        answer = (
            self._desk.form(self._path, _payload(told), files) if files else self._desk.ask(self._path, told)
        )
        if not isinstance(answer, dict) or "id" not in answer:
            said = answer.get("message", "") if isinstance(answer, dict) else ""
            raise self._desk.failed("delivery.refused", said=said)
        return str(answer["id"])


def _payload(told: Any) -> list[tuple[str, str]]:
    return [("payload_json", json.dumps(told, ensure_ascii=False))]
