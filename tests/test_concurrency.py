"""Many jobs at once from the threads of one program that shares a client."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from buyer import Buyer
from limner import Output
from limner.results import Job

WISHES = {"model": "gpt-image-2", "quality": "low"}


def together(count: int, work: Callable[[int], Job]) -> list[Job]:
    """`count` threads that all begin at the same moment."""
    ready = threading.Barrier(count)

    def begin(number: int) -> Job:
        ready.wait(30)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


@pytest.mark.parametrize("count", [16, 64])
def test_jobs_at_once_are_each_bought_once_and_none_is_mixed_up(buyer: Buyer, count: int) -> None:
    def buy(number: int) -> Job:
        quote = buyer.client.quote("a cup", seed=None, avoid=f"number {number}", **WISHES)
        buyer.client.approve(quote.id)
        return buyer.client.run(quote.id, Output(path=str(buyer.folder / f"cup-{number}.png")))

    jobs = together(count, buy)
    assert Counter(job.state for job in jobs) == {"done": count}
    assert len({job.id for job in jobs}) == count
    assert len(buyer.bills()) == count
    paths = [Path(job.pictures[0].path) for job in jobs]
    assert [path.name for path in paths] == [f"cup-{number}.png" for number in range(count)]
    assert all(path.stat().st_size == job.pictures[0].bytes for path, job in zip(paths, jobs, strict=True))
    billed = sorted(bill["prompt"] for bill in buyer.bills())
    assert billed == sorted(f"a cup Avoid: number {number}" for number in range(count))
    charged = buyer.client.spend(by="gateway")[0][0].charged.micro
    assert charged == sum(job.cost.micro for job in jobs if job.cost)
    assert buyer.client.spend()[1] == []


def test_one_program_is_one_owner_however_many_threads_it_starts_with(buyer: Buyer) -> None:
    owners: list[str] = []

    def watch(event: str, facts: object) -> None:
        if event == "opened":
            row = buyer.client.ledger.store.row("SELECT owner FROM job WHERE id = ?", facts["job"])  # type: ignore[index]
            owners.append(row["owner"] if row else "")

    quotes = [buyer.approved("a cup", avoid=str(number), **WISHES) for number in range(8)]
    output = Output(folder=str(buyer.folder))
    together(8, lambda number: buyer.client.run(quotes[number], output, watch))
    assert len(owners) == 8
    assert len(set(owners)) == 1
    assert [path.name for path in (buyer.home / "owners").iterdir()] == list(set(owners))


def test_one_yes_that_many_threads_use_at_once_buys_one_picture(buyer: Buyer) -> None:
    quote = buyer.approved("a cup", **WISHES)
    output = Output(folder=str(buyer.folder))
    jobs = together(16, lambda _: buyer.client.run(quote, output))
    assert len({job.id for job in jobs}) == 1
    assert (len(buyer.requests()), len(buyer.bills())) == (1, 1)


def test_pictures_of_one_name_from_many_threads_all_survive(buyer: Buyer) -> None:
    quotes = [buyer.approved("a cup", avoid=str(number), **WISHES) for number in range(16)]
    output = Output(path="cup", folder=str(buyer.folder))
    jobs = together(16, lambda number: buyer.client.run(quotes[number], output))
    assert len({job.pictures[0].path for job in jobs}) == 16
    assert len([path for path in buyer.folder.iterdir() if path.suffix == ".png"]) == 16
