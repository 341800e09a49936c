"""
Everything that can go wrong, as one tree.

    LimnerError
    ├── Usage              the request cannot be served as it stands; nothing was sent
    ├── SetupNeeded        no gateway, no key
    ├── NotFound           no such quote, job, model, gateway
    ├── ApprovalNeeded     somebody has to say yes first
    ├── QuoteChanged       what was agreed to is no longer what would be bought
    ├── BudgetExceeded     the yes is good, the allowance is used up
    ├── Stopped            limner stopped a gateway by itself; a person may let it go on
    ├── Declined           the person said no
    ├── Canceled           the person called it back
    ├── DeliveryFailed     a chat did not take a picture, or nobody knows whether it did
    ├── StorageFailed      the disk would not take it
    │   └── Unrecorded     and something had been sent by then
    └── GatewayError       on the way to a gateway, or there
        ├── NeverLeft      connection refused, lookup failed, TLS failed: not charged
        │   └── TooLate    the machine slept between the decision and the first byte, which was kept back
        ├── Refused        the gateway said no: not charged
        │   ├── KeyRefused
        │   ├── OutOfFunds
        │   ├── RateLimited
        │   ├── ContentRefused
        │   └── Unavailable   a fault of its own, in its own words
        ├── NoAnswer       sent, and nobody knows: timeout, reset, 408, 502, 504, 520–530, unreadable
        └── NoPicture      answered and probably charged, but there is no picture in it

An error is a key into the message catalogue and the facts its sentence needs, so it reads
the same in every language. `charged` answers the only question that matters.
"""

from typing import Any

from limner import messages
from limner.money import Money


class LimnerError(Exception):
    """Any failure. `str()` is the English sentence; `messages.sentence(key, language, facts)` any other."""

    code = "internal"
    exit_code = 1
    retryable = False
    charged = "no"

    def __init__(self, key: str, /, **facts: Any) -> None:
        super().__init__(key)
        self.key = key
        self.facts = facts

    def __str__(self) -> str:
        return messages.sentence(self.key, "en", self.facts)

    def details(self) -> dict[str, Any]:
        """The facts as JSON knows them: lists as lists, nothing as null, amounts and paths as texts."""
        return {name: _plain(value) for name, value in self.facts.items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return [_plain(one) for one in value]
    return messages.clean(str(value), 2_000)


class Usage(LimnerError):
    code, exit_code = "usage", 2


class SetupNeeded(LimnerError):
    code, exit_code = "setup_needed", 3


class NotFound(LimnerError):
    code, exit_code = "not_found", 9


class ApprovalNeeded(LimnerError):
    code, exit_code = "approval_needed", 10


class QuoteChanged(LimnerError):
    code, exit_code = "quote_changed", 11


class BudgetExceeded(LimnerError):
    code, exit_code = "budget_exceeded", 13


class Stopped(LimnerError):
    code, exit_code = "stopped", 13


class Declined(LimnerError):
    code, exit_code = "declined", 14


class Canceled(LimnerError):
    code, exit_code = "canceled", 14


class DeliveryFailed(LimnerError):
    code, exit_code = "delivery_failed", 15
    retryable = True
    unknown = False
    """Was it sent, and nobody knows whether it arrived?"""


class StorageFailed(LimnerError):
    code, exit_code = "storage_failed", 1


class Unrecorded(StorageFailed):
    code, exit_code = "outcome_unknown", 12
    charged = "unknown"


class GatewayError(LimnerError):
    """`status` is the HTTP status where there was one."""

    code, exit_code = "provider_unavailable", 6
    retryable = True

    def __init__(self, key: str, /, *, status: int | None = None, **facts: Any) -> None:
        super().__init__(key, **facts)
        self.status = status
        self.transient = False
        """Did the connection fail, rather than somebody answer?"""
        if status is not None:
            self.facts["status"] = status


class NotOffered(GatewayError):
    """What this gateway has no way to do: asking again changes nothing."""

    retryable = False


class NeverLeft(GatewayError):
    pass


class TooLate(NeverLeft):
    pass


class Refused(GatewayError):
    code, exit_code = "request_rejected", 5
    retryable = False


class KeyRefused(Refused):
    code, exit_code = "auth_rejected", 4


class OutOfFunds(Refused):
    code, exit_code = "insufficient_funds", 8


class RateLimited(Refused):
    code, exit_code = "rate_limited", 7
    retryable = True

    def __init__(
        self, key: str, /, *, status: int | None = None, retry_after: float | None = None, **facts: Any
    ) -> None:
        super().__init__(key, status=status, **facts)
        self.retry_after = retry_after


class ContentRefused(Refused):
    pass


class Unavailable(Refused):
    code, exit_code = "provider_unavailable", 6
    retryable = True


class NoAnswer(GatewayError):
    code, exit_code = "outcome_unknown", 12
    retryable = False
    charged = "unknown"


class NoPicture(GatewayError):
    code, exit_code = "request_rejected", 5
    retryable = False
    charged = "unknown"

    def __init__(
        self, key: str, /, *, status: int | None = None, tokens: tuple[int, int] | None = None, **facts: Any
    ) -> None:
        super().__init__(key, status=status, **facts)
        self.tokens = tokens
        """Tokens in and out, where the answer named them: evidence of a charge."""
        self.cost: Money | None = None


def exit_code_of(code: str) -> int:
    """The exit code that an error's `code` stands for."""
    known = {"internal": 1}
    waiting = [LimnerError]
    while waiting:
        kind = waiting.pop()
        known[kind.code] = kind.exit_code
        waiting += kind.__subclasses__()
    return known.get(code, 1)
