"""
What the skills.video scripts print: one JSON object per line, each on its way the moment it is known.

The names of the events and their keys are the scripts' contract. The last line of a call that saw the end
of a generation is `terminal`, and nothing else ever says that a generation has ended.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import urlsplit

from limner import messages
from limner.errors import LimnerError
from limner.gateways import Gateway
from limner.home import wants_sandbox
from limner.results import Job

GATEWAY = "skillsvideo"
OK, FAILED, TIMED_OUT, LOOK_FAILED = 0, 10, 11, 12
WRONG, NO_ID = 1, 3
# What some readers take for the end of a line, a terminal for a command, and no encoding for a letter.
_BREAKING = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_TRANSIENT = {429, 500, 502, 503, 504}
_SUCCESS = {"COMPLETED", "SUCCEEDED"}
_ENDS = _SUCCESS | {"FAILED", "CANCELED", "CANCELLED"}


class Stop(Exception):
    """The script ends here with this code; what it had to say is said."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Lines:
    """One call's lines, and what they have come to so far."""

    def __init__(self) -> None:
        asked = os.environ.get("LIMNER_LANG", "en")
        self.language = asked if asked in messages.LANGUAGES else "en"
        self.id: str | None = None
        self.status: str | None = None
        self.last: Mapping[str, Any] | None = None
        """The latest snapshot, as the gateway wrote it."""
        self.ended = ""
        self.looks = 0

    def say(self, event: str, **facts: Any) -> None:
        # Flushed at once: whoever reads a pipe waits for these lines.
        is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
        line = json.dumps({"event": event, **facts}, ensure_ascii=not is_utf8, default=str)
        sys.stdout.write(_BREAKING.sub(lambda found: f"\\u{ord(found.group()):04x}", line) + "\n")
        sys.stdout.flush()

    def wrong(self, error: str, message: str, **facts: Any) -> NoReturn:
        """A mistake of the caller's; nothing was sent. Raises `Stop`."""
        self.say("error", error=error, message=message, **facts)
        raise Stop(WRONG)

    def sentence(self, key: str, facts: Mapping[str, Any]) -> str:
        return messages.sentence(key, self.language, facts)

    def snapshot(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Keep what was told; the keys that every line about a snapshot has."""
        said = facts["said"]
        self.id = self.id or said["id"] or None
        self.status, self.last = said["status"] or self.status, said["body"]
        self.ended = facts["state"] if facts["state"] != "running" else ""
        told = {"generation_id": self.id, "status": said["status"], "status_key": said["status_key"]}
        return {**told, "terminal": bool(self.ended) or str(said["status"]).upper() in _ENDS}

    def look(self, facts: Mapping[str, Any]) -> None:
        """One look that was answered."""
        self.looks += 1
        told = self.snapshot(facts)
        self.say("poll", **{**told, "attempt": self.looks, "http_status": 200, "generation_id": self.id})

    def look_failed(self, key: str, facts: Mapping[str, Any]) -> None:
        """One look that was not. Raises `Stop` when another would not be answered either."""
        self.looks += 1
        status = facts.get("status")
        transient = status is None or status in _TRANSIENT or status >= 500
        self.say(
            "poll_error",
            generation_id=self.id,
            attempt=self.looks,
            http_status=status,
            transient=transient,
            message=self.sentence(key, facts),
        )
        if not transient:
            raise Stop(LOOK_FAILED)

    def timeout(self, seconds: float) -> int:
        self.say("timeout", generation_id=self.id, elapsed_seconds=round(seconds, 3), last_status=self.status)
        return TIMED_OUT

    def terminal(self, job: Job | None, **facts: Any) -> int:
        """The end, with what it cost and where the pictures are; the exit code."""
        word = (self.status or self.ended).upper()
        ok = self.ended == "done" if self.ended else word in _SUCCESS
        usage = self.last.get("usage") if self.last else None
        told: dict[str, Any] = {
            **facts,
            "ok": ok,
            "generation_id": self.id,
            "response": self.last,
            "usage": usage,
        }
        if job is not None:
            told |= {"images": [picture.path for picture in job.pictures], "job_id": job.id}
            told |= {"cost": str(job.cost) if job.cost else None, "charged": job.charged}
            if job.error:
                told["message"] = self.sentence(job.error, job.error_facts)
        self.say("terminal", **told)
        return OK if ok else FAILED


def set_up(find: Any, lines: Lines, base_url: str | None) -> Gateway:
    """The gateway with its key. Raises `Stop` without a key, or for an address the key does not belong to."""
    try:
        gateway: Gateway = find(GATEWAY)
    except LimnerError as error:
        message = "Set SKILLS_VIDEO_API_KEY before calling skills.video APIs."
        known = error.key == "key.none"
        lines.wrong("missing_api_key" if known else "setup", message if known else str(error))
    if base_url:
        path_below(base_url, gateway, lines)
    return gateway


def path_below(url: str, gateway: Gateway, lines: Lines) -> str:
    """The part of an address that follows the gateway's own. Raises `Stop` for any other host."""
    own, given = urlsplit(gateway.base_url), urlsplit(url)
    if (own.scheme, own.netloc) != (given.scheme, given.netloc):
        lines.wrong(
            "foreign_address",
            f"{given.scheme}://{given.hostname} is not where this key belongs: it goes to {gateway.host} "
            "only. Nothing was sent. SKILLS_VIDEO_BASE_URL says where the key may go.",
        )
    return given.path.removeprefix(own.path)


def positive(lines: Lines, **seconds: float | None) -> None:
    """Raises `Stop` for times that are none."""
    for name, value in seconds.items():
        if value is not None and not value > 0:
            lines.wrong(f"invalid_{name}", f"--{name} has to be greater than 0.")


def parser(description: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(description=description, allow_abbrev=False)


def in_sandbox() -> bool:
    return wants_sandbox()
