"""What has moved since the last yes is said before the next; what has no price is agreed to as such."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buyer import Buyer
from conftest import NewBuyer
from limner import Client, gateways
from limner.errors import Usage
from limner.ledger import seen
from limner.messages import LANGUAGES, sentence
from limner.telling import quote_data
from limner.types import Quote
from providers.conftest import NewCustomer, new_customer  # noqa: F401  # a fixture

ROW = {
    "price": "0.02",
    "max_n": 1,
    "sizes": ["512x512", "256x256"],
    "parameters": {"quality": ["low", "high"]},
    "checked": "2026-10-01",
}
Shop = Callable[..., Client]


@pytest.fixture
def shop(new_buyer: NewBuyer, sandbox: str, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The same person, whose own gateway sells the one model under other terms each time."""
    monkeypatch.setenv("OWN_API_KEY", "sk-test-own-key-of-mine")
    home = str(new_buyer().home)

    def again(**terms: Any) -> Client:
        row = {name: value for name, value in {**ROW, **terms}.items() if value is not None}
        own: dict[str, Any] = {"provider": "openai_compatible", "base_url": f"{sandbox}/openai/v1"}
        own.update(key_env="OWN_API_KEY", models={"painter": row})
        return Client(home=home, over={"gateways": {"own": own}})

    return again


def quoted(client: Client, **wishes: Any) -> Quote:
    return client.quote("a cup", gateway="own", model="painter", **{"size": "256x256", **wishes})


def agreed(client: Client, **wishes: Any) -> None:
    client.approve(quoted(client, **wishes).id)


def keys(quote: Quote) -> list[str]:
    return [one.key for one in quote.notes]


def test_the_first_yes_and_the_same_terms_again_have_nothing_to_be_said(shop: Shop) -> None:
    with shop() as client:
        assert keys(quoted(client)) == []
        agreed(client)
        assert keys(quoted(client)) == []
    with shop() as client:
        assert keys(quoted(client)) == []


MOVES = {
    "moved.dearer": {"price": "0.05"},
    "moved.cheaper": {"price": "0.01"},
    "moved.sizes_gone": {"sizes": ["256x256"]},
    "moved.max_n": {"max_n": 2},
    "moved.max_references": {"max_references": 1},
    "moved.fields_gone": {"parameters": {}},
    "moved.fields_new": {"parameters": {"quality": ["low", "high"], "seed": []}},
    "moved.values_gone": {"parameters": {"quality": ["low"]}},
    "moved.required": {"required": ["quality"]},
    "moved.default_size": {"default_size": "512x512"},
    "moved.facts": {"checked": "2026-11-01"},
    "moved.most": {"most": {"*": "0.09"}},
}


@pytest.mark.parametrize("key", MOVES)
def test_what_moved_since_the_last_yes_is_said_until_there_is_another(shop: Shop, key: str) -> None:
    with shop() as client:
        agreed(client)
    wishes = {"quality": "low"} if key == "moved.required" else {}
    with shop(**MOVES[key]) as client:
        quote = quoted(client, **wishes)
        assert keys(quote) == [key]
        assert keys(quoted(client, **wishes)) == [key], "a quote alone is no yes"
        assert keys(client.ledger.quote(quote.id)) == [key], "it is part of what is agreed to"
        for language in LANGUAGES:
            (told,) = quote_data(quote, client, language)["notes"]
            assert "?" not in told["message"]
            assert told["message"] == sentence(key, language, quote.notes[0].facts)
        agreed(client, **wishes)
        assert keys(quoted(client, **wishes)) == []


def test_a_price_that_is_no_longer_known_is_said_and_agreed_to_as_unknown(shop: Shop) -> None:
    with shop() as client:
        agreed(client)
    with shop(price=None) as client:
        quote = quoted(client, max_cost="0.50")
        assert keys(quote) == ["moved.price_gone"]
        assert not quote.price_known
        client.approve(quote.id)
    with shop() as client:
        assert keys(quoted(client)) == ["moved.price_known"]


def test_every_version_of_the_terms_is_kept_under_its_digest_and_its_date(shop: Shop) -> None:
    with shop() as client:
        agreed(client)
    with shop(price="0.05") as client:
        quoted(client)
        last = seen.last_approved(client.ledger.store, "own", "text_to_image:painter")
        rows = client.ledger.store.rows("SELECT * FROM seen ORDER BY first_at")
    assert last
    assert [row["sha256"] == last.sha256 for row in rows] == [True, False]
    assert [row["approved_at"] is None for row in rows] == [False, True]
    assert all(row["first_at"] <= row["last_at"] for row in rows)


