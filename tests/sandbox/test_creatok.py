"""The sandbox's CreatOK, from outside: every route, as its public clients use it."""

from typing import Any

import httpx2
import pytest

from .customer import Customer

API = "/creatok/api/open/skills"
PICTURE = b"\xff\xd8\xff\xe0 not really, but nobody looks"


def data(answer: httpx2.Response) -> dict[str, Any]:
    told = answer.json()
    assert (answer.status_code, told["code"]) == (200, 0), told
    return dict(told["data"])


def order(customer: Customer, prompt: str = "a cat", **other: Any) -> httpx2.Response:
    body = {"prompt": prompt, "model": "nano-banana-2", "resolution": "1K", "n": 1, **other}
    return customer.http.post(f"{API}/image-generation", json=body)


def look(customer: Customer, task: str) -> httpx2.Response:
    query = {"task_id": task, "task_type": "image_generation"}
    return customer.http.get(f"{API}/tasks/status", params=query)


def announced(customer: Customer, **other: Any) -> dict[str, Any]:
    wish = {
        "fileName": "a.jpg",
        "fileType": "image/jpeg",
        "fileSize": len(PICTURE),
        "prefix": "open-skills/x",
    }
    return data(customer.http.post(f"{API}/upload/image/presigned", json={**wish, **other}))


def brought(url: str, **headers: str) -> int:
    told = {"content-type": "image/jpeg", **headers}
    return httpx2.put(url, content=PICTURE, headers=told, trust_env=False).status_code


def test_capabilities_keep_the_contract_that_clients_check(customer: Customer) -> None:
    image = data(customer.http.get(f"{API}/capabilities"))["capabilities"]["image"]
    assert image["default_model"] in [model["id"] for model in image["models"]]
    for model in image["models"]:
        assert model["label"]
        assert model["defaults"]["resolution"] in model["limits"]["resolutions"]
        assert model["limits"]["n"] == {"min": 1, "max": 4}
        assert model["pricing"]["currency"] == "credits"
        assert list(model["pricing"]["by_resolution"]) == model["limits"]["resolutions"]


def test_a_task_goes_its_way_and_its_pictures_are_billed_when_it_is_ordered(customer: Customer) -> None:
    task = data(order(customer, "a cat [[looks:3]]", model="nano-banana-pro", resolution="2K", n=2))
    assert task["status"] == "queued"
    assert [bill["amount"] for bill in customer.bills()] == ["2", "2"]
    words = [data(look(customer, task["task_id"]))["status"] for _ in range(4)]
    assert words == ["running", "running", "succeeded", "succeeded"]
    told = data(look(customer, task["task_id"]))
    assert told["error"] is None
    for image in told["result"]["images"]:
        assert httpx2.get(image["url"], trust_env=False).headers["content-type"] == "image/png"
        by_key = customer.http.get(f"/creatok/{image['object_key']}")
        assert by_key.headers["content-type"] == "image/png"


def test_an_upload_is_good_once_for_what_was_announced_and_takes_no_key(customer: Customer) -> None:
    told = announced(customer)
    assert brought(told["presignedUploadUrl"]) == 200
    assert brought(told["presignedUploadUrl"]) == 403
    assert brought(announced(customer)["presignedUploadUrl"], authorization="Bearer x") == 400
    assert brought(announced(customer, fileType="image/png")["presignedUploadUrl"]) == 403
    assert brought(announced(customer, fileSize=7)["presignedUploadUrl"]) == 403
    assert told["objectKey"].startswith("open-skills/x/")
    data(order(customer, imageObjectKeys=[told["objectKey"]]))


@pytest.mark.parametrize(
    "wish",
    [
        {"model": "midjourney"},
        {"model": "seedream-5.0-lite"},
        {"resolution": "8K"},
        {"aspect_ratio": "7:3"},
        {"n": 5},
        {"n": "2"},
        {"imageObjectKeys": ["open-skills/nothing"]},
        {"reference_images": ["https://example.com/a.png"] * 6},
        {"prompt": " "},
    ],
)
def test_what_cannot_be_made_is_a_code_under_200_and_free(customer: Customer, wish: dict[str, Any]) -> None:
    answer = order(customer, **{"prompt": "a cat", **wish})
    assert (answer.status_code, answer.json()["code"] == 0, customer.bills()) == (200, False, [])
    assert answer.json()["msg"]


def test_both_ways_of_giving_references_are_taken(customer: Customer) -> None:
    data(order(customer, reference_images=["https://example.com/a.png"]))


def test_a_task_that_is_not_ones_own_is_not_known(customer: Customer) -> None:
    answer = look(customer, "nothing")
    assert (answer.status_code, answer.json()["code"]) == (200, 40401)


def test_a_bad_key_is_refused_in_json(customer: Customer) -> None:
    answer = customer.http.get(f"{API}/capabilities", headers={"authorization": "Bearer ok_bad"})
    assert (answer.status_code, answer.json()["code"]) == (401, 401)


@pytest.mark.parametrize(("fault", "word"), [("failed", "failed"), ("canceled", "canceled")])
def test_a_task_that_ends_badly_is_paid_back(customer: Customer, fault: str, word: str) -> None:
    task = data(order(customer, f"a cat [[task-{fault}]]"))["task_id"]
    told = data(look(customer, task))
    assert (told["status"], bool(told["error"]["message"])) == (word, True)
    assert [bill["refunded"] for bill in customer.bills()] == [True]
