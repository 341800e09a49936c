"""What can be found out about an answer that was lost, and when a paid picture is given up."""

import base64
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest

from buyer import Buyer
from limner import Output, links, recovery
from limner.errors import Usage
from limner.results import Job
from loopback import Reply, Seen, serving
from pictures import noise, saved

NewBuyer = Callable[..., Buyer]
GPT = "gpt-image-2"
DAY = 24 * 3_600_000


@pytest.fixture
def picture(tmp_path: Path) -> bytes:
    return saved(noise((96, 96)), tmp_path / "noise.png").read_bytes()


def kinds(job: Job) -> set[str]:
    return {one.kind for one in job.evidence}


def interrupted(buyer: Buyer) -> tuple[str, Path]:
    """A job whose process died after the intent, and where its answer would lie."""
    quote = buyer.client.quote("a cup", model=GPT)
    buyer.client.approve(quote.id)
    ledger = buyer.client.ledger
    job_id, _ = ledger.open_job(quote, buyer.home / "runs", {"folder": str(buyer.folder)}, "dead")
    folder = buyer.home / "runs" / job_id
    ledger.intend(job_id, 0, str(folder / "attempt-{n}.answer"))
    folder.mkdir(parents=True)
    return job_id, folder / "attempt-1.answer"


def arrived(spool: Path, body: bytes, name: str = "", **headers: str) -> None:
    spool.with_name(spool.name + ".head.json").write_text(json.dumps({"status": 200, "headers": headers}))
    spool.with_name(spool.name + name).write_bytes(body)


def answer_with(picture: bytes) -> bytes:
    return json.dumps({"data": [{"b64_json": base64.b64encode(picture).decode()}]}).encode()


def test_an_answer_that_came_whole_and_did_not_get_its_name_is_found(buyer: Buyer, picture: bytes) -> None:
    job_id, spool = interrupted(buyer)
    body = answer_with(picture)
    arrived(spool, body, ".partial", **{"content-length": str(len(body))})
    job = buyer.client.recover(job_id)
    assert (job.state, job.charged) == ("done", "yes")
    assert Path(job.pictures[0].path).read_bytes() == picture
    assert buyer.requests() == []


@pytest.mark.parametrize("headers", [{}, {"content-length": "many"}, {"content-encoding": "gzip"}])
def test_an_answer_of_which_nobody_knows_whether_it_is_whole_is_not_believed(
    buyer: Buyer, picture: bytes, headers: dict[str, str]
) -> None:
    job_id, spool = interrupted(buyer)
    body = answer_with(picture)
    arrived(spool, body, ".partial", **{"content-length": str(len(body) + 1), **headers})
    job = buyer.client.recover(job_id)
    assert (job.state, kinds(job) & {"answer"}) == ("unknown", set())


def test_an_answer_that_arrives_late_settles_what_was_unknown(buyer: Buyer, picture: bytes) -> None:
    job_id, spool = interrupted(buyer)
    lost = buyer.client.recover(job_id)
    assert (lost.state, lost.uncertain) == ("unknown", lost.ceiling)
    again = buyer.client.recover(job_id)
    assert (again.state, kinds(again)) == ("unknown", {"no_answer", "no_task", "no_balance"})
    arrived(spool, answer_with(picture))
    job = buyer.client.recover(job_id)
    assert (job.state, job.charged, job.uncertain.micro, len(job.pictures)) == ("done", "yes", 0, 1)
    assert "answer" in {one.kind for one in buyer.client.ledger.evidence(job_id)}
    assert buyer.client.spend()[1] == [], "nothing stays reserved"
    (spent,), _ = buyer.client.spend()
    assert (spent.jobs, spent.pictures) == (1, 1)


def test_what_was_seen_is_told_in_the_order_it_was_seen(buyer: Buyer) -> None:
    job_id, _ = interrupted(buyer)
    seen = [*range(30, 0, -1), *range(10, 20)]
    for place in seen:
        buyer.client.ledger.add_evidence(job_id, "link", {"place": place})
    told = [one.facts["place"] for one in buyer.client.ledger.evidence(job_id)]
    assert told == list(dict.fromkeys(reversed(seen)))[::-1], "what is seen again is the latest"


