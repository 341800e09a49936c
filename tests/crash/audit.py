"""
The books after a crash: what the sandbox billed against what the ledger says, job by job.

Every finding is one sentence. None is what a ledger that lost nothing and bought nothing twice has.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .stage import Stage, files

LIVE = ("approved", "submitting", "submitted", "running", "collecting")
ENDED = ("done", "failed", "canceled")
ROUNDING = 2
"""Millionths that an answer's tokens may be rounded by."""

Row = Mapping[str, Any]


class Bought(NamedTuple):
    """One quote of a stage: what was wished for, and what its quote allows."""

    tag: int
    gateway: str
    words: tuple[str, ...]
    quote: str
    n: int
    sends: int
    attempts: int
    ceiling: int


class Left(NamedTuple):
    """What had reached us of a job when its process died."""

    state: str
    answered: tuple[int, ...]
    """Attempts with a task id or a whole good answer on disk."""
    waited: tuple[int, ...]
    """Attempts that nobody has heard of."""


class Books(NamedTuple):
    """What one stage came to."""

    jobs: int
    charges: int
    doubles: int
    lost: int
    unknown: int
    canceled: int
    done: int
    recovered: int
    """Done, by another process than the one that sent the request."""
    findings: tuple[str, ...]


def left(stage: Stage) -> dict[str, Left]:
    """Every job that has not ended, before anybody recovers it."""
    found = {}
    for job in stage.rows(f"SELECT * FROM job WHERE state IN {LIVE}"):
        rows = stage.rows("SELECT * FROM attempt WHERE job_id = ? ORDER BY n", job["id"])
        open_ones = [row for row in rows if row["status"] in {"intent", "accepted"}]
        came = tuple(row["n"] for row in open_ones if row["task_id"] or _answered(row["spool"]) == 200)
        heard = {row["n"] for row in open_ones if row["task_id"] or _answered(row["spool"])}
        waited = tuple(row["n"] for row in open_ones if row["n"] not in heard)
        found[str(job["id"])] = Left(job["state"], came, waited)
    return found


def _answered(spool: str) -> int | None:
    """The status of a whole answer on disk. Only 200 is sure to be the gateway's own word."""
    head, partial = Path(spool + ".head.json"), Path(spool + ".partial")
    if not head.exists():
        return None
    try:
        told = json.loads(head.read_text())
    except ValueError:
        return None
    if "event-stream" in str(told["headers"].get("content-type", "")):
        # A stream is written as it comes: it says something once an event has ended.
        said = Path(spool).exists() and b"\n\n" in Path(spool).read_bytes()
        return int(told["status"]) if said else None
    named = str(told["headers"].get("content-length", ""))
    whole = partial.exists() and named == str(partial.stat().st_size)
    return int(told["status"]) if Path(spool).exists() or whole else None


def audit(stage: Stage, bought: Sequence[Bought], before: Mapping[str, Left]) -> Books:
    """Compare everything with everything."""
    bills = _by_tag(stage.bills())
    jobs = {row["quote_id"]: row for row in stage.rows("SELECT * FROM job")}
    findings = [*_file(stage), *_strangers(bills, bought), *_tidiness(stage)]
    doubles = lost = 0
    for one in bought:
        job, billed = jobs.get(one.quote), bills.get(one.tag, [])
        if job is None:
            findings += [f"{one.tag}: charged without a job"] if billed else []
            continue
        twice, gone = list(_too_often(stage, one, job, billed)), list(_not_home(one, job, billed))
        doubles, lost = doubles + len(twice), lost + len(gone)
        found = [*twice, *gone, *_money(stage, job), *_pictures(stage, one, job)]
        found += [*_kept(stage, one, job, before.get(job["id"])), *_told(job)]
        findings += [
            f"tag{one.tag} {one.gateway} {one.words} {job['id']} {job['state']}: {it}" for it in found
        ]
    states = [job["state"] for job in jobs.values()]
    home = [job for job in jobs.values() if job["state"] == "done" and job["seconds"] is None]
    charges = sum(len(rows) for rows in bills.values())
    counts = (*map(states.count, ("unknown", "canceled", "done")), len(home))
    return Books(len(jobs), charges, doubles, lost, *counts, tuple(findings))


