"""Yeses that are worth nothing, each tried at every face: edited, late, forged, of another account."""

from collections.abc import Callable
from secrets import token_hex

import pytest

from buyer import ask
from limner import Client
from limner.records import digest_of, id_of

from .crowd import Crowd
from .test_one_truth import AT_ONCE, FACES

_TWENTY_MINUTES = 20 * 60_000


def _changed(crowd: Crowd, words: str, before: str, after: str) -> str:
    """A quote whose document somebody edited after it was shown."""
    quote = crowd.quoted("tool", words, *AT_ONCE)
    crowd.stage.rows("UPDATE quote SET document = replace(document, ?, ?) WHERE id = ?", before, after, quote)
    return quote


def another_wish(crowd: Crowd, words: str) -> str:
    return _changed(crowd, words, "a tame", "a wild")


def a_cheaper_price(crowd: Crowd, words: str) -> str:
    return _changed(crowd, words, '"micro":', '"micro":-')


def too_late(crowd: Crowd, words: str) -> str:
    """A quote that is in itself as it should be, and of twenty minutes ago."""
    with Client(home=str(crowd.stage.home)) as client:
        quote = client.ledger.quote(crowd.quoted("tool", words, *AT_ONCE))
        times = {name: getattr(quote, name) - _TWENTY_MINUTES for name in ("created_at", "expires_at")}
        old = quote._replace(**times)
        digest = digest_of(old)
        old = old._replace(digest=digest, id=id_of(digest))
        client.ledger.add_quote(old)
    return old.id


def a_forged_row(crowd: Crowd, words: str) -> str:
    """A yes in the ledger that somebody wrote there, under another quote's digest."""
    cheap = crowd.quoted("tool", "a cup", *AT_ONCE)
    quote = crowd.quoted("tool", words, *AT_ONCE)
    crowd.stage.rows(
        "INSERT INTO approval SELECT ?, digest, 'omnimaas', 1, 'CNY', 'terminal', 1, 9999999999999, 0"
        " FROM quote WHERE id = ?",
        quote,
        cheap,
    )
    return quote


def anothers_account(crowd: Crowd, words: str) -> str:
    """A quote made with another key, whose owner would pay."""
    own = crowd.stage.environment["OMNIMAAS_API_KEY"]
    crowd.stage.environment["OMNIMAAS_API_KEY"] = f"sk-test-{token_hex(20)}"
    try:
        return crowd.quoted("python", words, *AT_ONCE)
    finally:
        crowd.stage.environment["OMNIMAAS_API_KEY"] = own


def dearer_meanwhile(crowd: Crowd, words: str) -> str:
    """The gateway's own list names a higher price than the quote."""
    quote = crowd.quoted("tool", words, "creatok", "nano-banana-2")
    rows = [{"fault": "dearer", "match": "/capabilities", "times": 1}]
    ask(
        crowd.stage.url,
        "/_sandbox/script",
        {"gateway": "creatok", "account": crowd.stage.key, "faults": rows},
    )
    return quote


TRICKS: dict[Callable[[Crowd, str], str], str] = {
    another_wish: "quote.altered",
    a_cheaper_price: "quote.altered",
    too_late: "quote.expired",
    a_forged_row: "quote.altered",
    anothers_account: "quote.other_account",
    dearer_meanwhile: "quote.tariff_changed",
}
_ON_PAGE = {
    "quote.altered": "is not what it was when it was made",
    "quote.expired": "has expired. Make a new one",
    "quote.other_account": "was made for another key",
    "quote.tariff_changed": "the gateway's list has changed",
}


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("trick", TRICKS, ids=lambda one: one.__name__)
def test_a_yes_that_is_worth_nothing_buys_nothing_at_any_face(
    crowd: Crowd, trick: Callable[[Crowd, str], str], face: str
) -> None:
    words = f"a tame {trick.__name__.replace('_', ' ')} through {face}"
    before = len(crowd.stage.bills())
    quote, key = trick(crowd, words), TRICKS[trick]
    said = crowd.refusal(face, quote)
    assert said == key or (face == "studio" and _ON_PAGE[key] in said)
    assert len(crowd.stage.bills()) == before
    assert crowd.stage.rows("SELECT 1 FROM job WHERE quote_id = ?", quote) == []
