"""Surprises on the way of a job, each brought about in the process itself."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import apsw
import pytest
from PIL import Image

from buyer import Buyer
from limner import Client, Output
from limner.errors import StorageFailed
from limner.ledger import Ledger, Owner, locks, owners
from limner.money import Money
from limner.providers.omnimaas import Adapter
from limner.results import Job
from loopback import Reply, Seen, serving
from pictures import noise, saved

Patch = pytest.MonkeyPatch
NewBuyer = Callable[..., Buyer]
CHAT = "gemini-3-pro-image-preview"


class Killed(BaseException):
    """Ends a job as abruptly as one process can end another, except that this one lives on."""


def died(buyer: Buyer, patch: Patch, what: str, on: type = Ledger, *, after: int = 0, **wishes: Any) -> Job:
    """A job whose process came no further than the call of `what` that follows `after` others."""
    real, calls = getattr(on, what), [0]

    def dies(*words: Any, **more: Any) -> Any:
        calls[0] += 1
        if calls[0] > after:
            raise Killed
        return real(*words, **more)

    with patch.context() as patched:
        patched.setattr(on, what, dies)
        with pytest.raises(Killed):
            buyer.make(**wishes)
    (job,) = buyer.client.jobs()
    return job


def test_a_jobs_own_files_tell_its_end_before_the_ledger_does(
    buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, told = Ledger.settle, []

    def settled(ledger: Ledger, job_id: str, *words: Any) -> None:
        record = json.loads((Path(ledger.job(job_id).folder) / "result.json").read_text("utf-8"))
        told.append((ledger.job(job_id).state, record["state"], record["charged"], len(record["images"])))
        settle(ledger, job_id, *words)

    monkeypatch.setattr(Ledger, "settle", settled)
    job = buyer.make()
    assert told == [("collecting", "done", "yes", 1)]
    record = buyer.told(job)
    assert record["cost"]["actual"]
    assert (record["state"], record["seconds"]) == (job.state, job.seconds)


def test_a_folder_that_takes_no_files_keeps_no_job_from_its_end(
    buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("limner.receipts.write_whole", full)
    job = buyer.make()
    assert (job.state, job.charged) == ("done", "yes")


def test_a_job_whose_thread_died_is_handed_back_while_the_process_lives_on(
    buyer: Buyer, monkeypatch: Patch
) -> None:
    left = died(buyer, monkeypatch, "add_picture")
    assert buyer.client.is_left(left.id)
    job = buyer.client.recover(left.id)
    assert (job.state, len(job.pictures), len(buyer.bills())) == ("done", 1, 1)


def test_a_job_that_somebody_else_took_over_is_not_taken_from_them(buyer: Buyer) -> None:
    quote = buyer.approved()
    ledger = buyer.client.ledger
    other = Owner(ledger.owners)
    job_id, _ = ledger.open_job(buyer.client.ledger.quote(quote), buyer.home / "runs", {}, other.id)
    ledger.hand_back(job_id, "somebody-else")
    assert ledger.owner(job_id) == other.id
    ledger.hand_back(job_id, other.id)
    assert ledger.owner(job_id) is None
    other.close()


def test_a_recovery_that_dies_hands_back_what_it_had_taken(buyer: Buyer, monkeypatch: Patch) -> None:
    left = died(buyer, monkeypatch, "add_picture")
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(Ledger, "add_picture", lambda *_: (_ for _ in ()).throw(Killed()))
        buyer.client.recover(left.id)
    assert buyer.client.is_left(left.id)
    assert buyer.client.recover(left.id).state == "done"


def test_an_adapter_that_trips_over_a_paid_answer_leaves_it_to_be_read_again(
    buyer: Buyer, monkeypatch: Patch
) -> None:
    read = Adapter.submit

    def trips(adapter: Adapter, *words: Any) -> Any:
        read(adapter, *words)
        raise KeyError("nobody thought of this")

    monkeypatch.setattr(Adapter, "submit", trips)
    job = buyer.make()
    assert (job.state, job.charged, len(job.pictures), len(buyer.bills())) == ("done", "yes", 1, 1)


def test_an_adapter_that_trips_over_a_paid_answer_each_time_leaves_an_open_question(
    buyer: Buyer, monkeypatch: Patch
) -> None:
    def trips(*_: Any) -> Any:
        raise KeyError("nobody thought of this")

    read = Adapter.submit
    monkeypatch.setattr(Adapter, "read", trips)
    monkeypatch.setattr(Adapter, "submit", lambda adapter, *words: trips(read(adapter, *words)))
    job = buyer.make()
    assert (job.state, job.error, job.charged) == ("unknown", "answer.unreadable", "unknown")
    assert job.uncertain == job.ceiling
    assert (Path(job.folder) / "attempt-1.answer").exists()


def test_an_adapter_that_trips_before_it_sends_is_a_mistake_that_shows(
    buyer: Buyer, monkeypatch: Patch
) -> None:
    def trips(*_: Any) -> Any:
        raise KeyError("nobody thought of this")

    monkeypatch.setattr(Adapter, "submit", trips)
    with pytest.raises(KeyError):
        buyer.make()
    assert buyer.requests() == []


def test_an_adapter_that_trips_over_a_recovered_answer_leaves_an_open_question(
    buyer: Buyer, monkeypatch: Patch
) -> None:
    left = died(buyer, monkeypatch, "answer")

    def trips(*_: Any) -> Any:
        raise RecursionError("nobody thought of this")

    monkeypatch.setattr(Adapter, "read", trips)
    job = buyer.client.recover(left.id)
    assert (job.state, job.error, job.uncertain) == ("unknown", "answer.unreadable", job.ceiling)


@pytest.mark.parametrize("place", ["limner.answers.take_out", "limner.artifacts.fetch"])
def test_a_disk_that_is_full_while_pictures_are_taken_out_loses_none(
    buyer: Buyer, monkeypatch: Patch, place: str
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(place, full)
        left = buyer.make("a mug [[wrapped-base64]]", n=2, model="gpt-image-2")
    assert (left.state, left.error, left.charged) in [
        ("submitting", "output.not_writable", "unknown"),
        ("collecting", "output.not_writable", "unknown"),
    ]
    job = buyer.client.recover(left.id)
    assert (job.state, len(job.pictures), len(buyer.bills())) == ("done", 2, 2)


def test_a_picture_that_was_delivered_is_not_written_to_by_a_recovery(
    buyer: Buyer, monkeypatch: Patch
) -> None:
    left = died(buyer, monkeypatch, "add_picture", after=1, n=2, model="gpt-image-2", out="cup.png")
    delivered = Path(left.pictures[0].path)
    with delivered.open("ab") as file:
        file.write(b"something the person added")
    touched = delivered.read_bytes()
    job = buyer.client.recover(left.id)
    assert (job.state, len(job.pictures)) == ("done", 2)
    assert delivered.read_bytes() == touched


def test_a_picture_in_its_place_is_known_again_whatever_it_was_called(
    buyer: Buyer, monkeypatch: Patch
) -> None:
    left = died(buyer, monkeypatch, "add_picture", model="gpt-image-2")
    (there,) = buyer.folder.glob("*.png")
    there.with_name(there.name + ".json").unlink()
    (buyer.folder / ".limner-0000").hardlink_to(there)
    job = buyer.client.recover(left.id)
    assert [Path(one.path) for one in job.pictures] == [there]
    assert sorted(buyer.folder.iterdir()) == [there, there.with_name(there.name + ".json")]
    assert json.loads(Path(job.pictures[0].sidecar).read_text())["job_id"] == job.id


def test_a_picture_that_is_gone_from_its_place_is_put_there_again(buyer: Buyer, monkeypatch: Patch) -> None:
    left = died(buyer, monkeypatch, "add_picture")
    for path in buyer.folder.iterdir():
        path.unlink()
    job = buyer.client.recover(left.id)
    assert job.state == "done"
    assert Path(job.pictures[0].path).exists()


def test_what_is_charged_and_what_may_be_stays_within_the_ceiling(
    new_buyer: NewBuyer, monkeypatch: Patch, tmp_path: Path
) -> None:
    """Where nobody knows a price, each lost answer may have cost all that was allowed."""
    picture = saved(noise((96, 96)), tmp_path / "noise.png").read_bytes()
    submit, cost = Adapter.submit, Money(2_000_000, "CNY")

    def answer(seen: Seen) -> Reply | None:
        if seen.method == "GET":
            return Reply(200, picture)
        asked = sum(one.method == "POST" for one in server.seen)
        return Reply(200, b'{"data": [{"url": "/one.png"}]}') if asked == 1 else None

    def tells(adapter: Adapter, *words: Any) -> Any:
        told = submit(adapter, *words)
        return told._replace(usage=told.usage._replace(cost=cost))

    monkeypatch.setattr(Adapter, "submit", tells)
    settings = '[gateways.omnimaas.models."new"]\nfamily = "chat"\nseconds = [1, 2]\ntime_limit = 60\n'
    with serving(answer) as server:
        job = new_buyer(settings, url=f"{server.url}/v1").make(model="new", n=2, max_cost="5")
    assert (job.state, job.cost, job.uncertain) == ("unknown", cost, Money(3_000_000, "CNY"))


def test_a_transaction_that_cannot_be_committed_leaves_the_ledger_usable(buyer: Buyer) -> None:
    store = buyer.client.ledger.store
    with pytest.raises(apsw.ConstraintError), store.writing():
        store.do("PRAGMA defer_foreign_keys=ON")
        store.do("INSERT INTO entry (at, job_id, kind, amount, unit) VALUES (1, 'none', 'charge', 1, 'CNY')")
    assert buyer.make().state == "done"


def test_a_recovery_that_cannot_write_leaves_the_job_where_it_is(buyer: Buyer, monkeypatch: Patch) -> None:
    left = died(buyer, monkeypatch, "answer")

    def busy(*_: Any, **__: Any) -> None:
        raise StorageFailed("ledger.busy", path="ledger.sqlite")

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "answer", busy)
        job = buyer.client.recover(left.id)
    assert (job.state, job.error) == ("submitting", "ledger.busy")
    assert buyer.client.recover(left.id).state == "done"


def test_many_may_ask_at_once_whether_somebody_has_gone(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    assert not owners.is_gone(tmp_path, owner.id)
    dead = tmp_path / "1-dead"
    dead.touch()
    with dead.open("r+b") as asking:
        assert locks.take(asking, together=True)
        assert owners.is_gone(tmp_path, dead.name), "somebody who asks is no owner"
    owner.close()
    assert owners.is_gone(tmp_path, owner.id)


def test_a_task_that_two_take_in_at_once_has_one_job(buyer: Buyer) -> None:
    client, names = buyer.client, list[str]()
    quotes = [client.quote(f"task {n}") for n in range(2)]
    for quote in quotes:
        client.approve(quote.id)
        names.append(client.ledger.open_adopted(quote, buyer.home / "runs", {}, "task-1"))
    assert names[0] == names[1]


def test_a_reference_that_changes_between_two_attempts_is_not_sent(buyer: Buyer, tmp_path: Path) -> None:
    path = tmp_path / "cup.png"
    Image.effect_noise((96, 96), 60).convert("RGB").save(path)

    def watch(event: str, facts: Any) -> None:
        if event == "repeating":
            Image.effect_noise((96, 96), 60).convert("RGB").save(path)

    buyer.script("503")
    quote = buyer.approved(references=(str(path),), model=CHAT)
    job = buyer.client.run(quote, Output(folder=str(buyer.folder)), watch)
    assert (job.state, job.error, job.charged) == ("failed", "quote.reference_changed", "no")
    assert (len(buyer.requests()), buyer.bills()) == (1, [])
    assert buyer.attempts(job) == ["refused", "never_left"]


def test_a_lost_answer_is_not_forgotten_over_another_that_was_refused(
    buyer: Buyer, monkeypatch: Patch
) -> None:
    left = died(buyer, monkeypatch, "answer", after=1, n=2, model=CHAT)
    for spool in Path(left.folder).glob("attempt-1.answer"):
        spool.unlink()
    head = Path(left.folder) / "attempt-2.answer.head.json"
    head.write_text('{"status": 400, "headers": {}}')
    (Path(left.folder) / "attempt-2.answer").write_text('{"error": {"message": "no", "code": "bad"}}')
    job = buyer.client.recover(left.id)
    assert job.state == "unknown"


def test_two_clients_that_recover_by_turns_end_where_one_would(buyer: Buyer, monkeypatch: Patch) -> None:
    left = died(buyer, monkeypatch, "add_picture", after=1, n=3, model="gpt-image-2")
    jobs: list[Job] = []

    def recover() -> None:
        with Client(home=str(buyer.home)) as client:
            jobs.append(client.recover(left.id))

    threads = [threading.Thread(target=recover) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    job = buyer.client.job(left.id)
    assert (job.state, len(job.pictures), len(jobs)) == ("done", 3, 4)
