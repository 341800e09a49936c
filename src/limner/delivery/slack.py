"""
Slack: a bot's token with `files:write`, invited to the channel. Incoming webhooks take no pictures.

    POST /api/files.getUploadURLExternal     form, not JSON: filename, length
    POST {upload_url}                        the bytes
    POST /api/files.completeUploadExternal   files, channel_id, initial_comment
    POST /api/chat.postMessage               channel, text
"""

from pathlib import Path
from typing import Any

from limner.delivery.parcel import Desk, Parcel
from limner.delivery.target import Target


class Sender:
    def __init__(self, target: Target, folder: Path, proxy: str | None = None) -> None:
        self._channel = target.setting("channel")
        self._desk = Desk(target, folder, target.secret("token"), proxy)

    def close(self) -> None:
        self._desk.__exit__(None, None, None)

    def send_picture(self, parcel: Parcel, caption: str) -> str:
        name = Path(parcel.picture.path).name
        fields = [("filename", name), ("length", str(parcel.picture.bytes))]
        place = self._checked(self._desk.form("/api/files.getUploadURLExternal", fields, []))
        self._desk.upload(str(place.get("upload_url", "")), parcel)
        told = {
            "files": [{"id": place.get("file_id"), "title": name}],
            "channel_id": self._channel,
            "initial_comment": caption,
        }
        done = self._checked(self._desk.ask("/api/files.completeUploadExternal", told))
        files = done.get("files") or [{}]
        return str(files[0].get("id", place.get("file_id", "")))

    def send_text(self, text: str, once: str) -> None:
        del once
        self._checked(self._desk.ask("/api/chat.postMessage", {"channel": self._channel, "text": text}))

    def _checked(self, answer: Any) -> dict[str, Any]:
        if not isinstance(answer, dict) or not answer.get("ok"):
            said = answer.get("error", "") if isinstance(answer, dict) else ""
            raise self._desk.failed("delivery.refused", said=said)
        return answer
