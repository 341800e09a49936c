"""
Feishu and Lark: an app of the person's own uploads the picture, then a post shows it above its caption.

    POST /open-apis/auth/v3/tenant_access_token/internal
    POST /open-apis/im/v1/images                              multipart: image_type, image
    POST /open-apis/im/v1/messages?receive_id_type=chat_id    uuid: the same one is taken once an hour
"""

import json
from pathlib import Path
from typing import Any

from limner.delivery.parcel import Desk, Parcel
from limner.delivery.target import Target
from limner.gateways import entered


class Sender:
    def __init__(self, target: Target, folder: Path, proxy: str | None = None) -> None:
        self._target = target
        self._chat = target.setting("chat")
        told = {"app_id": target.setting("app_id"), "app_secret": target.secret("app_secret").reveal()}
        with Desk(target, folder, None, proxy) as desk:
            answer = desk.ask("/open-apis/auth/v3/tenant_access_token/internal", told)
            token = _checked(desk, answer, answer).get("tenant_access_token", "")
        self._desk = Desk(target, folder, entered(str(token), target.title), proxy)

    def close(self) -> None:
        self._desk.__exit__(None, None, None)

    def send_picture(self, parcel: Parcel, caption: str) -> str:
        fields = [("image_type", "message")]
        answer = self._desk.form("/open-apis/im/v1/images", fields, [parcel.file("image")])
        key = str(_checked(self._desk, answer).get("image_key", ""))
        lines: list[list[dict[str, str]]] = [[{"tag": "img", "image_key": key}]]
        lines += [[{"tag": "text", "text": line}] for line in caption.splitlines()]
        return self._message("post", {"zh_cn": {"content": lines}}, parcel.once)

    def send_text(self, text: str, once: str) -> None:
        self._message("text", {"text": text}, once)

    def _message(self, kind: str, content: Any, once: str) -> str:
        told = {
            "receive_id": self._chat,
            "msg_type": kind,
            "content": json.dumps(content, ensure_ascii=False),
            "uuid": once[:50],
        }
        answer = self._desk.ask("/open-apis/im/v1/messages?receive_id_type=chat_id", told)
        return str(_checked(self._desk, answer).get("message_id", ""))


def _checked(desk: Desk, answer: Any, data: Any = None) -> dict[str, Any]:
    code = answer.get("code") if isinstance(answer, dict) else None
    if code != 0:
        said = answer.get("msg", "") if isinstance(answer, dict) else ""
        raise desk.failed("delivery.refused", said=f"{code}: {said}")
    found = data if data is not None else answer.get("data")
    return found if isinstance(found, dict) else {}
