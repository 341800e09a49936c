"""skills.video: what a person is told, what it cost and what the gateway's books say, whatever comes."""

from typing import Any

import pytest

from buyer import Buyer, Row, ask, outcomes
from limner import Client
from limner.errors import BudgetExceeded, Usage
from limner.messages import sentence
from limner.money import Money
from limner.sandbox import faults
from pictures import LIES, MARKS

from .conftest import Shop
from .skills_shop import PRO, QUICK, bought, creates, quick

PRICED = QUICK + f'[gateways.skillsvideo.models."{PRO}"]\nprice = "12"\n'


TABLE = outcomes("skillsvideo")
ONCE = [row for row in outcomes("skillsvideo", "refused") if row.sent == 1]
ELSEWHERE = {
    "silent", "stream-silent", "fewer", "no-usage", "task-stuck", "task-lost",
    "old-errors", "older-errors", "nested-errors",
}  # fmt: skip
SHAPES_OF_OTHERS = {
    "empty-b64", "null-b64", "url", "data-url", "markdown-link", "bare-link", "bare-data-url", "text-around",
    "message-images", "parts", "json-text", "images-shape", "content-null", "task-object", "refusal",
    "null-usage", "dear", "wrapped-base64", "urlsafe-base64",
}  # fmt: skip


@pytest.fixture
def buyer(shop: Shop) -> Buyer:
    return shop()


def looks(buyer: Buyer) -> int:
    return sum(1 for one in buyer.requests() if "/generation/gen_" in one["path"])


def test_every_fault_the_gateway_can_show_stands_in_a_table() -> None:
    known = {fault.name for fault in faults.ALL if fault.gateway in ("", "skillsvideo")}
    tried = {row.fault.partition(":")[0] for row in TABLE}
    assert known - tried - ELSEWHERE - SHAPES_OF_OTHERS - LIES - MARKS == set()
    assert tried <= known


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.fault)
def test_a_request_is_sent_as_often_as_is_safe_and_its_job_tells_the_truth(buyer: Buyer, row: Row) -> None:
    job = quick(buyer, f"a cup [[{row.fault}]]")
    row.check(buyer, job)
    assert (job.sent, len(creates(buyer)), len(buyer.bills())) == (row.sent, row.sent, row.bills)
    assert job.uncertain == (job.ceiling if row.state == "unknown" else Money(0, "credit"))
    if row.charged in ("yes", "no"):
        assert (job.cost.micro if job.cost else 0) == buyer.billed()
        assert job.cost_basis == ("gateway" if row.charged == "yes" else "")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.fault)
def test_an_edit_with_a_local_file_ends_like_a_request_in_words(buyer: Buyer, red: str, row: Row) -> None:
    job = quick(buyer, f"a cup [[{row.fault}]]", references=(red,))
    row.check(buyer, job)
    assert (job.sent, len(creates(buyer)), len(buyer.bills())) == (row.sent, row.sent, row.bills)


def test_the_stream_is_asked_for_and_only_fields_of_the_schema_are_sent(buyer: Buyer) -> None:
    bought(buyer, "a cup", aspect_ratio="16:9", size="4k")
    (create,) = creates(buyer)
    assert create["path"] == f"/skillsvideo/api/v1/generation/sse/{PRO}"
    assert create["headers"]["accept"] == "text/event-stream"
    assert create["json"] == {"prompt": "a cup", "resolution": "4K", "aspect_ratio": "16:9"}


def test_a_local_file_travels_as_a_part_under_the_schema_s_field(buyer: Buyer, red: str) -> None:
    bought(buyer, "a blue cup", references=(red, red))
    (create,) = creates(buyer)
    assert create["content_type"] == "multipart/form-data"
    files = [part for part in create["parts"] if part["filename"]]
    assert [(part["name"], part["type"]) for part in files] == [("image_urls", "image/png")] * 2


def test_a_model_of_one_picture_gets_it_under_its_own_name_and_no_prompt(buyer: Buyer, red: str) -> None:
    job = bought(buyer, "larger", model="topaz/upscale/image", references=(red,))
    assert job.state == "done"
    assert [part["name"] for part in creates(buyer)[0]["parts"]] == ["image_url"]


def test_addresses_of_pictures_are_sent_as_they_are(buyer: Buyer) -> None:
    first = bought(buyer, "a cup")
    url = first.pictures[0].url
    job = bought(buyer, "a blue cup", extra={"image_urls": [url]})
    assert job.state == "done"
    assert creates(buyer)[-1]["json"]["image_urls"] == [url]


