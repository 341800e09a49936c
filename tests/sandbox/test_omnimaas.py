"""The first dialect, looked at from outside."""

import base64
import io
from typing import Any

import httpx2
import pytest
from PIL import Image

from limner.sandbox import painter

from .customer import Customer


def picture_in(answer: httpx2.Response) -> Image.Image:
    return opened(base64.b64decode(answer.json()["data"][0]["b64_json"], validate=True))


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def reference(kind: str = "jpeg") -> bytes:
    return painter.paint("a reference", (320, 240), 0, (), kind).data  # type: ignore[arg-type]


def edit(customer: Customer, files: list[Any], **other: str) -> httpx2.Response:
    data = {"model": "gpt-image-2", "prompt": "make it blue", "n": "1", "size": "256x256", **other}
    return customer.http.post("/omnimaas/v1/images/edits", data=data, files=files)


def test_a_generation_is_a_png_of_the_asked_size_larger_than_ten_kilobytes(customer: Customer) -> None:
    answer = customer.generate("a cat", size="1536x1024")
    assert answer.status_code == 200
    assert answer.headers["x-api-request-id"]
    image = picture_in(answer)
    assert (image.format, image.size) == ("PNG", (1536, 1024))
    assert len(base64.b64decode(answer.json()["data"][0]["b64_json"])) > 10_000


def test_the_bill_is_what_the_told_usage_costs(customer: Customer) -> None:
    usage = customer.generate("a dog", size="1024x1024").json()["usage"]
    (bill,) = customer.bills()
    expected = usage["input_tokens"] * 0.0511 / 1000 + usage["output_tokens"] * 0.1917 / 1000
    assert bill["micro"] == pytest.approx(expected * 1_000_000, abs=1)
    assert 0.30 < float(bill["amount"]) < 0.36
    assert (bill["unit"], bill["model"], bill["prompt"]) == ("CNY", "gpt-image-2", "a dog")


def test_every_one_of_n_pictures_is_another_and_has_its_own_bill(customer: Customer) -> None:
    entries = customer.generate("three trees", n=3).json()["data"]
    assert len({entry["b64_json"] for entry in entries}) == 3
    assert len(customer.bills()) == 3


@pytest.mark.parametrize(("name", "form"), [("jpeg", "JPEG"), ("webp", "WEBP"), ("png", "PNG")])
def test_the_output_format_is_the_format_of_the_picture(customer: Customer, name: str, form: str) -> None:
    assert picture_in(customer.generate("a house", output_format=name)).format == form


def test_a_url_leads_to_the_picture_without_a_key(customer: Customer) -> None:
    url = customer.generate("a fox", response_format="url").json()["data"][0]["url"]
    assert opened(httpx2.get(url, trust_env=False).content).size == (256, 256)


def test_a_missing_key_and_a_bad_key_are_refused_and_cost_nothing(base: str, customer: Customer) -> None:
    order = {"model": "gpt-image-2", "prompt": "a cat"}
    url = f"{base}/omnimaas/v1/images/generations"
    assert httpx2.post(url, json=order, trust_env=False).status_code == 401
    bad = httpx2.post(
        url, json=order, headers={"authorization": f"Bearer sk-bad-{customer.key}"}, trust_env=False
    )
    assert bad.json()["error"]["code"] == "invalid_api_key"
    bills = customer.http.get("/_sandbox/bills", params={"account": f"sk-bad-{customer.key}"})
    assert bills.json() == []


def test_an_unknown_model_is_not_found_by_the_gateway(customer: Customer) -> None:
    answer = customer.generate("a cat", model="gpt-image-9")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "model_not_found")


@pytest.mark.parametrize(
    "wrong",
    [
        {"n": 11},
        {"n": 0},
        {"n": "many"},
        {"prompt": ""},
        {"size": "100x100"},
        {"size": "big"},
        {"quality": "ultra"},
    ],
)
def test_orders_the_gateway_does_not_take_are_refused_for_free(
    customer: Customer, wrong: dict[str, Any]
) -> None:
    answer = customer.generate(**{"prompt": "a cat", **wrong})
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
    assert customer.bills() == []


