"""IMA Studio: what is asked for and sent, what a person is told, what it cost and what the books say."""

import json
from typing import Any

import pytest

from buyer import Buyer, Row, outcomes
from limner import Client, gateways
from limner.errors import GatewayError, QuoteChanged, Usage
from limner.sandbox import faults
from pictures import LIES, MARKS

from .conftest import NewCustomer
from .ima_shop import (
    CREATE,
    DETAIL,
    EARLY,
    LIST,
    MIDJOURNEY,
    NANO,
    PRO,
    SEEDREAM,
    limner,
    order,
    points,
    sent,
)

TABLE = outcomes("ima")
ELSEWHERE = {"silent", "fewer", "task-stuck", "task-lost", "new-tariff"}
UPLOAD = {"token-by-form", "token-by-query", "token-without-address", "token-echo"}
SHAPES_OF_OTHERS = {
    "empty-b64", "null-b64", "url", "data-url", "markdown-link", "bare-link", "bare-data-url", "text-around",
    "message-images", "parts", "json-text", "images-shape", "content-null", "task-object", "refusal",
    "no-usage", "null-usage", "dear", "wrapped-base64", "urlsafe-base64",
    "stream-ends", "stream-cut", "stream-reset", "stream-silent",
}  # fmt: skip


@pytest.fixture
def buyer(new_customer: NewCustomer) -> Buyer:
    return new_customer("ima")


def test_every_fault_the_gateway_can_show_stands_in_a_table() -> None:
    known = {fault.name for fault in faults.ALL if fault.gateway in ("", "ima")}
    tried = {row.fault.partition(":")[0].partition("]")[0] for row in TABLE}
    assert known - tried - ELSEWHERE - UPLOAD - SHAPES_OF_OTHERS - LIES - MARKS == set()
    assert tried <= known


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.fault)
def test_a_create_is_sent_once_and_its_job_tells_the_truth(buyer: Buyer, row: Row) -> None:
    job = buyer.make(f"a cup [[{row.fault}]]")
    row.check(buyer, job)
    assert (job.sent, len(sent(buyer, CREATE)), len(buyer.bills())) == (1, 1, row.bills)
    open_question = row.charged == "unknown" and row.state != "collecting"
    assert job.uncertain == (job.ceiling if open_question else points(0))
    if row.charged in ("yes", "no"):
        assert (job.cost.micro if job.cost else 0) == buyer.billed()


@pytest.mark.parametrize("row", outcomes("ima", "refused", "ended", "served"), ids=lambda row: row.fault)
def test_an_edit_with_a_local_file_ends_like_an_order_in_words(buyer: Buyer, red: str, row: Row) -> None:
    job = buyer.make(f"a cup [[{row.fault}]]", references=(red,), model=NANO)
    row.check(buyer, job)
    assert (len(sent(buyer, CREATE)), len(buyer.bills())) == (1, row.bills)


def test_a_gateway_that_never_answers_leaves_the_job_unknown(new_customer: NewCustomer) -> None:
    impatient = {"gateways": {"ima": {"models": {SEEDREAM: {"time_limit": 1}}}}}
    buyer = new_customer("ima", over=impatient)
    job = buyer.make("a cup [[silent]]")
    assert (job.state, job.error, job.charged) == ("unknown", "gateway.silent", "unknown")
    assert (len(sent(buyer, CREATE)), len(buyer.bills())) == (1, 1)