def _by_tag(bills: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for bill in bills:
        tag = re.search(r"\btag(\d+)\b", bill["prompt"])
        found[int(tag[1]) if tag else -1].append(bill)
    return found


def _file(stage: Stage) -> Iterator[str]:
    if stage.rows("PRAGMA integrity_check") != [{"integrity_check": "ok"}]:
        yield "the ledger's file is damaged"
    sums = stage.rows("SELECT coalesce(sum(amount), 0) AS n FROM entry WHERE kind = 'charge'")
    days = stage.rows("SELECT coalesce(sum(charged), 0) AS n FROM spend")
    if sums != days:
        yield f"the daily sums say {days}, the entries {sums}"


def _strangers(bills: Mapping[int, Sequence[Row]], bought: Sequence[Bought]) -> Iterator[str]:
    for tag in set(bills) - {one.tag for one in bought}:
        yield f"charged for something nobody quoted: {bills[tag]}"


def _too_often(stage: Stage, one: Bought, job: Row, billed: Sequence[Row]) -> Iterator[str]:
    """Was anything sent that was not agreed to, or not written down?"""
    attempts = stage.rows("SELECT * FROM attempt WHERE job_id = ?", job["id"])
    sent = [row for row in attempts if row["status"] != "never_left"]
    requests = {bill["request_id"] for bill in billed}
    if len(requests) > len(sent):
        yield f"{len(requests)} requests were charged and {len(sent)} were written down"
    if len(requests) > one.sends * one.attempts:
        yield f"{len(requests)} requests were charged, {one.sends * one.attempts} were agreed to"
    for part in {row["part"] for row in attempts}:
        if sum(row["part"] == part for row in attempts) > one.attempts or part >= one.sends:
            yield f"part {part} was sent more often than agreed to"


def _not_home(one: Bought, job: Row, billed: Sequence[Row]) -> Iterator[str]:
    """Is everything that was charged either told as charged or still reserved?"""
    charged = sum(bill["micro"] for bill in billed if not bill["refunded"])
    slack = ROUNDING * len(billed)
    if (job["cost"] or 0) + job["reserved"] + slack < charged:
        yield f"{charged} was charged; cost {job['cost']}, reserved {job['reserved']}"
    if job["state"] in LIVE:
        yield "nobody brings it home"
    if charged and job["charged"] == "no":
        yield f"{charged} was charged, and the job says it was not"
    if charged > one.ceiling:
        yield f"{charged} was charged under a ceiling of {one.ceiling}"


def _money(stage: Stage, job: Row) -> Iterator[str]:
    rows = stage.rows("SELECT kind, sum(amount) AS n FROM entry WHERE job_id = ? GROUP BY kind", job["id"])
    sums = {"reserve": 0, "charge": 0, "release": 0, **{row["kind"]: row["n"] for row in rows}}
    if sums["reserve"] != sums["charge"] + sums["release"] + job["reserved"]:
        yield f"the entries do not balance: {sums}, still reserved {job['reserved']}"
    if sums["charge"] != (job["cost"] or 0):
        yield f"the entries charge {sums['charge']}, the job costs {job['cost']}"
    if job["state"] in ENDED and job["reserved"] != job["uncertain"]:
        yield f"{job['reserved']} is reserved and {job['uncertain']} is uncertain"
    if job["owner"] is not None and job["state"] not in LIVE:
        yield f"{job['owner']} still owns it"


def _pictures(stage: Stage, one: Bought, job: Row) -> Iterator[str]:
    rows = stage.rows("SELECT * FROM picture WHERE job_id = ?", job["id"])
    for row in rows:
        path = Path(row["path"])
        if not path.exists():
            yield f"{path} is not there"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != row["sha256"]:
            yield f"{path} is not what was saved"
        if not Path(row["sidecar"]).exists():
            yield f"{path} has no sidecar"
    if job["state"] == "done" and not rows:
        yield "done without a picture"
    if job["state"] == "done" and not job["error"] and len(rows) != one.n and "fewer" not in one.words:
        yield f"{len(rows)} pictures of {one.n} and no word about it"
    if len({row["path"] for row in rows}) != len(rows):
        yield "two pictures under one name"


_SPOILS = ("torn", "not-json", "html", "refusal", "task-failed", "task-canceled")


def _kept(stage: Stage, one: Bought, job: Row, before: Left | None) -> Iterator[str]:
    """Did everything that had reached us come home?"""
    if before is None or any(word.startswith(_SPOILS) for word in one.words):
        return
    if "fewer" in one.words and one.n == one.sends:
        # One picture fewer than one is an answer that nobody can read.
        return
    rows = {row["n"]: row for row in stage.rows("SELECT * FROM attempt WHERE job_id = ?", job["id"])}
    for n in before.answered:
        if rows[n]["status"] not in {"accepted", "refused"}:
            yield f"the answer to attempt {n} was there, and it is {rows[n]['status']}"
    for n in before.waited:
        if rows[n]["status"] != "unknown":
            yield f"nobody heard of attempt {n}, and it is {rows[n]['status']}"
    if before.waited and job["state"] != "unknown":
        yield f"nobody knows what became of attempts {before.waited}, and that is not said"


def _told(job: Row) -> Iterator[str]:
    """Does the job's own file say what the ledger says?"""
    path = Path(job["folder"]) / "result.json"
    if not path.exists():
        yield "no result.json"
    elif json.loads(path.read_text("utf-8"))["state"] != job["state"]:
        yield "result.json says otherwise"


def _tidiness(stage: Stage) -> Iterator[str]:
    known = {row["path"] for row in stage.rows("SELECT path FROM picture")}
    known |= {row["sidecar"] for row in stage.rows("SELECT sidecar FROM picture")}
    for path in (*files(stage.folder), *files(stage.home / "pictures")):
        if str(path) not in known and not path.name.startswith("."):
            yield f"a stray file: {path.name}"
