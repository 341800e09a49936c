"""CreatOK: what is sent, what every answer means, and that no task is ever lost."""

import json
from pathlib import Path
from typing import Any

import pytest

import pictures
from buyer import Buyer
from limner.errors import GatewayError, QuoteChanged, Usage
from limner.messages import sentence
from limner.money import Money

from .conftest import NewCustomer

NAME = "creatok"
SUBMIT, STATUS = "/creatok/api/open/skills/image-generation", "/creatok/api/open/skills/tasks/status"
SMALL = {"size": "1K"}


@pytest.fixture
def buyer(new_customer: NewCustomer) -> Buyer:
    return new_customer(NAME)


@pytest.fixture
def old_server(buyer: Buyer) -> Buyer:
    """A server of the time before capabilities and uploads."""
    buyer.script("404", match="/capabilities", times=50)
    buyer.script("404", match="/upload/", times=50)
    return buyer


def asked(buyer: Buyer, path: str) -> list[dict[str, Any]]:
    return [one for one in buyer.requests() if one["path"] == path]


def submitted(buyer: Buyer) -> dict[str, Any]:
    """The body of the one order."""
    (order,) = asked(buyer, SUBMIT)
    return dict(order["json"])


def photo(folder: Path, name: str = "shoe.jpg") -> str:
    pictures.saved(pictures.quarters((640, 480)), folder / "real.jpg")
    return str((folder / "real.jpg").rename(folder / name))


# What is sent


def test_an_order_has_2k_square_and_one_picture_unless_it_was_said_otherwise(buyer: Buyer) -> None:
    job = buyer.make("a lighthouse at dusk")
    assert submitted(buyer) == {
        "prompt": "a lighthouse at dusk",
        "model": "nano-banana-2",
        "resolution": "2K",
        "n": 1,
        "aspect_ratio": "1:1",
    }
    assert (job.pictures[0].width, job.pictures[0].height) == (2048, 2048)


def test_what_was_asked_for_is_what_is_sent(buyer: Buyer) -> None:
    job = buyer.make("a mug", model="nano-banana-pro", size="1k", aspect_ratio="16:9", n=3, avoid="hands")
    assert submitted(buyer) == {
        "prompt": "a mug Avoid: hands",
        "model": "nano-banana-pro",
        "resolution": "1K",
        "n": 3,
        "aspect_ratio": "16:9",
    }
    assert [(one.width, one.height) for one in job.pictures] == [(1024, 576)] * 3
    assert all(Path(one.path).exists() and one.url for one in job.pictures)
    assert (job.cost, job.cost_basis, len(buyer.bills())) == (Money(3_000_000, "credit"), "tariff", 3)


def test_more_pictures_than_fit_into_one_order_are_several_orders_said_before_the_yes(buyer: Buyer) -> None:
    quote = buyer.client.quote("a mug", n=6, **SMALL)
    assert [(one.key, one.facts["each"]) for one in quote.choice.adjustments] == [("adjusted.sends", 4)]
    job = buyer.make("a mug", n=6, **SMALL)
    assert [one["json"]["n"] for one in asked(buyer, SUBMIT)] == [4, 2]
    assert (job.state, len(job.pictures), job.sent) == ("done", 6, 2)


def test_a_local_reference_is_uploaded_and_ordered_by_its_object_key(buyer: Buyer) -> None:
    named_wrongly = photo(buyer.folder, "my secret project.png")
    job = buyer.make("the same shoe on sand", references=(named_wrongly,), **SMALL)
    assert job.state == "done", job
    (wish,) = asked(buyer, "/creatok/api/open/skills/upload/image/presigned")
    told = wish["json"]
    assert (told["fileName"], told["fileType"]) == ("reference-1.jpg", "image/jpeg")
    assert told["fileSize"] == Path(named_wrongly).stat().st_size
    (key,) = submitted(buyer)["imageObjectKeys"]
    assert key.startswith("open-skills/reference-images/")
    assert key.endswith(".jpg")
    assert "secret" not in json.dumps(buyer.requests())


def test_several_references_go_up_one_by_one_in_their_order(buyer: Buyer) -> None:
    given = tuple(photo(buyer.folder, f"{place}.jpg") for place in range(3))
    buyer.make("a shoe", references=given, **SMALL)
    paths = [one["path"].rpartition("/")[2] for one in buyer.requests()]
    assert paths.index("image-generation") > max(
        at for at, path in enumerate(paths) if path == "presigned"
    ), "everything is up before anything is ordered"
    assert len(submitted(buyer)["imageObjectKeys"]) == 3


def test_an_upload_that_is_refused_costs_nothing_and_orders_nothing(buyer: Buyer) -> None:
    buyer.script("upload-closed", match="/upload/")
    job = buyer.make("a shoe", references=(photo(buyer.folder),), **SMALL)
    assert (job.state, job.error, job.charged, job.sent) == ("failed", "upload.refused", "no", 0)
    assert asked(buyer, SUBMIT) == []


# What is refused before anything is sent


