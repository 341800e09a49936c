"""When limner stops buying by itself, what it says, and that a person lets it go on."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from buyer import Buyer
from cli.person import LIMNER
from crash.cents import last_cent
from crash.conftest import NEEDS_SIGHT
from crash.stage import Stage
from limner import Client, Output
from limner.errors import BudgetExceeded, Stopped, Usage
from limner.messages import sentence

NewBuyer = Callable[..., Buyer]
GPT = "gpt-image-2"


def stopped(buyer: Buyer, key: str) -> None:
    """The next purchase is refused and costs nothing; every process knows, and says so in both languages."""
    bills = len(buyer.requests())
    with pytest.raises(Stopped) as caught:
        buyer.make("one more", model=GPT)
    assert (caught.value.key, caught.value.exit_code, caught.value.charged) == (key, 13, "no")
    for language in ("en", "zh"):
        said = sentence(key, language, caught.value.facts)
        assert "limner gateways omnimaas --resume" in said
    ran = subprocess.run(
        [LIMNER, "doctor", "--home", str(buyer.home), "--lang", "en"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert sentence(key, "en", caught.value.facts) in ran.stdout
    assert len(buyer.requests()) == bills


def goes_on(buyer: Buyer) -> None:
    assert buyer.client.resume("omnimaas") == 1
    assert buyer.make("one more", model=GPT).state == "done"
    assert buyer.client.resume("omnimaas") == 0


def test_three_lost_answers_in_a_row_stop_the_gateway(buyer: Buyer) -> None:
    for number in range(3):
        assert buyer.make(f"cup {number} [[lost-after-charge]]", model=GPT).state == "unknown"
    stopped(buyer, "stopped.unknown")
    goes_on(buyer)


def test_a_stop_is_for_the_account_it_happened_to(buyer: Buyer, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        buyer.make("a cup [[lost-after-charge]]", model=GPT)
    stopped(buyer, "stopped.unknown")
    monkeypatch.setenv("OMNIMAAS_API_KEY", buyer.key[:-4] + "0000")
    with Client(home=str(buyer.home)) as another:
        job = another.make("a cup", yes=lambda _: True, output=Output(folder=str(buyer.folder)), model=GPT)
    assert job.state == "done"


def test_an_account_that_is_refused_three_times_in_a_row_stops_the_gateway(buyer: Buyer) -> None:
    for number, fault in enumerate(("401", "403", "no-funds")):
        assert buyer.make(f"cup {number} [[{fault}]]", model=GPT).state == "failed"
    stopped(buyer, "stopped.refused")
    goes_on(buyer)


def test_a_cost_above_what_was_agreed_to_stops_the_gateway(buyer: Buyer) -> None:
    job = buyer.make("a cup [[dear]]", model="gemini-3-pro-image-preview")
    assert job.cost
    assert job.cost.micro > job.ceiling.micro
    stopped(buyer, "stopped.dear")
    goes_on(buyer)


def test_money_that_goes_too_fast_stops_the_gateway(new_buyer: NewBuyer) -> None:
    buyer = new_buyer('[budget.CNY]\nstop_per_10_minutes = "2"\n')
    made = 0
    with pytest.raises(Stopped):
        for number in range(20):
            made += buyer.make(f"cup {number}", model=GPT).state == "done"
    spent = sum(bill["micro"] for bill in buyer.bills())
    assert made >= 2
    assert spent <= 2_000_000
    stopped(buyer, "stopped.rush")
    goes_on(buyer)


def test_what_was_approved_and_not_yet_run_counts_as_going_fast(new_buyer: NewBuyer) -> None:
    buyer = new_buyer('[budget.gateways.omnimaas]\nstop_per_10_minutes = "2"\n')
    with pytest.raises(Stopped) as caught:
        for number in range(9):
            buyer.approved(f"cup {number}", model=GPT)
    assert caught.value.key == "stopped.rush"
    assert buyer.bills() == []


def test_more_jobs_than_anybody_asks_for_stop_the_gateway_and_are_counted_anew_afterwards(
    new_buyer: NewBuyer,
) -> None:
    buyer = new_buyer("[budget]\nstop_jobs_per_10_minutes = 3\n")
    for number in range(3):
        assert buyer.make(f"cup {number}", model=GPT).state == "done"
    stopped(buyer, "stopped.many")
    goes_on(buyer)
    for number in range(2):
        assert buyer.make(f"mug {number}", model=GPT).state == "done"
    with pytest.raises(Stopped):
        buyer.make("a mug too many", model=GPT)


def test_however_many_are_allowed_where_the_configuration_says_so(new_buyer: NewBuyer) -> None:
    buyer = new_buyer("[budget]\nstop_jobs_per_10_minutes = 0\n")
    for number in range(4):
        assert buyer.make(f"cup {number}", model=GPT).state == "done"


def test_a_limit_leaves_no_stop_behind(new_buyer: NewBuyer) -> None:
    buyer = new_buyer('[budget.CNY]\nper_hour = "0.50"\n')
    with pytest.raises(BudgetExceeded):
        buyer.make("a cup", model=GPT, n=2)
    assert buyer.client.resume("omnimaas") == 0


@pytest.mark.parametrize(
    ("toml", "key"),
    [
        ('[budget.CNY]\nper_weak = "1"\n', "budget.unknown"),
        ('[budget.gateways.omnimaas]\nperday = "1"\n', "budget.unknown"),
        ('[budget]\nstop_jobs_per_10_minutes = "many"\n', "budget.not_a_count"),
        ("[budget]\nstop_jobs_per_10_minutes = -1\n", "budget.not_a_count"),
        ('[budget.CNY]\nstop_per_10_minutes = "much"\n', "budget.not_an_amount_in"),
    ],
)
def test_a_limit_that_is_misspelt_is_told_instead_of_being_none(
    new_buyer: NewBuyer, toml: str, key: str
) -> None:
    with pytest.raises(Usage) as caught:
        new_buyer(toml)
    assert caught.value.key == key


@NEEDS_SIGHT
def test_of_many_processes_that_race_for_the_last_cent_one_wins(sandbox: str, tmp_path: Path) -> None:
    stage = Stage(sandbox, tmp_path / "cents")
    try:
        ended = last_cent(stage, 8)
    finally:
        stage.end()
    assert (ended.winners, ended.billed, ended.reserved) == ({1: 8}, 8, 0), ended.told
    assert set(ended.told) == {"won done", "lost budget.per_day"}
