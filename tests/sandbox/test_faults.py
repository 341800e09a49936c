"""Every fault on demand, and what it costs."""

import base64
import io
from typing import Any

import httpx2
import pytest
from PIL import Image

from limner.sandbox import faults

from .customer import Customer

REFUSED = {
    "400": 400,
    "401": 401,
    "402": 402,
    "403": 403,
    "404": 404,
    "422": 422,
    "429": 429,
    "429-retry-after": 429,
    "500": 500,
    "502": 502,
    "503": 503,
    "504": 504,
    "524": 524,
    "no-funds": 403,
    "moderation": 400,
    "gemini-blocked": 400,
}


def first(answer: httpx2.Response) -> dict[str, Any]:
    return dict(answer.json()["data"][0])


def said(answer: httpx2.Response) -> dict[str, Any]:
    return dict(answer.json()["choices"][0]["message"])


def fetched(url: str) -> httpx2.Response:
    return httpx2.get(url, trust_env=False, follow_redirects=False)


@pytest.mark.parametrize(("name", "status"), REFUSED.items())
def test_a_refusal_has_its_status_and_costs_nothing(customer: Customer, name: str, status: int) -> None:
    assert customer.generate(f"a cat [[{name}]]").status_code == status
    assert customer.bills() == []


def test_proxy_failures_are_pages_and_the_gateways_own_are_json(customer: Customer) -> None:
    assert "<html>" in customer.generate("a cat [[524]]").text
    assert customer.generate("a cat [[503]]").json()["error"]["message"]
    assert customer.generate("a cat [[moderation]]").json()["error"]["code"] == "moderation_blocked"


def test_retry_after_says_how_long(customer: Customer) -> None:
    assert customer.generate("a cat [[429-retry-after:7]]").headers["retry-after"] == "7"
    assert "retry-after" not in customer.generate("a cat [[429]]").headers


def test_a_counted_fault_strikes_so_often_and_then_no_more(customer: Customer) -> None:
    statuses = [customer.generate("a cat [[503x2]]").status_code for _ in range(4)]
    assert statuses == [503, 503, 200, 200]


def test_a_counted_fault_counts_for_each_prompt_alone(customer: Customer) -> None:
    assert customer.generate("one [[500x1]]").status_code == 500
    assert customer.generate("two [[500x1]]").status_code == 500


@pytest.mark.parametrize(("name", "bills"), [("reset", 0), ("lost-after-charge", 1)])
def test_a_reset_is_real_and_charges_only_when_it_says_so(customer: Customer, name: str, bills: int) -> None:
    with pytest.raises(httpx2.NetworkError):
        customer.generate(f"a cat [[{name}]]")
    assert len(customer.bills()) == bills


def test_a_torn_answer_ends_in_the_middle_and_is_charged(customer: Customer) -> None:
    with pytest.raises(httpx2.RemoteProtocolError):
        customer.generate("a cat [[torn]]")
    assert len(customer.bills()) == 1


def test_silence_charges_and_never_answers(customer: Customer) -> None:
    impatient = httpx2.Client(base_url=customer.http.base_url, headers=customer.http.headers, trust_env=False)
    with impatient, pytest.raises(httpx2.ReadTimeout):
        order = {"model": "gpt-image-2", "prompt": "a cat [[silent]]"}
        impatient.post("/omnimaas/v1/images/generations", json=order, timeout=0.5)
    assert len(customer.bills()) == 1


def test_a_time_out_page_after_the_charge_looks_like_one_before_it(customer: Customer) -> None:
    assert customer.generate("a cat [[524-after-charge]]").status_code == 524
    assert len(customer.bills()) == 1


def test_a_slow_answer_comes_and_is_whole(customer: Customer) -> None:
    answer = customer.generate("a cat [[slow:0.3]]")
    assert answer.elapsed.total_seconds() >= 0.3
    assert first(answer)["b64_json"]


@pytest.mark.parametrize("name", ["not-json", "html"])
def test_an_unreadable_answer_has_status_200_and_is_charged(customer: Customer, name: str) -> None:
    answer = customer.generate(f"a cat [[{name}]]")
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"."):
        answer.json()
    assert len(customer.bills()) == 1


def test_a_raw_picture_is_the_whole_body(customer: Customer) -> None:
    answer = customer.generate("a cat [[raw-picture]]")
    assert answer.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).format == "PNG"


def test_base64_may_be_empty_or_null_or_missing_with_a_url_beside_it(customer: Customer) -> None:
    empty = first(customer.generate("a cat [[empty-b64]]"))
    assert (empty["b64_json"], fetched(empty["url"]).status_code) == ("", 200)
    assert first(customer.generate("a cat [[null-b64]]"))["b64_json"] is None
    assert set(first(customer.generate("a cat [[url]]"))) == {"url"}
    assert first(customer.generate("a cat [[data-url]]"))["url"].startswith("data:image/png;base64,iVBOR")
    assert first(customer.generate("a cat [[relative-url]]"))["url"].startswith("/pictures/")


def test_base64_may_be_wrapped_or_url_safe_and_still_be_the_picture(customer: Customer) -> None:
    plain = base64.b64decode(first(customer.generate("a cat"))["b64_json"])
    wrapped = first(customer.generate("a cat [[wrapped-base64]]"))["b64_json"]
    assert "\n" in wrapped
    assert base64.b64decode(wrapped) == plain
    safe = first(customer.generate("a cat [[urlsafe-base64]]"))["b64_json"]
    assert "+" not in safe
    assert "/" not in safe
    assert base64.urlsafe_b64decode(safe) == plain