PRICES = [
    (SEEDREAM, {}, False, 5, 2341, {"size": "4k"}),
    (SEEDREAM, {"size": "2K"}, False, 5, 2341, {"size": "2k"}),
    (SEEDREAM, {"aspect_ratio": "16:9"}, False, 5, 2341, {"size": "2560x1440"}),
    (SEEDREAM, {"aspect_ratio": "21:9"}, True, 5, 1611, {"size": "3024x1296"}),
    (SEEDREAM, {"extra": {"aspect_ratio": "2k"}}, False, 5, 2341, {"size": "2k"}),
    (NANO, {}, False, 6, 4401, {"size": "1K", "aspect_ratio": "1:1"}),
    (NANO, {"size": "512PX"}, False, 4, 4400, {"size": "512px", "aspect_ratio": "1:1"}),
    (NANO, {"size": "4k", "aspect_ratio": "8:1"}, False, 13, 4403, {"size": "4K", "aspect_ratio": "8:1"}),
    (NANO, {"size": "2K"}, True, 10, 4406, {"size": "2K", "aspect_ratio": "1:1"}),
    (PRO, {"size": "4K"}, False, 18, 2401, {"size": "4K", "aspect_ratio": "1:1"}),
    (PRO, {"size": "4K"}, True, 18, 2404, {"size": "4K", "aspect_ratio": "1:1"}),
    (PRO, {"extra": {"aspect_ratio": "9:16"}}, True, 10, 2402, {"size": "1K", "aspect_ratio": "9:16"}),
    (MIDJOURNEY, {}, False, 8, 4390, {"resolution": "480p"}),
    (MIDJOURNEY, {"extra": {"resolution": "720p"}}, False, 10, 4391, {"resolution": "720p"}),
    (MIDJOURNEY, {"extra": {"resolution": "720p"}}, True, 8, 2464, {"resolution": "720p"}),
]


@pytest.mark.parametrize("row", PRICES, ids=lambda row: f"{row[0]}-{row[1]}-{row[2]}")
def test_a_wish_finds_its_credit_rule_and_is_sent_as_the_list_writes_it(
    buyer: Buyer, red: str, row: tuple[str, dict[str, Any], bool, int, int, dict[str, str]]
) -> None:
    model, wishes, edit, price, attribute, inner = row
    quote = buyer.client.quote("a cup", model=model, references=(red,) if edit else (), **wishes)
    assert quote.price == quote.ceiling == points(price)
    buyer.client.approve(quote.id)
    job = buyer.client.run(quote.id)
    assert (job.state, job.cost) == ("done", points(price))
    one = order(buyer)
    told = dict(one["parameters"])
    assert (one["attribute_id"], one["credit"]) == (attribute, price)
    assert told.pop("cast") == {"points": price, "attribute_id": attribute}
    links = told.pop("input_images")
    assert len(links) == edit
    assert told == {**inner, "prompt": "a cup", "n": 1}
    assert [bill["micro"] for bill in buyer.bills()] == [price * 1_000_000]


def test_an_order_is_written_as_the_service_describes_it(buyer: Buyer) -> None:
    buyer.make("a cup", model=PRO, size="2K")
    (create,) = sent(buyer, CREATE)
    assert create["json"] == {
        "task_type": "text_to_image",
        "enable_multi_model": False,
        "src_img_url": [],
        "parameters": [
            {
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
                    "aspect_ratio": "1:1",
                    "size": "2K",
                    "n": 1,
                    "input_images": [],
                    "cast": {"points": 10, "attribute_id": 2400},
                },
            }
        ],
    }


def test_every_call_names_its_source_and_language_and_looks_name_nothing_else(
    new_customer: NewCustomer,
) -> None:
    buyer = new_customer("ima")
    with Client(home=str(buyer.home), language="zh") as chinese:
        chinese.make("一只杯子", yes=lambda _: True, gateway="ima")
    told = buyer.requests()
    assert {one["path"] for one in told} == {LIST, CREATE, DETAIL}
    for one in told:
        head = one["headers"]
        assert (head["x-app-source"], head["x_app_language"]) == ("ima_skills", "zh")
        assert (head["content-type"], head["authorization"]) == ("application/json", "Bearer …")
    task = sent(buyer, DETAIL)[0]["json"]
    assert list(task) == ["task_id"]


