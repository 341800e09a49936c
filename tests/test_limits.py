"""A limit holds for exactly as long and for exactly as much as it says, whoever says yes."""

from collections.abc import Callable

import pytest

from buyer import Buyer
from limner import Client
from limner.budget import Limit, Window
from limner.errors import ApprovalNeeded, BudgetExceeded
from limner.ledger import Pace
from limner.ledger.spending import day_of

NewBuyer = Callable[..., Buyer]
GPT = "gpt-image-2"
MINUTE = 60_000
DAY = 24 * 60 * MINUTE


def test_nobody_can_call_free_what_costs_money(buyer: Buyer) -> None:
    quote = buyer.client.quote("a cup", model=GPT)
    with pytest.raises(ApprovalNeeded):
        buyer.client.approve(quote.id, by="free")
    assert buyer.client.ledger.approval(quote.id) is None


@pytest.mark.parametrize(
    ("of_all", "own", "told"),
    [("0.50", "9", "per_run"), ("9", "0.50", "per_run"), ("0.50", "0.50", "per_run")],
)
def test_a_limit_for_all_and_one_gateways_own_hold_both(
    new_buyer: NewBuyer, of_all: str, own: str, told: str
) -> None:
    limits = f'[budget.CNY]\nper_run = "{of_all}"\n[budget.gateways.omnimaas]\nper_run = "{own}"\n'
    client: Client = new_buyer(limits).client
    quote = client.quote("a cup", model="gemini-3-pro-image-preview")
    with pytest.raises(BudgetExceeded) as caught:
        client.approve(quote.id)
    assert (caught.value.key, str(caught.value.facts["cap"])) == (f"budget.{told}", "¥0.50")


@pytest.mark.parametrize(
    ("window", "later", "counts"),
    [
        ("hour", 59 * MINUTE, True),
        ("hour", 61 * MINUTE, False),
        ("day", 0, True),
        ("day", DAY + 61 * MINUTE, False),
        ("month", 0, True),
        ("month", 32 * DAY, False),
    ],
)
def test_what_was_spent_counts_as_long_as_its_limit_says(
    buyer: Buyer, window: Window, later: int, counts: bool
) -> None:
    assert buyer.make("a cup", model=GPT).state == "done"
    ledger, quote = buyer.client.ledger, buyer.client.quote("a mug", model=GPT)
    first = day_of(ledger.now())[:8] + "01"
    if window == "month":
        ledger.store.do("UPDATE spend SET day = ?", first)
    room_for_one = Limit(None, window, quote.ceiling)
    if counts:
        with pytest.raises(BudgetExceeded) as caught:
            ledger.add_approval(quote, "python", ledger.now() + later, [room_for_one])
        assert caught.value.key == f"budget.per_{window}"
    else:
        ledger.add_approval(quote, "python", ledger.now() + later, [room_for_one])
    assert (ledger.approval(quote.id) is None) is counts


def test_a_run_that_costs_exactly_its_limit_is_within_it(buyer: Buyer) -> None:
    ledger, quote = buyer.client.ledger, buyer.client.quote("a mug", model=GPT, n=3)
    each = -(-quote.ceiling.micro // 3)
    limits = [
        Limit(None, "run", quote.ceiling),
        Limit(None, "picture", quote.ceiling._replace(micro=each)),
        Limit(None, "month", quote.ceiling),
    ]
    ledger.add_approval(quote, "python", ledger.now(), limits)
    assert ledger.approval(quote.id) is not None


def test_requests_are_spread_over_the_minute_after_a_first_few(buyer: Buyer) -> None:
    ledger, quote = buyer.client.ledger, buyer.approved("a cup", model=GPT)
    job_id, _ = ledger.open_job(ledger.quote(quote), buyer.home / "runs", {}, "me")
    pace, sent = Pace(100, 8, MINUTE), 0
    while sent < 8 and (n := ledger.intend(job_id, 0, "attempt-{n}", pace)) is not None:
        ledger.answer(job_id, n, "never_left")
        sent += 1
    assert 2 <= sent <= 3
    ledger.store.do("UPDATE turn SET next_at = next_at - ?", MINUTE // 8 + 1)
    assert ledger.intend(job_id, 0, "attempt-{n}", pace) is not None


def test_a_shorter_pause_does_not_end_a_longer_one(buyer: Buyer) -> None:
    ledger, quote = buyer.client.ledger, buyer.approved("a cup", model=GPT)
    job_id, _ = ledger.open_job(ledger.quote(quote), buyer.home / "runs", {}, "me")
    for seconds in (600, -1):
        ledger.hold(job_id, ledger.now() + seconds * 1000)
    assert ledger.intend(job_id, 0, "attempt-{n}", Pace(100, None, MINUTE)) is None


def test_what_nobody_can_say_the_cost_of_stays_reserved_as_it_was_allowed(
    new_buyer: NewBuyer, sandbox: str
) -> None:
    own = f'[gateways.mine]\nprovider = "openai_compatible"\nbase_url = "{sandbox}/openai/v1"\n'
    own += 'unit = "USD"\nfree = false\n'
    job = new_buyer(own).make("a cup", gateway="mine", model="any", max_cost="0.50")
    assert (job.state, job.charged, job.uncertain) == ("done", "unknown", job.ceiling)


def test_what_a_person_says_was_not_charged_is_not_counted_as_spent(buyer: Buyer) -> None:
    job = buyer.make("a cup [[lost-after-charge]]", model=GPT)
    buyer.client.resolve(job.id, charged=False)
    lines, reserved = buyer.client.spend()
    assert (sum(line.charged.micro for line in lines), reserved) == (0, [])
