"""
What an adapter is: two verbs to write, the rest to inherit as "cannot".

An adapter translates. It never waits, repeats, sleeps, saves or prints, and it has no socket, file or
clock of its own: a `Wire` is all it can speak through.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from limner.answers import Answer, Unreadable
from limner.errors import (
    ContentRefused,
    GatewayError,
    KeyRefused,
    NoAnswer,
    NotOffered,
    OutOfFunds,
    RateLimited,
    Refused,
    Unavailable,
)
from limner.gateways import Gateway
from limner.results import Progress, Submission
from limner.types import Choice, Model, Repair
from limner.wire import Wire

_FUNDS = ("insufficient_user_quota", "insufficient_quota", "insufficient_credit", "billing_hard_limit")
_CONTENT = ("moderation_blocked", "content_policy", "content_filter", "content_rejected")
_MOST_TOKENS = 10**9
_CONTENT_WORDS = ("safety system", "image_safety", "prohibited_content", "content policy")


class Provider(ABC):
    """One gateway's language. `submit` is the paid request; a gateway with tasks also has `poll`."""

    @abstractmethod
    def submit(self, wire: Wire, choice: Choice) -> Submission:
        """Send one paid request. Raises what `Wire.post_spending` and `refusal` raise, and `NoPicture`."""

    @abstractmethod
    def read(self, answer: Answer, gateway: Gateway) -> Submission:
        """Read a paid request's answer: at once, or from disk when the process that asked is gone."""

    def poll(self, wire: Wire, task_id: str) -> Progress:
        """Look at a task, free of charge."""
        raise NotOffered("gateway.cannot_look", gateway=wire.gateway.title, task=task_id)

    def live_models(self, wire: Wire, known: Sequence[Model]) -> tuple[Model, ...]:
        """
        What the gateway itself says it sells and for how much, where its facts say `live = true`. `known`
        are the models of the facts file, to be brought up to date. Raises `GatewayError("gateway.no_list")`
        when this server has no such list: the dated facts serve then.
        """
        raise GatewayError("gateway.no_list", gateway=wire.gateway.title, models=len(known))

    def complete(self, choice: Choice) -> Choice:
        """The choice with every parameter that `Model.live` calls for. Raises `Usage`."""
        return choice

    def repairs(self, choice: Choice) -> tuple[Repair, ...]:
        """What may be sent instead when the gateway refuses in a way it names. Quoted like the rest."""
        del choice
        return ()

    def balance(self, wire: Wire) -> Mapping[str, int | float | str]:
        """What is left on the account, in the gateway's own words. Free. Raises `GatewayError`."""
        raise NotOffered("gateway.no_balance", gateway=wire.gateway.title)

    def model_ids(self, wire: Wire) -> list[str]:
        """The ids of the models that the gateway itself lists."""
        raise GatewayError("gateway.no_list", gateway=wire.gateway.title)


def refusal(answer: Answer, gateway: Gateway) -> GatewayError:
    """
    What an answer other than success means. From the status first, then from the error's own code.

    502, 504, 408 and 520–530 come from something in front of the gateway, which may still be working and
    charging: `NoAnswer`. Other failures are the gateway's own word that it made nothing: `Refused`.
    """
    status, error = answer.status, _error(answer)
    if status in {408, 502, 504} or 520 <= status <= 530:
        return NoAnswer("gateway.gave_up", gateway=gateway.title, status=status)
    if status >= 500 and error is None:
        return NoAnswer("gateway.unreadable_error", gateway=gateway.title, status=status)
    said = error or {}
    facts: dict[str, Any] = {"gateway": gateway.title, "said": said.get("message", ""), "status": status}
    code = f"{said.get('code', '')} {said.get('type', '')}".lower()
    if _content_refused(code, str(said.get("message", ""))):
        return ContentRefused("gateway.content", **facts)
    if status == 402 or any(word in code for word in _FUNDS):
        return OutOfFunds("gateway.funds", **facts)
    return _by_status(answer, facts)


def _by_status(answer: Answer, facts: dict[str, Any]) -> GatewayError:
    status = answer.status
    if status == 401:
        return KeyRefused("gateway.key_refused", **facts)
    if status == 403:
        return KeyRefused("gateway.forbidden", **facts)
    if status == 429:
        after = answer.headers.get("retry-after", "")
        seconds = float(after) if after.isascii() and after.isdigit() else None
        return RateLimited("gateway.rate", retry_after=seconds, **facts)
    if status >= 500:
        return Unavailable("gateway.own_fault", **facts)
    return Refused("gateway.refused", **facts)


def unreadable(answer: Answer, gateway: Gateway) -> NoAnswer:
    """A success that no known form fits. It may have been charged, and it stays on disk as it came."""
    return NoAnswer("answer.unreadable", gateway=gateway.title, status=answer.status, path=answer.spool)


def tokens(value: Any) -> int | None:
    """A token count as gateways write them: a number, a text of digits, or nothing."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
        value = int(value)
    counts = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST_TOKENS
    return value if counts else None


def _error(answer: Answer) -> Mapping[str, Any] | None:
    """The error an answer carries, as `message`, `code` and `type`; `None` when it carries none."""
    try:
        body = answer.json()
    except Unreadable:
        return None
    if not isinstance(body, dict):
        return None
    error = body.get("error", body)
    if isinstance(error, str):
        return {"message": body.get("message") or error, "code": body.get("code") or error}
    if isinstance(error, dict):
        said = error.get("message") or error.get("msg") or error.get("detail")
        if said or error.get("code"):
            return {**error, "message": str(said or "")}
    return None


def _content_refused(code: str, message: str) -> bool:
    words = message.lower()
    return any(word in code for word in _CONTENT) or any(word in words for word in _CONTENT_WORDS)
