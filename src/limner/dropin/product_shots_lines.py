"""
What the product-shots image script says.

    standard output    [image-gen] auto-resized …      one per reference that was too large
                       [image-gen] gateway=… model=…   before anything is sent
                       [image-gen] prompt='…'
                       [image-gen] OK … | PATH         when the picture is saved
    standard error     everything else: price, cost, repeats, further pictures, what went wrong
"""

import io
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from limner import gateways, messages
from limner.errors import LimnerError
from limner.gateways import Gateway
from limner.money import Money
from limner.receipts import words
from limner.results import Job, Picture
from limner.types import Quote

_PROMPT_SHOWN = 120
_UNANSWERED = {"provider_unavailable", "outcome_unknown"}


class Lines:
    """One call's lines. `quiet`: nothing on standard output, which belongs to whoever imported us."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        asked = os.environ.get("LIMNER_LANG", "en")
        self.language = asked if asked in messages.LANGUAGES else "en"
        self.folder: Path | None = None
        """Paths below it are told as the caller wrote them: relative to it."""
        self._attempt = 0

    def take_any_letter(self) -> None:
        """A prompt may have letters that the terminal's encoding lacks: no reason to fail after paying."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")

    def say(self, line: str) -> None:
        if not self.quiet:
            sys.stdout.write(f"[image-gen] {line}\n")
            sys.stdout.flush()

    def note(self, line: str) -> None:
        sys.stderr.write(f"[image-gen] {line}\n")

    def what(self, quote: Quote, gateway: Gateway, family: str) -> None:
        """What is about to be bought, and for how much."""
        made, side = quote.choice, gateway.facts["limits"]["reference_side"]
        for key, facts in (*gateway.warnings, *made.adjustments):
            self.note(self._sentence(key, facts))
        for one in made.references:
            if one.shrunk:
                before, after = one.source_bytes // 1024, one.bytes // 1024
                self.say(f"auto-resized {Path(one.source).name}: {before}KB -> {after}KB ({side}px max)")
        key_source = gateway.key.source if gateway.key else "none"
        self.say(
            f"gateway={_address_source(gateway)} key_source={key_source} model={made.model.id} "
            f"family={family} refs={len(made.references)} aspect={made.aspect_ratio or 'default'}"
        )
        self.say(f"prompt='{messages.clean(made.prompt, len(made.prompt))[:_PROMPT_SHOWN]}'")
        self.note(f"price={quote.price} at_most={quote.ceiling} quote={quote.id}")

    def watch(self, event: str, facts: Mapping[str, Any]) -> None:
        """The engine's events: the job's name, and every pause before a repeat."""
        if event == "opened":
            self.note(f"job={facts['job']}")
        elif event == "submitting":
            self._attempt = facts["attempt"]
        elif event == "repeating":
            then = f"sleeping {facts['seconds']:g}s before retry"
            self._repeat(facts["attempt"], facts["of"], facts["key"], facts["facts"], then)

    def done(self, job: Job, seconds: float) -> None:
        first, *others = job.pictures
        self.say(f"OK {seconds:.1f}s | {first.bytes:,} bytes | tokens={_tokens(job)} | {self._shown(first)}")
        self._cost(job)
        for other in others:
            self.note(f"also saved {self._shown(other)}")
        key, facts = words(job)
        if key != "job.done":
            self.note(self._sentence(key, facts))
        if job.error:
            self.note(self._sentence(job.error, job.error_facts))

    def unfinished(self, job: Job, quote: Quote) -> None:
        """What there is to know of a job that did not bring its pictures home, but for the reason."""
        if self._attempt == quote.attempts > 1 and _was_repeatable(job):
            self._repeat(self._attempt, quote.attempts, job.error or "", job.error_facts, "giving up")
        self._cost(job)
        for picture in job.pictures:
            self.note(f"also saved {self._shown(picture)}")
        key, facts = words(job)
        if job.error:
            self.note(self._sentence(key, facts))
        if job.state == "unknown":
            self.note(self._sentence("next.unknown", facts))

    def failure(self, error: LimnerError) -> None:
        self.note(self._sentence(error.key, error.facts))
        if error.key == "key.none":
            keys_from = gateways.facts("omnimaas")["gateway"]["keys_from"]
            sys.stderr.write(self._sentence("onboarding", {"keys_from": keys_from}) + "\n")

    def _cost(self, job: Job) -> None:
        cost = job.cost or ("?" if job.charged == "unknown" else Money(0, job.ceiling.unit))
        self.note(
            f"cost={cost} basis={job.cost_basis or 'none'} charged={job.charged} uncertain={job.uncertain} "
            f"tokens={_tokens(job)} sent={job.sent} job={job.id}"
        )

    def _repeat(self, attempt: int, of: int, key: str, facts: Mapping[str, Any], then: str) -> None:
        status = facts.get("status")
        reason = f"HTTP {status}" if status else self._sentence(key, facts)
        self.note(f"i2i retry: attempt {attempt}/{of} failed ({reason}); {then}")

    def _shown(self, picture: Picture) -> str:
        path = Path(picture.path)
        if self.folder and path.is_relative_to(self.folder):
            path = path.relative_to(self.folder)
        return str(path)

    def _sentence(self, key: str, facts: Mapping[str, Any]) -> str:
        return messages.sentence(key, self.language, facts)


def _was_repeatable(job: Job) -> bool:
    status = job.error_facts.get("status")
    return status == 429 or status >= 500 if status else job.error_facts.get("code") in _UNANSWERED


def _address_source(gateway: Gateway) -> str:
    """The name of what says where the gateway is: a variable, the configuration, or the default."""
    source = gateway.key.source if gateway.key else "sandbox"
    if source == "sandbox":
        return "LIMNER_SANDBOX"
    pairs = {pair.get("key") or _home(pair.get("file", "")): pair for pair in gateway.facts["credentials"]}
    # A key that `limner setup` stored has no name among the pairs: it goes with the gateway's own address.
    variable = pairs.get(source, gateway.facts["credentials"][0])["base"]
    if os.environ.get(variable, "").strip():
        return str(variable)
    return "config.toml" if gateway.settings.get("base_url") else "OMNIMAAS_DEFAULT_BASE_URL"


def _home(path: str) -> str:
    return str(Path(path).expanduser())


def _tokens(job: Job) -> str:
    return str(job.tokens) if job.tokens else "?"
