"""What has been seen of jobs whose outcome is not known, and calling jobs back."""

import json
from collections.abc import Mapping
from typing import Any

from limner.errors import Canceled, NotFound, Usage
from limner.ledger import spending
from limner.ledger.approvals import Approvals
from limner.money import Money
from limner.records import facts_of, facts_text
from limner.results import Called, Evidence

_KEPT = 90 * 24 * 3_600_000
_BEFORE = 3_600_000
"""A balance older than this tells nothing about a request."""


class Witnessed(Approvals):
    """The part of the ledger that gathers what is known beside the gateway's answer."""

    def add_evidence(self, job_id: str, kind: str, facts: Mapping[str, Any]) -> Evidence:
        """Write down what was seen; seen before with the same facts, it is counted up. As it stands then."""
        told = facts_text(facts)
        with self.store.writing():
            last = self.store.row("SELECT max(at) AS at FROM evidence WHERE job_id = ?", job_id)
            # Two looks within a millisecond would lose their order.
            at = max(self.now(), last["at"] + 1 if last and last["at"] else 0)
            self.store.do(
                "INSERT INTO evidence (job_id, kind, facts, first_at, at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET at = excluded.at, times = times + 1",
                job_id,
                kind,
                told,
                at,
                at,
            )
            where = "job_id = ? AND kind = ? AND facts = ?"
            row = self.store.row(f"SELECT * FROM evidence WHERE {where}", job_id, kind, told)  # noqa: S608
        assert row is not None
        return _read(row)

    def with_rests(self) -> list[str]:
        """Jobs that have ended beside an answer that is still lost, the oldest first."""
        where = "reserved > 0 AND uncertain > 0 AND state IN ('done', 'failed')"
        return [row["id"] for row in self.store.rows(f"SELECT id FROM job WHERE {where} ORDER BY seq")]  # noqa: S608

    def ended_by_word(self, limit: int) -> list[str]:
        """The latest jobs that ended by a person's word instead of their work, the oldest of them first."""
        sql = "SELECT id FROM job WHERE state = 'canceled' OR cost_basis = 'person' ORDER BY seq DESC LIMIT ?"
        return [row["id"] for row in self.store.rows(sql, limit)][::-1]

    def evidence(self, job_id: str) -> tuple[Evidence, ...]:
        """Everything that was seen of a job, the latest last."""
        rows = self.store.rows("SELECT * FROM evidence WHERE job_id = ? ORDER BY at, kind, facts", job_id)
        return tuple(_read(row) for row in rows)

    def links_until(self) -> dict[str, int]:
        """Until when the links of unfinished jobs are good, where that is known, in Unix milliseconds."""
        rows = self.store.rows(
            "SELECT evidence.job_id, evidence.facts FROM job JOIN evidence ON evidence.job_id = job.id"
            " WHERE job.state IN ('approved', 'submitting', 'submitted', 'running', 'collecting', 'unknown')"
            " AND evidence.kind = 'links_until'"
        )
        return {row["job_id"]: int(json.loads(row["facts"])["until"]) for row in rows}

    def add_balance(self, gateway: str, account: str, told: Mapping[str, Any]) -> None:
        """What an account has left at this moment."""
        with self.store.writing():
            at = self.now()
            self.store.do(
                "INSERT OR REPLACE INTO balance VALUES (?, ?, ?, ?)",
                gateway,
                account,
                at,
                json.dumps(dict(told)),
            )
            sql = "DELETE FROM balance WHERE gateway = ? AND account = ? AND at < ?"
            self.store.do(sql, gateway, account, at - _KEPT)

    def balance_before(self, job_id: str) -> tuple[int, dict[str, Any]] | None:
        """The account's last known balance before the job's first request left, and when that was."""
        row = self.store.row(
            "SELECT balance.at, balance.told FROM job JOIN balance"
            " ON balance.gateway = job.gateway AND balance.account = job.account"
            " WHERE job.id = ? AND balance.at BETWEEN job.created_at - ?"
            " AND (SELECT min(sent_at) FROM attempt WHERE job_id = job.id)"
            " ORDER BY balance.at DESC LIMIT 1",
            job_id,
            _BEFORE,
        )
        return (row["at"], json.loads(row["told"])) if row else None

    def others_since(self, job_id: str, at: int) -> int:
        """How many other jobs moved at the same account since then, so that a balance may be theirs."""
        row = self.store.row(
            "SELECT count(*) AS n FROM job AS this JOIN job AS other"
            " ON other.gateway = this.gateway AND other.account = this.account AND other.id <> this.id"
            " WHERE this.id = ? AND other.updated_at >= ? AND other.sent > 0",
            job_id,
            at,
        )
        return int(row["n"]) if row else 0

    def cancel(self, job_id: str) -> Called:
        """
        Call a job back. "confirmed": nothing of it was sent, its money is free again, whoever owns it sends
        nothing. "requested": what was sent goes on, the rest is not sent. "too_late": all of it was sent, or
        it has ended. Raises `NotFound`.
        """
        with self.store.writing(durable=True):
            row = self.store.row("SELECT * FROM job WHERE id = ?", job_id)
            if row is None:
                raise NotFound("job.not_found", job=job_id)
            if row["state"] == "canceled":
                return "confirmed"
            if row["state"] in {"done", "failed", "unknown"}:
                return "too_late"
            attempts = self.store.rows("SELECT * FROM attempt WHERE job_id = ?", job_id)
            if not any(one["status"] in {"intent", "accepted", "unknown"} for one in attempts):
                self._called_back(row)
                return "confirmed"
            self.store.do("UPDATE job SET cancel_at = ? WHERE id = ?", self.now(), job_id)
            begun = {one["part"] for one in attempts}
            return "requested" if len(begun) < self.quote(row["quote_id"]).sends else "too_late"

    def name_task(self, job_id: str, task_id: str) -> None:
        """
        A person's word that a lost request became this task of the gateway's. Raises `Usage` when the task
        belongs to another job, or when the job lacks none.
        """
        with self.store.writing(durable=True):
            row = self.store.row(
                "SELECT attempt.n, job.gateway, other.job_id AS other"
                " FROM attempt JOIN job ON job.id = attempt.job_id"
                " LEFT JOIN attempt AS other ON other.gateway = job.gateway AND other.task_id = ?"
                " WHERE attempt.job_id = ? AND job.state = 'unknown' AND attempt.status = 'unknown'"
                " AND (attempt.task_id IS NULL OR attempt.task_id = ?) ORDER BY attempt.n DESC LIMIT 1",
                task_id,
                job_id,
                task_id,
            )
            if row is None:
                raise Usage("recover.nothing_lost", job=job_id)
            if row["other"] not in (None, job_id):
                raise Usage("recover.task_known", task=task_id, other=row["other"])
            sql = "UPDATE attempt SET task_id = ? WHERE job_id = ? AND n = ?"
            self.store.do(sql, task_id, job_id, row["n"])

    def demand_wanted(self, job_id: str) -> None:
        """Raises `Canceled` when somebody called the job back. Part of the caller's transaction."""
        row = self.store.row("SELECT state, cancel_at FROM job WHERE id = ?", job_id)
        if row is not None and (row["state"] == "canceled" or row["cancel_at"] is not None):
            raise Canceled("cancel.rest" if row["state"] != "canceled" else "cancel.before", job=job_id)

    def _called_back(self, row: Mapping[str, Any]) -> None:
        at, nothing = self.now(), Money(0, row["unit"])
        spending.settle(self.store, row, nothing, nothing, nothing, at)
        self.store.do(
            "UPDATE job SET state = 'canceled', owner = NULL, cost = 0, uncertain = 0, reserved = 0,"
            " charged = 'no', error = 'cancel.before', error_facts = ?, cancel_at = ?, updated_at = ?"
            " WHERE id = ?",
            json.dumps({"code": Canceled.code}),
            at,
            at,
            row["id"],
        )


def _read(row: Mapping[str, Any]) -> Evidence:
    return Evidence(row["kind"], facts_of(row["facts"]), row["first_at"], row["at"], row["times"])
