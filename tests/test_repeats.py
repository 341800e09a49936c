"""Repeats: as often as was agreed to, where it was agreed to, and counted."""

from pathlib import Path

import pytest

from buyer import Buyer
from limner import Output
from limner.money import Money
from loopback import Reply, serving

GPT, GEMINI = "gpt-image-2", "gemini-3-pro-image-preview"
PASSING = ["429", "500", "502", "503", "504", "524", "reset", "lost-after-charge", "524-after-charge", "torn"]
FINAL = [
    "400",
    "401",
    "402",
    "403",
    "404",
    "422",
    "no-funds",
    "moderation",
    "gemini-blocked",
    "not-json",
    "html",
]


@pytest.mark.parametrize("fault", PASSING)
def test_an_edit_that_fails_twice_is_served_by_the_third_attempt(buyer: Buyer, red: str, fault: str) -> None:
    buyer.script(fault, fault)
    job = buyer.make("a cup", model=GEMINI, references=(red,))
    charged = fault in {"lost-after-charge", "524-after-charge", "torn"}
    assert (job.state, job.error, job.sent, len(job.pictures)) == ("done", None, 3, 1)
    assert len(buyer.bills()) == (3 if charged else 1)
    lost = 0 if fault in {"429", "500", "503"} else 2
    assert job.uncertain == Money(lost * 1_000_000, "CNY"), "what lost answers may have cost is told"
    assert job.cost and job.cost.micro + job.uncertain.micro <= job.ceiling.micro


@pytest.mark.parametrize("fault", FINAL)
def test_what_cannot_change_is_never_sent_again(buyer: Buyer, red: str, fault: str) -> None:
    job = buyer.make(f"a cup [[{fault}]]", model=GPT, references=(red,))
    assert (job.sent, len(buyer.requests())) == (1, 1)


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("model", [GPT, GEMINI])
def test_a_picture_from_words_is_never_sent_again(buyer: Buyer, fault: str, model: str) -> None:
    job = buyer.make(f"a cup [[{fault}]]", model=model)
    assert (job.sent, len(buyer.requests())) == (1, 1)
    assert buyer.client.quote("a cup", model=model).attempts == 1


def test_an_edit_is_sent_again_when_the_gateway_says_nothing(new_buyer, red: str) -> None:
    buyer = new_buyer(f'waits = [0, 0]\n[gateways.omnimaas.models."{GPT}"]\ntime_limit = 1\n')
    job = buyer.make("a cup [[silentx1]]", model=GPT, references=(red,))
    assert (job.state, job.sent, buyer.attempts(job)) == ("done", 2, ["unknown", "accepted"])
    assert len(buyer.bills()) == 2
    assert job.uncertain.micro > 0


def test_an_edit_is_tried_again_when_the_gateway_cannot_be_reached(new_buyer, red: str) -> None:
    buyer = new_buyer(url="http://127.0.0.1:1/v1")
    job = buyer.make("a cup", references=(red,))
    assert buyer.attempts(job) == ["never_left"] * 3
    assert (job.state, job.sent, job.charged, job.uncertain.micro) == ("failed", 0, "no", 0)


@pytest.mark.parametrize("settings", ["attempts = 1\n", "[gateways.omnimaas]\nattempts = 1\n"])
def test_repeats_are_turned_off_by_the_configuration(new_buyer, red: str, settings: str) -> None:
    buyer = new_buyer(settings)
    job = buyer.make("a cup [[503]]", references=(red,))
    assert (job.sent, str(job.ceiling)) == (1, "¥1.00")


def test_repeats_are_turned_off_by_the_request(buyer: Buyer, red: str) -> None:
    job = buyer.make("a cup [[503]]", references=(red,), attempts=1)
    assert (job.sent, str(job.ceiling)) == (1, "¥1.00")


def test_no_request_and_no_configuration_makes_repeats_that_the_gateway_does_not_have(
    new_buyer, red: str
) -> None:
    buyer = new_buyer("attempts = 5\nwaits = [0, 0]\n")
    assert buyer.client.quote("a cup", attempts=5).attempts == 1
    assert buyer.make("a cup [[503]]", references=(red,), attempts=5).sent == 3


