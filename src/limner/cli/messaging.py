"""
`--messages`: a job's messages instead of a bar and a last sentence.

At a terminal they are words on standard output. In a pipe they are one line of JSON each: on standard output,
or on standard error beside `--json`, which keeps standard output for its one object.
"""

import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from limner import messages
from limner.cli.face import Face, write_json
from limner.errors import ApprovalNeeded, Declined, LimnerError, NotFound

if TYPE_CHECKING:
    from limner.messages.stream import Message
    from limner.narration import Narrator

Text = Callable[..., str]
_ASKS = {ApprovalNeeded.code, Declined.code, NotFound.code}


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("--messages", action="store_true", help=text("messages"))
    parser.add_argument("--debug", action="store_true", help=text("debug"))


def show(message: "Message", face: Face) -> None:
    """One message, in the form that whoever reads it can use."""
    if face.json or not sys.stdout.isatty():
        write_json(message.told(), sys.stderr if face.json else sys.stdout)
        return
    lines = [*message.text.split("\n"), *message.pictures, ""]
    sys.stdout.write("\n".join(messages.clean(line, 2_000) for line in lines) + "\n")
    sys.stdout.flush()


def narrator(job_id: str, options: Namespace, face: Face) -> "Narrator":
    from limner.narration import Narrator

    return Narrator(face.client.engine, job_id, language=face.spoken, debug=options.debug)


class Teller:
    """Watches a job as `Display` does, and tells its messages."""

    def __init__(self, options: Namespace, face: Face) -> None:
        self.options, self.face = options, face
        self.narrator: Narrator | None = None
        self._next = 0.0

    def __enter__(self) -> "Teller":
        return self

    def __exit__(self, *_: object) -> None:
        self._next = 0.0
        self.tick()

    def event(self, told: Mapping[str, Any]) -> None:
        if self.narrator is None and told.get("job"):
            self.narrator = narrator(str(told["job"]), self.options, self.face)
            self.tick()

    def tick(self) -> None:
        from limner.narration import LOOK_SECONDS

        if self.narrator is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + LOOK_SECONDS
        for message in self.narrator.look(time.time()):
            show(message, self.face)


def refuse(error: LimnerError, face: Face) -> None:
    """The last word where there is no job: for those who wait for messages, beside what `Face.fail` says."""
    if error.code in _ASKS:
        return
    language = face.spoken or face.written
    try:
        from limner.narration import refusal

        told = refusal(face.client.engine, error, language)
    except LimnerError:  # the configuration itself may be what is wrong
        from limner.messages import stream

        told = stream.refusal(error.key, language, charged=error.charged)
    show(told, face)


def tell(job_id: str, options: Namespace, face: Face, *, seconds: float | None, whole: bool) -> None:
    """A job's messages up to now, or one for how it stands; followed as long as `seconds` allow."""
    one = narrator(job_id, options, face)
    if not whole:
        show(one.now(time.time()), face)
        return
    from limner import narration

    for message in narration.told(one, seconds):
        show(message, face)