def test_the_list_is_asked_for_at_the_quote_and_again_before_the_create(buyer: Buyer) -> None:
    quote = buyer.client.quote("a cup")
    assert len(sent(buyer, LIST)) == 2, "one for each operation"
    assert quote.source.endswith(", live")
    buyer.client.approve(quote.id)
    buyer.client.run(quote.id)
    paths = [one["path"] for one in buyer.requests()]
    assert paths[:5] == [LIST, LIST, LIST, LIST, CREATE]
    asked = sent(buyer, LIST)[:2]
    assert [one["query"] for one in asked] == [
        {"app": "ima", "platform": "web", "category": category}
        for category in ("text_to_image", "image_to_image")
    ]


def test_a_list_that_changed_after_the_quote_makes_a_new_quote_and_nothing_is_sent(buyer: Buyer) -> None:
    quote_id = buyer.approved("a cup", model=NANO, size="4K")
    buyer.script("new-tariff", match="product/list", times=2)
    with pytest.raises(QuoteChanged) as caught:
        buyer.client.run(quote_id)
    assert caught.value.key == "quote.tariff_changed"
    assert sent(buyer, CREATE) == []


@pytest.mark.parametrize("fault", ["body-error", "502", "html", "401"])
def test_without_the_list_nothing_is_quoted_from_the_known_prices(buyer: Buyer, fault: str) -> None:
    buyer.script(fault, match="product/list")
    with pytest.raises(GatewayError):
        buyer.client.quote("a cup")
    assert sent(buyer, CREATE) == []


def test_the_newest_version_has_the_model_s_name_and_an_older_one_its_own(buyer: Buyer) -> None:
    newest = buyer.client.quote("a cup", model=SEEDREAM)
    assert newest.choice.model.live["version"] == "doubao-seedream-4-5-251128"
    for name in (EARLY, f"{SEEDREAM}@{EARLY}"):
        older = buyer.client.quote("a cup", model=name, quality="standard")
        assert (older.choice.model.live["version"], older.choice.parameters["attribute_id"]) == (EARLY, 9002)
    job = buyer.make("a cup", model=EARLY, quality="high")
    assert (job.state, job.sent, job.cost, order(buyer)["model_version"]) == ("done", 1, points(9), EARLY)
    assert order(buyer)["parameters"]["size"] == "4K", "as the rule spells it, not the form"


def test_values_the_list_does_not_have_are_refused_with_those_it_has(buyer: Buyer) -> None:
    for wishes, key in [
        ({"model": SEEDREAM, "aspect_ratio": "7:3"}, "ratio.unknown"),
        ({"model": SEEDREAM, "size": "adaptive"}, "size.unknown"),
        ({"model": SEEDREAM, "extra": {"aspect_ratio": "7:3"}}, "parameter.value"),
        ({"model": MIDJOURNEY, "aspect_ratio": "16:9"}, "ratio.none"),
        ({"model": MIDJOURNEY, "extra": {"resolution": "1080p"}}, "parameter.value"),
        ({"model": NANO, "size": "8K"}, "size.unknown"),
    ]:
        with pytest.raises(Usage) as caught:
            buyer.client.quote("a cup", exact=True, **wishes)
        assert caught.value.key == key
        assert "?" not in str(caught.value)
    assert sent(buyer, CREATE) == []


def test_an_explicit_size_goes_before_a_ratio_and_says_so(buyer: Buyer) -> None:
    quote = buyer.client.quote("a cup", model=SEEDREAM, size="2k", aspect_ratio="16:9")
    assert quote.choice.parameters["size"] == "2k"
    assert [one.key for one in quote.choice.adjustments] == ["adjusted.size_wins"]


def test_four_pictures_of_one_order_are_all_kept_and_charged_as_one(buyer: Buyer) -> None:
    quote = buyer.client.quote("a fox", model="mj")
    assert [one.key for one in quote.choice.adjustments] == ["adjusted.pictures_each"]
    job = buyer.make("a fox", model="mj", out="fox.png")
    assert (job.state, len(job.pictures), job.cost) == ("done", 4, points(8))
    assert len({picture.sha256 for picture in job.pictures}) == 4
    assert len(buyer.bills()) == 1


def test_an_order_is_done_only_when_the_last_of_its_pictures_is_there(buyer: Buyer) -> None:
    job = buyer.make("a fox [[late-picture]]", model="mj")
    assert (job.state, len(job.pictures), len(sent(buyer, DETAIL))) == ("done", 4, 2)