def test_a_late_refusal_proves_that_nothing_was_charged(buyer: Buyer) -> None:
    job_id, spool = interrupted(buyer)
    buyer.client.recover(job_id)
    arrived(spool, b'{"error": {"message": "no", "code": "moderation_blocked"}}')
    job = buyer.client.recover(job_id)
    assert (job.state, job.charged, job.error) == ("failed", "no", "gateway.content")
    assert buyer.client.spend()[1] == []


def test_an_answer_that_says_nothing_is_shown_and_not_acted_upon(buyer: Buyer) -> None:
    buyer.script("524-after-charge")
    job = buyer.make(model=GPT)
    assert (job.state, job.uncertain) == ("unknown", job.ceiling)
    assert kinds(job) == {"answer_unclear", "no_task", "no_balance"}
    assert buyer.client.recover(job.id).state == "unknown"
    assert len(buyer.requests()) == 1


def test_a_task_that_nobody_can_look_at_leaves_the_question_open(new_buyer: NewBuyer) -> None:
    told = b'{"task_id": "t-1", "status": "queued"}'
    with serving(lambda _: Reply(200, told)) as server:
        job = new_buyer(url=f"{server.url}/v1").make(model=GPT)
    assert job.state == "unknown"
    assert "answer_unclear" in kinds(job)


def test_a_task_cannot_be_named_for_a_job_that_lost_nothing(buyer: Buyer) -> None:
    job = buyer.make(model=GPT)
    with pytest.raises(Usage) as caught:
        buyer.client.name_task(job.id, "t-1")
    assert caught.value.key == "recover.nothing_lost"


# Links that are gone for good


def linked(new_buyer: NewBuyer, status: list[int], query: str = "") -> tuple[Buyer, Any]:
    """Somebody whose pictures lie behind a link that answers with this status."""

    def answer(seen: Seen) -> Reply:
        if seen.method == "POST":
            return Reply(200, json.dumps({"data": [{"url": f"/one.png{query}"}]}).encode())
        return Reply(status[0], b"gone")

    server = serving(answer)
    return new_buyer(url=f"{server.__enter__().url}/v1"), server


def aged(buyer: Buyer, milliseconds: int) -> None:
    """Let what was seen have been seen for so much longer."""
    store = buyer.client.ledger.store
    with store.writing():
        store.do("UPDATE evidence SET first_at = first_at - ?", milliseconds)


@pytest.mark.parametrize(
    ("status", "looks", "age"), [(410, 2, 0), (404, 2, DAY), (403, 3, DAY), (500, 3, DAY)]
)
def test_a_picture_that_is_gone_ends_its_job_and_settles_its_money(
    new_buyer: NewBuyer, status: int, looks: int, age: int
) -> None:
    buyer, server = linked(new_buyer, [status])
    try:
        job = buyer.make(model=GPT)
        assert (job.state, job.error) == ("collecting", "picture.link_gone")
        for _ in range(looks - 2):
            assert buyer.client.recover(job.id).state == "collecting"
        aged(buyer, age)
        job = buyer.client.recover(job.id)
    finally:
        server.__exit__(None, None, None)
    assert (job.state, job.charged, job.error) == ("failed", "yes", "picture.gone")
    assert (job.cost, job.uncertain.micro) == (buyer.client.ledger.quote(job.quote_id).price, 0)
    assert buyer.client.spend()[1] == []
    assert "one.png" in job.error_facts["link"]
    assert list(Path(job.folder).glob("attempt-1.answer")), "what the gateway said is kept"


@pytest.mark.parametrize(("status", "looks", "age"), [(404, 4, 0), (403, 4, 0), (500, 2, DAY)])
def test_a_link_that_may_come_back_is_waited_for(
    new_buyer: NewBuyer, picture: bytes, status: int, looks: int, age: int
) -> None:
    answers = [status]
    buyer, server = linked(new_buyer, answers)
    try:
        job = buyer.make(model=GPT)
        aged(buyer, age)
        for _ in range(looks - 1):
            job = buyer.client.recover(job.id)
            assert (job.state, "link" in kinds(job)) == ("collecting", True)
    finally:
        server.__exit__(None, None, None)
    assert job.error == "picture.link_gone"


