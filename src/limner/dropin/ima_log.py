"""
The IMA image script's own log: one file per day, kept for seven days.

It holds what was ordered and how it ended: no prompts, no keys, no addresses. Nothing of it is needed, so
whatever goes wrong with it is nobody's trouble; `IMA_SKILLS_LOG=off` writes nothing at all.
"""

import os
import time

from limner.journal import of_skills


class Log:
    """Appends lines; the first one of a run clears out what is too old."""

    def __init__(self) -> None:
        self._files = of_skills()
        self._off = os.environ.get("IMA_SKILLS_LOG", "").strip().lower() in {"0", "off", "no", "false"}

    def write(self, event: str, **facts: object) -> None:
        if self._off:
            return
        told = " ".join(f"{name}={value}" for name, value in facts.items() if value is not None)
        self._files.append(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {event} {told}".rstrip())
