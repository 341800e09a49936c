"""
The few functions every face calls; the only place where rooms are joined.

    quote = client.quote("a lighthouse at dusk")     free, repeatable
    client.approve(quote.id, by="python")            somebody's yes
    job = client.run(quote.id)                       spends
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limner import artifacts, budget, catalog, choice, gateways, home, receipts, references, terms, uses
from limner.approval import By
from limner.artifacts import Output
from limner.choosing import Choosing
from limner.engine import Engine, Watch
from limner.errors import Declined, NotFound, SetupNeeded, StorageFailed
from limner.gateways import Gateway, Settings
from limner.home import Home, wants_sandbox
from limner.ledger import Ledger, Spent, spending
from limner.market import Market
from limner.messages import sentence
from limner.messages.stream import Message
from limner.money import Money
from limner.results import LIVE, Called, Job, Picture
from limner.types import Adjustment, Quote, Request

if TYPE_CHECKING:
    from limner.delivery.sending import Delivered, Wishes
    from limner.delivery.target import Target
    from limner.ledger.examining import Finding
    from limner.ledger.repairing import Repaired

_MOST_WAITING = 10_000
_LOOKED_AT = 100


def _silent(event: str, facts: Mapping[str, Any]) -> None:
    del event, facts


class Client(Choosing):
    """
    One person's limner: their configuration, their ledger, their gateways.

    `home` overrides `LIMNER_HOME`. `sandbox`: play money, painted pictures, the same code and real HTTP on
    loopback; not said, `LIMNER_SANDBOX` decides. `language` is what finished sentences are written in. `over`
    lies over `config.toml` for this client alone.
    """

    def __init__(
        self,
        *,
        home: str | None = None,
        sandbox: bool | None = None,
        language: str = "en",
        over: Mapping[str, Any] | None = None,
    ) -> None:
        sandbox = wants_sandbox() if sandbox is None else sandbox
        place = _home(home, sandbox)
        settings = gateways.settings(place, _sandbox_url(place) if sandbox else None, over)
        budget.check(settings)
        self.engine = Engine(place, settings._replace(language=language), language)

    @property
    def language(self) -> str:
        """What finished sentences are written in; may be set anew, as when a prompt shows who is speaking."""
        return self.engine.language

    @language.setter
    def language(self, language: str) -> None:
        self.engine.language = language

    @property
    def home(self) -> Home:
        return self.engine.home

    @property
    def settings(self) -> Settings:
        return self.engine.settings

    @property
    def market(self) -> Market:
        return self.engine.market

    @property
    def ledger(self) -> Ledger:
        return self.engine.ledger

    @property
    def sandbox(self) -> bool:
        return self.settings.sandbox_url is not None

    def close(self) -> None:
        self.engine.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def gateways(self) -> list[str]:
        """The names of all gateways there are, set up or not."""
        return gateways.names(self.settings)

    def gateway(self, name: str) -> Gateway:
        """Raises `NotFound`, or `SetupNeeded` when it lacks a key or an address."""
        return gateways.find(name, self.settings)

    def habits(self, gateway: str, model: str) -> tuple[Adjustment, ...]:
        """What a model is known to deliver otherwise than asked, from its latest jobs here."""
        return terms.habits(self.ledger, gateway, model)

    def quote(self, request: Request | str, **wishes: Any) -> Quote:
        """
        What a request would be, exactly, and what it would cost. Free; nothing is sent.

        `wishes` are the fields of `Request`. Raises `Usage`, `SetupNeeded`, `BudgetExceeded`.
        """
        wanted = request if isinstance(request, Request) else Request(prompt=request)
        wanted = wanted._replace(**wishes)
        choice.sound(wanted)
        uses.of(wanted)
        wanted, told = self.engine.settled(wanted)
        try:
            gateway, model, notes = self.engine.pick(wanted)
        except SetupNeeded:
            # First what is wrong with the request itself, then what is missing to serve it.
            references.demand(wanted.references)
            raise
        choice.check(wanted, model, gateway.facts["limits"], lambda: self.market.sold(wanted))
        sent = self.engine.references(wanted, gateway, model)
        return self.engine.quote(wanted, gateway, model, sent, (*told, *notes))

    def approve(self, quote_id: str, by: By = "python") -> Quote:
        """
        Write down a yes to exactly this quote. Raises `NotFound`, `QuoteChanged`, `BudgetExceeded`, and
        `ApprovalNeeded` where the configuration lets only a person's own hand count.
        """
        quote = self.ledger.quote(quote_id)
        if self.ledger.approval(quote_id) is None:
            self.engine.approve(quote, by)
        return quote

    def decline(self, quote_id: str) -> Quote:
        """
        Write down a no: the quote can never be made, and a yes to it is taken back. Raises `NotFound`, and
        `QuoteChanged` where it was made already.
        """
        quote = self.ledger.quote(quote_id)
        self.ledger.decline(quote)
        return quote

    def needs_question(self, quote: Quote) -> bool:
        """Does somebody have to be asked, or is it free, or within what the configuration allows unasked?"""
        return self.engine.needs_question(quote)

    def check_run(self, quote: Quote, output: Output) -> Gateway:
        """Everything that can be known to be wrong before anything is sent. Raises as `run` does."""
        return self.engine.check(quote, output)

    def run(self, quote_id: str, output: Output | None = None, watch: Watch = _silent) -> Job:
        """
        Serve an approved quote: the one call that spends. The same quote asked for again names its job and
        buys nothing. Raises `ApprovalNeeded`, `QuoteChanged`, `Usage`; what goes wrong later, the job says.
        """
        output = output or Output()
        quote = self.ledger.quote(quote_id)
        known = self.ledger.job_of_quote(quote_id)
        if known is not None:
            return known
        with self.engine.noting_balance(quote):
            gateway = self.check_run(quote, output)
        if self.ledger.approval(quote_id) is None:
            self.engine.approve(quote, "budget" if quote.needs_approval else "free")
        job_id, fresh = self.ledger.open_job(quote, self.home.runs, output._asdict(), self.engine.owner.id)
        if not fresh:
            return self.ledger.job(job_id)
        watch("opened", {"job": job_id})
        return self.engine.serve(quote, gateway, job_id, output, watch)

    def make(
        self,
        request: Request | str,
        *,
        yes: Callable[[Quote], bool],
        output: Output | None = None,
        watch: Watch = _silent,
        **wishes: Any,
    ) -> Job:
        """
        Quote, yes, picture in one call. `yes` is shown the quote and answers for the person; it is not
        asked when the pictures are free, or cost no more than the configuration allows unasked.
        Raises `Declined` for a no.
        """
        quote = self.quote(request, **wishes)
        artifacts.check_output(output or Output())
        if self.needs_question(quote):
            if not yes(quote):
                self.decline(quote.id)
                raise Declined("approval.declined", quote=quote.id)
            self.approve(quote.id, by="python")
        return self.run(quote.id, output, watch)

    def job(self, job_id: str) -> Job:
        return self.ledger.job(job_id)

    def messages(self, job_id: str, **manner: Any) -> Iterator[Message]:
        """
        What whoever waits is told, from the first word to the last, as it falls due: `language` (else the
        prompt's), `seconds` (the most to wait), `debug`, `hint`, as in `narration`. Raises `NotFound`.
        """
        from limner import narration

        return narration.follow(self.engine, job_id, **manner)

    def is_left(self, job_id: str) -> bool:
        """Has the process ended that worked on an unfinished job? `recover` brings such a job home."""
        return self.ledger.is_left(job_id)

    def jobs(self, state: str | None = None, limit: int = 20, after: str | None = None) -> list[Job]:
        """Newest first. `after` is the id of the last one already seen."""
        before = self.ledger.seq(after) if after else None
        if after and before is None:
            raise NotFound("job.not_found", job=after)
        return self.ledger.jobs(state, limit, before)

    def recover(self, job_id: str, patience: float | None = 0, watch: Watch = _silent) -> Job:
        """
        Bring home what an interrupted job has to give, or find out what became of one whose answer was lost:
        what was seen is in its `evidence`. Sends nothing that costs. A task that is still at work is looked
        at once, or followed for `patience` seconds (`None`: as long as it takes).
        """
        from limner import recovery

        job = self.ledger.job(job_id)
        ended = job.state not in LIVE and job.state != "unknown"
        if ended and not job.uncertain.micro:
            return job if receipts.is_told(job) or not job.prompt else self._told(job)
        # Whatever is missing shows before the job is claimed, so that it stays free for others.
        quote = self.ledger.quote(job.quote_id)
        gateway = gateways.find(job.gateway, self.settings)
        output = Output(**self.ledger.output(job_id))
        if ended:
            return self._told(
                self.engine.at_work(quote, gateway, job_id, output, watch, recovery.look_around)
            )
        if not self.ledger.claim(job_id, self.engine.owner.id):
            return self.ledger.job(job_id)
        return self.engine.at_work(quote, gateway, job_id, output, watch, recovery.recover, patience)

    def waiting(self) -> list[Job]:
        """
        Jobs to recover, in the order in which that should be done: links that end soon come first; last those
        that have ended, beside an answer that is still lost or without a file that says so.
        """
        from limner import recovery

        open_ones = self.ledger.jobs("unfinished", _MOST_WAITING)
        rests = [self.ledger.job(one) for one in self.ledger.with_rests()]
        ended = [self.ledger.job(one) for one in self.ledger.ended_by_word(_LOOKED_AT)]
        # What was forgotten on purpose has no words any more, and needs no file.
        untold = [job for job in ended if job.prompt and not receipts.is_told(job)]
        return [*recovery.in_order(open_ones, self.ledger.links_until()), *rests, *untold]

    def cancel(self, job_id: str) -> tuple[Called, Job]:
        """
        Call a job back, as far as that can be done: what it came to, and the job. What was sent goes on, as
        no gateway takes it back. Raises `NotFound`.
        """
        called = self.ledger.cancel(job_id)
        job = self.ledger.job(job_id)
        return called, self._told(job) if called == "confirmed" else job

    def _told(self, job: Job) -> Job:
        """A job that ended by somebody's word, written into its own files."""
        key, facts = receipts.words(job)
        receipts.write(job, sentence(key, self.language, facts))
        return job

    def name_task(self, job_id: str, task_id: str) -> None:
        """
        Say that a request whose answer was lost became this task of its gateway's, for `recover` to look at.
        Raises `NotFound`, `Usage`.
        """
        self.ledger.job(job_id)
        self.ledger.name_task(job_id, task_id)

    def adopt(self, gateway: str, task_id: str, output: Output | None = None) -> str:
        """
        Take in a task that was started elsewhere; the id of its job, for `recover`. Spends nothing.
        A task that is already in the ledger names the job it belongs to. Raises `GatewayError`, and writes
        nothing, when the gateway does not know the task or cannot be asked.
        """
        known = self.ledger.job_of_task(gateway, task_id)
        if known is not None:
            return known
        found = gateways.find(gateway, self.settings)
        self.market.ask(found, lambda provider, wire: provider.poll(wire, task_id))
        stranger = catalog.unlisted(gateway, "unknown", found.facts, {"price": "0"}, free=True)
        wanted = Request(prompt="", gateway=gateway, model="unknown")
        quote = self.engine.quote(wanted, found, stranger, ())
        self.approve(quote.id, by="free")
        place = (output or Output())._asdict()
        return self.ledger.open_adopted(quote, self.home.runs, place, task_id)

    def resolve(self, job_id: str, charged: bool) -> Job:
        """Close an open question by a person's word: was it charged? Raises `NotFound`, `Usage`."""
        self.ledger.resolve(job_id, charged)
        return self._told(self.ledger.job(job_id))

    def resume(self, gateway: str) -> int:
        """Let a gateway go on that limner stopped by itself; how many stops were lifted."""
        return self.ledger.resume(gateway)

    def examine(self) -> "list[Finding]":
        """What is not as it should be in the ledger: its file, its sums, the files it names."""
        from limner.ledger.examining import examine

        return examine(self.ledger.store, self.home.runs)

    def repair(self) -> "Repaired":
        """
        Put right what the ledger's entries prove, and save what a damaged one still gives; the old one is
        kept. Raises `StorageFailed` while another process works on its jobs.
        """
        from limner.ledger.repairing import repair

        self.close()
        return repair(self.home.ledger, self.home.runs)

    def backup(self, file: str) -> tuple[Path, Path]:
        """
        Copy the ledger to the new file `file`; the copy, and the list of the pictures it names. Raises
        `Usage` for a file that is there, `NotFound` where there is no ledger, `StorageFailed`.
        """
        from limner.ledger.backups import backup

        if not self.home.ledger.exists():
            raise NotFound("backup.none")
        return backup(self.ledger.store, Path(file).expanduser().absolute())

    def spend(self, by: str = "day", since: str = "0000-00-00") -> tuple[list[Spent], list[Money]]:
        """Charges since a day (YYYY-MM-DD) by "day", "gateway" or "model", and what is still reserved."""
        return spending.report(self.ledger.store, by, since), spending.reserved(self.ledger.store)

    def balance(self, name: str) -> Mapping[str, Any]:
        """What is left on the account, in the gateway's own words. Raises `GatewayError`."""
        gateway = gateways.find(name, self.settings)
        return self.market.ask(gateway, lambda provider, wire: provider.balance(wire))

    def deliver(self, what: str, wishes: "Wishes") -> "list[Delivered]":
        """
        Send pictures to a chat: those of a job, or one by its path. Raises `NotFound`, `SetupNeeded`,
        `Usage`; what went wrong with one picture stands in its own result.
        """
        from limner.delivery import sending

        return sending.deliver(self.ledger, self.settings, self._with_pictures(what), wishes)

    def planned_delivery(self, what: str, wishes: "Wishes") -> "tuple[Target, tuple[Picture, ...], str]":
        """Where what would go, and its caption. Sends nothing; raises as `deliver` does."""
        from limner.delivery import sending

        return sending.planned(self.settings, self._with_pictures(what), wishes)

    def _with_pictures(self, what: str) -> Job:
        """A job by its id; or by one of its pictures, and then with that one alone."""
        if self.ledger.seq(what) is not None:
            return self.job(what)
        job, path = self.story(what), str(Path(what).expanduser().absolute())
        return job._replace(pictures=tuple(one for one in job.pictures if one.path == path) or job.pictures)

    def targets(self) -> "list[Target]":
        """The chats that the configuration names. Raises `Usage` for one of a service nobody knows."""
        from limner.delivery import target

        return [target.find(name, self.settings) for name in target.names(self.settings)]


def _home(given: str | None, sandbox: bool) -> home.Home:
    found = home.find(given)
    return found.in_sandbox() if sandbox else found


def _sandbox_url(place: home.Home) -> str:
    from limner import sandbox

    try:
        folder = home.private_folder(place.data / "server")
    except OSError as error:
        raise StorageFailed("home.cannot_make", path=place.data, reason=error.strerror) from error
    return sandbox.launch(folder)