def test_several_orders_of_several_pictures_keep_every_picture(buyer: Buyer) -> None:
    job = buyer.make("a fox", model="mj", n=3, out="fox.png")
    assert (job.state, len(job.pictures), job.sent, job.cost) == ("done", 12, 3, points(24))
    assert len({picture.path for picture in job.pictures}) == 12


def test_an_order_that_brings_fewer_pictures_than_the_form_says_is_done_all_the_same(buyer: Buyer) -> None:
    job = buyer.make("a fox [[fewer]]", model="mj")
    assert (job.state, len(job.pictures), job.cost) == ("done", 3, points(8))


def test_looks_that_fail_end_nothing(buyer: Buyer) -> None:
    for fault in ("poll-503x2", "poll-502x2", "poll-body-errorx2", "poll-500x2", "poll-500-bodyx2"):
        job = buyer.make(f"a cup [[{fault}]]")
        assert (job.state, job.sent, job.cost) == ("done", 1, points(5)), fault
    assert len(sent(buyer, CREATE)) == len(buyer.bills()) == 5


def test_a_key_refused_while_looking_leaves_the_task_to_be_brought_home(buyer: Buyer) -> None:
    job = buyer.make("a cup [[poll-401x1]]")
    assert (job.state, job.error) == ("submitted", "gateway.key_refused")
    home = buyer.client.recover(job.id, patience=20)
    assert (home.state, len(sent(buyer, CREATE))) == ("done", 1)


def test_giving_up_does_not_end_the_task_and_recovery_brings_it_home(new_customer: NewCustomer) -> None:
    buyer = new_customer("ima", over={"gateways": {"ima": {"polling": {"limit": 0.2}}}})
    job = buyer.make("a cup [[looks:40]]")
    assert (job.state, job.error) == ("running", "task.still_running")
    again = buyer.client.recover(job.id, patience=60)
    assert (again.state, again.cost, len(sent(buyer, CREATE))) == ("done", points(5), 1)


def test_a_task_is_brought_home_by_its_id_alone(new_customer: NewCustomer) -> None:
    first = new_customer("ima")
    job = first.make("a fox", model="mj")
    other = new_customer("ima", key=first.key)
    assert job.task_id
    adopted = other.client.adopt("ima", job.task_id)
    home = other.client.recover(adopted, patience=20)
    assert (home.state, len(home.pictures)) == ("done", 4)
    assert [one.sha256 for one in home.pictures] == [one.sha256 for one in job.pictures]
    with pytest.raises(GatewayError) as caught:
        other.client.adopt("ima", "no-such-task")
    assert caught.value.key == "task.unknown"
    assert len(sent(first, CREATE)) == 1


def test_the_balance_is_said_to_be_too_small_before_anything_is_made(buyer: Buyer, sandbox: str) -> None:
    from buyer import ask

    buyer.client.quote("a cup")
    ask(sandbox, "/_sandbox/balance", {"gateway": "ima", "account": buyer.key, "amount": "4"})
    job = buyer.make("a cup")
    assert (job.state, job.error, job.charged, buyer.bills()) == ("failed", "gateway.funds", "no", [])


def test_the_command_line_lists_every_host_what_goes_there_and_when(buyer: Buyer) -> None:
    told = json.loads(limner(buyer, "gateways", "ima", "--json")[0])["data"]["items"][0]["endpoints"]
    assert [one["host"] for one in told] == [one["host"] for one in gateways.facts("ima")["endpoints"]]
    assert {"api.imastudio.com", "imapi.liveme.com"} <= {one["host"] for one in told}
    assert all(set(one) == {"host", "what", "when"} and all(one.values()) for one in told)
    said = limner(buyer, "gateways", "ima")[0]
    assert all(one["host"] in said and one["what"] in said and one["when"] in said for one in told)
    assert "endpoints" not in json.loads(limner(buyer, "gateways", "--json")[0])["data"]["items"][0]
