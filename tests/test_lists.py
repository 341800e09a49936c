"""What a gateway sells as a whole is written down when it is looked at anyway; changes are said once."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buyer import Buyer
from cli.person import LIMNER
from limner.ledger import seen
from limner.messages import LANGUAGES, sentence
from limner.types import Quote
from providers.conftest import NewCustomer, new_customer  # noqa: F401  # a fixture

Publish = Callable[..., None]
PRO = "google/nano-banana-pro"


@pytest.fixture
def shop(new_customer: NewCustomer, tmp_path: Path) -> tuple[Buyer, Publish]:  # noqa: F811
    """A customer of skills.video, and what it publishes about itself: the models of a version."""
    own, docs = tmp_path / "openapi.json", tmp_path / "docs.json"

    def publish(version: str, *models: str) -> None:
        schema = {"type": "object", "properties": {"prompt": {"type": "string"}}, "required": ["prompt"]}
        post = {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}
        paths = {f"/generation/{one}": post for one in models}
        own.write_text(json.dumps({"openapi": "3.1.0", "info": {"version": version}, "paths": paths}))
        pages = [f"POST /generation/{one}" for one in models]
        docs.write_text(json.dumps({"nav": [{"group": "Images", "pages": pages}]}))

    over = {"gateways": {"skillsvideo": {"openapi": str(own), "docs": str(docs)}}}
    return new_customer("skillsvideo", over), publish


def quoted(buyer: Buyer) -> Quote:
    return buyer.client.quote("a cup", model=PRO, max_cost="20")


def said(quote: Quote) -> dict[str, Any]:
    for one in quote.notes:
        for language in LANGUAGES:
            assert "?" not in sentence(one.key, language, one.facts)
    return {one.key: one.facts for one in quote.notes}


def test_a_first_look_says_nothing_and_neither_does_the_same_list_again(shop: tuple[Buyer, Publish]) -> None:
    buyer, publish = shop
    publish("1.0", PRO, "old/painter")
    assert said(quoted(buyer)) == {}
    publish("1.1", PRO, "new/painter")
    assert said(quoted(buyer)) == {}, "nobody has said yes to anything yet"
    buyer.client.approve(quoted(buyer).id)
    assert said(quoted(buyer)) == {}


def test_what_came_and_went_is_said_until_there_is_another_yes_and_then_never_again(
    shop: tuple[Buyer, Publish],
) -> None:
    buyer, publish = shop
    publish("1.0", PRO, "old/painter")
    buyer.client.approve(quoted(buyer).id)
    publish("1.1", PRO, "new/painter")
    for _ in range(2):
        told = said(quote := quoted(buyer))
        assert set(told) == {"moved.list_both", "moved.contract"}
        assert (told["moved.list_both"]["new"], told["moved.list_both"]["gone"]) == (
            ["new/painter"],
            ["old/painter"],
        )
        assert told["moved.contract"]["before"].startswith("1.0 (")
    buyer.client.approve(quote.id)
    assert said(quoted(buyer)) == {}


@pytest.mark.parametrize(
    ("models", "key"), [((PRO, "a/b", "c/d"), "moved.list_new"), ((PRO,), "moved.list_gone")]
)
def test_one_sentence_is_enough_for_what_only_came_or_only_went(
    shop: tuple[Buyer, Publish], models: tuple[str, ...], key: str
) -> None:
    buyer, publish = shop
    publish("1.0", PRO, "a/b")
    buyer.client.approve(quoted(buyer).id)
    publish("1.0", *models)
    assert [one for one in said(quoted(buyer)) if "list" in one] == [key]


def test_a_change_that_came_after_the_quote_is_not_agreed_to_by_its_yes(shop: tuple[Buyer, Publish]) -> None:
    buyer, publish = shop
    publish("1.0", PRO)
    first = quoted(buyer)
    publish("1.1", PRO, "new/painter")
    later = quoted(buyer)
    buyer.client.approve(first.id)
    assert said(later) == {}
    assert "moved.list_new" in said(quoted(buyer))


def test_a_list_that_could_not_be_had_once_is_no_list_that_has_changed(
    new_customer: NewCustomer,  # noqa: F811
) -> None:
    buyer = new_customer("skillsvideo")
    buyer.client.approve(buyer.client.quote("a cup", max_cost="20").id)
    buyer.script("404", match="/openapi.json")
    for _ in range(2):
        told = said(buyer.client.quote("a cup", max_cost="20"))
        assert [key for key in told if "list" in key or "contract" in key] == []
    kinds = [one.kind for one in buyer.client.changes("skillsvideo")]
    assert sorted(kinds) == ["facts", "live"]


@pytest.mark.parametrize("name", ["creatok", "ima", "omnimaas", "skillsvideo"])
def test_every_gateway_is_looked_at_by_its_quotes_without_another_request(
    new_customer: NewCustomer,  # noqa: F811
    name: str,
) -> None:
    buyer = new_customer(name)
    wishes = {"max_cost": "20"} if name == "skillsvideo" else {}
    for _ in range(2):
        quote = buyer.client.quote("a cup", **wishes)
        assert said(quote) == {}
    asked = len(buyer.requests())
    (change,) = buyer.client.changes(name)
    assert len(buyer.requests()) == asked
    assert quote.listed == f"{change.kind}:{change.sha256}"
    assert (change.kind, change.is_first) == ("facts" if name == "omnimaas" else "live", True)
    assert change.models > 0
    assert bool(change.contract) == (name == "skillsvideo")


def test_dated_facts_that_have_lost_a_model_say_so(new_customer: NewCustomer) -> None:  # noqa: F811
    """As an older limner's facts would have had it."""
    buyer = new_customer("omnimaas")
    ledger = buyer.client.ledger
    quote = buyer.client.quote("a cup")
    (row,) = seen.versions(ledger.store, "omnimaas", "list:facts")
    models = [*row.facts["models"], "painter-of-old"]
    facts = {**row.facts, "models": models, "sha256": "0" * 64}
    older = seen.note(ledger.store, "omnimaas", "list:facts", facts, ledger.now())
    seen.approved(ledger.store, "omnimaas", "list:facts", older, ledger.now())
    told = said(again := buyer.client.quote("a cup"))
    assert told["moved.list_gone"]["gone"] == ["painter-of-old"]
    buyer.client.approve(again.id)
    assert said(buyer.client.quote("a cup")) == {}
    assert quote.listed == again.listed


def test_the_command_line_tells_the_history_with_its_days(shop: tuple[Buyer, Publish]) -> None:
    buyer, publish = shop
    for number, models in enumerate([(PRO, "old/painter"), (PRO, "new/painter")]):
        publish(f"1.{number}", *models)
        quoted(buyer)
    data = [LIMNER, "models", "--changes", "-g", "skillsvideo", "--home", str(buyer.home)]
    ran = subprocess.run([*data, "--json"], capture_output=True, text=True, timeout=60, check=True)
    first, second = json.loads(ran.stdout)["data"]["items"]
    assert (first["is_first"], second["new"], second["gone"]) == (True, ["new/painter"], ["old/painter"])
    for language, mark in (("en", "first look"), ("zh", "首次查看")):
        ran = subprocess.run(
            [*data, "--lang", language], capture_output=True, text=True, timeout=60, check=True
        )
        assert mark in ran.stdout
        assert "    + new/painter" in ran.stdout
        assert first["first"] in ran.stdout
