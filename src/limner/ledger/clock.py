"""
The ledger's own clock, which never goes back.

A clock that was set back must not bring an expired yes to life, nor make room in a limit by the hour. So the
ledger keeps the latest time it has seen. When the machine's clock falls behind it, the ledger goes on
counting from there, a tenth slower, until the machine's clock has caught up.
"""

import time
from typing import NamedTuple

_SLOWER = 10
_FINE = 1_000
"""The latest time is written down once in so many milliseconds."""


class Clock(NamedTuple):
    """As it stands in the ledger, in milliseconds: `ahead` when the machine's clock showed `noticed`."""

    latest: int
    ahead: int
    noticed: int

    def at(self, machine: int) -> int:
        """Unix milliseconds, when the machine's clock shows `machine`."""
        return max(machine, self.latest, machine + self._ahead(machine)) if self.latest > machine else machine

    def moved(self, machine: int) -> "Clock":
        """What to write down now; itself where nothing is worth it."""
        if machine >= self.latest:
            return Clock(machine, 0, 0) if self.ahead or machine - self.latest >= _FINE else self
        at = self.at(machine)
        if machine + self._ahead(machine) < self.latest - _FINE:
            return Clock(at, at - machine, machine)
        return self._replace(latest=at) if at - self.latest >= _FINE else self

    def _ahead(self, machine: int) -> int:
        return max(0, self.ahead - max(0, machine - self.noticed) // _SLOWER)


def machine() -> int:
    """What this machine's clock shows, in Unix milliseconds."""
    return time.time_ns() // 1_000_000
