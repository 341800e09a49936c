"""
The chat services, played on loopback from what their documents say: paths, fields, limits and answers.

    Feishu    open.feishu.cn/document      im-v1/image/create, im-v1/message/create
    Discord   discord.com/developers       Execute Webhook
    Telegram  core.telegram.org/bots/api   sendPhoto, sendDocument, sendMessage
    Slack     docs.slack.dev               files.getUploadURLExternal and what follows
"""

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from email import message_from_bytes
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from loopback import Reply, Seen


class Arrived(NamedTuple):
    """A picture or words that somebody in the chat can see."""

    text: str
    sha256: str = ""
    kind: str = ""


Answer = Callable[[Seen], Reply | None]


class Chat(ABC):
    """One service. `arrived` is what its people see; `ills` are replies given instead, in their order."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self.ills: list[tuple[str, Reply | None]] = []
        self.url = ""
        self._kept: dict[str, str] = {}

    def __call__(self, seen: Seen) -> Reply | None:
        for place, (path, reply) in enumerate(self.ills):
            if path in seen.path:
                del self.ills[place]
                return reply
        return self.answer(seen, urlsplit(seen.path).path, dict(parse_qsl(urlsplit(seen.path).query)))

    @abstractmethod
    def answer(self, seen: Seen, path: str, query: dict[str, str]) -> Reply:
        """What the service says to one request."""


class Feishu(Chat):
    def answer(self, seen: Seen, path: str, query: dict[str, str]) -> Reply:
        if path == "/open-apis/auth/v3/tenant_access_token/internal":
            if json.loads(seen.body) != {"app_id": "cli_1", "app_secret": "feishu-secret"}:
                return told({"code": 10014, "msg": "app secret invalid"})
            return told({"code": 0, "msg": "ok", "tenant_access_token": "t-token-of-an-hour", "expire": 7200})
        assert seen.headers["authorization"] == "Bearer t-token-of-an-hour"
        if path == "/open-apis/im/v1/images":
            fields, files = form(seen)
            assert fields == {"image_type": "message"}
            self._kept["img_1"] = files["image"]
            return told({"code": 0, "msg": "success", "data": {"image_key": "img_1"}})
        assert (path, query) == ("/open-apis/im/v1/messages", {"receive_id_type": "chat_id"})
        message = json.loads(seen.body)
        assert message["receive_id"] == "oc_1"
        assert 0 < len(message["uuid"]) <= 50
        content = json.loads(message["content"])
        if message["msg_type"] == "text":
            self.arrived.append(Arrived(content["text"]))
        else:
            (picture,), *lines = content["zh_cn"]["content"]
            words = "\n".join(part["text"] for line in lines for part in line)
            self.arrived.append(Arrived(words, self._kept[picture["image_key"]], "post"))
        return told({"code": 0, "msg": "success", "data": {"message_id": f"om_{len(self.arrived)}"}})


class Discord(Chat):
    def answer(self, seen: Seen, path: str, query: dict[str, str]) -> Reply:
        if path != "/api/webhooks/123/discord-secret":
            return told({"message": "Invalid Webhook Token", "code": 50027}, 401)
        assert query == {"wait": "true"}
        fields, files = form(seen) if "multipart" in seen.headers["content-type"] else ({}, {})
        message = json.loads(fields.get("payload_json", seen.body))
        assert message["allowed_mentions"] == {"parse": []}
        if len(message["content"]) > 2000:
            return told({"message": "Invalid Form Body", "code": 50035}, 400)
        shown = [one["image"]["url"] for one in message["embeds"]]
        if shown:
            assert shown == [f"attachment://{one['filename']}" for one in message["attachments"]]
        kind = "embed" if shown else "file"
        self.arrived.append(Arrived(message["content"], files.get("files[0]", ""), kind if files else ""))
        return told({"id": f"9{len(self.arrived)}", "content": message["content"]})


class Telegram(Chat):
    def answer(self, seen: Seen, path: str, query: dict[str, str]) -> Reply:
        bot, _, method = path.removeprefix("/bot").partition("/")
        if bot != "11:telegram-secret":
            return told({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
        if method == "sendMessage":
            message = json.loads(seen.body)
            assert len(message["text"]) <= 4096
            self.arrived.append(Arrived(message["text"]))
        else:
            fields, files = form(seen)
            if fields["chat_id"] != "-100":
                return told(
                    {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}, 400
                )
            kind = {"sendPhoto": "photo", "sendDocument": "document"}[method]
            assert len(fields.get("caption", "")) <= 1024
            self.arrived.append(Arrived(fields.get("caption", ""), files[kind], kind))
        return told({"ok": True, "result": {"message_id": 70 + len(self.arrived)}})


class Slack(Chat):
    def answer(self, seen: Seen, path: str, query: dict[str, str]) -> Reply:
        if path == "/upload/1":
            assert "authorization" not in seen.headers
            self._kept["F1"] = hashlib.sha256(seen.body).hexdigest()
            return Reply(200, b"OK", {"Connection": "close"})
        if seen.headers.get("authorization") != "Bearer xoxb-slack-secret":
            return told({"ok": False, "error": "invalid_auth"})
        if path == "/api/files.getUploadURLExternal":
            fields = dict(parse_qsl(seen.body.decode()))
            assert int(fields["length"]) > 10_000
            return told({"ok": True, "upload_url": f"{self.url}/upload/1", "file_id": "F1"})
        message = json.loads(seen.body)
        if path == "/api/chat.postMessage":
            self.arrived.append(Arrived(message["text"]))
            return told({"ok": True, "ts": "1.2"})
        assert path == "/api/files.completeUploadExternal"
        if message["channel_id"] != "C1":
            return told({"ok": False, "error": "channel_not_found"})
        self.arrived.append(
            Arrived(message["initial_comment"], self._kept[message["files"][0]["id"]], "file")
        )
        return told({"ok": True, "files": [{"id": "F1"}]})


def told(value: Any, status: int = 200) -> Reply:
    headers = {"Content-Type": "application/json", "Connection": "close"}
    return Reply(status, json.dumps(value).encode(), headers)


def form(seen: Seen) -> tuple[dict[str, str], dict[str, str]]:
    """A multipart form: its fields, and the hash of each of its files."""
    whole = message_from_bytes(
        b"Content-Type: " + seen.headers["content-type"].encode() + b"\n\n" + seen.body
    )
    fields, files = {}, {}
    for part in whole.get_payload():
        data = part.get_payload(decode=True)
        name = part.get_param("name", header="content-disposition")
        if part.get_filename():
            files[name] = hashlib.sha256(data).hexdigest()
        else:
            fields[name] = data.decode()
    return fields, files