def test_a_model_that_was_bought_and_is_sold_no_longer_is_said_to_be_gone(
    new_customer: NewCustomer,  # noqa: F811
) -> None:
    buyer = new_customer("omnimaas", {"gateways": {"omnimaas": {"models": {"old-painter": {"price": "1"}}}}})
    buyer.client.approve(buyer.client.quote("a cup", model="old-painter").id)
    with Client(home=str(buyer.home)) as client, pytest.raises(Usage) as caught:
        client.quote("a cup", gateway="omnimaas", model="old-painter")
    assert caught.value.key == "model.gone"
    assert "gpt-image-2" in str(caught.value)
    with Client(home=str(buyer.home)) as client, pytest.raises(Usage) as caught:
        client.quote("a cup", gateway="omnimaas", model="no-painter")
    assert caught.value.key.startswith("model.unknown")


def test_a_live_list_that_has_become_dearer_is_said_on_the_next_quote(
    new_customer: NewCustomer,  # noqa: F811
) -> None:
    buyer = new_customer("creatok")
    buyer.approved("a cup", size="1K")
    buyer.script("dearer", match="/capabilities")
    quote = buyer.client.quote("a cup", size="1K")
    assert keys(quote) == ["moved.dearer"]
    assert [str(quote.notes[0].facts[name]) for name in ("before", "now")] == ["1 credit", "2 credits"]


def test_attribute_ids_that_were_given_anew_at_the_same_price_are_nothing_to_a_person(
    new_customer: NewCustomer,  # noqa: F811
) -> None:
    buyer = new_customer("ima")
    buyer.approved("a cup", model="midjourney")
    buyer.script("new-tariff", match="/product/list", times=2)
    assert keys(buyer.client.quote("a cup", model="midjourney")) == []


def test_a_field_that_left_the_gateways_own_document_is_said(
    new_customer: NewCustomer,  # noqa: F811
    tmp_path: Path,
) -> None:
    document = tmp_path / "openapi.json"

    def described(*fields: str) -> None:
        properties = {name: {"type": "string"} for name in ("prompt", *fields)}
        schema = {"type": "object", "properties": properties, "required": ["prompt"]}
        body = {"content": {"application/json": {"schema": schema}}}
        path = {"post": {"requestBody": body, "responses": {}}}
        paths = {"/generation/google/nano-banana-pro": path}
        document.write_text(json.dumps({"openapi": "3.1.0", "info": {}, "paths": paths}), "utf-8")

    buyer = new_customer("skillsvideo", {"gateways": {"skillsvideo": {"openapi": str(document)}}})
    described("style", "mood")
    buyer.approved("a cup", max_cost="20")
    described("mood", "light")
    quote = buyer.client.quote("a cup", max_cost="20")
    assert {one.key: one.facts["names"] for one in quote.notes} == {
        "moved.fields_gone": ["style"],
        "moved.fields_new": ["light"],
    }


# What has no price


UNPRICED: dict[str, dict[str, Any]] = {
    "skillsvideo": {},
    "omnimaas": {"model": "old-painter"},
    "creatok": {"model": "nano-banana-2"},
    "openai_compatible": {"model": "not-listed-anywhere"},
}


def unpriced(new: NewCustomer, name: str) -> Buyer:
    over = {"gateways": {"omnimaas": {"models": {"old-painter": {"title": "Old Painter"}}}}}
    buyer = new(name, over if name == "omnimaas" else None)
    if name == "openai_compatible":
        own = {"provider": name, "base_url": f"{buyer.url}/openai/v1", "key_env": "OWN_API_KEY"}
        client = Client(home=str(buyer.home), over={"gateways": {"keyed": own}})
        return buyer._replace(client=client, gateway="keyed")
    return buyer


@pytest.mark.parametrize("name", UNPRICED)
def test_an_unpriced_request_can_only_be_agreed_to_as_unknown_and_at_most_so_much(
    new_customer: NewCustomer,  # noqa: F811
    name: str,
) -> None:
    buyer = unpriced(new_customer, name)
    wishes = {"gateway": buyer.gateway, **UNPRICED[name]}
    if name == "creatok":
        buyer.script("no-prices", match="/capabilities", times=4)
    with pytest.raises(Usage) as caught:
        buyer.client.quote("a cup", **wishes)
    assert caught.value.key == "quote.price_unknown"
    quote = buyer.client.quote("a cup", max_cost="7", **wishes)
    unit = gateways.facts(name)["gateway"]["unit"]
    assert (quote.price_known, quote.ceiling.micro, quote.ceiling.unit) == (False, 7_000_000, unit)
    assert quote.needs_approval
    assert buyer.client.needs_question(quote)
    data = quote_data(quote, buyer.client, "en")
    assert (data["price"], data["max_cost"]) == (None, "7")
    assert "not known, at most" in data["summary"]
    assert "未知" in quote_data(quote, buyer.client, "zh")["summary"]
    buyer.client.close()
