"""
The IMA image script's own log: one file per day, kept for seven days.

It holds what was ordered and how it ended: no prompts, no keys, no addresses. Nothing of it is needed, so
whatever goes wrong with it is nobody's trouble; `IMA_SKILLS_LOG=off` writes nothing at all.
"""

import os
import time
from pathlib import Path

from limner.journal import Days


def files() -> Days:
    """Where the script's log lies: a place and a name that belong to the skills, not to limner."""
    return Days(Path("~/.openclaw/logs/ima_skills").expanduser(), "ima_create_", ".log")


class Log:
    """Appends lines; the first one of a run clears out what is too old."""

    def __init__(self) -> None:
        self._files = files()
        self._off = os.environ.get("IMA_SKILLS_LOG", "").strip().lower() in {"0", "off", "no", "false"}

    def write(self, event: str, **facts: object) -> None:
        if self._off:
            return
        told = " ".join(f"{name}={value}" for name, value in facts.items() if value is not None)
        self._files.append(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {event} {told}".rstrip())
