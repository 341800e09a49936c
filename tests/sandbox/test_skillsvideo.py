"""The sandbox's skills.video, spoken to as its wire reference says."""

import json
from typing import Any

import httpx2
import pytest

from .customer import Customer

AT = "/skillsvideo/api/v1"
PRO = "google/nano-banana-pro"


def created(
    customer: Customer, prompt: str, model: str = PRO, sse: bool = True, other: dict[str, Any] | None = None
) -> httpx2.Response:
    where = f"{AT}/generation/{'sse/' if sse else ''}{model}"
    return customer.http.post(where, json={"prompt": prompt, "resolution": "1K", **(other or {})})


def snapshots(answer: httpx2.Response) -> list[dict[str, Any]]:
    assert answer.headers["content-type"].startswith("text/event-stream")
    return [
        json.loads(line.removeprefix("data: "))
        for line in answer.text.split("\n")
        if line.startswith("data: ")
    ]


def test_a_stream_is_plain_data_snapshots_and_ends_after_the_terminal_one(customer: Customer) -> None:
    answer = created(customer, "a cup")
    told = snapshots(answer)
    assert [one["status"] for one in told] == ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]
    assert {one["id"] for one in told} == {told[0]["id"]}
    assert (told[0]["data"], told[0]["usage"]) == (None, {"total": 0, "subscription": 0, "permanent": 0})
    assert told[-1]["usage"] == {"total": 12, "subscription": 12, "permanent": 0}
    (image,) = told[-1]["data"]["images"]
    assert told[-1]["data"]["image"]["url"] == image["url"]
    assert customer.http.get(image["url"]).headers["content-type"] == image["content_type"] == "image/png"
    assert "event:" not in answer.text
    assert [bill["micro"] for bill in customer.bills()] == [12_000_000]


def test_without_a_stream_it_is_created_and_looked_at(customer: Customer) -> None:
    answer = created(customer, "a cup", sse=False)
    assert (answer.status_code, answer.json()["status"], answer.json()["data"]) == (202, "IN_QUEUE", None)
    assert answer.json()["input"]["resolution"] == "1K"
    look = customer.http.get(f"{AT}/generation/{answer.json()['id']}").json()
    assert (look["status"], len(look["data"]["images"])) == ("COMPLETED", 1)


@pytest.mark.parametrize(
    ("older", "words"), [(False, ["IN_PROGRESS", "COMPLETED"]), (True, ["processing", "succeeded"])]
)
def test_looks_go_through_the_states_in_either_vocabulary(
    customer: Customer, older: bool, words: list[str]
) -> None:
    prompt = "a cup [[looks:2]]" + (" [[older-words]]" if older else "")
    task = created(customer, prompt, sse=False).json()["id"]
    assert [customer.http.get(f"{AT}/generation/{task}").json()["status"] for _ in range(2)] == words


@pytest.mark.parametrize(("fault", "word"), [("task-failed", "FAILED"), ("task-canceled", "CANCELED")])
def test_a_task_that_does_not_end_well_is_given_back(customer: Customer, fault: str, word: str) -> None:
    last = snapshots(created(customer, f"a cup [[{fault}]]"))[-1]
    assert (last["status"], last["usage"]["total"]) == (word, 0)
    assert [bill["refunded"] for bill in customer.bills()] == [True]
    assert ("code" in last) == (word == "FAILED")


@pytest.mark.parametrize(
    ("fields", "status", "word"),
    [
        ({"colour": "red"}, 422, "colour"),
        ({"resolution": "8K"}, 422, "resolution"),
        ({"prompt": ""}, 422, "prompt"),
        ({"prompt": 3}, 422, "prompt"),
        ({"aspect_ratio": "7:3"}, 422, "aspect_ratio"),
        ({"image_urls": ["https://example.com/a.png"]}, 422, "image_urls"),
    ],
)
def test_fields_the_schema_does_not_have_are_refused(
    customer: Customer, fields: dict[str, Any], status: int, word: str
) -> None:
    answer = created(customer, "a cup", other=fields)
    assert (answer.status_code, word in answer.json()["message"]) == (status, True)
    assert answer.json()["code"] == "IMAGE_GENERATION_INVALID_INPUT"
    assert customer.bills() == []


@pytest.mark.parametrize(
    ("word", "keys"),
    [
        ("", {"error", "code", "message"}),
        ("[[older-errors]]", {"error", "message"}),
        ("[[old-errors]]", {"message"}),
        ("[[nested-errors]]", {"error"}),
    ],
)
@pytest.mark.parametrize("fault", ["content-rejected", "422", "402"])
def test_errors_before_the_stream_come_in_three_generations(
    customer: Customer, fault: str, word: str, keys: set[str]
) -> None:
    answer = created(customer, f"a cup [[{fault}]] {word}")
    assert answer.status_code == (402 if fault == "402" else 422)
    assert set(answer.json()) == keys
    assert customer.bills() == []


def test_a_wrong_key_an_unknown_model_and_an_unknown_id_are_told_apart(customer: Customer) -> None:
    assert created(customer, "a cup", "nobody/nothing").status_code == 404
    assert customer.http.get(f"{AT}/generation/gen_nothing").status_code == 404
    bad = customer.http.post(
        f"{AT}/generation/sse/{PRO}", json={"prompt": "x"}, headers={"authorization": "Bearer sk-bad"}
    )
    assert bad.status_code == 401


def test_credits_are_what_is_left(customer: Customer) -> None:
    before = customer.http.get(f"{AT}/credits").json()
    created(customer, "a cup")
    assert before["total"] - customer.http.get(f"{AT}/credits").json()["total"] == 12


def test_the_documents_describe_every_model_that_is_played(customer: Customer) -> None:
    spec = customer.http.get(f"{AT}/openapi.json").json()
    pages = customer.http.get(f"{AT}/docs.json").json()["navigation"]["tabs"][0]["groups"][0]["pages"][0][
        "pages"
    ]
    assert len(pages) == 23
    for page in pages:
        path = page.removeprefix("POST /generation/")
        assert {f"/generation/{path}", f"/generation/sse/{path}"} <= set(spec["paths"])
        own = customer.http.get(f"{AT}/{path}/v1/openapi.json").json()
        assert {f"/v1/generation/{path}", f"/v1/generation/sse/{path}"} <= set(own["paths"])


def test_a_file_under_the_schema_s_field_is_drawn_into_the_picture(customer: Customer) -> None:
    url = snapshots(created(customer, "a cup"))[-1]["data"]["image"]["url"]
    picture = customer.http.get(url).content
    files = [("image_urls", ("a.png", picture, "image/png"))]
    answer = customer.http.post(
        f"{AT}/generation/sse/{PRO}", data={"prompt": "a cup", "resolution": "1K"}, files=files
    )
    again = snapshots(answer)[-1]["data"]["image"]["url"]
    assert customer.http.get(again).content != picture
    linked = created(customer, "a cup", other={"image_urls": [url]})
    assert snapshots(linked)[-1]["status"] == "COMPLETED"
