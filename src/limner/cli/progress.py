"""What a person sees while a job is at work."""

import sys
import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

from limner.cli.columns import cut, of_terminal, width
from limner.cli.face import Face
from limner.messages import clean
from limner.messages.stream import percent
from limner.results import LIVE, Job

_BARS = (30, 10)
_TURNS = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_TURNS = "|/-\\"
_LABELS = {
    "queued": "progress.queued",
    "submitting": "progress.submitting",
    "collecting": "progress.collecting",
}
_CLEAR = "\r\x1b[J"
_SAID_AGAIN_SECONDS = 30.0
_LOOK_SECONDS = 0.2


class Display:
    """A line that moves where the terminal can draw, a line now and then where it cannot, else nothing."""

    def __init__(self, face: Face, gateway: str, seconds: tuple[int, int], since: float = 0) -> None:
        self.face, self.gateway, self.seconds = face, gateway, seconds
        self.started = time.monotonic() - since
        self.label = face.text("progress.submitting", gateway=gateway)
        self._draws = face.lively
        self._turn = 0
        self._drawn = ""
        self._say_at = time.monotonic()

    def __enter__(self) -> "Display":
        self.tick()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write(_CLEAR if self._drawn else "")

    def tick(self) -> None:
        elapsed = time.monotonic() - self.started
        low, high = self.seconds
        detail = self.face.text("progress.elapsed", elapsed=int(elapsed), low=low, high=high)
        if self._draws:
            self._draw(percent(elapsed, high), detail)
        elif not self.face.json and time.monotonic() >= self._say_at:
            self._say_at = time.monotonic() + _SAID_AGAIN_SECONDS
            self.face.say(f"{self.label} · {detail}")

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
        elif name in _LABELS:
            self.label = self.face.text(_LABELS[name], gateway=self.gateway)
        self.tick()

    def _line(self, line: str) -> None:
        if self._drawn:
            self._write(_CLEAR)
            self._drawn = ""
        self.face.say(line)

    def _draw(self, done: int, detail: str) -> None:
        """
        One line, never wider than the terminal is now, and the cursor back at its start: a terminal that is
        made narrower breaks the line into several, which are then all behind the cursor and are cleared.
        """
        room = of_terminal() - 1
        self._turn += 1
        line = next((one for one in self._lines(done, detail) if width(one) <= room), f"{done} %")
        # The first column is the cursor's.
        text = self._coloured(clean(cut(line, room), room))
        if text != self._drawn:
            self._drawn = text
            self._write(f"{_CLEAR}{text}\r")

    def _lines(self, done: int, detail: str) -> Iterator[str]:
        """The line, from the longest form to the shortest."""
        drawn = (sys.stderr.encoding or "").lower().replace("-", "") == "utf8"
        turns, full, empty = (_TURNS, "━", "╌") if drawn else (_PLAIN_TURNS, "#", "-")
        head, share = f" {turns[self._turn % len(turns)]} ", f"{done:>3} %"
        for bar in _BARS:
            filled = round(bar * done / 100)
            yield f"{head}{self.label} {full * filled}{empty * (bar - filled)} {share}  {detail}"
        yield f"{head}{self.label} {share}  {detail}"
        yield f"{head}{share}  {detail}"
        yield f"{head}{self.label}"

    def _coloured(self, line: str) -> str:
        if not self.face.colour or "━" not in line:
            return line
        start, end = line.index("━"), line.rindex("━") + 1
        return f"{line[:start]}\x1b[32m{line[start:end]}\x1b[0m{line[end:]}"

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()


def watched(job: Job, seconds: float, face: Face) -> Job:
    """The job of another process once it has ended, was left by that process, or the time is over."""
    until = time.monotonic() + seconds
    title = face.client.gateway(job.gateway).title
    usual = face.client.ledger.quote(job.quote_id).choice.model.seconds
    since = max(0.0, time.time() - job.created_at / 1000)
    with Display(face, title, usual, since) as display:
        while job.state in LIVE and time.monotonic() < until and not face.client.is_left(job.id):
            display.tick()
            time.sleep(_LOOK_SECONDS)
            job = face.client.job(job.id)
    return job
