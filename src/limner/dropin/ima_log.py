"""
The IMA image script's own log: one file per day, kept for seven days.

It holds what was ordered and how it ended: no prompts, no keys, no addresses. Nothing of it is needed, so
whatever goes wrong with it is nobody's trouble; `IMA_SKILLS_LOG=off` writes nothing at all.
"""

import contextlib
import os
import re
from datetime import datetime, timedelta
from pathlib import Path

_NAME = re.compile(r"^ima_create_([0-9]{8})\.log$")
_KEPT_DAYS = 7


class Log:
    """Appends lines; the first one of a run clears out what is too old."""

    def __init__(self) -> None:
        self.folder = Path("~/.openclaw/logs/ima_skills").expanduser()
        self._off = os.environ.get("IMA_SKILLS_LOG", "").strip().lower() in {"0", "off", "no", "false"}
        self._cleared = False

    def write(self, event: str, **facts: object) -> None:
        if self._off:
            return
        now = datetime.now().astimezone()
        told = " ".join(f"{name}={value}" for name, value in facts.items() if value is not None)
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._clear(now)
            file = os.open(
                self.folder / f"ima_create_{now:%Y%m%d}.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600
            )
            with os.fdopen(file, "a", encoding="utf-8") as log:
                log.write(f"{now:%Y-%m-%d %H:%M:%S} {event} {told}".rstrip() + "\n")

    def _clear(self, now: datetime) -> None:
        if self._cleared:
            return
        self._cleared = True
        oldest = f"{now - timedelta(days=_KEPT_DAYS):%Y%m%d}"
        for path in self.folder.iterdir():
            found = _NAME.match(path.name)
            if found and found[1] <= oldest:
                path.unlink(missing_ok=True)
