"""What may stand between limner and any gateway: proxies that give up, broken connections, absent hosts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from buyer import Buyer, every_outcome
from limner import gateways
from limner.errors import GatewayError, NeverLeft, Usage
from limner.results import Job
from loopback import Loopback, Reply, Seen, serving

from .conftest import NewCustomer

ALL = gateways.providers()
EVERY = every_outcome()
LOST = [row for row in EVERY if row["outcome"] == "unknown"]
OPERATIONS = ["text_to_image", "image_to_image"]
PAID = b"a lighthouse of paid brick"


@contextmanager
def in_front_of(sandbox: str, answer: Callable[[Seen], Reply | None]) -> Iterator[Loopback]:
    """Everything goes on to the sandbox but the paid request, which is answered as told."""

    def pass_on(seen: Seen) -> Reply | None:
        if seen.method == "POST" and PAID in seen.body:
            return answer(seen)
        far = HTTPConnection(urlsplit(sandbox).netloc, timeout=20)
        try:
            far.request(seen.method, seen.path, seen.body, {**seen.headers, "host": urlsplit(sandbox).netloc})
            reply = far.getresponse()
            told = {"Content-Type": reply.headers.get("content-type", "application/json")}
            return Reply(reply.status, reply.read(), told)
        finally:
            far.close()

    with serving(pass_on) as server:
        yield server


def bought(buyer: Buyer, operation: str, folder: Path) -> Job:
    wishes: dict[str, Any] = {"attempts": 1}
    if operation == "image_to_image":
        red = folder / "red.png"
        Image.new("RGB", (64, 48), (200, 20, 20)).save(red)
        wishes["references"] = (str(red),)
    prompt = PAID.decode()
    try:
        return buyer.make(prompt, **wishes)
    except Usage as error:
        if error.key != "quote.price_unknown":
            raise
        return buyer.make(prompt, max_cost="1000", **wishes)


def reply(row: dict[str, Any]) -> Reply | None:
    """What a row of the table says that is answered; `None`: the connection is closed."""
    if row["fault"] == "closed":
        return None
    html = {"Content-Type": "text/html"}
    return Reply(int(row["fault"]), f"<html><h1>Error {row['fault']}</h1></html>".encode(), html)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("name", ALL)
def test_what_gives_up_in_front_of_a_gateway_leaves_the_question_open(
    new_customer: NewCustomer, sandbox: str, tmp_path: Path, name: str, operation: str
) -> None:
    rows = iter(LOST)
    tried: list[dict[str, Any]] = []

    def answer(_: Seen) -> Reply | None:
        return reply(tried[-1])

    with in_front_of(sandbox, answer) as server:
        buyer = new_customer(name, host=server.url)
        for row in rows:
            tried.append(row)
            job = bought(buyer, operation, tmp_path)
            free = not job.ceiling.micro
            assert buyer.attempts(job) == ["unknown"], (row, job)
            assert (job.state, job.error) == ("failed" if free else row["state"], row["error"]), (row, job)
            assert free or job.charged == row["charged"]
            assert (job.sent, job.uncertain) == (1, job.ceiling)
            paid = [one for one in server.seen if one.method == "POST" and PAID in one.body]
            assert len(paid) == len(tried), "sent once each"
            assert free or buyer.client.recover(job.id).state == "unknown"
            if not free:
                buyer.client.resolve(job.id, charged=False)
            buyer.client.resume(buyer.gateway)
    assert len(tried) == len(LOST) >= 14
    assert buyer.bills() == []


@pytest.mark.parametrize(
    "row", [row for row in EVERY if row["outcome"] == "never left"], ids=lambda row: row["fault"]
)
@pytest.mark.parametrize("name", ALL)
def test_what_never_left_costs_nothing_whatever_kept_it(
    new_customer: NewCustomer, tmp_path: Path, name: str, row: dict[str, Any]
) -> None:
    hosts = {"refused": "http://127.0.0.1:1", "no such name": "http://limner.invalid"}
    with serving(lambda _: Reply(200, b"not spoken to in plain words")) as plain:
        host = hosts.get(row["fault"], plain.url.replace("http:", "https:"))
        over = {"gateways": {name: {"allow_http": True}}}
        buyer = new_customer(name, over, host=host)
        try:
            job = bought(buyer, "text_to_image", tmp_path)
        except GatewayError as error:
            # A gateway with a list of its own cannot even be quoted then.
            assert error.charged == "no"
            assert isinstance(error, NeverLeft)
            assert error.key == row["error"]
        else:
            assert (job.state, job.charged, job.error) == (row["state"], row["charged"], row["error"])
            assert (job.sent, buyer.attempts(job)) == (0, ["never_left"])
            assert job.uncertain.micro == 0
        assert plain.seen == []
