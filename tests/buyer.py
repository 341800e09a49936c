"""Somebody with a key nobody else has, who buys at the sandbox through the door a paying customer uses."""

import json
import tomllib
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from limner import Client, Output
from limner.messages import has, sentence
from limner.results import Job

Answer = Any
_OUTCOMES = Path(__file__).parent / "outcomes"


class Row(NamedTuple):
    """A fault of the sandbox, and what has to come of it. `bills` is per request that was sent."""

    fault: str
    state: str
    charged: str
    outcome: str
    """What an attempt comes to: "accepted", "refused", "unknown"."""
    error: str | None = None
    bills: int = 0
    sent: int = 1
    repeated: bool = False
    """Is it sent again where the quote allows repeats?"""
    only: str = ""
    said: str = ""

    def check(self, buyer: "Buyer", job: Job) -> None:
        """The job says what it must, in a whole sentence of every language, and so does the ledger."""
        assert (job.state, job.error, job.charged) == (self.state, self.error, self.charged), job
        assert len(job.pictures) == (self.state == "done")
        assert set(buyer.attempts(job)) == {self.outcome}
        if self.error:
            told = [sentence(self.error, language, job.error_facts) for language in ("en", "zh")]
            assert has(self.error)
            assert all("?" not in one for one in told), told
            assert self.said in told[0]


def outcomes(gateway: str, *groups: str) -> list[Row]:
    """The rows of one gateway's table, of these groups or of all."""
    told = tomllib.loads((_OUTCOMES / f"{gateway}.toml").read_text("utf-8"))
    of_group = {"refused": "refused", "lost": "unknown"}
    return [
        Row(outcome=of_group.get(group, "accepted"), **row)
        for group, rows in told.items()
        for row in rows
        if not groups or group in groups
    ]


def ask(url: str, path: str, body: Any = None) -> Answer:
    """One question to the sandbox's own pages."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        text = None if body is None else json.dumps(body)
        connection.request("GET" if text is None else "POST", path, text)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        assert answer.status == 200, told
        return told
    finally:
        connection.close()


def every_outcome() -> list[dict[str, Any]]:
    """What may come of any request at any gateway before the gateway itself has spoken."""
    return list(tomllib.loads((_OUTCOMES / "every.toml").read_text("utf-8"))["row"])


class Buyer(NamedTuple):
    """One account at one of the sandbox's gateways, and the limner that uses it."""

    url: str
    key: str
    home: Path
    folder: Path
    client: Client
    gateway: str = "omnimaas"

    def make(self, prompt: str = "a lighthouse at dusk", *, out: str = "", **wishes: Any) -> Job:
        """Quote, yes, picture."""
        output = Output(path=out or None, folder=str(self.folder))
        return self.client.make(prompt, yes=lambda _: True, output=output, **wishes)

    def approved(self, prompt: str = "a lighthouse at dusk", **wishes: Any) -> str:
        """The id of a quote that somebody said yes to."""
        quote = self.client.quote(prompt, **wishes)
        self.client.approve(quote.id)
        return quote.id

    def bills(self) -> list[dict[str, Any]]:
        return list(ask(self.url, "/_sandbox/bills?" + urlencode({"account": self.key})))

    def billed(self) -> int:
        """What the gateway took and did not give back, in millionths of its unit."""
        return sum(bill["micro"] for bill in self.bills() if not bill["refunded"])

    def owes(self, job: Job) -> bool:
        """Does the job say what the gateway billed? Each answer may be rounded another way."""
        billed = sum(bill["micro"] for bill in self.bills())
        return job.cost is not None and abs(job.cost.micro - billed) <= 2 * len(self.bills())

    def requests(self) -> list[dict[str, Any]]:
        return list(ask(self.url, "/_sandbox/requests?" + urlencode({"account": self.key})))

    def script(self, *faults: str, match: str = "", times: int = 1) -> None:
        """The next paid requests, or those with `match` in their path, meet these faults in this order."""
        rows = [{"fault": name, "match": match, "times": times} for name in faults]
        ask(self.url, "/_sandbox/script", {"gateway": self.gateway, "account": self.key, "faults": rows})

    def told(self, job: Job) -> dict[str, Any]:
        """The job's result.json."""
        return dict(json.loads((Path(job.folder) / "result.json").read_text("utf-8")))

    def attempts(self, job: Job) -> list[str]:
        """What became of each request that was sent for a job."""
        return [row["status"] for row in self.client.ledger.attempts(job.id)]


def files(*folders: Path) -> Iterator[Path]:
    """Every file below these folders."""
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())