def test_a_link_past_its_own_end_is_not_waited_for(new_buyer: NewBuyer) -> None:
    buyer, server = linked(new_buyer, [403], "?X-Amz-Date=20200101T000000Z&X-Amz-Expires=3600")
    try:
        job = buyer.make(model=GPT)
        assert (job.state, kinds(job)) == ("collecting", {"link", "links_until"})
        assert buyer.client.recover(job.id).error == "picture.gone"
    finally:
        server.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("query", "until"),
    [
        ("X-Amz-Date=20200101T000000Z&X-Amz-Expires=60", 1_577_836_860_000),
        ("X-Goog-Date=20200101T000000Z&X-Goog-Expires=60", 1_577_836_860_000),
        ("Expires=1577836860&OSSAccessKeyId=x", 1_577_836_860_000),
        ("se=2020-01-01T00%3A01%3A00Z&sig=x", 1_577_836_860_000),
        ("X-Amz-Date=soon&X-Amz-Expires=60", None),
        ("Expires=99999999999999999999999", None),
        ("se=whenever", None),
        ("width=100", None),
        ("", None),
    ],
)
def test_a_signed_link_says_how_long_it_is_good(query: str, until: int | None) -> None:
    assert links.good_until(f"https://pictures.example/one.png?{query}") == until


def test_links_that_end_soonest_are_fetched_first(buyer: Buyer) -> None:
    ledger = buyer.client.ledger
    ids = [interrupted(buyer)[0] for _ in range(4)]
    ledger.add_evidence(ids[3], "links_until", {"until": 10})
    ledger.add_evidence(ids[2], "links_until", {"until": 5})
    order = [job.id for job in buyer.client.waiting()]
    assert order[:2] == [ids[2], ids[3]]
    assert set(order[2:]) == {ids[0], ids[1]}
    jobs = ledger.jobs("unfinished")
    oldest = min(job.created_at for job in jobs)
    assert recovery.in_order(jobs, {})[0].created_at == oldest


# A machine that sleeps between the decision and the first byte


def asleep(buyer: Buyer, seconds: float, *also: str) -> Job:
    """A job whose process stands still for so long, right before its intent is written down."""
    quote = buyer.approved(model=GPT)
    hold = (
        "INSERT INTO turn VALUES ('omnimaas', (SELECT json_extract(document, '$.account') FROM quote), ?, 0)"
    )
    store, jobs, queued = buyer.client.ledger.store, list[Job](), threading.Event()
    with store.writing():
        store.do(hold, 2**62)

    def run() -> None:
        output = Output(folder=str(buyer.folder))
        jobs.append(buyer.client.run(quote, output, lambda event, _: event == "queued" and queued.set()))

    running = threading.Thread(target=run)
    running.start()
    assert queued.wait(20)
    connection = apsw.Connection(str(buyer.home / "ledger.sqlite"))
    connection.set_busy_timeout(10_000)
    connection.execute("BEGIN IMMEDIATE")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        threading.Event().wait(0.05)
    for sql in ("UPDATE turn SET held_until = 0", *also):
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.close()
    running.join(30)
    (job,) = jobs
    return job


LATE = "waits = [0, 0]\n[gateways.omnimaas.limits]\nsend_within = 0.3\n"


def test_a_request_that_slept_before_it_left_is_kept_back_and_sent_anew(new_buyer: NewBuyer) -> None:
    buyer = new_buyer(LATE)
    job = asleep(buyer, 0.5)
    assert (job.state, job.sent, buyer.attempts(job)) == ("done", 1, ["never_left", "accepted"])
    assert (len(buyer.requests()), len(buyer.bills())) == (1, 1)


def test_a_request_that_slept_until_its_yes_had_expired_is_not_sent(new_buyer: NewBuyer) -> None:
    buyer = new_buyer(LATE)
    job = asleep(buyer, 0.5, "UPDATE approval SET expires_at = 1")
    assert (job.state, job.error, job.charged) == ("failed", "send.expired", "no")
    assert (buyer.attempts(job), buyer.requests()) == (["never_left"], [])
    assert buyer.client.spend()[1] == []


