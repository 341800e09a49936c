"""What a Python program with limner does: quote, buy in threads, bring home. Told by its arguments."""

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

from limner import Client, Output, receipts
from limner.errors import LimnerError, Usage
from limner.messages import sentence
from limner.money import decimal


def quotes(wishes: str) -> None:
    """Quote every wish of a list; says what each quote allows."""
    told: list[Any] = []
    with Client() as client:
        for wish in json.loads(wishes):
            quote = _quoted(client, wish)
            told.append(
                {
                    "id": quote.id,
                    "n": quote.choice.n,
                    "sends": quote.sends,
                    "attempts": quote.attempts,
                    "ceiling": quote.ceiling.micro,
                }
            )
    print(json.dumps(told))


def _quoted(client: Client, wish: Any) -> Any:
    try:
        return client.quote(**wish)
    except Usage as error:
        if error.key != "quote.price_unknown":
            raise
        return client.quote(**wish, max_cost="50")


def buy(folder: str, *ids: str) -> None:
    """Say yes to quotes and run them, each in a thread of its own, through one client."""
    with Client() as client:
        threads = [threading.Thread(target=_buy, args=(client, folder, one)) for one in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def run(quote: str, folder: str, yes: str = "") -> None:
    """Run a quote that somebody has said yes to, or says `yes` to now; the id of its job, or why not."""
    with Client() as client:
        try:
            if yes:
                client.approve(quote)
            print(json.dumps(client.run(quote, Output(folder=folder)).id))
        except LimnerError as error:
            print(json.dumps(error.key))


def approve(quote: str) -> None:
    with Client() as client:
        try:
            print(json.dumps(client.approve(quote).id))
        except LimnerError as error:
            print(json.dumps(error.key))


def job(job_id: str) -> None:
    """A job as Python has it."""
    with Client() as client:
        one = client.job(job_id)
        key, facts = receipts.words(one)
        told = {
            "state": one.state,
            "charged": one.charged,
            "cost": one.cost and decimal(one.cost),
            "uncertain": decimal(one.uncertain),
            "ceiling": decimal(one.ceiling),
            "pictures": [picture.sha256 for picture in one.pictures],
            "sentence": sentence(key, "en", facts),
            "error": one.error,
            "listed": any(other == one for other in client.jobs(limit=100)),
            "left": client.is_left(job_id),
        }
    print(json.dumps(told))


def _buy(client: Client, folder: str, quote: str) -> None:
    try:
        client.approve(quote)
        job = client.run(quote, Output(folder=folder, path=quote))
        print(quote, job.id, job.state, flush=True)
    except LimnerError as error:
        print(quote, error, flush=True)


def race(folder: str, *ids: str) -> None:
    """Run one quote after the other, each in the same instant as the other process of the race."""
    with Client() as client:
        for place, one in enumerate(ids):
            gate = Path(folder) / f".gate-{place}"
            gate.mkdir(exist_ok=True)
            (gate / str(os.getpid())).touch()
            while len(list(gate.iterdir())) < 2:
                time.sleep(0)
            _buy(client, folder, one)


def cents(folder: str, me: str, buyers: str, *caps: str) -> None:
    """
    Round after round: in the same instant as all others, through a client of its own, buy for the last cent
    that the limit of the round leaves. Says how each round went.
    """
    for place, cap in enumerate(caps):
        with Client(over={"budget": {"gateways": {"local": {"per_day": cap}}}}) as client:
            quote = client.quote(f"cent {place} of {me}", gateway="local", model="local-diffusion").id
            _together(Path(folder) / f".gate-{place}", int(buyers))
            try:
                client.approve(quote)
                job = client.run(quote, Output(folder=folder, path=quote))
                print("won", place, job.state, flush=True)
            except LimnerError as error:
                print("lost", place, error.key, flush=True)
            _together(Path(folder) / f".end-{place}", int(buyers))


def _together(gate: Path, count: int) -> None:
    gate.mkdir(exist_ok=True)
    (gate / str(os.getpid())).touch()
    while len(list(gate.iterdir())) < count:
        time.sleep(0)


def models(gateway: str) -> None:
    """The models of one gateway that make pictures from words, and whether they take pictures."""
    with Client() as client:
        rows = client.models(gateway)
    print(json.dumps([[one.id, list(one.operations), one.max_n, one.default] for one in rows]))


if __name__ == "__main__":
    verbs = {one.__name__: one for one in (quotes, buy, run, approve, job, race, cents, models)}
    verbs[sys.argv[1]](*sys.argv[2:])
