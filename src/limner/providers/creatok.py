"""
CreatOK Open Skills: pictures by task. Submit, look until it has ended, fetch what its links lead to.

Every answer is an envelope, `{"code": 0, "data": {…}}`, with its words in `msg` or `message`; only the
number 0 is a success. References are uploaded first, to an address the gateway names for each, and go
along by their object keys. A server too old for that takes addresses of pictures on the web instead:
the parameter `reference_images`, which only the built-in table offers.

Source: the public creatok-skills, read at 2026-03-22 and 2026-04-23; there is no API description.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from limner.answers import Answer, Unreadable
from limner.errors import (
    ContentRefused,
    GatewayError,
    KeyRefused,
    NoAnswer,
    OutOfFunds,
    RateLimited,
    Refused,
)
from limner.gateways import Gateway
from limner.providers import creatok_capabilities
from limner.providers.base import Provider, refusal, unreadable
from limner.results import Link, Progress, Submission
from limner.types import Choice, Model, Reference
from limner.wire import Wire

_API = "/api/open/skills"
_ENDS: Mapping[str, str] = {
    "succeeded": "done",
    "failed": "failed",
    "error": "failed",
    "expired": "failed",
    "canceled": "canceled",
    "cancelled": "canceled",
}
_FUNDS = ("credit", "balance", "quota", "insufficient", "余额", "积分", "点数")
_CONTENT = ("moderat", "safety", "policy", "prohibited", "sensitive", "违规", "敏感", "审核")


class Adapter(Provider):
    def live_models(self, wire: Wire, known: Sequence[Model]) -> tuple[Model, ...]:
        answer = wire.get(f"{_API}/capabilities")
        if answer.status == 404:
            raise GatewayError("gateway.no_list", gateway=wire.gateway.title)
        told = _data(answer, wire.gateway)
        return creatok_capabilities.models(told, known, wire.gateway)

    def submit(self, wire: Wire, choice: Choice) -> Submission:
        body: dict[str, Any] = {
            "prompt": choice.prompt,
            "model": choice.model.id,
            "resolution": choice.size,
            "n": choice.n,
        }
        if choice.aspect_ratio:
            body["aspect_ratio"] = choice.aspect_ratio
        addresses = _addresses(choice)
        keys = [_uploaded(wire, one, place) for place, one in enumerate(choice.references, 1)]
        if keys:
            body["imageObjectKeys"] = keys
        if addresses:
            body["reference_images"] = addresses
        return self.read(wire.post_spending(f"{_API}/image-generation", json=body), wire.gateway)

    def read(self, answer: Answer, gateway: Gateway) -> Submission:
        task = _data(answer, gateway).get("task_id")
        if isinstance(task, bool) or not isinstance(task, (int, str)) or not str(task).strip():
            raise unreadable(answer, gateway)
        return Submission(task_id=str(task).strip())

    def poll(self, wire: Wire, task_id: str) -> Progress:
        answer = wire.get(f"{_API}/tasks/status", task_id=task_id, task_type="image_generation")
        try:
            data = _data(answer, wire.gateway)
        except Refused as error:
            if isinstance(error, (KeyRefused, RateLimited)) or answer.status not in {200, 404}:
                raise
            said = error.facts.get("said") or f"HTTP {answer.status}"
            raise Refused("task.unknown", gateway=wire.gateway.title, task=task_id, said=said) from error
        except NoAnswer as error:
            raise GatewayError(error.key, **error.facts) from error
        return _progress(data)


def _progress(data: Mapping[str, Any]) -> Progress:
    """Words that nobody knows mean that the task goes on."""
    state = _ENDS.get(str(data.get("status") or "").strip().lower(), "running")
    result = data.get("result")
    images = result.get("images") if isinstance(result, Mapping) else None
    links = [_link(image) for image in images] if isinstance(images, list) else []
    return Progress(
        state=state,  # type: ignore[arg-type]
        sources=tuple(Link(link) for link in links if link),
        reason=_reason(data.get("error")),
        said=data,
    )


def _link(image: Any) -> str:
    if isinstance(image, Mapping):
        image = image.get("url") or image.get("object_key")
    return image if isinstance(image, str) else ""


def _reason(error: Any) -> str:
    if isinstance(error, Mapping):
        error = error.get("message") or error.get("msg") or error.get("code")
    return str(error or "")


def _addresses(choice: Choice) -> list[str]:
    """The pictures given by address. Raises `Refused`, before anything is sent, for what are none."""
    given = choice.parameters.get("reference_images")
    if given is None:
        return []
    fine = isinstance(given, list) and all(
        isinstance(one, str) and one.startswith(("http://", "https://")) for one in given
    )
    limit = choice.model.max_references
    if not fine or len(given) > limit:
        raise Refused("reference.not_addresses", limit=limit)
    return list(given)


def _uploaded(wire: Wire, reference: Reference, place: int) -> str:
    """Bring one reference to the gateway; its object key. The person's own file name stays at home."""
    kind = reference.media_type
    name = f"reference-{place}.{kind.removeprefix('image/').replace('jpeg', 'jpg')}"
    wish = {"fileName": name, "fileType": kind, "fileSize": reference.bytes}
    answer = wire.post(
        f"{_API}/upload/image/presigned", json={**wish, "prefix": "open-skills/reference-images"}
    )
    if answer.status == 404:
        raise GatewayError("upload.unknown", gateway=wire.gateway.title)
    told = _data(answer, wire.gateway)
    url, key = told.get("presignedUploadUrl"), told.get("objectKey")
    if not (isinstance(url, str) and url and isinstance(key, str) and key):
        raise GatewayError("upload.failed", gateway=wire.gateway.title)
    wire.put(url, reference)
    return key


def _data(answer: Answer, gateway: Gateway) -> Mapping[str, Any]:
    """What a successful envelope holds. Raises what anything else means."""
    if not 200 <= answer.status < 300:
        raise refusal(answer, gateway)
    try:
        body = answer.json()
    except Unreadable as error:
        raise unreadable(answer, gateway) from error
    code = body.get("code") if isinstance(body, Mapping) else None
    if isinstance(code, bool) or not isinstance(code, (int, float)):
        raise unreadable(answer, gateway)
    if code != 0:
        raise _refused(int(code), str(body.get("msg") or body.get("message") or ""), gateway)
    data = body.get("data")
    if not isinstance(data, Mapping):
        raise unreadable(answer, gateway)
    return data


def _refused(code: int, said: str, gateway: Gateway) -> Refused:
    """A no in the envelope. Its codes are not public: those that copy HTTP's count, else the words do."""
    facts: dict[str, Any] = {"gateway": gateway.title, "said": said or f"code {code}", "said_code": code}
    words = said.lower()
    if code == 401:
        return KeyRefused("gateway.key_refused", **facts)
    if code == 429:
        return RateLimited("gateway.rate", **facts)
    if code == 402 or any(word in words for word in _FUNDS):
        return OutOfFunds("gateway.funds", **facts)
    if any(word in words for word in _CONTENT):
        return ContentRefused("gateway.content", **facts)
    return Refused("gateway.said_no", **facts)
