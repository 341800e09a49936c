"""What all tools share: one client, one language, one place for pictures; work beside the event loop."""

import os
import shlex
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import anyio
import anyio.to_thread

from limner import home as homes
from limner import whereabouts
from limner.artifacts import Output
from limner.client import Client
from limner.errors import LimnerError
from limner.mcp.speaking import Voice
from limner.messages import mcp_text
from limner.worker import Order

T = TypeVar("T")

LONGEST_SECONDS = 45
"""No call takes longer: hosts give up after 60 s, most of them without saying so."""

LOOK_SECONDS = 0.2
"""Between two looks at the ledger."""

_PATIENCE_SECONDS = 40


class Desk:
    """`at`: the given home folder, if any. `local`: may a picture be named by its path on this machine?"""

    def __init__(
        self, client: Client, voice: Voice, *, at: str | None, pictures: str | None, local: bool
    ) -> None:
        self._client = client
        self._settings = _stamp(client)
        self._changing = threading.Lock()
        self.voice = voice
        self.local = local
        self._at = at
        self.pictures = Path(pictures).expanduser() if pictures else client.home.data / "pictures"
        self._fetching: dict[str, threading.Thread] = {}
        self._hindered: dict[str, LimnerError] = {}
        self.has_offered_setup = False
        """Once is enough: an agent may look again and again at how things stand."""

    @property
    def client(self) -> Client:
        """
        The client, made anew when the configuration was written since: whose yes counts, and how much may be
        spent, is what the person says now and not when the host was started. Raises as `Client` does.
        """
        with self._changing:
            found = _stamp(self._client)
            if found != self._settings:
                # The old one is left to the calls that still use it.
                self._client = Client(
                    home=self._at, sandbox=self._client.sandbox, language=self._client.language
                )
                self._settings = found
            return self._client

    def close(self) -> None:
        """
        Close the ledger, unless a job is being brought home: that goes on until the process ends, and what
        it has not come to by then is for the next one.
        """
        if not any(thread.is_alive() for thread in self._fetching.values()):
            self._client.close()

    @property
    def output(self) -> Output:
        return Output(folder=str(self.pictures))

    def band(self, language: str) -> str:
        """What stands over an answer about play money; nothing where the money is real."""
        return mcp_text("sandbox", language) if self.client.sandbox else ""

    def order(self, quote_id: str, language: str) -> Order:
        return Order(quote_id, self.output, self._at, self.client.sandbox, language)

    def typed(self, *words: str) -> str:
        """A command for a person's terminal that meets the same ledger."""
        at = self._at or os.environ.get("LIMNER_HOME")
        place = ("--home", at) if at else ()
        return shlex.join(("limner", *words, *place, *(("--sandbox",) if self.client.sandbox else ())))

    @property
    def mode(self) -> str:
        """Whose yes counts: "relay" or "person". Raises `Usage` for a setting that is neither."""
        return self.client.engine.mode()

    def studio(self) -> str | None:
        """The address of an open studio that knows what is bought here."""
        return next(iter(whereabouts.living(homes.find(self._at), sandbox=self.client.sandbox)), None)

    def page(self, quote_id: str) -> str | None:
        """Where a person says yes to a quote with their own hand, while the studio runs."""
        address = self.studio()
        return f"{address}/approve/{quote_id}" if address else None

    def fetch(self, job_id: str) -> None:
        """Bring home, on a thread of its own, a job whose process has ended. Costs nothing."""
        at_work = self._fetching.get(job_id)
        if at_work is None or not at_work.is_alive():
            self._hindered.pop(job_id, None)
            at_work = threading.Thread(target=self._bring_home, args=(job_id,), daemon=True)
            self._fetching[job_id] = at_work
            at_work.start()

    def fetches(self, job_id: str) -> bool:
        at_work = self._fetching.get(job_id)
        return at_work is not None and at_work.is_alive()

    def hindrance(self, job_id: str) -> LimnerError | None:
        """What kept the last `fetch` from its end."""
        return self._hindered.get(job_id)

    def _bring_home(self, job_id: str) -> None:
        try:
            self.client.recover(job_id, _PATIENCE_SECONDS)
        except LimnerError as error:
            self._hindered[job_id] = error


def _stamp(client: Client) -> tuple[int, int] | None:
    """Tells one state of the configuration's file from another."""
    try:
        told = client.home.settings.stat()
    except OSError:
        return None
    return told.st_mtime_ns, told.st_size


async def aside(work: Callable[..., T], *facts: Any, seconds: float = LONGEST_SECONDS) -> T:
    """
    Do something that may block on a thread, for at most `seconds`. Giving up waiting does not undo it: it
    goes on, and what it did is in the ledger. Raises `TimeoutError` when the time is over.
    """
    with anyio.fail_after(max(0.0, seconds)):
        return await anyio.to_thread.run_sync(work, *facts, abandon_on_cancel=True)
