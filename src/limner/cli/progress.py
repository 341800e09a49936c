"""What a person sees while a job is at work."""

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from limner.cli.face import Face
from limner.messages.stream import percent


class Display:
    """A bar where the terminal can draw, a line per event where it cannot, nothing when quiet."""

    def __init__(self, face: Face, gateway: str, seconds: tuple[int, int], since: float = 0) -> None:
        self.face, self.gateway, self.seconds = face, gateway, seconds
        self.started = time.monotonic() - since
        self.label = face.text("progress.submitting", gateway=gateway)
        self._bar: Any = None

    def __enter__(self) -> "Display":
        if self.face.lively:
            self._bar = _bar(self.face)
            self._bar.start()
            self._task = self._bar.add_task(self.label, total=100, detail="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            if error is None:
                self._bar.update(self._task, completed=100, detail="")
            self._bar.stop()

    def tick(self) -> None:
        if not self._bar:
            return
        elapsed = time.monotonic() - self.started
        low, high = self.seconds
        detail = self.face.text("progress.elapsed", elapsed=int(elapsed), low=low, high=high)
        done = percent(elapsed, high)
        self._bar.update(self._task, description=self.label, completed=done, detail=detail)

    def event(self, told: Mapping[str, Any]) -> None:
        name = told["event"]
        if name == "repeating":
            reason = (
                f"HTTP {told['status']}" if told["status"] else self.face.text(told["key"], **told["facts"])
            )
            facts = {**told, "reason": reason, "seconds": f"{told['seconds']:g}"}
            line = self.face.text("progress.repeating", **facts)
            self._line(line)
        elif name == "repairing":
            self._line(self.face.text(f"{told['key']}.now", size=told["size"] or "", price=told["price"]))
        elif name == "collecting":
            self.label = self.face.text("progress.collecting")
        self.tick()

    def _line(self, line: str) -> None:
        if self._bar:
            self._bar.console.print(line, markup=False, highlight=False)
        else:
            self.face.say(line)


def _bar(face: Face) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

    console = Console(file=sys.stderr, no_color=not face.colour)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[detail]}", style="dim", markup=False),
    )
    return Progress(*columns, console=console, transient=True)
