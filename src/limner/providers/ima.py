"""
IMA Studio: a product list that is asked for every time, a task per order, looks until its pictures are there.

What a body's `code` says goes before the HTTP status; 0 and 200 are success. A create that was answered
with a task id is charged, and nothing says that creates may be repeated.

Wire: the skill's own description of the Open API, version 1.0.8, and its public clients up to 1.4.6, 2026-04.
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
    Unavailable,
)
from limner.gateways import Gateway
from limner.providers import ima_orders as orders
from limner.providers import ima_tariff as tariff
from limner.providers import ima_upload
from limner.providers.base import Provider, refusal, unreadable
from limner.providers.ima_models import models_of
from limner.results import Link, Progress, Submission
from limner.types import Adjustment, Choice, Model, Operation, Reference, Repair
from limner.wire import Wire

_FINE = (0, 200)
_OPERATIONS: tuple[Operation, ...] = ("text_to_image", "image_to_image")
_NOT_KNOWN = {408, 502, 504, *range(520, 531)}
_CODES: Mapping[int, tuple[type[Refused], str]] = {
    401: (KeyRefused, "gateway.key_refused"),
    403: (KeyRefused, "gateway.forbidden"),
    4008: (OutOfFunds, "gateway.funds"),
    4014: (Refused, "refused.subscription"),
    6006: (Refused, "refused.price_differs"),
    6009: (Refused, "refused.no_such_row"),
    6010: (Refused, "refused.other_row"),
}
_CONFIGURATION = ("invalid product attribute", "insufficient points")
_CONTENT = ("sensitive", "violat", "moderation", "safety")


class Adapter(Provider):
    def live_models(self, wire: Wire, known: Sequence[Model]) -> tuple[Model, ...]:
        found: list[Model] = []
        for operation in _OPERATIONS:
            answer = wire.get("/open/v1/product/list", app="ima", platform="web", category=operation)
            tree = _data(answer, wire.gateway)
            found += models_of(tree, operation, known, wire.gateway.facts, wire.gateway.unit)
        if not found:
            raise GatewayError("gateway.empty_list", gateway=wire.gateway.title)
        order = {model.id: place for place, model in enumerate(known)}
        return tuple(sorted(found, key=lambda model: order.get(model.id, len(order))))

    def complete(self, choice: Choice) -> Choice:
        """Every parameter as it will be sent, and the credit rule they fall under."""
        parameters = orders.merged(choice)
        rule = tariff.choose(choice.model.live["rules"], parameters)
        parameters = {**tariff.spelled(rule, parameters), "attribute_id": rule["attribute_id"]}
        size, ratio = parameters.get("size"), parameters.get("aspect_ratio")
        told = choice._replace(
            parameters=parameters,
            size=choice.size if size is None else tariff.written(size),
            aspect_ratio=choice.aspect_ratio if ratio is None else tariff.written(ratio),
        )
        each = int(choice.model.live.get("pictures", 1))
        if each == 1:
            return told
        note = Adjustment(
            "adjusted.pictures_each", {"model": choice.model.title, "each": each, "n": choice.n}
        )
        return told._replace(adjustments=(*told.adjustments, note))

    def repairs(self, choice: Choice) -> tuple[Repair, ...]:
        """
        500: the next smaller sizes, when a size was asked for. 6009: what the parameters lack, from the
        rules. 6010: the rule that agrees with them. None contradicts what was asked for otherwise.
        """
        if not choice.model.live:
            return ()
        agreeing = [
            rule
            for rule in sorted(choice.model.live["rules"], key=lambda rule: rule["points"])
            if tariff.agrees(tariff.own_attributes(rule), choice.parameters)
        ]
        others = [rule for rule in agreeing if rule["attribute_id"] != choice.parameters["attribute_id"]]
        found = [*orders.smaller(choice)]
        for codes, key, rules in (
            ("6009", "repair.completed", agreeing),
            ("6010", "repair.other_row", [*others, *agreeing]),
        ):
            fresh = [orders.by_rule(choice, rule, codes, key) for rule in rules]
            found += [one for one in fresh if dict(one.parameters) != dict(choice.parameters)][:1]
        return tuple(found)

    def submit(self, wire: Wire, choice: Choice) -> Submission:
        if not choice.model.live:
            raise GatewayError("gateway.empty_list", gateway=wire.gateway.title)
        links = [_link(wire, reference) for reference in choice.references]
        return self.read(
            wire.post_spending("/open/v1/tasks/create", json=orders.order(choice, links)), wire.gateway
        )

    def read(self, answer: Answer, gateway: Gateway) -> Submission:
        data = _data(answer, gateway)
        task = data.get("id") if isinstance(data, dict) else None
        if isinstance(task, bool) or not isinstance(task, (str, int)) or not str(task):
            raise unreadable(answer, gateway)
        return Submission(task_id=str(task))

    def poll(self, wire: Wire, task_id: str) -> Progress:
        answer = wire.post("/open/v1/tasks/detail", json={"task_id": task_id})
        try:
            data = _data(answer, wire.gateway)
        except NoAnswer as error:
            raise GatewayError(error.key, **error.facts) from error
        except Refused as error:
            if error.status != 404:
                raise
            facts = {"gateway": wire.gateway.title, "task": task_id, "said": error.facts["said"]}
            raise Refused("task.unknown", **facts) from error
        return _progress(data if isinstance(data, dict) else {})


def _link(wire: Wire, reference: Reference) -> str:
    """A web address passes through; a file is brought to the service."""
    return reference.path if reference.is_link else ima_upload.bring(wire, reference)


def _data(answer: Answer, gateway: Gateway) -> Any:
    """The `data` of a success. Raises what the body's code says, or the HTTP status where there is none."""
    try:
        body = answer.json()
    except Unreadable:
        body = None
    code = body.get("code") if isinstance(body, dict) else None
    if isinstance(code, str) and code.lstrip("-").isdecimal():
        code = int(code)
    if not isinstance(body, dict) or not isinstance(code, int) or isinstance(code, bool):
        raise refusal(answer, gateway) if answer.status != 200 else unreadable(answer, gateway)
    if code in _FINE:
        return body.get("data")
    raise _refused(answer, gateway, code, str(body.get("message") or body.get("msg") or ""))


