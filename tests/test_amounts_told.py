"""Amounts inside sentences stay amounts in the ledger, so that each language says them in its own words."""

from hypothesis import given
from hypothesis import strategies as st

from limner.messages import sentence
from limner.money import Money
from limner.records import build, facts_of, facts_text, plain
from limner.types import Adjustment

AMOUNTS = st.builds(Money, st.integers(-(10**12), 10**12), st.sampled_from(["CNY", "USD", "point", "credit"]))
FACTS = st.dictionaries(st.text(min_size=1), st.one_of(st.text(), st.integers(), st.none(), AMOUNTS))


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
