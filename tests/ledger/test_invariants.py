"""
Any order of quotes, yeses, runs, crashes and recoveries, and what holds after each of them.

The ledger, the client, the adapter and the sandbox are the real ones. `LIMNER_EXAMPLES=200` looks longer.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
import threading
from pathlib import Path
from secrets import token_hex
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from PIL import Image

from buyer import ask
from limner import Client, Output
from limner.errors import ApprovalNeeded, LimnerError, QuoteChanged, Stopped
from limner.ledger import Ledger
from limner.records import digest_of, id_of
from limner.results import LIVE, Job
from limner.types import Quote

EXAMPLES = int(os.environ.get("LIMNER_EXAMPLES", "6"))
FAULTS = ["", "", "", "lost-after-charge", "524-after-charge", "503", "503x1", "torn", "not-json", "refusal"]
CHAT, GPT, LOCAL = "gemini-3-pro-image-preview", "gpt-image-2", "local-diffusion"
POINTS = ["intend", "answer", "add_picture", "settle"]
ROUNDING = 2
SANDBOX: list[str] = []


class Killed(BaseException):
    """What ends a thread as abruptly as a signal ends a process."""


class Books(RuleBasedStateMachine):
    """One home that several clients share, one account, and everything that may be done with them."""

    quotes: Bundle[str] = Bundle("quotes")
    jobs: Bundle[str] = Bundle("jobs")

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="limner-books-"))
        self.home, self.folder = self.place / "home", self.place / "pictures"
        self.home.mkdir()
        self.folder.mkdir()
        self.red = self.place / "red.png"
        self._paint(0)
        self.key = f"sk-test-{token_hex(20)}"
        os.environ["BOOKS_KEY"] = os.environ["OMNIMAAS_API_KEY"] = self.key
        self.settings: dict[str, str] = {"price": "0.01"}
        self._configure()
        self.clients = [Client(home=str(self.home)) for _ in range(2)]
        self.agreed: dict[str, Quote] = {}
        """Quotes as they were when somebody said yes to them."""
        self.resolved: set[str] = set()
        self.tags = 0

    def teardown(self) -> None:
        for client in self.clients:
            client.close()
        shutil.rmtree(self.place, ignore_errors=True)

    # What may happen.

    @rule(
        target=quotes,
        model=st.sampled_from([GPT, CHAT, LOCAL]),
        n=st.integers(1, 2),
        edit=st.booleans(),
        fault=st.sampled_from(FAULTS),
        attempts=st.sampled_from([None, 1, 2]),
    )
    def quote(self, model: str, n: int, edit: bool, fault: str, attempts: int | None) -> str:
        self.tags += 1
        word = f" [[{fault}]]" if fault else ""
        wish: dict[str, Any] = {"model": model, "n": n, "attempts": attempts}
        if edit:
            wish["references"] = (str(self.red),)
        gateway = "local" if model == LOCAL else "omnimaas"
        return self.clients[0].quote(f"a cup tag{self.tags}.{word}", gateway=gateway, **wish).id

    @rule(quote=quotes, who=st.integers(0, 1))
    def approve(self, quote: str, who: int) -> None:
        self.agreed[quote] = self.clients[who].approve(quote)

    @rule(target=jobs, quote=quotes, who=st.integers(0, 1))
    def run(self, quote: str, who: int) -> str:
        try:
            return self._run(self.clients[who], quote).id
        except ApprovalNeeded:
            assert quote not in self.agreed
        except QuoteChanged as error:
            assert error.key in {"quote.reference_changed", "quote.expired"}
        except Stopped as error:
            self.clients[who].resume(error.facts["gateway"])
        return ""

    @rule(quote=quotes)
    def run_in_two_clients_at_once(self, quote: str) -> None:
        if quote not in self.agreed:
            return
        threads = [threading.Thread(target=self._try, args=(client, quote)) for client in self.clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

    @rule(target=jobs, quote=quotes, point=st.sampled_from(POINTS), after=st.integers(0, 1))
    def crash(self, quote: str, point: str, after: int) -> str:
        """Somebody runs a quote and ends right before a write of the ledger; their client is gone."""
        real, calls = getattr(Ledger, point), [0]

        def dies(*words: Any, **more: Any) -> Any:
            calls[0] += 1
            if calls[0] > after:
                raise Killed
            return real(*words, **more)

        def hands_back(*words: Any) -> None:
            if calls[0] <= after:
                returned(*words)

        returned = Ledger.hand_back
        client = Client(home=str(self.home))
        try:
            with patch.object(Ledger, point, dies), patch.object(Ledger, "hand_back", hands_back):
                self._run(client, quote)
        except (Killed, LimnerError):
            pass
        finally:
            client.close()
        job = self.clients[0].ledger.job_of_quote(quote)
        return job.id if job else ""

    @rule(job=jobs, who=st.integers(0, 1))
    def recover(self, job: str, who: int) -> None:
        if not job:
            return
        requests = len(self._asked("requests"))
        self.clients[who].recover(job)
        assert len(self._asked("requests")) == requests, "a recovery buys nothing"

    @rule(job=jobs, who=st.integers(0, 1))
    def call_back(self, job: str, who: int) -> None:
        if not job:
            return
        called, after = self.clients[who].cancel(job)
        assert (called == "confirmed") == (after.state == "canceled")
        if called == "confirmed":
            assert self._tag(after.prompt) not in self._bills()

    @rule(job=consumes(jobs), charged=st.booleans())
    def resolve(self, job: str, charged: bool) -> None:
        known = self.clients[0].job(job) if job else None
        if known and known.state == "unknown" and known.uncertain.micro:
            self.clients[0].resolve(job, charged)
            self.resolved.add(job)

    @rule(price=st.sampled_from(["0.01", "0.02", "0.5"]))
    def change_the_price(self, price: str) -> None:
        """For quotes to come; a quote that stands keeps what was agreed to."""
        self.settings["price"] = price
        self._configure()
        self.clients[0].close()
        self.clients[0] = Client(home=str(self.home))

    @rule(seed=st.integers(0, 2))
    def change_the_reference(self, seed: int) -> None:
        self._paint(seed)

    @rule(quote=quotes)
    def let_time_pass(self, quote: str) -> None:
        """A yes that nobody used for longer than it is good for."""
        store = self.clients[0].ledger.store
        with store.writing():
            store.do("UPDATE approval SET expires_at = 1 WHERE quote_id = ?", quote)

    # What holds.

    @invariant()
    def money_leaves_only_under_an_approval_that_names_exactly_what_was_sent(self) -> None:
        for job in self._rows("SELECT * FROM job"):
            (approval,) = self._rows("SELECT * FROM approval WHERE quote_id = ?", job["quote_id"])
            quote = self.clients[0].ledger.quote(job["quote_id"])
            assert approval["digest"] == digest_of(quote)
            assert job["quote_id"] == id_of(approval["digest"])
            assert self.agreed[job["quote_id"]] == quote
        quotes = {self._tag(one.choice.prompt): one for one in self.agreed.values()}
        for bill in self._asked("bills"):
            quote = quotes[self._tag(bill["prompt"])]
            assert bill["model"] == quote.choice.model.id

    @invariant()
    def a_quote_is_served_at_most_once(self) -> None:
        served = self._rows("SELECT quote_id, count(*) AS n FROM job GROUP BY quote_id")
        assert all(row["n"] == 1 for row in served)
        for tag, bills in self._bills().items():
            (quote,) = [one for one in self.agreed.values() if self._tag(one.choice.prompt) == tag]
            assert len({bill["request_id"] for bill in bills}) <= quote.sends * quote.attempts

    @invariant()
    def every_request_that_was_charged_was_written_down_before(self) -> None:
        for tag, bills in self._bills().items():
            job = self._job(tag)
            rows = self._rows("SELECT * FROM attempt WHERE job_id = ? AND status <> 'never_left'", job["id"])
            assert len({bill["request_id"] for bill in bills}) <= len(rows)

    @invariant()
    def charged_and_released_and_reserved_equal_what_was_approved(self) -> None:
        for job in self._rows("SELECT * FROM job"):
            sums = {"reserve": 0, "charge": 0, "release": 0}
            for row in self._rows("SELECT kind, amount FROM entry WHERE job_id = ?", job["id"]):
                sums[row["kind"]] += row["amount"]
            assert sums["reserve"] == self.agreed[job["quote_id"]].ceiling.micro
            assert sums["charge"] + sums["release"] + job["reserved"] == sums["reserve"]
            assert sums["charge"] == (job["cost"] or 0)

    @invariant()
    def a_job_that_is_done_has_its_pictures_on_disk(self) -> None:
        for job in self._rows("SELECT * FROM job WHERE state = 'done'"):
            rows = self._rows("SELECT * FROM picture WHERE job_id = ?", job["id"])
            assert rows
            for row in rows:
                assert hashlib.sha256(Path(row["path"]).read_bytes()).hexdigest() == row["sha256"]
                assert Path(row["sidecar"]).exists()

    @invariant()
    def what_nobody_knows_stays_reserved(self) -> None:
        for tag, bills in self._bills().items():
            job = self._job(tag)
            if job["id"] in self.resolved:
                continue
            billed = sum(bill["micro"] for bill in bills)
            assert (job["cost"] or 0) + job["reserved"] + ROUNDING * len(bills) >= billed
        for job in self._rows("SELECT * FROM job WHERE state = 'unknown'"):
            assert job["reserved"] == job["uncertain"] > 0

    @invariant()
    def what_has_ended_holds_nothing_back_but_open_questions(self) -> None:
        for job in self._rows("SELECT * FROM job"):
            if job["state"] not in LIVE:
                assert job["reserved"] == job["uncertain"]
                # Whoever died while looking for evidence still stands there; the next one takes over.
                assert job["owner"] is None or job["state"] == "unknown"

    @invariant()
    def the_daily_sums_are_the_sums_of_the_entries(self) -> None:
        (entries,) = self._rows("SELECT coalesce(sum(amount), 0) AS n FROM entry WHERE kind = 'charge'")
        (days,) = self._rows("SELECT coalesce(sum(charged), 0) AS n FROM spend")
        assert entries == days

    # How.

    def _run(self, client: Client, quote: str) -> Job:
        return client.run(quote, Output(folder=str(self.folder)))

    def _try(self, client: Client, quote: str) -> None:
        with contextlib.suppress(QuoteChanged, Stopped):
            self._run(client, quote)

    def _paint(self, seed: int) -> None:
        Image.new("RGB", (64, 48), (200, 20, 20 + seed)).save(self.red)

    def _configure(self) -> None:
        (url,) = SANDBOX
        (self.home / "config.toml").write_text(
            "waits = [0, 0]\n"
            f'[gateways.local]\nprovider = "openai_compatible"\nbase_url = "{url}/openai/v1"\n'
            f'key_env = "BOOKS_KEY"\nmax_n = 1\n[gateways.local.models."{LOCAL}"]\n'
            f'price = "{self.settings["price"]}"\n',
            "utf-8",
        )

    def _asked(self, page: str) -> list[dict[str, Any]]:
        return list(ask(SANDBOX[0], f"/_sandbox/{page}?account={self.key}"))

    def _bills(self) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for bill in self._asked("bills"):
            found.setdefault(self._tag(bill["prompt"]), []).append(bill)
        return found

    def _job(self, tag: str) -> dict[str, Any]:
        (job,) = [row for row in self._rows("SELECT * FROM job") if self._tag(row["prompt"]) == tag]
        return job

    def _tag(self, prompt: str) -> str:
        return prompt.partition("tag")[2].partition(".")[0]

    def _rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        return self.clients[1].ledger.store.rows(sql, *values)


@pytest.fixture(autouse=True)
def shop(sandbox: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """OmniMaaS at the sandbox under the key of whichever books are open."""
    SANDBOX[:] = [sandbox]
    monkeypatch.setenv("OMNIMAAS_BASE_URL", f"{sandbox}/omnimaas/v1")
    for name in ("BOOKS_KEY", "OMNIMAAS_API_KEY"):
        monkeypatch.setenv(name, "none yet")


Books.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=12,
    deadline=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
TestTheBooks = Books.TestCase