def _refused(answer: Answer, gateway: Gateway, code: int, message: str) -> GatewayError:
    """What a body's code other than success means. The service's own word, so nothing was charged."""
    facts: dict[str, Any] = {"gateway": gateway.title, "said": message or code, "said_code": str(code)}
    if code in _NOT_KNOWN:
        return NoAnswer("gateway.gave_up", gateway=gateway.title, status=code)
    if code == 429:
        after = answer.headers.get("retry-after", "")
        seconds = float(after) if after.isascii() and after.isdigit() else None
        return RateLimited("gateway.rate", retry_after=seconds, **facts, status=code)
    if code in _CODES:
        kind, key = _CODES[code]
        return kind(key, **facts)
    words = message.casefold()
    if any(word in words for word in _CONFIGURATION):
        return Refused("refused.attribute", **facts)
    if any(word in words for word in _CONTENT):
        return ContentRefused("gateway.content", **facts)
    if 500 <= code < 600:
        return Unavailable("gateway.own_fault", **facts, status=code)
    return Refused("gateway.refused", **facts, status=code)


def _progress(data: Mapping[str, Any]) -> Progress:
    """Done only when every picture is there; one that failed or was deleted ends the task."""
    medias = data.get("medias")
    medias = [one for one in medias if isinstance(one, dict)] if isinstance(medias, list) else []
    for media in medias:
        if _status(media) in (2, 3) or str(media.get("status")).casefold() == "failed":
            reason = str(media.get("error_msg") or media.get("remark") or media.get("status") or "")
            return Progress("failed", reason=reason, said=data)
    links = [_address(media) for media in medias]
    if medias and all(_status(media) == 1 for media in medias) and all(links):
        return Progress("done", sources=tuple(Link(link) for link in links), said=data)
    return Progress("running", said=data)


def _status(media: Mapping[str, Any]) -> int:
    """`resource_status`: nothing yet is 0, and so is any word nobody knows."""
    told = media.get("resource_status")
    return int(told) if isinstance(told, (int, str)) and str(told).isdecimal() else 0


def _address(media: Mapping[str, Any]) -> str:
    told = (media.get(name) for name in ("url", "watermark_url", "preview_url"))
    return next((one for one in told if isinstance(one, str) and one), "")
