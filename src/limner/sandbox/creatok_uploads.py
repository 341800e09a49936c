"""
CreatOK's uploads: announced at the gateway, brought to a bucket.

Not imitated: real signatures, addresses that expire, a bucket's own limits. An address is good once, for
the type and the size that were announced, and takes no Authorization header.
"""

from collections import OrderedDict
from secrets import token_hex
from typing import NamedTuple

from starlette.responses import Response

from limner.sandbox.answers import answer
from limner.sandbox.call import Call, Refusal
from limner.sandbox.gallery import Hung

_MOST_PENDING = 500
_TYPES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}


class _Announced(NamedTuple):
    """An upload that has not come yet."""

    key: str
    media_type: str
    size: int
    closed: bool


class Desk:
    """Where uploads are announced and brought."""

    def __init__(self) -> None:
        self._pending: OrderedDict[str, _Announced] = OrderedDict()

    async def announce(self, call: Call) -> Response:
        order = call.json if isinstance(call.json, dict) else {}
        kind, size = str(order.get("fileType")), order.get("fileSize")
        if kind not in _TYPES or not order.get("fileName") or not isinstance(size, int):
            raise Refusal(400, "invalid", "fileName, fileType (jpeg, png, webp, gif), fileSize are needed.")
        folder = str(order.get("prefix") or "open-skills/uploads").strip("/")
        token, key = token_hex(16), f"{folder}/{token_hex(12)}.{_TYPES[kind]}"
        self._pending[token] = _Announced(key, kind, size, call.has("upload-closed"))
        while len(self._pending) > _MOST_PENDING:
            self._pending.popitem(last=False)
        url = f"{call.base}/uploads/{token}?X-Amz-Signature=play"
        return answer({"code": 0, "msg": "ok", "data": {"presignedUploadUrl": url, "objectKey": key}})

    async def bring(self, call: Call) -> Response:
        announced = self._pending.pop(call.request.path_params["token"], None)
        if announced is None or announced.closed:
            return bucket(403, "AccessDenied")
        if "authorization" in call.request.headers:
            return bucket(400, "InvalidArgument")
        kind = call.request.headers.get("content-type")
        if kind != announced.media_type or len(call.body) != announced.size:
            return bucket(403, "SignatureDoesNotMatch")
        call.world.gallery.keep(announced.key, Hung(call.body, announced.media_type))
        return Response(status_code=200)


def bucket(status: int, code: str) -> Response:
    """How a storage bucket refuses."""
    return Response(f"<Error><Code>{code}</Code></Error>", status, media_type="application/xml")
