"""The person's two limners, real and sandbox, opened when a page first needs them."""

import threading
from pathlib import Path

from limner import home as homes
from limner.artifacts import Output
from limner.client import Client
from limner.studio.live import Watcher
from limner.worker import Order


class House:
    """`only_sandbox`: the studio was started for play money, and never opens anything else."""

    def __init__(self, *, home: str | None, only_sandbox: bool, language: str) -> None:
        self.home = home
        self.only_sandbox = only_sandbox
        self.language = language
        self._clients: dict[bool, tuple[float, Client]] = {}
        self._opening = threading.Lock()
        self.watcher = Watcher(self._mark)

    def client(self, sandbox: bool) -> Client:
        """As the configuration is now: a gateway added elsewhere is there at the next look."""
        with self._opening:
            known = self._clients.get(sandbox)
            stamp = self._stamp(sandbox)
            if known is None or known[0] != stamp:
                known = (stamp, Client(home=self.home, sandbox=sandbox, language=self.language or "en"))
                self._clients[sandbox] = known
            return known[1]

    def has_sandbox(self) -> bool:
        """Was the sandbox ever used? Looking into it would otherwise start it."""
        return homes.find(self.home).in_sandbox().ledger.exists()

    def order(self, quote_id: str, sandbox: bool, language: str) -> Order:
        return Order(quote_id, self.output(sandbox), self.home, sandbox, language)

    def output(self, sandbox: bool) -> Output:
        return Output(folder=str(self.client(sandbox).home.data / "pictures"))

    def _mark(self, sandbox: bool) -> object:
        client = self.client(sandbox)
        return id(client), client.ledger.store.mark()

    def close(self) -> None:
        for _, client in self._clients.values():
            client.close()

    def _stamp(self, sandbox: bool) -> float:
        place = homes.find(self.home)
        settings: Path = (place.in_sandbox() if sandbox else place).settings
        try:
            return settings.stat().st_mtime
        except OSError:
            return 0.0
