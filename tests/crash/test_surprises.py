"""Surprises on the way of a job, each brought about in the process itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from buyer import Buyer
from limner.ledger import Ledger


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
