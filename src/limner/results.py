"""
The nouns of what came of it: what a gateway answered, the job it became, and the pictures.

They stand apart from `types`, because what is only looked up or quoted need not load them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from limner.money import Money
from limner.types import Charged, Operation, Repair

State = Literal[
    "approved", "submitting", "submitted", "running", "collecting", "done", "failed", "canceled", "unknown"
]

LIVE: frozenset[str] = frozenset({"approved", "submitting", "submitted", "running", "collecting"})
"""States in which a job still has somewhere to go by itself. `unknown` waits for evidence instead."""


class Difference(NamedTuple):
    """One thing that came other than agreed to. `difference.<kind>` names its sentence in the messages."""

    place: int
    """The picture's place in the job; -1, -2, …: the whole answer to the first, second, … request."""
    kind: str
    facts: Mapping[str, Any]


class Part(NamedTuple):
    """A picture that stood in the answer as base64 and was decoded beside it: its place among the parts."""

    number: int


class Link(NamedTuple):
    """A picture the gateway keeps for us at a URL."""

    url: str


class Inline(NamedTuple):
    """Base64 too short to have been taken out of the answer."""

    text: str


Source = Part | Link | Inline


class Usage(NamedTuple):
    """What the gateway said it used. `cost` only where the gateway names the charge itself."""

    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_total: int | None = None
    cost: Money | None = None


class Declared(NamedTuple):
    """What the gateway says of one picture, in its own words. `None` is not said."""

    format: str | None = None
    size: str | None = None
    """Pixels, as "WIDTHxHEIGHT"."""
    model: str | None = None
    watermark: bool = False
    """Only the picture with the gateway's mark on it was to be had."""


class Progress(NamedTuple):
    """A provider's reading of one look at a task, or of one event of its stream."""

    state: Literal["running", "done", "failed", "canceled"]
    sources: tuple[Source, ...] = ()
    usage: Usage = Usage()
    reason: str = ""
    """Why it failed, in the gateway's words: data, shown only as such."""
    charged: Charged = "unknown"
    """Whether a failed task was charged, as far as the gateway's facts or its answer tell."""
    said: Mapping[str, Any] = {}
    """What the gateway said, as it came, for faces that pass it on."""


class Submission(NamedTuple):
    """A provider's reading of the answer to a paid request: a task to follow, or finished pictures."""

    task_id: str | None = None
    sources: tuple[Source, ...] = ()
    usage: Usage = Usage()
    declared_model: str | None = None
    text: str = ""
    """Words that came beside the pictures."""
    updates: Iterator[Progress] | None = None
    """The task's live stream, where there is one. It may break off; the task does not end with it."""
    declared: tuple[Declared, ...] = ()
    """Of each of `sources`, in their order; what is missing at the end is not said."""


class Picture(NamedTuple):
    """A finished file on disk."""

    path: str
    sha256: str
    media_type: str
    width: int
    height: int
    bytes: int
    sidecar: str
    url: str | None = None


class Outcome(NamedTuple):
    """How a job ended, or why it waits for evidence. Fields as in `Job`."""

    state: State
    cost: Money | None
    cost_basis: str
    uncertain: Money
    charged: Charged
    tokens: int | None
    error: str | None
    error_facts: Mapping[str, Any]
    seconds: float | None


Called = Literal["confirmed", "requested", "too_late"]
"""What calling a job back came to."""


class Evidence(NamedTuple):
    """One thing that was seen of a job beside its gateway's answer. `evidence.KIND` names its sentence."""

    kind: str
    facts: Mapping[str, Any]
    first_at: int
    at: int
    times: int
    """How often it was seen between these two moments, in Unix milliseconds."""


class Job(NamedTuple):
    """One approved quote on its way to pictures, as the ledger knows it."""

    id: str
    quote_id: str
    gateway: str
    model: str
    operation: Operation
    n: int
    prompt: str
    state: State
    task_id: str | None
    sent: int
    """Requests that left, repeats included."""
    ceiling: Money
    cost: Money | None
    """What was charged, as far as it is known; `None` until it is."""
    cost_basis: str
    """How `cost` is known: "tokens", "tariff", "gateway", "free" or "" while it is not."""
    uncertain: Money
    """What lost answers may have cost besides. It stays reserved until somebody or evidence settles it."""
    charged: Charged
    tokens: int | None
    pictures: tuple[Picture, ...]
    error: str | None
    """Key of the sentence that says what went wrong."""
    error_facts: Mapping[str, Any]
    created_at: int
    updated_at: int
    seconds: float | None
    """From the first byte sent to the last picture saved."""
    folder: str
    repairs: tuple[Repair, ...] = ()
    """What was sent instead of the choice, where the gateway refused it: as quoted, in order."""
    evidence: tuple[Evidence, ...] = ()
    """What was seen of it, while something about it is open or when it failed."""
    cancel_at: int | None = None
    """When somebody asked for it to be called back."""
    differences: tuple[Difference, ...] = ()
    """In what the delivery is other than what was agreed to. None of them undoes the job."""
