"""
A task at the gateway, followed to its end.

The stream first where there is one, then looks. Nothing here costs anything, and nothing that goes wrong
here ends the task: a look that fails is followed by another, and when the waiting is given up the job
stays where it is, for `recover` and for any other process.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from limner import checks, timing
from limner.collecting import collect
from limner.errors import GatewayError, KeyRefused, NoAnswer, NoPicture, RateLimited
from limner.results import Progress, Submission
from limner.wire import Wire
from limner.work import Tally, Work

_FLOOR, _CEILING = 2.0, 5.0
_LIMIT = 1_800
_LONGEST_PAUSE = 60.0
_FORGOTTEN_TIMES, _FORGOTTEN_MS = 3, 24 * 3_600_000
"""A task that its gateway does not know is given up when that was seen so often, over so long."""


def follow(work: Work, part: int, n: int, submission: Submission, tally: Tally) -> Tally:
    """Until the task ends, or the waiting does; its pictures are saved then."""
    assert submission.task_id is not None
    started = time.monotonic()
    progress = _streamed(work, submission) or _looked(work, n, submission.task_id, started)
    if isinstance(progress, GatewayError):
        forgotten = _forgotten(work, submission.task_id, progress)
        if forgotten is None:
            return tally._replace(error=progress, waiting=True)
        perhaps = tally.perhaps + work.each_worst(part)
        return tally._replace(error=forgotten, open_question=work.quote.needs_approval, perhaps=perhaps)
    return conclude(work, part, submission, progress, tally)


def look(work: Work, n: int, task_id: str) -> Progress:
    """One look, free of charge. Raises `GatewayError`."""
    spool = work.folder / f"look-{n}"
    wire = Wire(work.transport, spool, work.quote.choice.model.time_limit)
    return work.provider.poll(wire, task_id)


def conclude(work: Work, part: int, submission: Submission, progress: Progress, tally: Tally) -> Tally:
    """What an ended task comes to."""
    if progress.state == "done" and progress.sources:
        work.ledger.set_state(work.job_id, "collecting")
        declared, model = checks.said_of(progress)
        ended = submission._replace(
            sources=progress.sources,
            usage=progress.usage,
            declared=declared,
            declared_model=model or submission.declared_model,
        )
        return collect(work, part, ended, None, tally)
    key = {"done": "task.no_pictures", "canceled": "task.canceled"}.get(progress.state, "task.failed")
    gateway = work.transport.gateway
    error = NoPicture(key, gateway=gateway.title, task=submission.task_id, said=progress.reason)
    error.charged = progress.charged
    perhaps = work.each_worst(part) if progress.charged == "unknown" else 0
    if progress.usage.cost is not None and progress.usage.cost.micro:
        tally = tally._replace(cost=tally.cost + progress.usage.cost.micro, basis="gateway")
    return tally._replace(error=error, perhaps=tally.perhaps + perhaps)


def _forgotten(work: Work, task_id: str, error: GatewayError) -> GatewayError | None:
    """A gateway may not know a task for a while. When it goes on saying so, the task is lost."""
    if error.key != "task.unknown":
        return None
    gateway = work.transport.gateway.title
    facts = {"gateway": gateway, "task": task_id, "said": error.facts.get("said", "")}
    seen = work.ledger.add_evidence(work.job_id, "task_gone", facts)
    if seen.times < _FORGOTTEN_TIMES or seen.at - seen.first_at < _FORGOTTEN_MS:
        return None
    return NoAnswer("task.forgotten", gateway=gateway, task=task_id)


def _streamed(work: Work, submission: Submission) -> Progress | None:
    """The end as the live stream tells it; `None` when the stream breaks off or ends without one."""
    if submission.updates is None:
        return None
    try:
        for progress in submission.updates:
            _moved(work, progress, "stream")
            if progress.state != "running":
                return progress
    except GatewayError as error:
        work.watch("stream_ended", {"key": error.key, "facts": error.facts})
    return None


def _looked(work: Work, n: int, task_id: str, started: float) -> Progress | GatewayError:
    """The end, or why nobody has seen it: the task takes longer than the waiting, or looks go wrong."""
    gateway = work.transport.gateway
    model = work.quote.choice.model
    layers = (gateway.facts, model.live, gateway.settings)
    rules = _laid_over([layer.get("polling", {}) for layer in layers])
    expected = timing.expect(
        model.seconds,
        work.ledger.durations(work.quote.choice),
        floor=float(rules.get("floor", _FLOOR)),
        ceiling=float(rules.get("ceiling", _CEILING)),
    )
    pause, going_on = 0.0, GatewayError("task.still_running", task=task_id)
    trouble = going_on
    limit = _limit(rules, work.quote.choice.size) if work.patience is None else work.patience
    while True:
        threading.Event().wait(pause)
        pause = timing.wait(expected, time.monotonic() - started)
        try:
            progress = look(work, n, task_id)
        except KeyRefused as error:
            return error
        except RateLimited as error:
            pause = max(pause, min(error.retry_after or 2 * pause, _LONGEST_PAUSE))
        except GatewayError as error:
            work.watch("look_failed", {"key": error.key, "facts": error.facts})
            trouble = error
            pause = min(max(2 * pause, 1.0), _LONGEST_PAUSE)
        else:
            trouble = going_on
            _moved(work, progress, "look")
            if progress.state != "running":
                return progress
        left = limit - (time.monotonic() - started)
        if left < expected.floor:
            return trouble
        pause = min(pause, left)


def _laid_over(layers: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The last word on each rule. One limit for all sizes takes the place of earlier ones by size."""
    rules: dict[str, Any] = {}
    for layer in layers:
        if "limit" in layer:
            rules.pop("limit_by_size", None)
        rules.update(layer)
    return rules


def _limit(rules: Mapping[str, Any], size: str | None) -> float:
    """Seconds to follow a task: large pictures are given longer, where the facts say so."""
    by_size: Mapping[str, float] = rules.get("limit_by_size", {})
    return float(by_size.get(size or "", rules.get("limit", _LIMIT)))


def _moved(work: Work, progress: Progress, through: str) -> None:
    if progress.said:
        work.watch("told", {"through": through, "state": progress.state, "said": progress.said})
    if progress.state == "running":
        work.ledger.mark_running(work.job_id)
        work.watch("running", {})
