"""
Everything the running sandbox remembers, in memory and bounded, apart per key so that nobody sees another's.
"""

import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

from limner.sandbox.bills import Account
from limner.sandbox.gallery import Gallery
from limner.sandbox.tasks import Speed, Tasks

_ACCOUNTS = 2000


class World:
    """One per process. Touched by the event loop's thread only."""

    def __init__(self, base: str, speed: Speed = "instant") -> None:
        self.base = base
        self.token = token_hex(16)
        self.speed = speed
        self.tasks = Tasks()
        self.gallery = Gallery(base)
        self.last_used = time.monotonic()
        self.busy = 0
        self.units: dict[str, str] = {}
        """The unit each gateway charges in, by gateway."""
        self._accounts: OrderedDict[tuple[str, str], Account] = OrderedDict()

    def account(self, gateway: str, key: str) -> Account:
        """The account of this key at this gateway, opened at first sight."""
        place = (gateway, key)
        if place not in self._accounts:
            self._accounts[place] = Account(gateway, key, self.units.get(gateway, ""))
        self._accounts.move_to_end(place)
        while len(self._accounts) > _ACCOUNTS:
            self._accounts.popitem(last=False)
        return self._accounts[place]

    def accounts(self, gateway: str | None = None, key: str | None = None) -> list[Account]:
        """The accounts of this gateway, this key, or both."""
        known = self._accounts.values()
        return [one for one in known if gateway in (None, one.gateway) and key in (None, one.key)]

    @contextmanager
    def working(self) -> Iterator[None]:
        """While a request is served the sandbox is not idle."""
        self.busy += 1
        self.last_used = time.monotonic()
        try:
            yield
        finally:
            self.busy -= 1
            self.last_used = time.monotonic()