def test_an_edit_takes_repeated_images_whatever_type_they_claim(customer: Customer) -> None:
    files = [
        ("image[]", ("a.jpg", reference(), "image/jpg")),
        ("image[]", ("b.png", reference("png"), "image/png")),
    ]
    answer = edit(customer, files)
    assert picture_in(answer).size == (256, 256)
    assert answer.json()["usage"]["input_tokens_details"]["image_tokens"] > 0
    names = [(part["name"], part["filename"], part["type"]) for part in customer.requests()[0]["parts"]]
    assert names[-2:] == [("image[]", "a.jpg", "image/jpg"), ("image[]", "b.png", "image/png")]


def test_an_edit_shows_its_reference(customer: Customer) -> None:
    with_one = picture_in(edit(customer, [("image", ("a.jpg", reference(), "image/jpeg"))]))
    with_other = picture_in(edit(customer, [("image", ("a.png", reference("png"), "image/png"))]))
    assert with_one.tobytes() != with_other.tobytes()


def test_a_file_that_is_no_picture_is_refused(customer: Customer) -> None:
    answer = edit(customer, [("image[]", ("a.png", b"not a picture", "image/png"))])
    assert answer.status_code == 400
    assert customer.bills() == []


def test_more_than_sixteen_references_are_refused(customer: Customer) -> None:
    assert edit(customer, [("image[]", ("a.jpg", reference(), "image/jpeg"))] * 17).status_code == 400


def test_chat_answers_a_jpeg_in_markdown_of_the_ratio_in_the_text(customer: Customer) -> None:
    answer = customer.chat("a lake (aspect ratio: 16:9)")
    content = answer.json()["choices"][0]["message"]["content"]
    assert content.startswith("![image](data:image/jpeg;base64,")
    image = opened(base64.b64decode(content.partition("base64,")[2].rstrip(")"), validate=True))
    assert (image.format, round(image.width / image.height, 1)) == ("JPEG", 1.8)
    assert answer.json()["usage"]["completion_tokens"] == 1290
    assert float(customer.bills()[0]["amount"]) == pytest.approx(0.99, abs=0.01)


def test_chat_takes_pictures_as_data_urls_and_refuses_others(customer: Customer) -> None:
    good = "data:image/jpeg;base64," + base64.b64encode(reference()).decode()
    assert customer.chat("change it", good).status_code == 200
    assert customer.chat("change it", "data:image/png;base64,bm90IGEgcGljdHVyZQ==").status_code == 400


def test_a_gemini_model_is_not_served_where_images_are(customer: Customer) -> None:
    assert customer.generate("a cat", model="gemini-3-pro-image-preview").status_code == 400


def test_the_models_are_listed(customer: Customer) -> None:
    names = [row["id"] for row in customer.http.get("/omnimaas/v1/models").json()["data"]]
    assert {"gpt-image-2", "gemini-3-pro-image-preview"} <= set(names)


def test_an_empty_balance_refuses_and_charges_nothing(customer: Customer) -> None:
    wish = {"gateway": "omnimaas", "account": customer.key, "amount": "0.10"}
    assert customer.http.post("/_sandbox/balance", json=wish).json()["balance"] == "0.1"
    answer = customer.generate("a cat", size="1024x1024")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "insufficient_user_quota")
    assert customer.bills() == []


def test_a_model_with_a_price_per_picture_tells_no_usage_and_answers_a_link(customer: Customer) -> None:
    body = customer.generate("a cat", model="dall-e-3", size="1792x1024").json()
    assert "usage" not in body
    assert body["data"][0]["url"].startswith("http://")
    assert [bill["amount"] for bill in customer.bills()] == ["0.26"]


def test_wishes_that_make_no_sense_are_told_so(customer: Customer) -> None:
    for wish in (
        {},
        {"gateway": "nobody", "account": "x", "amount": 1},
        {"gateway": "omnimaas", "account": "x"},
    ):
        assert customer.http.post("/_sandbox/balance", json=wish).status_code == 400
    lots = {"gateway": "omnimaas", "account": "x", "amount": "lots"}
    assert customer.http.post("/_sandbox/balance", json=lots).status_code == 400
    assert customer.http.post("/_sandbox/script", content=b"not json").status_code == 400
    assert customer.http.get("/_sandbox/balance").status_code == 400


def test_the_record_of_requests_keeps_no_key_and_cuts_long_texts(customer: Customer) -> None:
    customer.chat("x" * 5000)
    (told,) = customer.requests()
    assert told["headers"]["authorization"] == "Bearer …"
    assert customer.key not in str(told)
    assert len(str(told["json"])) < 1000
    assert told["path"] == "/omnimaas/v1/chat/completions"