def test_the_ceiling_of_a_quote_covers_every_repeat(buyer: Buyer, red: str) -> None:
    once = buyer.client.quote("a cup")
    edit = buyer.client.quote("a cup", references=(red,))
    three = buyer.client.quote("a cup", references=(red,), n=3)
    assert [str(one.ceiling) for one in (once, edit, three)] == ["¥1.00", "¥3.00", "¥9.00"]
    assert [str(one.price) for one in (once, edit, three)] == ["¥1.00", "¥1.00", "¥3.00"]


def test_the_pause_asked_for_by_the_gateway_is_told_to_whoever_watches(buyer: Buyer, red: str) -> None:
    told: list[object] = []

    def watch(event: str, facts: object) -> None:
        if event == "repeating":
            told.append(facts)

    quote = buyer.approved("a cup [[429-retry-after:0x2]]", references=(red,))
    job = buyer.client.run(quote, watch=watch)
    assert (job.state, job.sent) == ("done", 3)
    seen = [(one["attempt"], one["of"], one["status"], one["key"]) for one in told]  # type: ignore[index]
    assert seen == [(1, 3, 429, "gateway.rate"), (2, 3, 429, "gateway.rate")]


def test_each_picture_of_an_edit_has_its_own_attempts(buyer: Buyer, red: str) -> None:
    buyer.script("503", "503", "slow:0", "503")
    job = buyer.make("a cup", model=GEMINI, references=(red,), n=2)
    assert buyer.attempts(job) == ["refused", "refused", "accepted", "refused", "accepted"]
    assert (job.state, job.sent, len(job.pictures), len(buyer.bills())) == ("done", 5, 2, 2)


def test_the_sentence_of_a_repeated_job_says_what_may_have_been_charged_besides(
    buyer: Buyer, red: str
) -> None:
    buyer.script("lost-after-charge")
    job = buyer.make("a cup", model=GEMINI, references=(red,))
    page = (Path(job.folder) / "result.md").read_text("utf-8")
    assert "sent 2 times because answers were lost; up to ¥1.00 may have been charged besides" in page
    told = buyer.told(job)
    assert (told["sent"], told["cost"]["uncertain"]) == (2, "1")


@pytest.mark.parametrize(
    ("status", "code", "key"),
    [
        (429, "insufficient_quota", "gateway.funds"),
        (503, "insufficient_user_quota", "gateway.funds"),
        (500, "moderation_blocked", "gateway.content"),
    ],
)
def test_a_final_word_is_believed_whatever_status_it_comes_with(
    new_buyer, red: str, status: int, code: str, key: str
) -> None:
    body = f'{{"error": {{"message": "no", "code": "{code}"}}}}'.encode()
    with serving(lambda _: Reply(status, body)) as server:
        job = new_buyer(url=f"{server.url}/v1").make("a cup", references=(red,))
    assert (job.state, job.error, job.charged, len(server.seen)) == ("failed", key, "no", 1)


def test_a_reference_that_changes_before_a_repeat_is_not_sent(buyer: Buyer, red: str) -> None:
    quote = buyer.approved("a cup", model=GEMINI, references=(red,))
    buyer.script("503")

    def watch(event: str, _: object) -> None:
        if event == "repeating":
            Path(red).write_bytes(b"something else")

    job = buyer.client.run(quote, Output(folder=str(buyer.folder)), watch)
    assert (job.state, job.error, len(buyer.requests())) == ("failed", "quote.reference_changed", 1)


def test_what_may_have_taken_all_that_was_allowed_is_not_sent_again(new_buyer, red: str) -> None:
    own = '[gateways.omnimaas.models."gpt-image-2-mystery"]\nfamily = "images"\nseconds = [1, 2]\n'
    with serving(lambda _: None) as gateway:
        buyer = new_buyer(f"waits = [0, 0]\n{own}time_limit = 9\n", url=f"{gateway.url}/v1")
        job = buyer.make("a cup", model="gpt-image-2-mystery", references=(red,), max_cost="2")
    assert (job.state, job.sent, job.uncertain) == ("unknown", 1, job.ceiling)
    assert len(gateway.seen) == 1
