"""Whatever a gateway answers: what the job says of it, what it cost, and what the gateway's books say."""

import json
from pathlib import Path

import pytest

from buyer import Buyer, Row, outcomes
from limner.money import Money
from limner.receipts import said
from limner.sandbox import faults
from pictures import MARKS

GPT, GEMINI = "gpt-image-2", "gemini-3-pro-image-preview"


TABLE = outcomes("omnimaas")
OFTEN = [(row, model) for row in TABLE for model in (GPT, GEMINI) if row.only in ("", model)]


def names(rows: list[tuple[Row, str]]) -> list[str]:
    return [f"{row.fault}-{model}" for row, model in rows]


def balanced(buyer: Buyer) -> bool:
    """Nothing is left reserved but what is still open, and what was charged is what is reported."""
    store = buyer.client.ledger.store
    moved = {
        row["kind"]: row["amount"]
        for row in store.rows("SELECT kind, sum(amount) AS amount FROM entry GROUP BY kind")
    }
    jobs = store.row("SELECT sum(reserved) AS reserved, sum(cost) AS cost FROM job")
    lines, _ = buyer.client.spend()
    charged = sum(line.charged.micro for line in lines)
    over = max(0, moved.get("charge", 0) - (moved["reserve"] - moved.get("release", 0) - jobs["reserved"]))
    held = moved["reserve"] - moved.get("release", 0) - moved.get("charge", 0) + over
    return held == jobs["reserved"] and charged == moved.get("charge", 0) == (jobs["cost"] or 0)


def test_every_fault_of_the_sandbox_stands_in_the_table() -> None:
    known = {fault.name for fault in faults.ALL if fault.stage != "task" and not fault.gateway}
    tried = {row.fault.partition(":")[0] for row in TABLE}
    assert known - tried == {"silent", "fewer", "more"} | MARKS, "these have tests of their own"
    assert tried <= known


@pytest.mark.parametrize(("row", "model"), OFTEN, ids=names(OFTEN))
def test_a_text_request_is_sent_once_and_its_job_tells_the_truth(buyer: Buyer, row: Row, model: str) -> None:
    job = buyer.make(f"a cup [[{row.fault}]]", model=model)
    row.check(buyer, job)
    assert len(buyer.bills()) == row.bills
    assert (job.sent, len(buyer.requests())) == (1, 1)
    open_question = row.state == "unknown"
    assert job.uncertain == (job.ceiling if open_question else Money(0, "CNY"))
    if row.charged == "yes":
        assert buyer.owes(job) or job.cost_basis == "tariff"
    assert balanced(buyer) or row.state == "collecting"
    told = buyer.told(job)
    assert (told["state"], told["error"], told["charged"]) == (row.state, row.error, row.charged)


@pytest.mark.parametrize(("row", "model"), OFTEN, ids=names(OFTEN))
def test_an_edit_is_sent_as_often_as_was_quoted_and_no_oftener(
    buyer: Buyer, red: str, row: Row, model: str
) -> None:
    job = buyer.make(f"a cup [[{row.fault}]]", model=model, references=(red,))
    sent = 3 if row.repeated else 1
    row.check(buyer, job)
    assert (job.sent, len(buyer.requests()), len(buyer.bills())) == (sent, sent, row.bills * sent)
    if row.state == "unknown":
        each = job.ceiling.micro // 3
        assert job.uncertain.micro == each * sent, "every lost answer may have cost its worst price"
    assert balanced(buyer) or row.state == "collecting"


@pytest.mark.parametrize("row", [row for row in TABLE if row.bills], ids=lambda row: row.fault)
def test_the_raw_answer_is_kept_until_there_is_a_verified_picture(buyer: Buyer, row: Row) -> None:
    job = buyer.make(f"a cup [[{row.fault}]]", model=row.only or GEMINI)
    kept = sorted(path.name for path in Path(job.folder).glob("attempt-*"))
    if row.state == "done":
        assert kept == []
    elif row.error not in {"gateway.broke_off"}:
        assert "attempt-1.answer" in kept
        assert buyer.told(job)["answers"] == [str(Path(job.folder) / "attempt-1.answer")]


def test_words_without_a_picture_are_told_apart_from_a_form_that_nobody_knows(buyer: Buyer) -> None:
    refused = buyer.make("a cup [[refusal]]", model=GEMINI)
    changed = buyer.make("a cup [[content-null]]", model=GEMINI)
    assert refused.error == "answer.words_only"
    assert "can't make that picture" in refused.error_facts["said"]
    assert changed.error == "answer.unreadable"


