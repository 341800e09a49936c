"""
A slow task: queued, running, then done, failed or canceled.

It moves at once, by looks (one step each time somebody looks) or by time. Words in the prompt override
the speed: `[[looks:3]]` is done at the third look, `[[task-stuck]]` never.
Not imitated: queues that fill up, priorities, tasks that expire on the gateway.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from secrets import token_hex
from time import monotonic
from typing import Any, Literal, get_args

from limner.sandbox.faults import Word, named

Speed = Literal["instant", "looks", "real"]
State = Literal["queued", "running", "done", "failed", "canceled"]
SPEEDS: tuple[str, ...] = get_args(Speed)
FINAL: frozenset[State] = frozenset(("done", "failed", "canceled"))
_KEPT = 4000
_LOOKS = 3


@dataclass(slots=True)
class Task:
    """One task. `order` is whatever the dialect needs again when it answers a look."""

    gateway: str
    account: str
    prompt: str
    request_id: str
    """Of the request that started it, under which its pictures are billed."""
    words: tuple[Word, ...]
    speed: Speed
    seconds: float
    order: Any
    id: str = field(default_factory=lambda: token_hex(12))
    born: float = field(default_factory=monotonic)
    looks: int = 0

    @property
    def state(self) -> State:
        """Where it stands now; reading it moves nothing."""
        progress = self._progress()
        if progress < 0.3:
            return "queued"
        if progress < 1:
            return "running"
        return self._end()

    def look(self) -> State:
        """One look from outside: where it stands, and a step on if it moves by looks."""
        self.looks += 1
        return self.state

    def _progress(self) -> float:
        if named(self.words, "task-stuck"):
            return min(0.5, self.looks / 2)
        wanted = named(self.words, "looks")
        if wanted or self.speed == "looks":
            return self.looks / (wanted.number(_LOOKS) if wanted else _LOOKS)
        if self.speed == "real":
            return (monotonic() - self.born) / self.seconds
        return float(self.looks)

    def _end(self) -> State:
        if named(self.words, "task-canceled"):
            return "canceled"
        if named(self.words, "task-failed") or named(self.words, "task-failed-charged"):
            return "failed"
        return "done"


class Tasks:
    """Every task there is; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._tasks: OrderedDict[tuple[str, str], Task] = OrderedDict()

    def add(self, task: Task) -> Task:
        """Remember a task from now on."""
        self._tasks[task.gateway, task.id] = task
        while len(self._tasks) > _KEPT:
            self._tasks.popitem(last=False)
        return task

    def find(self, gateway: str, account: str, task_id: str) -> Task | None:
        """The task, if this account started it."""
        task = self._tasks.get((gateway, task_id))
        hidden = task is None or task.account != account or named(task.words, "task-lost")
        return None if hidden else task
