"""The sandbox's IMA Studio is strict where the service is, and its own clients of any age are served."""

import hashlib
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from .customer import Customer

KNOWN = {"app": "ima", "platform": "web"}
SOURCE = {"x-app-source": "ima_skills"}


class Shop:
    """Somebody who speaks the wire by hand."""

    def __init__(self, customer: Customer) -> None:
        self.http, self.key = customer.http, customer.key
        self.customer = customer

    def list(self, category: str) -> list[dict[str, Any]]:
        query = {**KNOWN, "category": category}
        return list(self.http.get("/ima/open/v1/product/list", params=query, headers=SOURCE).json()["data"])

    def create(self, order: dict[str, Any], **other: Any) -> dict[str, Any]:
        body = {
            "task_type": order["category"],
            "enable_multi_model": False,
            "src_img_url": order["parameters"].get("input_images"),
            "parameters": [order],
            **other,
        }
        return dict(self.http.post("/ima/open/v1/tasks/create", json=body, headers=SOURCE).json())

    def detail(self, task: str) -> dict[str, Any]:
        body = {"task_id": task}
        return dict(self.http.post("/ima/open/v1/tasks/detail", json=body, headers=SOURCE).json())

    def token(self, method: str, **other: str) -> httpx2.Response:
        form = {
            "appUid": self.key,
            "appId": "webAgent",
            "appKey": "32jdskjdk320eew",
            "cmimToken": self.key,
            "timestamp": "1700000000",
            "nonce": "0123456789abcdef01234",
            "sign": "A507298202BBC85A02EC1BF8D150DD23FC023CF3",
            "fService": "privite",
            "fType": "picture",
            "fSuffix": "png",
            "fContentType": "image/png",
            **other,
        }
        path = "/ima/api/rest/oss/getuploadtoken"
        # The service's own clients bring no bearer token here.
        with httpx2.Client(base_url=self.http.base_url, trust_env=False) as bare:
            return bare.get(path, params=form) if method == "GET" else bare.post(path, data=form)


@pytest.fixture
def shop(customer: Customer) -> Iterator[Shop]:
    yield Shop(customer)


def order(**inner: Any) -> dict[str, Any]:
    """Nano Banana Pro at 2K, as its own description has it."""
    return {
        "attribute_id": 2400,
        "model_id": "gemini-3-pro-image",
        "model_name": "Nano Banana Pro",
        "model_version": "gemini-3-pro-image-preview",
        "app": "ima",
        "platform": "web",
        "category": "text_to_image",
        "credit": 10,
        "parameters": {
            "prompt": "a cup",
            "size": "2K",
            "n": 1,
            "input_images": [],
            "cast": {"points": 10, "attribute_id": 2400},
            **inner,
        },
    }


def leaves(nodes: list[dict[str, Any]], depth: int = 1) -> Iterator[tuple[int, dict[str, Any]]]:
    for node in nodes:
        if node["type"] == "3":
            yield depth, node
        yield from leaves(node.get("children", []), depth + 1)


def test_both_trees_nest_two_and_three_deep_and_two_leaves_share_a_model_id(shop: Shop) -> None:
    for category in ("text_to_image", "image_to_image"):
        found = list(leaves(shop.list(category)))
        assert {depth for depth, _ in found} == {2, 3}
        ids = [leaf["model_id"] for _, leaf in found]
        assert len(ids) == len(set(ids)) + 1
        assert [("files" in leaf) for _, leaf in found] == [category == "image_to_image"] * len(found)
    assert shop.list("text_to_video") == []


def test_the_two_lists_have_attributes_of_their_own(shop: Shop) -> None:
    told = [
        {rule["attribute_id"] for _, leaf in leaves(shop.list(category)) for rule in leaf["credit_rules"]}
        for category in ("text_to_image", "image_to_image")
    ]
    assert {2341, 4403, 2401, 4391} <= told[0]
    assert {1611, 4407, 2404, 2464} <= told[1]
    assert not told[0] & told[1]


def test_an_order_without_a_fault_is_charged_once_and_its_picture_is_there(shop: Shop) -> None:
    task = shop.create(order())["data"]["id"]
    told = shop.detail(task)
    assert (told["code"], told["data"]["id"]) == (0, task)
    (media,) = told["data"]["medias"]
    assert (media["resource_status"], media["status"]) == (1, "success")
    assert shop.http.get(media["url"]).headers["content-type"] == "image/png"
    assert [bill["micro"] for bill in shop.customer.bills()] == [10_000_000]


