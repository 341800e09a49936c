"""
Bringing a reference picture to IMA: a token from its upload host, then the bytes to where the token says.

The upload host takes the key in its query, twice, and a signature over four fields that are no secret:
SIGN = SHA1(app id "|" app key "|" timestamp "|" nonce), in upper-case hexadecimal.

Source: the public client `ima-all-ai` 1.4.6 (GET) and `ai-nano-banana-ima` 1.1.0 (the same as a POST form).
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from limner.answers import Unreadable
from limner.errors import GatewayError
from limner.types import Reference
from limner.wire import KEY, Wire

_OTHER_FORM = (404, 405)


def sign(app_id: str, app_key: str, timestamp: str, nonce: str) -> str:
    told = "|".join((app_id, app_key, timestamp, nonce))
    return hashlib.sha1(told.encode(), usedforsecurity=False).hexdigest().upper()


def bring(wire: Wire, reference: Reference) -> str:
    """The address under which the service itself can read the picture. Raises `GatewayError`."""
    facts: Mapping[str, Any] = wire.gateway.facts["upload"]
    url = wire.gateway.other_host("upload") + facts["path"]
    form = _form(facts, reference, str(wire.timestamp()), wire.nonce(int(facts["nonce"])))
    answer = wire.ask_elsewhere(url, form, as_form=bool(facts["as_form"]))
    if answer.status in _OTHER_FORM:
        answer = wire.ask_elsewhere(url, form, as_form=not facts["as_form"])
    try:
        told = answer.json()
    except Unreadable:
        told = None
    data = told.get("data") if isinstance(told, dict) and told.get("code") in (0, 200) else None
    put, read = (data.get("ful"), data.get("fdl")) if isinstance(data, dict) else (None, None)
    if not (answer.status == 200 and isinstance(put, str) and put and isinstance(read, str) and read):
        # What the host says is not repeated: its address had the key in it.
        raise GatewayError("upload.refused", gateway=wire.gateway.title, status=answer.status)
    wire.put(put, reference)
    return read


def _form(
    facts: Mapping[str, Any], reference: Reference, timestamp: str, nonce: str
) -> list[tuple[str, str]]:
    suffix = reference.media_type.removeprefix("image/")
    return [
        ("appUid", KEY),
        ("appId", facts["app_id"]),
        ("appKey", facts["app_key"]),
        ("cmimToken", KEY),
        ("sign", sign(facts["app_id"], facts["app_key"], timestamp, nonce)),
        ("timestamp", timestamp),
        ("nonce", nonce),
        ("fService", facts["service"]),
        ("fType", facts["type"]),
        ("fSuffix", suffix),
        ("fContentType", reference.media_type),
    ]
