"""skills.video: its own OpenAPI documents, local ones before those of the gateway, and none."""

import json
from pathlib import Path
from typing import Any

import pytest

from buyer import Buyer, ask
from limner import gateways
from limner.errors import Usage

from .conftest import Shop
from .skills_shop import PRO, bought, creates


@pytest.fixture
def buyer(shop: Shop) -> Buyer:
    return shop()


def test_without_a_document_of_the_gateway_the_dated_facts_serve(buyer: Buyer) -> None:
    scripted = {"fault": "404", "match": "/openapi.json", "times": 9}
    ask(buyer.url, "/_sandbox/script", {"gateway": "skillsvideo", "account": buyer.key, "faults": [scripted]})
    quote = buyer.client.quote("a cup", max_cost="30", model="bytedance/seedream-4.5")
    assert (quote.choice.size, quote.choice.aspect_ratio) == ("2K", "16:9")
    assert "ai-image-skills" in quote.source
    job = bought(buyer, "a cup", size="4K", aspect_ratio="1:1")
    assert job.state == "done"
    assert creates(buyer)[0]["json"] == {"prompt": "a cup", "resolution": "4K", "aspect_ratio": "1:1"}


def document(*models: str, **fields: Any) -> dict[str, Any]:
    """An OpenAPI document of one's own."""
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Wish"}}}}
    return {
        "openapi": "3.1.0",
        "paths": {f"/v1/generation/sse/{model}": {"post": {"requestBody": body}} for model in models},
        "components": {
            "schemas": {
                "Wish": {"properties": {"prompt": {"type": "string"}, **fields}, "required": ["prompt"]}
            }
        },
    }


def test_the_most_specific_local_document_goes_before_everything_else(shop: Shop, tmp_path: Path) -> None:
    platform, own = tmp_path / "platform.json", tmp_path / "own.json"
    platform.write_text(json.dumps(document(PRO, "a/b", resolution={"enum": ["1K"]})))
    own.write_text(json.dumps(document(PRO, resolution={"enum": ["9K"]}, mood={"enum": ["calm", "wild"]})))
    buyer = shop(f'[gateways.skillsvideo]\nopenapi = ["{platform}", "{own}"]\n')
    quote = buyer.client.quote("a cup", max_cost="30", size="9k", extra={"mood": "calm"})
    assert (quote.choice.size, quote.choice.parameters["mood"]) == ("9K", "calm")
    with pytest.raises(Usage) as caught:
        buyer.client.quote("a cup", max_cost="30", model=PRO, size="1K")
    assert caught.value.key == "size.elsewhere"
    with pytest.raises(Usage) as caught:
        buyer.client.quote("a cup", max_cost="30", extra={"mood": "sad"})
    assert caught.value.key == "parameter.value"
    assert buyer.requests() == [], "a local document needs no question"


def test_a_required_field_without_a_default_has_to_be_given(shop: Shop, tmp_path: Path) -> None:
    path = tmp_path / "own.json"
    told = document(PRO, mood={"type": "string"})
    told["components"]["schemas"]["Wish"]["required"].append("mood")
    path.write_text(json.dumps(told))
    buyer = shop(f'[gateways.skillsvideo]\nopenapi = "{path}"\n')
    with pytest.raises(Usage) as caught:
        buyer.client.quote("a cup", max_cost="30", model=PRO)
    assert (caught.value.key, caught.value.facts["names"]) == ("parameter.missing", ["mood"])


@pytest.mark.parametrize(("text", "key"), [(None, "file.unreadable"), ("{", "document.not_json")])
def test_a_document_that_cannot_be_read_is_a_plain_mistake(
    shop: Shop, tmp_path: Path, text: str | None, key: str
) -> None:
    path = tmp_path / "own.json"
    if text is not None:
        path.write_text(text)
    buyer = shop(f'[gateways.skillsvideo]\nopenapi = "{path}"\n')
    with pytest.raises(Usage) as caught:
        buyer.client.quote("a cup", max_cost="30")
    assert caught.value.key == key


def test_the_images_group_is_the_list_where_there_is_one(shop: Shop, tmp_path: Path) -> None:
    own, docs = tmp_path / "own.json", tmp_path / "docs.json"
    own.write_text(json.dumps(document("new/model", mood={"type": "string"})))
    pages = ["POST /generation/new/model", {"group": "More", "pages": [f"POST /generation/{PRO}"]}, "intro"]
    docs.write_text(json.dumps({"nav": [{"group": "Images", "pages": pages}]}))
    buyer = shop(f'[gateways.skillsvideo]\nopenapi = "{own}"\ndocs = "{docs}"\n')
    quote = buyer.client.quote("a cup", max_cost="30", model="new/model", extra={"mood": "calm"})
    assert quote.choice.parameters["mood"] == "calm"
    with pytest.raises(Usage) as caught:
        buyer.client.quote("a cup", max_cost="30", model="qwen/qwen-image")
    assert caught.value.key in ("model.unknown", "model.unknown_near")


def test_the_facts_name_every_endpoint_of_the_snapshot_once() -> None:
    ids = [row["id"] for row in gateways.facts("skillsvideo")["models"]]
    assert len(ids) == len(set(ids)) == 23