WRONG: dict[str, tuple[dict[str, Any], int, str]] = {
    "no attribute": ({"attribute_id": 0}, 400, "Invalid product attribute"),
    "an attribute nobody sells": ({"attribute_id": 1}, 6009, "rule"),
    "an attribute of the other list": ({"attribute_id": 2403}, 6009, "rule"),
    "another price": ({"credit": 18}, 6006, "Credit"),
    "another version": ({"model_version": "v6"}, 6009, "rule"),
    "no name": ({"model_name": ""}, 400, "model"),
    "no app": ({"app": ""}, 400, "app"),
}
WRONG_INSIDE: dict[str, tuple[dict[str, Any], int, str]] = {
    "no prompt inside": ({"prompt": ""}, 400, "prompt"),
    "no cast": ({"cast": None}, 6006, "Credit"),
    "a cast of its own": ({"cast": {"points": 10, "attribute_id": 2399}}, 6006, "Credit"),
    "a size in other letters": ({"size": "2k"}, 6010, "match"),
    "a size of another row": ({"size": "4K"}, 6010, "match"),
    "a count in words": ({"n": "two"}, 400, "whole number"),
    "a ratio nobody has": ({"aspect_ratio": "7:3"}, 400, "aspect_ratio"),
    "pictures where none belong": ({"input_images": ["https://example.com/a.png"]}, 400, "task type"),
}


@pytest.mark.parametrize("way", [*WRONG, *WRONG_INSIDE])
def test_an_order_that_does_not_fit_is_refused_with_status_200_and_costs_nothing(
    shop: Shop, way: str
) -> None:
    wrong, code, words = WRONG.get(way) or WRONG_INSIDE[way]
    told = shop.create({**order(), **wrong} if way in WRONG else order(**wrong))
    assert (told["code"], told["data"]) == (code, None)
    assert words in told["message"]
    assert shop.customer.bills() == []


def test_an_edit_needs_its_pictures_in_both_places(shop: Shop) -> None:
    link = ["https://example.com/a.png"]
    edit = {
        **order(input_images=link, cast={"points": 10, "attribute_id": 2403}),
        "category": "image_to_image",
    }
    edit["attribute_id"] = 2403
    assert shop.create(edit)["code"] == 0
    assert shop.create(edit, src_img_url=[])["code"] == 400
    edit["parameters"]["input_images"] = []
    assert shop.create(edit)["code"] == 400


def test_a_key_that_is_refused_is_refused_by_status_and_code(shop: Shop) -> None:
    answer = shop.http.get(
        "/ima/open/v1/product/list",
        params={**KNOWN, "category": "text_to_image"},
        headers={**SOURCE, "authorization": "Bearer ima_bad_key"},
    )
    assert (answer.status_code, answer.json()["code"]) == (401, 401)


def test_a_look_at_a_task_of_somebody_else_finds_nothing(shop: Shop) -> None:
    told = shop.detail("no-such-task")
    assert (told["code"], told["data"]) == (404, None)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_is_signed_and_what_is_put_is_then_to_be_had(shop: Shop, method: str) -> None:
    told = shop.token(method).json()
    assert told["code"] == 0
    put, read = told["data"]["ful"], told["data"]["fdl"]
    with httpx2.Client(trust_env=False) as bare:
        assert bare.get(read).status_code == 404
        assert bare.put(put, content=b"bytes", headers={"content-type": "image/jpeg"}).status_code == 403
        assert bare.put(put, content=b"bytes", headers={"content-type": "image/png"}).status_code == 200
        assert bare.get(read).content == b"bytes"
        assert bare.put(put, content=b"again", headers={"content-type": "image/png"}).status_code == 403


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wrong_signature_or_key_gets_no_token(shop: Shop, method: str) -> None:
    assert shop.token(method, nonce="0" * 21).json()["code"] == 403
    lower = hashlib.sha1(b"webAgent|32jdskjdk320eew|1700000000|0123456789abcdef01234").hexdigest()
    assert shop.token(method, sign=lower).json()["code"] == 403
    assert shop.token(method, cmimToken="another").json()["code"] == 401
    assert shop.token(method, appUid="ima_bad", cmimToken="ima_bad").json()["code"] == 401


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_key_in_a_token_request_is_not_told_to_those_who_ask_what_was_on_the_wire(
    shop: Shop, method: str
) -> None:
    shop.token(method)
    (told,) = [one for one in shop.customer.requests() if "getuploadtoken" in one["path"]]
    assert shop.key not in repr(told)


def test_a_count_may_come_as_the_form_s_text_and_each_is_charged(shop: Shop) -> None:
    """The skill's own example sends the form's defaults as they are."""
    told = shop.detail(shop.create(order(n="2"))["data"]["id"])
    assert len(told["data"]["medias"]) == 2
    assert [bill["micro"] for bill in shop.customer.bills()] == [10_000_000] * 2


def test_an_order_of_midjourney_brings_four_pictures_for_one_price(shop: Shop) -> None:
    four = order(size=None, resolution="480p", cast={"points": 8, "attribute_id": 4390})
    four.update(attribute_id=4390, credit=8, model_id="midjourney", model_version="midjourney")
    del four["parameters"]["size"]
    told = shop.detail(shop.create(four)["data"]["id"])
    assert [media["resource_status"] for media in told["data"]["medias"]] == [1] * 4
    assert [bill["micro"] for bill in shop.customer.bills()] == [8_000_000]
