"""Quotes, approvals, jobs, attempts and pictures."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from limner.errors import ApprovalNeeded, NotFound, QuoteChanged, Usage
from limner.ledger import differences, owners, spending, stops, turns
from limner.ledger.evidence import Witnessed
from limner.ledger.turns import ANY_PACE, Pace
from limner.money import Money
from limner.records import digest_of, facts_of, facts_text
from limner.results import Difference, Job, Outcome, Picture, State
from limner.types import Choice, Quote, Repair

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_UNFINISHED = "state IN ('approved', 'submitting', 'submitted', 'running', 'collecting', 'unknown')"


class Ledger(Witnessed):
    """The one record. Every method is one transaction or part of one."""

    def open_job(self, quote: Quote, runs: Path, output: Mapping[str, Any], owner: str) -> tuple[str, bool]:
        """
        Spend an approval on a job. The id, and whether the job is new: an approval is good for one job, so
        asking again names the job it was spent on. Raises `ApprovalNeeded`, `QuoteChanged`.
        """
        with self.store.writing():
            row = self.store.row("SELECT id FROM job WHERE quote_id = ?", quote.id)
            if row is not None:
                return str(row["id"]), False
            approval = self.approval(quote.id)
            if approval is None:
                self.demand_undeclined(quote)
                raise ApprovalNeeded("approval.needed", quote=quote.id, ceiling=quote.ceiling)
            # Made anew: a document rewritten under its old digest is no longer what was agreed to.
            if approval["digest"] != digest_of(quote):
                raise QuoteChanged("quote.altered", quote=quote.id)
            if self.now() > approval["expires_at"]:
                raise QuoteChanged("quote.expired", quote=quote.id)
            stops.check(self.store, quote.choice.gateway, quote.account)
            self.store.do("UPDATE approval SET used = 1 WHERE quote_id = ?", quote.id)
            return self._insert_job(quote, runs, output, owner), True

    def _insert_job(self, quote: Quote, runs: Path, output: Mapping[str, Any], owner: str | None) -> str:
        job_id = "j_" + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in os.urandom(10))
        choice, at = quote.choice, self.now()
        self.store.do(
            "INSERT INTO job (id, quote_id, gateway, account, model, size, operation, n, prompt, state,"
            " owner, unit, ceiling, reserved, folder, output, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'approved', ?, ?, ?, ?, ?, ?, ?, ?)",
            job_id,
            quote.id,
            choice.gateway,
            quote.account,
            choice.model.id,
            choice.size,
            choice.operation,
            choice.n,
            choice.request.prompt,
            owner,
            quote.ceiling.unit,
            quote.ceiling.micro,
            quote.ceiling.micro,
            str(runs / job_id),
            json.dumps(output),
            at,
            at,
        )
        spending.move(self.store, job_id, "reserve", quote.ceiling, at)
        return job_id

    def intend(
        self, job_id: str, part: int, spool: str, pace: Pace = ANY_PACE, repair: int | None = None
    ) -> int | None:
        """
        Write down that a paid request is about to leave: its number, on the disk when this returns; or
        `None` when it is not its turn yet, because the gateway is busy with as many as it takes at once.
        Raises `Canceled` when somebody called the job back meanwhile.
        """
        with self.store.writing(durable=True):
            self.demand_wanted(job_id)
            if not turns.taken(self.store, job_id, pace, self.now()):
                return None
            row = self.store.row("SELECT coalesce(max(n), 0) + 1 AS n FROM attempt WHERE job_id = ?", job_id)
            assert row is not None
            self.store.do(
                "INSERT INTO attempt (job_id, n, part, repair, gateway, status, spool, sent_at)"
                " SELECT id, ?, ?, ?, gateway, 'intent', ?, ? FROM job WHERE id = ?",
                row["n"],
                part,
                repair,
                spool.format(n=row["n"]),
                self.now(),
                job_id,
            )
            self._update(job_id, state="submitting", slot_until=self.now() + pace.longest)
        return int(row["n"])

    def answer(
        self,
        job_id: str,
        n: int,
        status: str,
        *,
        http_status: int | None = None,
        task_id: str | None = None,
        detail: str = "",
    ) -> None:
        """Write down what became of attempt `n`. On the disk when this returns."""
        with self.store.writing(durable=True):
            self.store.do(
                "UPDATE attempt SET status = ?, http_status = ?, task_id = ?, detail = ?, answered_at = ?"
                " WHERE job_id = ? AND n = ?",
                status,
                http_status,
                task_id,
                detail,
                self.now(),
                job_id,
                n,
            )
            sent = "(SELECT count(*) FROM attempt WHERE job_id = ? AND status <> 'never_left')"
            self.store.do(f"UPDATE job SET sent = {sent} WHERE id = ?", job_id, job_id)  # noqa: S608
            if status == "accepted":
                self._update(job_id, state="submitted" if task_id else "collecting", task_id=task_id)

    def mark_running(self, job_id: str) -> None:
        with self.store.writing():
            self.store.do("UPDATE job SET state = 'running' WHERE id = ? AND state = 'submitted'", job_id)

    def durations(self, choice: Choice, most: int = 20) -> list[float]:
        """How long the latest jobs of the same model and size took, in seconds."""
        rows = self.store.rows(
            "SELECT seconds FROM job WHERE gateway = ? AND model = ? AND size IS ? AND state = 'done'"
            " AND seconds IS NOT NULL ORDER BY seq DESC LIMIT ?",
            choice.gateway,
            choice.model.id,
            choice.size,
            most,
        )
        return [float(row["seconds"]) for row in rows]

    def attempts(self, job_id: str) -> list[dict[str, Any]]:
        return self.store.rows("SELECT * FROM attempt WHERE job_id = ? ORDER BY n", job_id)

    def set_state(self, job_id: str, state: State) -> None:
        with self.store.writing():
            self._update(job_id, state=state)

    def add_picture(
        self, job_id: str, place: int, picture: Picture, found: Sequence[Difference] = ()
    ) -> None:
        """A saved picture, and in what it is other than agreed to."""
        with self.store.writing():
            differences.record(self.store, job_id, found)
            values = "?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
            self.store.do(f"INSERT OR REPLACE INTO picture VALUES ({values})", job_id, place, *picture)  # noqa: S608

    def pictures(self, job_id: str) -> dict[int, Picture]:
        """The saved pictures of a job by their place in it."""
        rows = self.store.rows("SELECT * FROM picture WHERE job_id = ? ORDER BY place", job_id)
        return {row["place"]: Picture(**{name: row[name] for name in Picture._fields}) for row in rows}

    def settle(self, job_id: str, outcome: Outcome) -> None:
        """End a job, or park it as unknown: charge what is known, release what cannot be charged any more."""
        with self.store.writing(durable=True):
            row = self.store.row("SELECT * FROM job WHERE id = ?", job_id)
            if row is None or row["state"] in {"done", "failed", "canceled"}:
                return
            at = self.now()
            before = Money(row["cost"] or 0, row["unit"])
            spending.settle(self.store, row, outcome.cost, outcome.uncertain, before, at)
            self._update(
                job_id,
                state=outcome.state,
                cost=outcome.cost.micro if outcome.cost else row["cost"],
                cost_basis=outcome.cost_basis,
                uncertain=outcome.uncertain.micro,
                reserved=outcome.uncertain.micro,
                charged=outcome.charged,
                tokens=outcome.tokens,
                error=outcome.error,
                error_facts=facts_text(outcome.error_facts),
                seconds=outcome.seconds,
                owner=None,
            )
            stops.judge(self.store, row, outcome, at)

    def resolve(self, job_id: str, charged: bool) -> None:
        """A person's word on what a lost answer cost. Raises `NotFound`, `Usage` when nothing is open."""
        with self.store.writing(durable=True):
            row = self.store.row("SELECT * FROM job WHERE id = ?", job_id)
            if row is None:
                raise NotFound("job.not_found", job=job_id)
            if not row["uncertain"] or row["state"] not in {"unknown", "done", "failed"}:
                raise Usage("resolve.nothing_open", job=job_id)
            spending.resolve(self.store, row, charged, self.now())
            known = (row["cost"] or 0) + (row["uncertain"] if charged else 0)
            self._update(
                job_id,
                state="failed" if row["state"] == "unknown" else row["state"],
                cost=known,
                cost_basis="person",
                charged="yes" if known else "no",
                uncertain=0,
                reserved=0,
            )

    def resume(self, gateway: str) -> int:
        """Let a stopped gateway go on; how many stops were lifted."""
        with self.store.writing():
            return stops.lift(self.store, gateway, self.now())

    def hold(self, job_id: str, until: int) -> None:
        """Ask every process to leave the job's gateway alone until then, in Unix milliseconds."""
        with self.store.writing():
            turns.hold(self.store, job_id, until)

    def let_go(self, job_id: str, error: str, facts: Mapping[str, Any]) -> None:
        """
        Leave a job where it is for another process or another day, with what hindered this one. It was
        sent, so nobody can say any more that it cost nothing.
        """
        with self.store.writing():
            row = self.store.row("SELECT state, charged FROM job WHERE id = ?", job_id)
            if row is None or row["state"] == "canceled":
                return
            self._update(
                job_id,
                owner=None,
                charged="unknown",
                error=error,
                error_facts=facts_text(facts),
            )

    def owner(self, job_id: str) -> str | None:
        row = self.store.row("SELECT owner FROM job WHERE id = ?", job_id)
        return row["owner"] if row else None

    def hand_back(self, job_id: str, owner: str | None) -> None:
        """Stop owning a job without having ended it, so that it can be brought home."""
        with self.store.writing():
            self.store.do("UPDATE job SET owner = NULL WHERE id = ? AND owner = ?", job_id, owner)

    def claim(self, job_id: str, owner: str) -> bool:
        """Take over a job that nobody works on. False when somebody does, or when it has ended."""
        with self.store.writing():
            row = self.store.row(f"SELECT owner FROM job WHERE id = ? AND {_UNFINISHED}", job_id)  # noqa: S608
            if row is None or (row["owner"] and not owners.is_gone(self.owners, row["owner"])):
                return False
            self.store.do("UPDATE job SET owner = ? WHERE id = ?", owner, job_id)
            return True

    def is_left(self, job_id: str) -> bool:
        """Is the job unfinished, with nobody at work on it?"""
        row = self.store.row(f"SELECT owner, state FROM job WHERE id = ? AND {_UNFINISHED}", job_id)  # noqa: S608
        if row is None or row["state"] == "unknown":
            return False
        return row["owner"] is None or owners.is_gone(self.owners, row["owner"])

    def count(self, state: str) -> int:
        where = _UNFINISHED if state == "unfinished" else "state = ?"
        values = () if state == "unfinished" else (state,)
        row = self.store.row(f"SELECT count(*) AS n FROM job WHERE {where}", *values)  # noqa: S608
        return int(row["n"]) if row else 0

    def is_sound(self) -> bool:
        """SQLite's own quick check of the whole file."""
        row = self.store.row("PRAGMA quick_check")
        return row is not None and row["quick_check"] == "ok"

    def job(self, job_id: str) -> Job:
        """Raises `NotFound`."""
        row = self.store.row("SELECT * FROM job WHERE id = ?", job_id)
        if row is None:
            raise NotFound("job.not_found", job=job_id)
        return self._job(row)

    def job_of_quote(self, quote_id: str) -> Job | None:
        """The job a quote's approval was spent on."""
        row = self.store.row("SELECT * FROM job WHERE quote_id = ?", quote_id)
        return self._job(row) if row else None

    def output(self, job_id: str) -> dict[str, Any]:
        row = self.store.row("SELECT output FROM job WHERE id = ?", job_id)
        told: dict[str, Any] = json.loads(row["output"]) if row else {}
        return told

    def job_of_task(self, gateway: str, task_id: str) -> str | None:
        sql = "SELECT job_id FROM attempt WHERE gateway = ? AND task_id = ?"
        row = self.store.row(sql, gateway, task_id)
        return str(row["job_id"]) if row else None

    def open_adopted(self, quote: Quote, runs: Path, output: Mapping[str, Any], task_id: str) -> str:
        """
        A job for a task that somebody else started: accepted already, nothing reserved. A task that
        another process has just taken in names its job.
        """
        with self.store.writing(durable=True):
            known = self.job_of_task(quote.choice.gateway, task_id)
            if known is not None:
                return known
            job_id = self._insert_job(quote, runs, output, owner=None)
            self.store.do(
                "INSERT INTO attempt (job_id, n, part, gateway, status, spool, task_id, sent_at, answered_at)"
                " VALUES (?, 1, 0, ?, 'accepted', '', ?, ?, ?)",
                job_id,
                quote.choice.gateway,
                task_id,
                self.now(),
                self.now(),
            )
            self._update(job_id, state="submitted", task_id=task_id, sent=1)
        return job_id

    def job_of_picture(self, *, path: str, sha256: str) -> Job | None:
        row = self.store.row("SELECT job_id FROM picture WHERE path = ? OR sha256 = ?", path, sha256)
        return self.job(str(row["job_id"])) if row else None

    def jobs(self, state: str | None = None, limit: int = 20, before: int | None = None) -> list[Job]:
        """Newest first. `before` is the `seq` of the last one already seen."""
        source, values = "job WHERE seq < ?", [before if before is not None else 2**62]
        if state == "unfinished":
            source = f"job INDEXED BY job_unfinished WHERE seq < ? AND {_UNFINISHED}"
        named = [state] if state not in (None, "unfinished") else []
        own = " AND state = ?" if named else ""
        sql = f"SELECT * FROM {source}{own} ORDER BY seq DESC LIMIT ?"  # noqa: S608
        return [self._job(row) for row in self.store.rows(sql, *values, *named, limit)]

    def seq(self, job_id: str) -> int | None:
        row = self.store.row("SELECT seq FROM job WHERE id = ?", job_id)
        return int(row["seq"]) if row else None

    def _repairs(self, row: Mapping[str, Any]) -> tuple[Repair, ...]:
        sql = "SELECT repair FROM attempt WHERE job_id = ? AND repair IS NOT NULL ORDER BY n"
        used = [entry["repair"] for entry in self.store.rows(sql, row["id"])]
        return tuple(self.quote(row["quote_id"]).repairs[place] for place in used) if used else ()

    def _update(self, job_id: str, **columns: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in (*columns, "updated_at"))
        self.store.do(f"UPDATE job SET {names} WHERE id = ?", *columns.values(), self.now(), job_id)  # noqa: S608

    def _job(self, row: Mapping[str, Any]) -> Job:
        unit = row["unit"]
        own = {name: row[name] for name in Job._fields if name in row}
        own.update(
            ceiling=Money(row["ceiling"], unit),
            cost=None if row["cost"] is None else Money(row["cost"], unit),
            uncertain=Money(row["uncertain"], unit),
            error_facts=facts_of(row["error_facts"]),
            pictures=tuple(self.pictures(row["id"]).values()),
            repairs=self._repairs(row),
            differences=differences.of_job(self.store, row["id"]),
            evidence=self.evidence(row["id"]) if row["state"] != "done" or row["uncertain"] else (),
        )
        return Job(**own)
