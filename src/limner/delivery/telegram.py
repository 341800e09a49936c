"""
Telegram: a bot's token stands in the path of every call.

    POST /bot{token}/sendPhoto       multipart: chat_id, caption, photo
    POST /bot{token}/sendDocument    multipart: chat_id, caption, document   keeps the bytes as they are
    POST /bot{token}/sendMessage     chat_id, text
"""

from pathlib import Path
from typing import Any

from limner.delivery.parcel import Desk, Parcel
from limner.delivery.target import Target


class Sender:
    def __init__(self, target: Target, folder: Path, proxy: str | None = None) -> None:
        self._target = target
        self._chat = target.setting("chat")
        self._bot = f"/bot{target.secret('token').reveal()}"
        self._desk = Desk(target, folder, None, proxy)

    def close(self) -> None:
        self._desk.__exit__(None, None, None)

    def send_picture(self, parcel: Parcel, caption: str) -> str:
        field = "document" if parcel.as_file or self._is_too_large(parcel) else "photo"
        fields = [("chat_id", self._chat), *([("caption", caption)] if caption else [])]
        answer = self._desk.form(f"{self._bot}/send{field.title()}", fields, [parcel.file(field)])
        return self._checked(answer)

    def send_text(self, text: str, once: str) -> None:
        del once
        self._checked(self._desk.ask(f"{self._bot}/sendMessage", {"chat_id": self._chat, "text": text}))

    def _is_too_large(self, parcel: Parcel) -> bool:
        """Photos have bounds that documents do not have."""
        facts, picture = self._target.facts, parcel.picture
        sides = sorted((picture.width, picture.height))
        return bool(
            picture.bytes > facts["picture_bytes"]
            or sum(sides) > facts["picture_sides"]
            or sides[1] > facts["picture_ratio"] * sides[0]
        )

    def _checked(self, answer: Any) -> str:
        if not isinstance(answer, dict) or not answer.get("ok"):
            said = answer.get("description", "") if isinstance(answer, dict) else ""
            raise self._desk.failed("delivery.refused", said=said)
        return str(answer.get("result", {}).get("message_id", ""))
