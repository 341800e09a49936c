"""The local server, looked at from outside."""

import base64
import io

import httpx2
from PIL import Image

from limner.sandbox import painter

from .customer import Customer

GENERATIONS = "/openai/v1/images/generations"


def test_it_needs_no_key_and_answers_base64_of_512_by_default(base: str) -> None:
    answer = httpx2.post(base + GENERATIONS, json={"prompt": "a cat"}, trust_env=False)
    data = base64.b64decode(answer.json()["data"][0]["b64_json"])
    assert Image.open(io.BytesIO(data)).size == (512, 512)


def test_it_makes_one_picture_at_a_time_and_only_base64(customer: Customer) -> None:
    assert customer.http.post(GENERATIONS, json={"prompt": "a cat", "n": 2}).status_code == 400
    wish = {"prompt": "a cat", "response_format": "url"}
    assert customer.http.post(GENERATIONS, json=wish).status_code == 400


def test_it_is_free(customer: Customer) -> None:
    assert customer.http.post(GENERATIONS, json={"prompt": "a cat", "size": "256x256"}).status_code == 200
    assert [bill["micro"] for bill in customer.bills()] == [0]


def test_it_may_answer_a_relative_link(customer: Customer) -> None:
    answer = customer.http.post(GENERATIONS, json={"prompt": "a cat [[relative-url]]", "size": "256x256"})
    link = answer.json()["data"][0]["url"]
    assert link.startswith("/")
    assert customer.http.get(link).headers["content-type"] == "image/png"


def test_it_edits_with_either_field_name(customer: Customer) -> None:
    data = painter.paint("a reference", (200, 200), 0, (), "png").data
    for field in ("image", "image[]"):
        files = [(field, ("a.png", data, "image/png"))]
        form = {"prompt": "warmer", "size": "256x256"}
        assert customer.http.post("/openai/v1/images/edits", data=form, files=files).status_code == 200


def test_it_has_no_chat_and_lists_its_model(customer: Customer) -> None:
    assert customer.http.post("/openai/v1/chat/completions", json={}).status_code == 404
    assert customer.http.get("/openai/v1/models").json()["data"][0]["id"]
