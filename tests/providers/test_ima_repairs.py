"""IMA Studio: what is offered and sent instead of an order that was refused, and for how much."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from buyer import Buyer

from .conftest import NewCustomer
from .ima_shop import CREATE, EARLY, NANO, PRO, limner, order, points, sent


@pytest.fixture
def buyer(new_customer: NewCustomer) -> Buyer:
    return new_customer("ima")


class Repaired(NamedTuple):
    fault: str
    wishes: dict[str, Any]
    offered: list[tuple[str, str | None, int]]
    state: str
    creates: int
    cost: int
    size: str


REPAIRS = [
    Repaired(
        "500-bodyx1",
        {"model": PRO, "size": "4K"},
        [("repair.smaller", "2K", 10), ("repair.smaller", "1K", 10)],
        "done", 2, 10, "2K",
    ),
    Repaired(
        "500-bodyx2",
        {"model": NANO, "size": "4K"},
        [("repair.smaller", "2K", 10), ("repair.smaller", "1K", 6)],
        "done", 3, 6, "1K",
    ),
    Repaired(
        "500-body",
        {"model": NANO, "size": "4K"},
        [("repair.smaller", "2K", 10), ("repair.smaller", "1K", 6)],
        "failed", 3, 0, "1K",
    ),
    Repaired("500-bodyx1", {"model": PRO}, [], "failed", 1, 0, "1K"),
    Repaired("500-bodyx1", {"model": NANO, "size": "512px"}, [], "failed", 1, 0, "512px"),
    Repaired(
        "6009x1",
        {"model": EARLY},
        [("repair.completed", "4K", 5), ("repair.other_row", "4K", 5)],
        "done", 2, 5, "4K",
    ),
    Repaired(
        "6010x1",
        {"model": EARLY},
        [("repair.completed", "4K", 5), ("repair.other_row", "4K", 5)],
        "done", 2, 5, "4K",
    ),
    Repaired("6010x1", {"model": PRO}, [], "failed", 1, 0, "1K"),
]  # fmt: skip


@pytest.mark.parametrize("row", REPAIRS, ids=lambda row: f"{row.fault}-{'-'.join(row.wishes.values())}")
def test_only_quoted_repairs_are_sent_each_once_at_its_quoted_price(buyer: Buyer, row: Repaired) -> None:
    quote = buyer.client.quote(f"a cup [[{row.fault}]]", **row.wishes)
    assert [(one.key, one.size, one.price) for one in quote.repairs] == [
        (key, size, points(price)) for key, size, price in row.offered
    ]
    assert all(one.price.micro <= quote.ceiling.micro for one in quote.repairs)
    told: list[tuple[str, Any]] = []
    buyer.client.approve(quote.id)
    job = buyer.client.run(quote.id, watch=lambda event, facts: told.append((event, facts)))
    assert (job.state, job.sent, len(sent(buyer, CREATE))) == (row.state, row.creates, row.creates)
    assert job.cost == points(row.cost)
    assert sum(bill["micro"] for bill in buyer.bills()) == row.cost * 1_000_000
    assert order(buyer)["parameters"]["size"] == row.size
    assert [event for event, _ in told].count("repairing") == row.creates - 1
    assert [one["key"] for one in buyer.told(job)["repairs"]] == [one.key for one in job.repairs]
    assert len(job.repairs) == row.creates - 1


def test_a_row_that_does_not_fit_is_repaired_with_everything_the_right_one_calls_for(buyer: Buyer) -> None:
    """The early version's rules speak of a quality that its form does not have: the service says 6010."""
    job = buyer.make("a cup", model=EARLY)
    first, second = (one["json"]["parameters"][0] for one in sent(buyer, CREATE))
    assert (first["attribute_id"], "quality" in first["parameters"]) == (9001, False)
    assert (second["attribute_id"], second["parameters"]["quality"]) == (9002, "standard")
    assert (job.state, job.cost, [one.key for one in job.repairs]) == (
        "done",
        points(5),
        ["repair.other_row"],
    )


def test_a_repaired_job_is_priced_by_the_repair_when_another_process_brings_it_home(
    new_customer: NewCustomer,
) -> None:
    buyer = new_customer("ima", over={"gateways": {"ima": {"polling": {"limit": 0.1}}}})
    job = buyer.make("a cup [[500-bodyx1]] [[looks:30]]", model=PRO, size="4K")
    assert job.state == "running"
    again = buyer.client.recover(job.id, patience=60)
    assert (again.state, again.cost, again.ceiling) == ("done", points(10), points(18))
    sidecar = Path(again.pictures[0].sidecar).read_text("utf-8")
    assert '"size": "2K"' in sidecar
    assert '"attribute_id": 2400' in sidecar


def test_repairs_of_one_part_do_not_use_up_those_of_another(buyer: Buyer) -> None:
    job = buyer.make("a cup [[500-bodyx1]]", model=PRO, size="4K", n=2)
    assert (job.state, len(job.pictures)) == ("done", 2)
    assert [one["json"]["parameters"][0]["parameters"]["size"] for one in sent(buyer, CREATE)] == [
        "4K",
        "2K",
        "4K",
    ]
    assert job.cost == points(28)
    assert sum(bill["micro"] for bill in buyer.bills()) == 28_000_000


def test_the_command_line_shows_repairs_before_while_and_after(buyer: Buyer) -> None:
    words = ("a cup [[500-bodyx1]]", "-g", "ima", "-m", PRO, "--size", "4K")
    told = json.loads(limner(buyer, "quote", *words, "--json")[0])["data"]
    assert [(one["size"], one["price"], one["on"]) for one in told["repairs"]] == [
        ("2K", "10", ["500"]),
        ("1K", "10", ["500"]),
    ]
    card = limner(buyer, "quote", *words)[1]
    assert card.count("if refused") == 2
    _, said = limner(buyer, "run", told["quote_id"], "--approve", told["quote_id"], "--no-preview")
    assert "now 2K for 10 points, as agreed" in said
    assert "Sent again as 2K for 10 points" in said