def test_a_lost_answer_keeps_its_place_at_the_gateway_as_long_as_a_task_may_take(
    new_buyer: NewBuyer,
) -> None:
    buyer = new_buyer("waits = [0, 0]\n[gateways.omnimaas.limits]\nconcurrency = 1\n")
    buyer.script("lost-after-charge")
    lost = buyer.make(model=GPT)
    assert lost.state == "unknown"
    quote, events, jobs = buyer.approved(model=GPT), list[str](), list[Job]()
    queued, store = threading.Event(), buyer.client.ledger.store

    def watch(event: str, _: Any) -> None:
        events.append(event)
        if event == "queued":
            queued.set()

    running = threading.Thread(
        target=lambda: jobs.append(buyer.client.run(quote, Output(folder=str(buyer.folder)), watch))
    )
    running.start()
    assert queued.wait(20)
    assert len(buyer.requests()) == 1
    with store.writing():
        store.do("UPDATE job SET slot_until = 0 WHERE id = ?", lost.id)
    running.join(30)
    assert [job.state for job in jobs] == ["done"]


# What is left open beside pictures that came


def beside(buyer: Buyer, fault: str, picture: Path) -> Job:
    """A job whose first answer was lost, and whose repeat brought the picture."""
    buyer.script(fault)
    job = buyer.make("a cup", model="gemini-3-pro-image-preview", references=(str(picture),))
    assert (job.state, job.sent, bool(job.uncertain.micro)) == ("done", 2, True)
    return job


def test_a_lost_answer_beside_a_picture_is_looked_at_too_and_stays_a_persons_to_settle(
    buyer: Buyer, tmp_path: Path, picture: bytes
) -> None:
    del picture
    job = beside(buyer, "lost-after-charge", tmp_path / "noise.png")
    assert [one.id for one in buyer.client.waiting()] == [job.id]
    asked = len(buyer.requests())
    again = buyer.client.recover(job.id)
    assert (again.state, again.uncertain, again.pictures) == (job.state, job.uncertain, job.pictures)
    assert {"no_answer", "no_task"} <= kinds(again)
    assert len(buyer.requests()) == asked
    closed = buyer.client.resolve(job.id, charged=True)
    assert (closed.state, closed.uncertain.micro, buyer.client.waiting()) == ("done", 0, [])


def test_what_came_back_to_a_lost_request_is_kept_when_its_repeat_has_brought_the_picture(
    buyer: Buyer, tmp_path: Path, picture: bytes
) -> None:
    job = beside(buyer, "lost-after-charge", tmp_path / "noise.png")
    spool = Path(job.folder) / "attempt-1.answer"
    told = base64.b64encode(picture).decode()
    answer = {"choices": [{"message": {"content": f"![picture](data:image/png;base64,{told})"}}]}
    spool.write_text(json.dumps(answer), "utf-8")
    spool.with_name(spool.name + ".head.json").write_text(json.dumps({"status": 200, "headers": {}}))
    again = buyer.client.recover(job.id)
    assert "late_answer" in kinds(again)
    assert (again.state, again.uncertain) == ("done", job.uncertain), "it is a hint, and nothing is booked"
    assert spool.exists()


@pytest.mark.parametrize("by_word", ["cancel", "resolve"])
def test_a_job_that_was_ended_by_word_gets_its_files_from_whoever_comes_next(
    buyer: Buyer, by_word: str
) -> None:
    """Whoever ended it was killed between the ledger and the file."""
    job_id, spool = interrupted(buyer)
    ledger = buyer.client.ledger
    if by_word == "cancel":
        with ledger.store.writing():
            ledger.store.do("DELETE FROM attempt")
        assert ledger.cancel(job_id) == "confirmed"
    else:
        assert buyer.client.recover(job_id).state == "unknown"
        ledger.resolve(job_id, True)
    assert [one.id for one in buyer.client.waiting()] == [job_id]
    ended = buyer.client.recover(job_id)
    told = json.loads((spool.parent / "result.json").read_text("utf-8"))
    assert (told["state"], told["charged"]) == (ended.state, ended.charged)
    assert buyer.client.waiting() == []
