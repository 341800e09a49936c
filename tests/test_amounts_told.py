"""Amounts inside sentences stay amounts in the ledger, so that each language says them in its own words."""

from hypothesis import given
from hypothesis import strategies as st

from limner.messages import sentence
from limner.money import Compared, Money, Priced
from limner.records import build, facts_of, facts_text, plain
from limner.types import Adjustment

AMOUNTS = st.builds(Money, st.integers(-(10**12), 10**12), st.sampled_from(["CNY", "USD", "point", "credit"]))
PRICED = st.one_of(AMOUNTS, st.builds(Priced, st.text(), AMOUNTS), st.builds(Compared, AMOUNTS, AMOUNTS))
TOLD = st.one_of(st.text(), st.integers(), st.none(), PRICED, st.lists(PRICED))
FACTS = st.dictionaries(st.text(min_size=1), TOLD)


@given(FACTS)
def test_facts_come_back_from_the_ledger_as_they_went_in(facts: dict[str, object]) -> None:
    assert facts_of(facts_text(facts)) == facts


@given(FACTS)
def test_the_facts_of_a_quote_come_back_too_and_mean_the_same(facts: dict[str, object]) -> None:
    told = Adjustment("chosen.cheapest", facts)
    again = build(Adjustment, plain(told))
    assert again == told
    assert plain(again) == plain(told)


def test_an_amount_is_said_in_the_readers_words_after_it_was_kept() -> None:
    kept = facts_of(facts_text({"ceiling": Money(5_000_000, "point"), "limit": Money(3_000_000, "point")}))
    assert "5 points" in sentence("quote.above_limit", "en", kept)
    assert "5 积分" in sentence("quote.above_limit", "zh", kept)


def test_what_has_a_price_is_said_with_it_in_the_readers_words_after_it_was_kept() -> None:
    others = [Priced("SeeDream 4.5", Money(5_000_000, "point")), "Midjourney"]
    kept = facts_of(facts_text({"model": "X", "ratio": "1:1", "others": others}))
    assert "SeeDream 4.5 (5 points), Midjourney" in sentence("adjusted.no_ratio", "en", kept)
    assert "SeeDream 4.5（5 积分）、Midjourney" in sentence("adjusted.no_ratio", "zh", kept)
    price = Compared(Money(1_000_000, "credit"), Money(50_000, "CNY"))
    assert "1 credit (≈ ¥0.05)" in sentence("chosen.cheapest", "en", {"model": "X", "price": price})
    assert "1 点（≈ ¥0.05）" in sentence("chosen.cheapest", "zh", {"model": "X", "price": price})


def test_a_unit_is_called_by_its_name_in_each_language() -> None:
    facts = {"value": Money(2_000_000, "CNY"), "gateway": "ima", "unit": "point"}
    assert "counts in points" in sentence("max_cost.other_unit", "en", facts)
    assert "按积分计" in sentence("max_cost.other_unit", "zh", facts)


def test_a_reason_is_kept_as_what_it_is_and_said_in_the_readers_language() -> None:
    why = Adjustment("gateway.unreachable", {"gateway": "IMA Studio"})
    kept = facts_of(facts_text({"gateway": "IMA Studio", "reason": why}))
    assert kept["reason"] == why
    assert "cannot be reached" in sentence("evidence.balance_unasked", "en", kept)
    assert "reached" not in sentence("evidence.balance_unasked", "zh", kept)