def test_usage_may_be_missing_null_or_dear(customer: Customer) -> None:
    usual = customer.generate("a cat").json()["usage"]["output_tokens"]
    assert "usage" not in customer.generate("a cat [[no-usage]]").json()
    assert customer.generate("a cat [[null-usage]]").json()["usage"] is None
    assert customer.generate("a cat [[dear]]").json()["usage"]["output_tokens"] == pytest.approx(
        5 * usual, abs=5
    )
    amounts = [bill["micro"] for bill in customer.bills()]
    assert amounts[-1] > 4.5 * amounts[0]


def test_chat_has_every_form_that_was_seen(customer: Customer) -> None:
    assert "](http://" in said(customer.chat("a cat [[markdown-link]]"))["content"]
    assert said(customer.chat("a cat [[bare-link]]"))["content"].startswith("http://")
    assert said(customer.chat("a cat [[bare-data-url]]"))["content"].startswith("data:image/jpeg;base64,")
    assert said(customer.chat("a cat [[text-around]]"))["content"].startswith("Here")
    assert said(customer.chat("a cat [[json-text]]"))["content"].startswith('{"imageUrl": "http')
    images = said(customer.chat("a cat [[message-images]]"))
    assert images["content"] == ""
    assert images["images"][0]["image_url"]["url"].startswith("data:image/jpeg;base64,")
    parts = said(customer.chat("a cat [[parts]]"))["content"]
    assert [part["type"] for part in parts] == ["text", "image_url"]
    assert said(customer.chat("a cat [[content-null]]"))["content"] is None
    assert "data:" not in said(customer.chat("a cat [[refusal]]"))["content"]
    assert first(customer.chat("a cat [[images-shape]]"))["url"].startswith("http://")
    assert customer.chat("a cat [[task-object]]").json()["status"] == "queued"


def test_links_may_be_dead_expired_or_lead_on(customer: Customer) -> None:
    assert fetched(first(customer.generate("a cat [[link-404]]"))["url"]).status_code == 404
    assert fetched(first(customer.generate("a cat [[expired-link]]"))["url"]).status_code == 403
    moved = fetched(first(customer.generate("a cat [[redirect]]"))["url"])
    assert moved.status_code == 302
    base = str(customer.http.base_url).rstrip("/")
    assert fetched(base + moved.headers["location"]).headers["content-type"] == "image/png"


def test_pictures_may_be_spoiled_in_every_way(customer: Customer) -> None:
    def data(fault: str, **other: Any) -> bytes:
        return base64.b64decode(first(customer.generate(f"a cat [[{fault}]]", **other))["b64_json"])

    assert data("mislabelled").startswith(b"\xff\xd8\xff")
    assert Image.open(io.BytesIO(data("tiny"))).size == (1, 1)
    assert len(data("tiny")) < 10_000
    assert Image.open(io.BytesIO(data("wrong-size"))).size != (256, 256)
    blank = Image.open(io.BytesIO(data("blank")))
    assert [low == high for low, high in blank.getextrema()] == [True] * 3  # type: ignore[misc]
    with pytest.raises(OSError, match="truncated"):
        Image.open(io.BytesIO(data("truncated-picture"))).load()
    with pytest.raises(OSError, match="identify"):
        Image.open(io.BytesIO(data("not-a-picture")))
    big = data("big:2")
    assert 2_000_000 < len(big) < 2_500_000
    Image.open(io.BytesIO(big)).load()


def test_there_may_be_fewer_pictures_or_the_same_twice(customer: Customer) -> None:
    assert len(customer.generate("a cat [[fewer]]", n=3).json()["data"]) == 2
    assert len(customer.bills()) == 2
    twice = customer.generate("a cat [[duplicate]]", n=2).json()["data"]
    assert twice[0] == twice[1]


def test_a_script_strikes_the_next_requests_in_order(customer: Customer) -> None:
    customer.script({"fault": "503", "times": 2}, {"fault": "no-usage"})
    assert [customer.generate("a cat").status_code for _ in range(2)] == [503, 503]
    assert "usage" not in customer.generate("a cat").json()
    assert "usage" in customer.generate("a cat").json()


def test_a_script_with_a_match_waits_for_the_request_that_fits(customer: Customer) -> None:
    customer.script({"fault": "500", "match": "/v1/models"}, {"fault": "429", "match": "blue"})
    assert customer.generate("a red cat").status_code == 200
    assert customer.generate("a blue cat").status_code == 429
    assert customer.http.get("/omnimaas/v1/models").status_code == 500
    assert customer.http.get("/omnimaas/v1/models").status_code == 200


def test_a_script_with_an_unknown_fault_is_told_so(customer: Customer) -> None:
    assert customer.script({"fault": "no-such-thing"}).status_code == 400


def test_nobody_sees_anothers_faults_or_bills(customer: Customer, base: str) -> None:
    customer.script({"fault": "500", "times": 5})
    other = {"authorization": f"Bearer {customer.key}-other"}
    order = {"model": "gpt-image-2", "prompt": "a cat", "size": "256x256"}
    answer = httpx2.post(f"{base}/omnimaas/v1/images/generations", json=order, headers=other, trust_env=False)
    assert answer.status_code == 200
    assert customer.bills() == []


def test_double_brackets_that_name_no_fault_are_ordinary_words(customer: Customer) -> None:
    assert customer.generate("a [[very nice]] cat [[nothing]]").status_code == 200


def test_every_fault_is_described_once_in_both_languages() -> None:
    names = [fault.name for fault in faults.ALL]
    assert len(set(names)) == len(names)
    assert all(fault.en.endswith(".") and fault.zh.endswith("。") for fault in faults.ALL)
    assert {fault.stage for fault in faults.ALL} <= {"before", "shape", "picture", "link", "after", "task"}
