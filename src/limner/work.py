"""One job at work: what it needs, what it has come to, and how a failed attempt is written down."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from limner.artifacts import Output
from limner.errors import (
    GatewayError,
    LimnerError,
    NeverLeft,
    NoAnswer,
    NoPicture,
    Refused,
    StorageFailed,
    Unrecorded,
)
from limner.ledger import ANY_PACE, Ledger, Pace
from limner.providers.base import Provider
from limner.quote import price_row
from limner.results import Picture
from limner.transport import Transport
from limner.types import Choice, Quote
from limner.wire import Wire

Watch = Callable[[str, Mapping[str, Any]], None]
SPOOL = "attempt-{n}.answer"


class Work(NamedTuple):
    """One job and everything it needs, handed from step to step."""

    ledger: Ledger
    transport: Transport
    provider: Provider
    quote: Quote
    job_id: str
    folder: Path
    output: Output
    repeats: Mapping[str, Any]
    watch: Watch
    language: str
    pace: Pace = ANY_PACE
    patience: float | None = None
    """Seconds to follow a task; 0 is one look, `None` as long as the gateway's facts say."""

    @property
    def unit(self) -> str:
        return self.quote.ceiling.unit

    def sent(self, part: int, attempts: Sequence[Mapping[str, Any]]) -> Choice:
        """
        What one of the quote's sends asked for at last: the choice, or a repair that was sent instead.
        `attempts`: those of this part.
        """
        repair = attempts[-1]["repair"] if attempts else None
        return part_of(repaired(self.quote, repair), part)

    def each_worst(self, part: int) -> int:
        """The most that one of the quote's sends can cost, in millionths."""
        row = price_row(self.quote.choice)
        return row.most.micro * part_of(self.quote.choice, part).n if row else self.quote.ceiling.micro


class Tally(NamedTuple):
    """What a job has come to so far."""

    pictures: tuple[Picture, ...] = ()
    cost: int = 0
    basis: str = ""
    tokens: int = 0
    error: LimnerError | None = None
    open_question: bool = False
    waiting: bool = False
    perhaps: int = 0
    """What a task that failed may have cost, where nobody says whether it did."""


def repaired(quote: Quote, repair: int | None) -> Choice:
    """The quote's choice as one of its repairs sends it."""
    if repair is None:
        return quote.choice
    other = quote.repairs[repair]
    return quote.choice._replace(parameters=other.parameters, size=other.size)


def part_of(choice: Choice, part: int) -> Choice:
    """The share of a choice that one request asks for."""
    n = min(choice.model.max_n, choice.n - part * choice.model.max_n)
    parameters = {**choice.parameters, "n": n} if "n" in choice.parameters else choice.parameters
    return choice._replace(n=n, parameters=parameters)


@contextmanager
def handing_back(work: Work) -> Iterator[None]:
    """
    Whoever goes on living after a failure must not be taken for somebody who is still at work. Raises
    `Unrecorded` when the ledger gave out after something had been sent.
    """
    owner = work.ledger.owner(work.job_id)
    try:
        yield
    except BaseException as error:
        with suppress(StorageFailed):
            work.ledger.hand_back(work.job_id, owner)
        if isinstance(error, (StorageFailed, OSError)):
            raise _unwritten(work, error) from error
        raise


def _unwritten(work: Work, error: StorageFailed | OSError) -> StorageFailed:
    """A disk or a ledger that gave out, told by whether something had been sent by then."""
    reason = error.strerror if isinstance(error, OSError) else error.facts.get("reason", error.key)
    if _was_sent(work):
        return Unrecorded("job.not_recorded", job=work.job_id, folder=work.folder, reason=reason)
    if isinstance(error, StorageFailed):
        return error
    return StorageFailed("job.no_folder", path=error.filename or work.folder, reason=reason)


def _was_sent(work: Work) -> bool:
    """Has anything left for this job? A ledger that cannot be read leaves it open, so the answer is yes."""
    try:
        return any(attempt["status"] != "never_left" for attempt in work.ledger.attempts(work.job_id))
    except StorageFailed:
        return True


@contextmanager
def paid_for(work: Work, spool: Path, wire: Wire | None = None) -> Iterator[None]:
    """Whatever an adapter trips over in an answer: it may have been charged, and stays on disk as it came."""
    try:
        yield
    except LimnerError:
        raise
    except OSError as error:
        raise StorageFailed("output.not_writable", path=spool.parent, reason=error.strerror) from error
    except Exception as error:
        if wire is not None and not wire.spent:
            raise
        title = work.transport.gateway.title
        raise NoAnswer("answer.unreadable", gateway=title, status=200, path=spool) from error


def note(work: Work, n: int, error: GatewayError, *, sent: bool) -> None:
    """Write down how an attempt failed. `sent`: had the paid request been handed to the network?"""
    status = "unknown"
    if isinstance(error, NeverLeft) or not sent:
        status = "never_left"
    elif isinstance(error, NoPicture):
        status = "accepted"
    elif isinstance(error, Refused) and error.charged == "no":
        status = "refused"
    task = error.facts.get("task") if isinstance(error, NoAnswer) else None
    work.ledger.answer(
        work.job_id, n, status, http_status=error.status, task_id=task, detail=f"{error.key}: {error}"[:2000]
    )