def test_words_without_a_count_of_tokens_leave_the_question_of_money_open(buyer: Buyer) -> None:
    job = buyer.make("a cup [[refusal]] [[no-usage]]", model=GEMINI)
    assert (job.state, job.error, job.charged) == ("failed", "answer.words_only", "unknown")
    assert job.uncertain == job.ceiling
    assert buyer.client.spend()[1] == [job.ceiling], "it stays reserved"


def test_a_refusal_of_content_says_what_the_gateway_said(buyer: Buyer) -> None:
    job = buyer.make("a cup [[moderation]]", model=GPT)
    assert "safety system" in job.error_facts["said"]


def test_fewer_pictures_than_asked_for_are_kept_and_only_they_are_paid(buyer: Buyer) -> None:
    job = buyer.make("a cup [[fewer]]", model=GPT, n=3)
    assert (job.state, len(job.pictures), job.n, len(buyer.bills())) == ("done", 2, 3, 2)
    assert buyer.owes(job)


def test_a_lost_answer_among_several_leaves_the_others_where_they_are(buyer: Buyer) -> None:
    buyer.script("slow:0", "lost-after-charge")
    job = buyer.make("a cup", model=GEMINI, n=3)
    assert (job.state, len(job.pictures), job.sent) == ("unknown", 1, 2)
    assert job.uncertain == Money(1_000_000, "CNY")
    assert job.cost and job.cost.micro > 0
    assert Path(job.pictures[0].path).exists()
    assert len(buyer.bills()) == 2


def test_a_refusal_after_the_first_picture_ends_the_job_with_what_there_is(buyer: Buyer) -> None:
    buyer.script("slow:0", "no-funds")
    job = buyer.make("a cup", model=GEMINI, n=3)
    assert (job.state, job.error, len(job.pictures), job.sent) == ("done", "gateway.funds", 1, 2)
    assert buyer.owes(job)
    assert balanced(buyer)


def test_more_tokens_than_were_quoted_for_are_charged_as_they_are(buyer: Buyer) -> None:
    job = buyer.make("a cup [[dear]]", model=GEMINI)
    assert job.cost and job.cost.micro > job.ceiling.micro
    assert buyer.owes(job)
    assert buyer.client.spend()[1] == []


def test_what_costs_more_than_agreed_is_said_and_the_rest_is_not_sent(buyer: Buyer) -> None:
    job = buyer.make("a cup [[dear]]", model=GEMINI, n=3)
    assert (job.state, job.error, len(job.pictures), job.sent) == ("done", "job.rest_not_sent", 1, 1)
    assert len(buyer.bills()) == 1
    assert buyer.owes(job)
    assert balanced(buyer)
    for language, least in (("en", "agreed to"), ("zh", "约定")):
        (told,) = said(job, language)
        assert least in told
        assert str(job.cost) in told
        assert str(job.ceiling) in told


def test_a_dearer_picture_within_what_was_agreed_to_stops_nothing(buyer: Buyer, red: str) -> None:
    buyer.script("dear", "slow:0")
    job = buyer.make("a cup", model=GPT, references=(red,), n=2, max_cost="20")
    assert (job.state, job.error, len(job.pictures)) == ("done", None, 2)


def test_a_link_that_failed_is_fetched_again_by_recover_and_nothing_is_bought(buyer: Buyer) -> None:
    job = buyer.make("a cup [[link-404]]", model=GEMINI)
    again = buyer.client.recover(job.id)
    assert (again.state, again.error, again.charged) == ("collecting", "picture.link_gone", "unknown")
    assert len(buyer.requests()) == 1


def test_a_silent_gateway_leaves_the_job_unknown(new_buyer) -> None:
    buyer = new_buyer(f'[gateways.omnimaas.models."{GPT}"]\ntime_limit = 1\n')
    job = buyer.make("a cup [[silent]]", model=GPT)
    assert (job.state, job.error, job.charged) == ("unknown", "gateway.silent", "unknown")
    assert (job.sent, len(buyer.bills())) == (1, 1)


def test_a_gateway_that_cannot_be_reached_was_sent_nothing(new_buyer) -> None:
    buyer = new_buyer("waits = [0, 0]\n", "http://127.0.0.1:1/v1")
    job = buyer.make("a cup")
    assert (job.state, job.error, job.charged, job.sent) == ("failed", "gateway.unreachable", "no", 0)
    assert buyer.attempts(job) == ["never_left"]
    assert balanced(buyer)


def test_the_result_page_reads_like_a_sentence(buyer: Buyer) -> None:
    job = buyer.make("a cup", model=GPT)
    page = (Path(job.folder) / "result.md").read_text("utf-8")
    assert "Done: 1 of 1 saved" in page
    assert "> a cup" in page
    assert job.pictures[0].path in page
    assert json.loads((Path(job.folder) / "result.json").read_text("utf-8"))["job_id"] == job.id
