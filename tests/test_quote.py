"""A quote, a yes to exactly that quote, and nothing bought without one."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from buyer import Buyer
from limner import Client, Output
from limner.approval import Approval, By
from limner.errors import (
    ApprovalNeeded,
    BudgetExceeded,
    Declined,
    NotFound,
    QuoteChanged,
    SetupNeeded,
    Stopped,
    Usage,
)
from limner.records import build, canonical, digest_of, id_of
from limner.types import Quote


def rewritten(buyer: Buyer, quote: Quote, **changes: Any) -> Quote:
    """The same quote under the same name with another document, as somebody with an editor would leave it."""
    altered = quote._replace(**changes)
    store = buyer.client.ledger.store
    with store.writing():
        store.do("UPDATE quote SET document = ? WHERE id = ?", canonical(altered), quote.id)
    return altered


def aged(buyer: Buyer, quote: Quote, minutes: int) -> Quote:
    """The same wish quoted that long ago."""
    back = minutes * 60_000
    old = quote._replace(created_at=quote.created_at - back, expires_at=quote.expires_at - back)
    digest = digest_of(old)
    old = old._replace(digest=digest, id=id_of(digest))
    buyer.client.ledger.add_quote(old)
    return old


def test_a_quote_is_named_after_everything_in_it(buyer: Buyer, red: str) -> None:
    quote = buyer.client.quote("a cup", references=(red,), avoid="text")
    assert quote.id == "q_" + quote.id[2:] == id_of(digest_of(quote))
    kept = buyer.client.ledger.quote(quote.id)
    assert digest_of(kept) == quote.digest
    assert kept.choice.request == quote.choice.request
    for name, value in {"host": "elsewhere", "account": "other", "attempts": 9, "expires_at": 0}.items():
        assert digest_of(quote._replace(**{name: value})) != quote.digest
    dearer = quote._replace(ceiling=quote.ceiling.times(2))
    other = quote._replace(choice=quote.choice._replace(prompt="a cup."))
    assert len({digest_of(one) for one in (quote, dearer, other)}) == 3


def test_a_quote_survives_paper(buyer: Buyer) -> None:
    quote = buyer.client.quote("a „cup“ 杯子 \N{HOT BEVERAGE}", model="gpt-image-2", quality="low", n=2)
    again = build(Quote, json.loads(canonical(quote)))
    assert canonical(again) == canonical(quote)
    assert (again.price, again.choice.request) == (quote.price, quote.choice.request)


def test_quoting_is_free_and_sends_nothing(buyer: Buyer) -> None:
    for _ in range(3):
        buyer.client.quote("a cup")
    assert buyer.requests() == []
    assert buyer.client.jobs() == []


def test_nothing_runs_without_a_yes(buyer: Buyer) -> None:
    quote = buyer.client.quote("a cup")
    with pytest.raises(ApprovalNeeded) as caught:
        buyer.client.run(quote.id)
    assert caught.value.facts == {"quote": quote.id, "ceiling": quote.ceiling}
    assert (buyer.requests(), buyer.client.jobs()) == ([], [])


def test_a_no_spends_nothing(buyer: Buyer) -> None:
    with pytest.raises(Declined):
        buyer.client.make("a cup", yes=lambda _: False)
    assert (buyer.requests(), buyer.client.jobs()) == ([], [])


def test_a_yes_is_shown_what_it_is_a_yes_to(buyer: Buyer) -> None:
    shown: list[Quote] = []
    buyer.client.make("a cup", yes=lambda quote: bool(shown.append(quote)) or True)
    assert [(str(quote.price), quote.choice.prompt) for quote in shown] == [("¥1.00", "a cup")]


def test_a_yes_is_good_for_one_job(buyer: Buyer) -> None:
    quote = buyer.approved("a cup")
    first = buyer.client.run(quote)
    again = buyer.client.run(quote)
    assert again == first
    assert (len(buyer.requests()), len(buyer.bills())) == (1, 1)


def test_a_second_yes_to_the_same_quote_buys_nothing_more(buyer: Buyer) -> None:
    quote = buyer.approved("a cup")
    first = buyer.client.run(quote)
    buyer.client.approve(quote)
    assert buyer.client.run(quote).id == first.id
    assert len(buyer.bills()) == 1


def test_an_altered_quote_gets_no_yes(buyer: Buyer) -> None:
    quote = buyer.client.quote("a cup")
    rewritten(buyer, quote, ceiling=quote.ceiling.times(10))
    with pytest.raises(QuoteChanged) as caught:
        buyer.client.approve(quote.id)
    assert caught.value.key == "quote.altered"


@pytest.mark.parametrize("what", ["prompt", "price", "free"])
def test_a_quote_altered_after_the_yes_is_not_run(buyer: Buyer, what: str) -> None:
    quote = buyer.client.quote("a cup")
    buyer.client.approve(quote.id)
    nothing = quote.price.times(0)
    changes = {
        "prompt": {"choice": quote.choice._replace(prompt="something else")},
        "price": {"ceiling": quote.ceiling.times(10)},
        "free": {"price": nothing, "ceiling": nothing},
    }
    rewritten(buyer, quote, **changes[what])
    with pytest.raises(QuoteChanged) as caught:
        buyer.client.run(quote.id)
    assert caught.value.key == "quote.altered"
    assert (buyer.requests(), buyer.client.jobs()) == ([], [])


def test_a_quote_made_free_by_hand_still_needs_a_yes(buyer: Buyer) -> None:
    quote = buyer.client.quote("a cup")
    nothing = quote.price.times(0)
    rewritten(buyer, quote, price=nothing, ceiling=nothing)
    with pytest.raises(QuoteChanged):
        buyer.client.run(quote.id)
    assert buyer.requests() == []


def test_an_expired_quote_gets_no_yes(buyer: Buyer) -> None:
    old = aged(buyer, buyer.client.quote("a cup"), minutes=16)
    with pytest.raises(QuoteChanged) as caught:
        buyer.client.approve(old.id)
    assert caught.value.key == "quote.expired"


def test_a_yes_expires_with_its_quote(buyer: Buyer) -> None:
    old = aged(buyer, buyer.client.quote("a cup"), minutes=16)
    buyer.client.ledger.add_approval(old, "python", old.created_at + 1)
    with pytest.raises(QuoteChanged) as caught:
        buyer.client.run(old.id)
    assert caught.value.key == "quote.expired"
    assert (buyer.requests(), buyer.client.jobs()) == ([], [])


def test_a_quote_from_the_future_gets_no_yes(buyer: Buyer) -> None:
    ahead = aged(buyer, buyer.client.quote("a cup"), minutes=-60)
    with pytest.raises(QuoteChanged):
        buyer.client.approve(ahead.id)


def test_a_quote_of_fourteen_minutes_is_still_good(buyer: Buyer) -> None:
    old = aged(buyer, buyer.client.quote("a cup"), minutes=14)
    buyer.client.approve(old.id)
    assert buyer.client.run(old.id).state == "done"


def test_a_quote_made_for_another_key_is_not_run(buyer: Buyer, monkeypatch: pytest.MonkeyPatch) -> None:
    quote = buyer.approved("a cup")
    monkeypatch.setenv("OMNIMAAS_API_KEY", "sk-somebody-elses-key")
    with pytest.raises(QuoteChanged) as caught:
        buyer.client.run(quote)
    assert caught.value.key == "quote.other_account"
    assert buyer.requests() == []


def test_a_quote_made_for_another_address_is_not_run(buyer: Buyer, monkeypatch: pytest.MonkeyPatch) -> None:
    quote = buyer.approved("a cup")
    monkeypatch.setenv("OMNIMAAS_BASE_URL", "http://127.0.0.1:1/v1")
    with pytest.raises(QuoteChanged):
        buyer.client.run(quote)


def test_a_reference_that_changed_since_the_quote_stops_it(buyer: Buyer, red: str) -> None:
    quote = buyer.approved("a cup", references=(red,))
    Image.new("RGB", (64, 48), (20, 20, 200)).save(red)
    with pytest.raises(QuoteChanged) as caught:
        buyer.client.run(quote)
    assert caught.value.key == "quote.reference_changed"
    Path(red).unlink()
    with pytest.raises(QuoteChanged):
        buyer.client.run(quote)
    assert (buyer.requests(), buyer.client.jobs()) == ([], [])


def test_a_limit_below_the_worst_case_is_refused_and_one_above_it_is_not(buyer: Buyer, red: str) -> None:
    with pytest.raises(BudgetExceeded) as caught:
        buyer.client.quote("a cup", references=(red,), max_cost="2.99")
    assert str(caught.value.facts["ceiling"]) == "¥3.00"
    assert buyer.client.quote("a cup", references=(red,), max_cost="3").needs_approval


PRICELESS = (
    '[gateways.omnimaas.models."gpt-image-2-mystery"]\nfamily = "images"\nseconds = [1, 2]\ntime_limit = 9\n'
)


def test_a_model_without_a_price_needs_a_limit_and_a_yes(new_buyer) -> None:
    buyer = new_buyer(PRICELESS)
    with pytest.raises(Usage) as caught:
        buyer.client.quote("a cup", model="gpt-image-2-mystery")
    assert caught.value.key == "quote.price_unknown"
    quote = buyer.client.quote("a cup", model="gpt-image-2-mystery", max_cost="2")
    assert (quote.price_known, str(quote.ceiling), quote.needs_approval) == (False, "¥2.00", True)
    with pytest.raises(ApprovalNeeded):
        buyer.client.run(quote.id)


def test_a_limit_of_nothing_does_not_make_an_unknown_price_free(new_buyer) -> None:
    buyer = new_buyer(PRICELESS)
    quote = buyer.client.quote("a cup", model="gpt-image-2-mystery", max_cost="0")
    with pytest.raises(ApprovalNeeded):
        buyer.client.run(quote.id)


def test_a_free_server_of_ones_own_needs_no_yes(new_buyer, sandbox: str) -> None:
    buyer = new_buyer(f'[gateways.mine]\nprovider = "openai_compatible"\nbase_url = "{sandbox}/openai/v1"\n')

    def never(_: Quote) -> bool:
        raise AssertionError("nobody is asked about what is free")

    job = buyer.client.make("a cup", gateway="mine", yes=never)
    assert (job.state, job.charged, job.ceiling.micro) == ("done", "no", 0)
    assert buyer.client.ledger.approval(job.quote_id)["by_whom"] == "free"


def test_a_free_server_that_lost_an_answer_leaves_no_question_of_money(new_buyer, sandbox: str) -> None:
    buyer = new_buyer(f'[gateways.mine]\nprovider = "openai_compatible"\nbase_url = "{sandbox}/openai/v1"\n')
    job = buyer.make("a cup [[lost-after-charge]]", gateway="mine", model="any")
    assert (job.state, job.error, job.charged) == ("failed", "gateway.broke_off", "no")


def test_a_quote_nobody_made_is_not_found(buyer: Buyer) -> None:
    for door in (buyer.client.run, buyer.client.approve):
        with pytest.raises(NotFound):
            door("q_aaaaaaaaaaaa")


def test_without_a_key_nothing_is_quoted_and_the_error_says_what_to_do(monkeypatch, buyer: Buyer) -> None:
    monkeypatch.delenv("OMNIMAAS_API_KEY")
    with pytest.raises(SetupNeeded) as caught:
        buyer.client.quote("a cup")
    assert caught.value.key == "key.none"


def test_the_runner_takes_an_approval_of_its_own_quote_and_nothing_else(buyer: Buyer) -> None:
    quote = buyer.client.quote("a cup")
    buyer.client.approve(quote.id)
    row = buyer.client.ledger.approval(quote.id)
    assert (row["digest"], row["ceiling"], row["by_whom"]) == (quote.digest, quote.ceiling.micro, "python")
    assert set(Approval._fields) == {"quote_id", "digest", "ceiling", "by", "at", "expires_at"}


@pytest.mark.parametrize("by", ["python", "relay", "drop-in"])
def test_where_only_a_persons_own_hand_counts_no_program_can_say_yes(buyer: Buyer, by: By) -> None:
    (buyer.home / "config.toml").write_text('[approval]\nmode = "person"\n')
    with Client(home=str(buyer.home)) as client:
        quote = client.quote("a cat")
        with pytest.raises(ApprovalNeeded) as caught:
            client.approve(quote.id, by=by)
        assert caught.value.key == "approval.person"
        assert client.approve(quote.id, by="terminal").id == quote.id
    assert buyer.bills() == []


def test_limits_leave_no_room_for_what_would_pass_them(buyer: Buyer) -> None:
    (buyer.home / "config.toml").write_text('[budget.CNY]\nper_day = "2.50"\nper_picture = "1"\n')
    with Client(home=str(buyer.home)) as client:
        first, second, third = (client.quote("a cat", model="gemini-3-pro-image-preview") for _ in range(3))
        client.approve(first.id)
        client.approve(second.id)
        with pytest.raises(BudgetExceeded) as caught:
            client.approve(third.id)
    assert (caught.value.key, str(caught.value.facts["held"])) == ("budget.per_day", "¥2.00")
    assert buyer.bills() == []


def test_a_run_within_what_needs_no_question_is_made_without_one(buyer: Buyer) -> None:
    (buyer.home / "config.toml").write_text('[budget.CNY]\nask_above = "1.00"\n')
    with Client(home=str(buyer.home)) as client:
        cheap = client.quote("a cat", model="gemini-3-pro-image-preview")
        job = client.run(cheap.id, Output(folder=str(buyer.folder)))
        assert job.state == "done"
        dear = client.quote("a cat", model="gemini-3-pro-image-preview", n=2)
        with pytest.raises(ApprovalNeeded):
            client.run(dear.id)
    assert len(buyer.bills()) == 1


def test_three_lost_answers_in_a_row_stop_the_gateway_until_a_person_lets_it_go_on(buyer: Buyer) -> None:
    for _ in range(3):
        assert buyer.make("a cat [[lost-after-charge]]").state == "unknown"
    quote = buyer.approved("a cat")
    with pytest.raises(Stopped) as caught:
        buyer.client.run(quote)
    assert (caught.value.key, len(buyer.bills())) == ("stopped.unknown", 3)
    assert buyer.client.resume("omnimaas") == 1
    assert buyer.client.run(quote, Output(folder=str(buyer.folder))).state == "done"


@pytest.mark.parametrize(("charged", "cost"), [(True, "¥1.00"), (False, "¥0.00")])
def test_a_persons_word_closes_an_open_question(buyer: Buyer, charged: bool, cost: str) -> None:
    job = buyer.make("a cat [[lost-after-charge]]", model="gemini-3-pro-image-preview")
    assert (job.state, str(job.uncertain), str(buyer.client.spend()[1][0])) == ("unknown", "¥1.00", "¥1.00")
    closed = buyer.client.resolve(job.id, charged)
    assert (closed.state, str(closed.cost), closed.uncertain.micro) == ("failed", cost, 0)
    assert closed.charged == ("yes" if charged else "no")
    assert buyer.client.spend()[1] == []
    with pytest.raises(Usage):
        buyer.client.resolve(job.id, charged)


def test_a_no_that_comes_between_the_yes_and_the_job_is_told_as_a_no(buyer: Buyer) -> None:
    client, quote = buyer.client, buyer.client.ledger.quote(buyer.approved())
    client.decline(quote.id)
    with pytest.raises(Declined):
        client.ledger.open_job(quote, client.home.runs, {}, client.engine.owner.id)
    assert buyer.bills() == []


def test_a_limit_counts_when_the_yes_is_given_and_takes_no_yes_back(buyer: Buyer) -> None:
    agreed, asked = buyer.approved(), buyer.client.quote("a mug").id
    lower = {"budget": {"CNY": {"per_run": "0.01"}}}
    with Client(home=str(buyer.home), over=lower) as later:
        with pytest.raises(BudgetExceeded):
            later.approve(asked)
        assert later.run(agreed, Output(folder=str(buyer.folder))).state == "done"
    assert len(buyer.bills()) == 1