def test_several_pictures_are_one_request_where_the_model_can_and_several_where_not(buyer: Buyer) -> None:
    four = bought(buyer, "cups", model="bytedance/seedream-4.5", n=4, max_cost="40")
    assert (four.state, len(four.pictures), four.sent, four.cost) == (
        "done",
        4,
        1,
        Money(16_000_000, "credit"),
    )
    two = bought(buyer, "cups", n=2)
    assert (two.state, len(two.pictures), two.sent, two.cost) == ("done", 2, 2, Money(24_000_000, "credit"))
    fewer = bought(buyer, "cups [[fewer]]", model="bytedance/seedream-4.5", n=3)
    assert (fewer.state, len(fewer.pictures), fewer.cost) == ("done", 2, Money(8_000_000, "credit"))


def test_nobody_says_the_price_so_a_limit_is_asked_for_and_shown(buyer: Buyer) -> None:
    with pytest.raises(Usage) as caught:
        buyer.client.quote("a cup")
    assert caught.value.key == "quote.price_unknown"
    assert "--max-cost" in str(caught.value)
    quote = buyer.client.quote("a cup", max_cost="30")
    assert (quote.price_known, quote.ceiling) == (False, Money(30_000_000, "credit"))
    assert creates(buyer) == []


def test_a_price_of_one_s_own_covers_every_repeat_and_lost_answers_are_repeated_then(shop: Shop) -> None:
    buyer = shop(PRICED)
    with pytest.raises(BudgetExceeded):
        buyer.client.quote("a cup", max_cost="30")
    job = buyer.make("a cup [[lost-after-charge]]", attempts=3)
    assert (job.state, job.sent, len(buyer.bills())) == ("unknown", 3, 3)
    assert job.uncertain == job.ceiling == Money(36_000_000, "credit")


def test_what_the_gateway_bills_is_recorded_even_above_the_limit(buyer: Buyer) -> None:
    job = bought(buyer, "a cup", max_cost="5")
    assert (job.cost, job.cost_basis) == (Money(12_000_000, "credit"), "gateway")
    assert buyer.client.spend()[1] == []


def test_a_picture_whose_cost_nobody_told_keeps_the_whole_limit_reserved(buyer: Buyer) -> None:
    job = bought(buyer, "a cup [[no-usage]]")
    assert (job.state, job.charged, job.uncertain) == ("done", "unknown", Money(30_000_000, "credit"))
    assert buyer.client.spend()[1] == [Money(30_000_000, "credit")]


@pytest.mark.parametrize("fault", ["stream-ends", "stream-cut", "stream-reset", "plain-json", "sse-bare-end"])
def test_a_stream_that_breaks_off_is_followed_by_looks_and_never_by_a_second_create(
    buyer: Buyer, fault: str
) -> None:
    job = quick(buyer, f"a cup [[{fault}]] [[poll-503x2]]")
    assert (job.state, job.sent, len(creates(buyer)), len(buyer.bills())) == ("done", 1, 1, 1)
    assert looks(buyer) >= 3, "two that failed and the one that saw the end"


def test_a_stream_that_tells_the_end_needs_no_look(buyer: Buyer) -> None:
    bought(buyer, "a cup")
    assert looks(buyer) == 0


def test_a_silent_stream_is_left_for_looks(shop: Shop) -> None:
    buyer = shop(f'{QUICK}[gateways.skillsvideo.models."{PRO}"]\ntime_limit = 1\n')
    job = bought(buyer, "a cup [[stream-silent]]")
    assert (job.state, job.sent, len(buyer.bills()), looks(buyer)) == ("done", 1, 1, 1)


def test_a_gateway_that_never_answers_leaves_the_job_unknown(shop: Shop) -> None:
    buyer = shop(f'{QUICK}[gateways.skillsvideo.models."{PRO}"]\ntime_limit = 1\n')
    job = bought(buyer, "a cup [[silent]]")
    assert (job.state, job.error, job.sent, len(buyer.bills())) == ("unknown", "gateway.silent", 1, 1)


def test_giving_up_does_not_end_the_task_and_recovery_brings_it_home(shop: Shop) -> None:
    buyer = shop(QUICK.replace("limit = 30", "limit = 0.2"))
    job = bought(buyer, "a cup [[stream-ends]] [[looks:60]]")
    assert (job.state, job.error) == ("running", "task.still_running")
    again = buyer.client.recover(job.id, patience=30)
    assert (again.state, again.cost, len(creates(buyer))) == ("done", Money(12_000_000, "credit"), 1)


def test_a_task_the_gateway_no_longer_knows_stays_to_be_asked_for(shop: Shop) -> None:
    buyer = shop(QUICK.replace("limit = 30", "limit = 0.2"))
    job = bought(buyer, "a cup [[stream-ends]] [[task-lost]]")
    assert (job.state, job.error) == ("running", "task.unknown")
    assert job.task_id in sentence(job.error, "en", job.error_facts)