@pytest.mark.parametrize(
    ("wishes", "key", "named"),
    [
        ({"model": "seedream-5.0-lite", "size": "1K"}, "size.elsewhere", ["2K, 4K", "nano-banana-pro"]),
        ({"model": "nano-banana-2", "size": "8K"}, "size.unknown", ["1K, 2K, 4K"]),
        ({"aspect_ratio": "7:3"}, "ratio.unknown", ["1:1, 16:9, 9:16"]),
        ({"model": "midjourney"}, "model.unknown", ["nano-banana-2", "seedream-5.0-lite"]),
        ({"n": 101}, "n.out_of_range", ["100"]),
        ({"references": tuple("abcdef")}, "reference.too_many", ["5"]),
        ({"extra": {"seed": 7}}, "parameter.none", ["seed"]),
    ],
)
def test_what_a_model_cannot_do_is_refused_naming_what_can(
    buyer: Buyer, wishes: dict[str, Any], key: str, named: list[str]
) -> None:
    with pytest.raises(Usage) as caught:
        buyer.client.quote("a cup", exact=True, **wishes)
    assert caught.value.key == key
    for words in named:
        assert words in str(caught.value)
    assert {one["path"].rpartition("/")[2] for one in buyer.requests()} <= {"capabilities"}


def test_an_explicit_1k_never_lands_on_seedream(new_customer: NewCustomer) -> None:
    first = {"seedream-5.0-lite": {"default": True}, "nano-banana-2": {"default": False}}
    buyer = new_customer(NAME, {"gateways": {NAME: {"models": first}}})
    buyer.script("404", match="/capabilities", times=4)
    assert buyer.client.quote("a cup").choice.model.id == "seedream-5.0-lite"
    assert buyer.client.quote("a cup", size="1K").choice.model.id != "seedream-5.0-lite"


# The gateway's own list


def test_models_limits_and_prices_come_from_the_gateway_itself(buyer: Buyer) -> None:
    quote = buyer.client.quote("a cup", model="gpt-image-2", size="4K", n=2)
    assert quote.price == Money(2_000_000, "credit")
    assert "live" in quote.source
    assert "gpt-image-2" not in [model.id for model in buyer.client.models(NAME)], "the dated table"


def test_an_old_server_is_served_from_the_dated_table_which_says_how_weak_its_prices_are(
    old_server: Buyer,
) -> None:
    quote = old_server.client.quote("a cup", model="nano-banana-pro", size="4K")
    assert quote.price == Money(3_000_000, "credit")
    assert "perhaps not the real price" in quote.source
    assert quote.as_of == "2026-04-23"
    assert old_server.make("a cup", **SMALL).state == "done"


def test_a_list_that_breaks_its_contract_is_told_in_one_sentence(buyer: Buyer) -> None:
    buyer.script("broken-contract:2", match="/capabilities")
    with pytest.raises(GatewayError) as caught:
        buyer.client.quote("a cup")
    assert caught.value.key == "market.contract"
    assert "image.models[1].label" in str(caught.value)
    assert "image.models[1].label" in sentence(caught.value.key, "zh", caught.value.facts)


def test_a_gateway_that_names_no_price_is_bought_from_within_a_limit_of_ones_own(buyer: Buyer) -> None:
    buyer.script("no-prices", match="/capabilities", times=4)
    with pytest.raises(Usage) as caught:
        buyer.client.quote("a cup")
    assert caught.value.key == "quote.price_unknown"
    quote = buyer.client.quote("a cup", max_cost="5")
    assert (quote.price_known, quote.ceiling) == (False, Money(5_000_000, "credit"))


def test_a_price_that_rose_since_the_yes_needs_a_new_one(buyer: Buyer) -> None:
    quote_id = buyer.approved("a cup", **SMALL)
    buyer.script("dearer", match="/capabilities", times=2)
    with pytest.raises(QuoteChanged) as caught:
        buyer.client.run(quote_id)
    assert caught.value.key == "quote.tariff_changed"
    assert asked(buyer, SUBMIT) == []


def test_an_unreachable_list_is_told_and_nothing_is_quoted(buyer: Buyer) -> None:
    buyer.script("502", match="/capabilities")
    with pytest.raises(GatewayError):
        buyer.client.quote("a cup")


# References by address, for a server that knows no uploads


def test_an_old_server_takes_addresses_of_pictures_instead(old_server: Buyer) -> None:
    url = "https://example.com/cat.png"
    job = old_server.make("the same cat", extra={"reference_images": [url]}, **SMALL)
    assert job.state == "done"
    assert submitted(old_server)["reference_images"] == [url]
    assert "imageObjectKeys" not in submitted(old_server)


def test_an_old_server_does_not_take_files_and_says_what_it_takes(old_server: Buyer) -> None:
    job = old_server.make("a shoe", references=(photo(old_server.folder),), **SMALL)
    assert (job.state, job.error, job.charged, job.sent) == ("failed", "upload.unknown", "no", 0)
    assert "reference_images" in sentence(job.error, "en", job.error_facts)
    assert asked(old_server, SUBMIT) == []


@pytest.mark.parametrize(
    "given", ["https://example.com/a.png", [7], ["file:///etc/passwd"], ["https://a/"] * 6]
)
def test_what_is_no_list_of_addresses_is_not_sent(old_server: Buyer, given: Any) -> None:
    job = old_server.make("a cat", extra={"reference_images": given}, **SMALL)
    assert (job.error, job.charged, job.sent) == ("reference.not_addresses", "no", 0)
    assert asked(old_server, SUBMIT) == []
