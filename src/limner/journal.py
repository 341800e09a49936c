"""
limner's own log: what was sent where, what came of it, and the details of whatever went wrong.

    <data>/logs/limner-20261101.jsonl     one file per day, kept for seven days, its owner's alone

One JSON object per line. No keys, ever; no prompts, unless `[log] prompts = true`. Nothing of limner needs
it, so whatever goes wrong with it is nobody's trouble. `[log] enabled = false` or `LIMNER_LOG=off`: nothing.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from limner.errors import LimnerError
from limner.home import private_folder
from limner.results import Job
from limner.types import Quote

KEPT_DAYS = 7
_OFF = frozenset({"0", "off", "no", "false"})
_LONGEST = 4_000
_DAY = 24 * 60 * 60
# One per look at a task, and the gateway's own words, which stand in the job's folder anyway.
_UNTOLD = frozenset({"running", "told"})
Watch = Callable[[str, Mapping[str, Any]], None]
# A key has no business here; these are for one that somebody put where none belongs.
_SECRETS = re.compile(
    r"(?i)(bearer\s+)[\w.~+/-]{8,}=*|\b(sk|ima|key|ck)[-_][\w-]{12,}"
    r"|([?&;](?:[\w-]*(?:key|token|sign|signature|secret|credential|password)[\w-]*)=)[^&\s\"']+"
)


class Secret(Protocol):
    """A key, which knows how to be hidden in what somebody says."""

    def hidden(self, chunks: Iterable[bytes]) -> Iterable[bytes]: ...


class Days:
    """Files of lines, one per day; the first line of a run clears out what is too old."""

    def __init__(self, folder: Path, stem: str, suffix: str) -> None:
        self.folder, self.stem, self.suffix = folder, stem, suffix
        self._name = re.compile(rf"^{re.escape(stem)}([0-9]{{8}}){re.escape(suffix)}$")
        self._cleared = False

    def append(self, line: str) -> None:
        """One line into today's file. What goes wrong is nobody's trouble."""
        with suppress(OSError):
            if not self._cleared:
                self._cleared = True
                private_folder(self.folder)
                for path in self.before(_day(time.time() - (KEPT_DAYS - 1) * _DAY)):
                    path.unlink(missing_ok=True)
            path = self.folder / f"{self.stem}{_day(time.time())}{self.suffix}"
            file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(file, "ab") as log:
                log.write(line.encode(errors="replace") + b"\n")

    def before(self, day: str) -> list[Path]:
        """The files of the days before `day`, which is YYYYMMDD; all of them before "9"."""
        with suppress(OSError):
            found = [(path, self._name.match(path.name)) for path in sorted(self.folder.iterdir())]
            return [path for path, name in found if name and name[1] < day]
        return []


def of_skills() -> Days:
    """Where the IMA script's log lies: a place and a name that belong to its skills, not to limner."""
    return Days(Path("~/.openclaw/logs/ima_skills").expanduser(), "ima_create_", ".log")


class Journal:
    """One person's log. Writing never fails and never waits for the disk."""

    def __init__(self, folder: Path, settings: Mapping[str, Any] | None = None) -> None:
        wished = settings if isinstance(settings, Mapping) else {}
        off = os.environ.get("LIMNER_LOG", "").strip().lower() in _OFF or wished.get("enabled") is False
        self.days = Days(folder, "limner-", ".jsonl")
        self.enabled, self.prompts = not off, wished.get("prompts") is True

    def write(
        self,
        event: str,
        facts: Mapping[str, Any],
        *,
        key: Secret | None = None,
        prompts: Sequence[str] = (),
    ) -> None:
        """One event. `key` is made unreadable wherever it stands; so are `prompts`, unless wished."""
        if not self.enabled:
            return
        line: dict[str, Any] = {"at": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "event": event}
        line.update({name: _plain(value) for name, value in facts.items() if value is not None})
        if self.prompts:
            line.update({"prompt": prompts[0]} if prompts else {})
        else:
            line = {name: _without(value, prompts) for name, value in line.items()}
        text = json.dumps(line, ensure_ascii=False, default=str)
        if key is not None:
            text = b"".join(key.hidden([text.encode(errors="replace")])).decode(errors="replace")
        self.days.append(_SECRETS.sub(_hide, text))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (int, float, bool)):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(entry) for name, entry in value.items()}
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        return [_plain(entry) for entry in value]
    return str(value)[:_LONGEST]


def _without(value: Any, prompts: Sequence[str]) -> Any:
    """A gateway that quotes the prompt must not bring it into the log."""
    if isinstance(value, str):
        for prompt in prompts:
            value = value.replace(prompt, "[prompt]") if prompt.strip() else value
        return value
    if isinstance(value, dict):
        return {name: _without(entry, prompts) for name, entry in value.items()}
    return [_without(entry, prompts) for entry in value] if isinstance(value, list) else value


def _hide(found: re.Match[str]) -> str:
    return (found[1] or found[3] or "") + "…"


def _day(seconds: float) -> str:
    return time.strftime("%Y%m%d", time.localtime(seconds))


class Page:
    """What one job comes to, written down as it happens."""

    def __init__(self, journal: Journal, quote: Quote, job_id: str, key: Secret | None) -> None:
        self.journal, self.quote, self.job_id, self.key = journal, quote, job_id, key

    def watching(self, watch: Watch) -> Watch:
        """`watch`, with every event written down before it is passed on."""

        def noted(event: str, facts: Mapping[str, Any]) -> None:
            if event not in _UNTOLD:
                self._write(event, facts)
            watch(event, facts)

        return noted

    def begin(self, host: str) -> None:
        choice = self.quote.choice
        self._write(
            "work",
            {
                "quote": self.quote.id,
                "gateway": choice.gateway,
                "host": host,
                "model": choice.model.id,
                "operation": choice.operation,
                "size": choice.size,
                "n": choice.n,
                "ceiling": self.quote.ceiling,
            },
        )

    def end(self, job: Job) -> None:
        """The state, what it cost, and where the pictures are."""
        self._write(
            "settled",
            {
                "state": job.state,
                "charged": job.charged,
                "cost": job.cost,
                "basis": job.cost_basis or None,
                "uncertain": job.uncertain if job.uncertain.micro else None,
                "tokens": job.tokens,
                "seconds": None if job.seconds is None else round(job.seconds, 1),
                "sent": job.sent,
                "task": job.task_id,
                "bytes": [picture.bytes for picture in job.pictures] or None,
                "pictures": [picture.path for picture in job.pictures] or None,
                "error": job.error,
                "facts": {
                    name: str(value) if isinstance(value, tuple) else value
                    for name, value in job.error_facts.items()
                }
                or None,
            },
        )

    def broke(self, error: BaseException) -> None:
        self._write("broke_off", told(error))

    def _write(self, event: str, facts: Mapping[str, Any]) -> None:
        choice = self.quote.choice
        prompts = [choice.prompt, choice.request.prompt, choice.request.prompt.strip()]
        self.journal.write(event, {"job": self.job_id, **facts}, key=self.key, prompts=prompts)


def told(error: BaseException) -> dict[str, Any]:
    """An error for whoever looks into it later: what a sentence for a person leaves out."""
    known = {"class": type(error).__name__, "said": str(error)}
    if isinstance(error, LimnerError):
        known = {**known, "code": error.code, "key": error.key, "charged": error.charged}
    cause = error.__cause__ or error.__context__
    more: dict[str, Any] = {"cause": f"{type(cause).__name__}: {cause}"} if cause else {}
    if not isinstance(error, LimnerError):
        import traceback

        more["trace"] = traceback.format_exception(error)[-12:]
    return {**known, **more}