def test_a_task_started_elsewhere_is_adopted_by_its_id(buyer: Buyer) -> None:
    job = bought(buyer, "a cup [[stream-ends]]")
    stranger = Client(home=str(buyer.home.parent / "another"))
    with stranger:
        adopted = stranger.adopt("skillsvideo", job.task_id or "")
        home = stranger.recover(adopted)
    assert (home.state, len(home.pictures), len(creates(buyer))) == ("done", 1, 1)


def test_a_stream_spooled_before_a_crash_names_the_task_to_whoever_comes_next(buyer: Buyer) -> None:
    quote = buyer.approved("a cup [[stream-ends]] [[sse-comments]]", max_cost="30")

    def crash(event: str, _: object) -> None:
        if event == "told":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        buyer.client.run(quote, watch=crash)
    store = buyer.client.ledger.store
    with store.writing():
        store.do("UPDATE attempt SET status = 'intent', task_id = NULL, answered_at = NULL")
        store.do("UPDATE job SET state = 'submitting', task_id = NULL")
    buyer.client.close()
    (job,) = buyer.client.jobs()
    home = buyer.client.recover(job.id, patience=10)
    assert (home.state, home.task_id is not None, home.sent) == ("done", True, 1)
    assert (len(creates(buyer)), len(buyer.bills())) == (1, 1)


def test_an_unknown_field_is_refused_with_the_nearest_name_and_nothing_is_sent(buyer: Buyer) -> None:
    with pytest.raises(Usage) as caught:
        buyer.client.quote(
            "a cup", max_cost="30", model="qwen/qwen-image-2-pro", extra={"negativ_prompt": "x"}
        )
    assert caught.value.key == "parameter.unknown_near"
    assert caught.value.facts["near"] == "negative_prompt"
    with pytest.raises(Usage) as caught:
        buyer.client.quote("a cup", max_cost="30", model="qwen/qwen-image", extra={"steps": 3})
    assert caught.value.key == "parameter.none"
    assert creates(buyer) == []


@pytest.mark.parametrize(
    ("wishes", "key"),
    [
        ({"aspect_ratio": "7:3"}, "ratio.unknown"),
        ({"size": "8K"}, "size.unknown"),
        ({"model": "qwen/qwen-image", "aspect_ratio": "1:1"}, "ratio.none"),
        ({"model": "topaz/upscale/image"}, "model.needs_reference"),
        ({"model": "openai/gpt-image-1.5", "quality": "best"}, "parameter.value"),
        ({"model": "google/nano-bananas"}, "model.unknown_near"),
        ({"references": ("red",) * 9}, "reference.too_many"),
    ],
)
def test_what_a_model_cannot_do_is_refused_before_anything_is_sent(
    buyer: Buyer, red: str, wishes: dict[str, Any], key: str
) -> None:
    if "references" in wishes:
        wishes = {"references": (red,) * 9, "model": "nano banana pro"}
    with pytest.raises(Usage) as caught:
        buyer.client.quote("a cup", max_cost="30", gateway="skillsvideo", exact=True, **wishes)
    assert caught.value.key == key
    assert creates(buyer) == []


@pytest.mark.parametrize("body", ["", "[[old-errors]]", "[[older-errors]]", "[[nested-errors]]"])
@pytest.mark.parametrize(
    "row", [row for row in outcomes("skillsvideo", "refused") if row.sent == 1], ids=lambda row: row.fault
)
def test_every_generation_of_error_bodies_is_understood(buyer: Buyer, row: Row, body: str) -> None:
    job = quick(buyer, f"a cup [[{row.fault}]] {body}")
    # Without a code nothing says that a 422 was about the content.
    told_by_code = row.error == "gateway.content" and "old-errors" in body and row.fault != "moderation"
    assert job.error == ("gateway.refused" if told_by_code and row.fault == "content-rejected" else job.error)
    assert (job.state, job.charged, job.sent) == (row.state, row.charged, 1)
    if not told_by_code:
        assert job.error == row.error
    assert job.error_facts.get("said") or row.error == "gateway.key_refused"


def test_too_few_credits_come_with_where_to_get_more(buyer: Buyer) -> None:
    wish = {"gateway": "skillsvideo", "account": buyer.key, "amount": "3"}
    ask(buyer.url, "/_sandbox/balance", wish)
    job = bought(buyer, "a cup")
    assert (job.error, job.error_facts["code"], job.charged) == (
        "gateway.funds_at",
        "insufficient_funds",
        "no",
    )
    assert "https://skills.video/dashboard" in sentence(job.error, "en", job.error_facts)


def test_the_balance_is_told_in_the_gateway_s_own_words(buyer: Buyer) -> None:
    before = buyer.client.balance("skillsvideo")
    bought(buyer, "a cup")
    after = buyer.client.balance("skillsvideo")
    assert set(before) == {"total", "subscription", "permanent"}
    assert before["total"] - after["total"] == 12
