"""
What the verbs of `Client` stand on: one person's configuration, ledger and gateways, and how a quote is made
and an approved one is put to work.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from limner import approval, artifacts, budget, choice, gateways, home, lists, references, subjects, terms
from limner import quote as quoting
from limner.approval import By
from limner.artifacts import Output
from limner.errors import ApprovalNeeded, QuoteChanged, Usage
from limner.gateways import Gateway
from limner.journal import Journal, Page
from limner.ledger import ANY_PACE, Ledger, Owner, Pace
from limner.market import Market
from limner.records import plain
from limner.results import Job
from limner.types import Adjustment, Model, Quote, Reference, Request

if TYPE_CHECKING:
    from limner.work import Work

Watch = Callable[[str, Mapping[str, Any]], None]
_MOMENT = 2.0
"""Seconds to wait for a balance after everything else has been asked."""


class Engine:
    """One person's limner, opened as far as it is used: the ledger at the first look into it."""

    def __init__(self, place: home.Home, settings: gateways.Settings, language: str) -> None:
        self.home = place
        self.settings = settings
        self.language = language
        self.market = Market(settings)
        self.journal = Journal(place.logs, settings.get("log"))
        self._ledger: Ledger | None = None
        self._owner: Owner | None = None
        self._opening = threading.RLock()

    @property
    def ledger(self) -> Ledger:
        with self._opening:
            if self._ledger is None:
                self._ledger = Ledger(self.home.ledger)
            return self._ledger

    @property
    def owner(self) -> Owner:
        """This process, as the jobs it works on know it."""
        with self._opening:
            if self._owner is None:
                self._owner = Owner(self.ledger.owners)
            return self._owner

    def close(self) -> None:
        if self._ledger:
            self._ledger.close()
            self._ledger = None
        if self._owner:
            self._owner.close()
            self._owner = None

    def quote(
        self,
        wanted: Request,
        gateway: Gateway,
        model: Model,
        sent: tuple[Reference, ...],
        notes: tuple[Adjustment, ...] = (),
    ) -> Quote:
        """
        A frozen choice with its price, written down. `sent`: the references as they will leave; `notes`: what
        is to be said of how it was chosen.
        """
        frozen = self._frozen(wanted, gateway, model, sent, notes)
        told = terms.notes(self.ledger, frozen.choice, gateway.facts["limits"])
        listed, moved = self._listed(gateway, told)
        frozen = quoting.noted(frozen, (*told, *moved), listed)
        self.ledger.add_quote(frozen)
        return frozen

    def _listed(self, gateway: Gateway, known: tuple[Adjustment, ...]) -> tuple[str, tuple[Adjustment, ...]]:
        """Which version of the gateway's list is sold from, and what to say of how it came to be."""
        look = self.market.look(gateway)
        if look is None:
            return "", ()
        told = lists.notes(self.ledger, gateway.name, gateway.title, look, known)
        return lists.note(self.ledger, gateway.name, look), told

    def note_looks(self) -> None:
        """Write down what was seen of gateways' lists while nothing was quoted."""
        for name, look in self.market.looks.items():
            lists.note(self.ledger, name, look)

    def _frozen(
        self,
        wanted: Request,
        gateway: Gateway,
        model: Model,
        sent: tuple[Reference, ...],
        notes: tuple[Adjustment, ...],
    ) -> Quote:
        made = choice.make(wanted, model, gateway.provider, sent, lambda: self.market.sold(wanted))
        made = made._replace(adjustments=(*notes, *made.adjustments))
        chosen = self.market.completed(gateway, made)
        return quoting.make(
            chosen,
            host=gateway.host,
            account=gateway.account,
            unit=gateway.unit,
            repeats=self.market.repeats(gateway),
            repairs=self.market.repairs(gateway, chosen),
            now=self.ledger.now(),
        )

    def settled(self, wanted: Request) -> tuple[Request, tuple[Adjustment, ...]]:
        """A request whose references are files, whatever it called them, and what is to be said of them."""
        if wanted.subject is None and not wanted.references:
            return wanted, self._mentioned(wanted)
        return subjects.settle(wanted, self.ledger)

    def _mentioned(self, wanted: Request) -> tuple[Adjustment, ...]:
        """A word for who names a subject without asking for it: words alone would draw another one."""
        found = subjects.mentioned(wanted.prompt, self.ledger)[:1]
        return tuple(Adjustment("subject.known_in_words", {"name": name}) for name in found)

    def references(self, wanted: Request, gateway: Gateway, model: Model) -> tuple[Reference, ...]:
        """The pictures a request refers to, made ready to send. Raises `Usage`."""
        if not wanted.references:
            return ()
        limits = gateway.facts["limits"]
        allowed = references.Limits(
            longest_side=int(limits["reference_side"]),
            bytes=int(limits["reference_bytes"]),
            files=model.max_references,
            media_types=tuple(limits["reference_types"]),
            links=bool(limits.get("reference_links")),
        )
        return references.prepare(wanted.references, allowed, home.private_folder(self.home.references))

    def pick(self, wanted: Request) -> tuple[Gateway, Model, tuple[Adjustment, ...]]:
        """As `Market.pick`, with plainer words for a model that was bought here and is sold no longer."""
        try:
            return self.market.pick(wanted)
        except Usage as error:
            plainer = terms.gone(self.ledger, error, wanted, gateways.names(self.settings))
            if plainer is error:
                raise
            raise plainer from error

    def needs_question(self, quote: Quote) -> bool:
        """Does somebody have to be asked, or is it free, or within what the configuration allows unasked?"""
        unasked = budget.unasked(self.settings.values, quote.choice.gateway, quote.ceiling.unit)
        within = quote.price_known and quote.ceiling.micro <= unasked.micro
        # What will be other than asked was never allowed beforehand by anybody.
        other = any(one.key in choice.MATERIAL for one in quote.choice.adjustments)
        return quote.needs_approval and (other or not within)

    def approve(self, quote: Quote, by: By) -> None:
        """Write a yes down, with its money reserved. Raises as `Client.approve` does."""
        granted = approval.grant(quote, by, self.ledger.now(), self.mode())
        limits = budget.limits(self.settings.values, quote.choice.gateway, quote.ceiling.unit)
        most_jobs = budget.most_jobs(self.settings.values)
        self.ledger.add_approval(quote, granted.by, granted.at, limits, most_jobs)
        terms.approved(self.ledger, quote, gateways.facts(quote.choice.provider)["limits"])
        if by != "free":
            lists.approved(self.ledger, quote.choice.gateway, quote.listed)

    def check(self, quote: Quote, output: Output) -> Gateway:
        """Everything that can be known to be wrong before anything is sent. Raises as `Client.run` does."""
        is_approved = self.ledger.approval(quote.id) is not None
        # After the yes was looked for: a no takes it back.
        self.ledger.demand_undeclined(quote)
        gateway = gateways.find(quote.choice.gateway, self.settings)
        if (gateway.host, gateway.account) != (quote.host, quote.account):
            raise QuoteChanged("quote.other_account", quote=quote.id, gateway=gateway.title)
        for reference in quote.choice.references:
            if not references.unchanged(reference):
                raise QuoteChanged("quote.reference_changed", quote=quote.id, path=reference.source)
        if self.needs_question(quote) and not is_approved:
            raise ApprovalNeeded("approval.needed", quote=quote.id, ceiling=quote.ceiling)
        artifacts.check_output(output)
        if gateway.facts["gateway"].get("live"):
            self._check_tariff(quote, gateway)
        return gateway

    def _check_tariff(self, quote: Quote, gateway: Gateway) -> None:
        """Is what was quoted still sold at that price? Raises `QuoteChanged`, naming a new quote."""
        old = quote.choice
        model = self.market.pick(old.request._replace(gateway=gateway.name, model=old.model.id)).model
        if plain(model._replace(as_of="")) == plain(old.model._replace(as_of="")):
            return
        fresh = self.quote(old.request, gateway, model, old.references)
        facts = {"quote": quote.id, "new": fresh.id, "before": quote.ceiling, "now": fresh.ceiling}
        raise QuoteChanged("quote.tariff_changed", **facts)

    @contextmanager
    def noting_balance(self, quote: Quote) -> Iterator[None]:
        """
        While a gateway is asked whether its price still holds, ask it for the balance too, where it tells
        one: should an answer get lost, the two can be compared. Nobody waits for it longer than a moment.
        """
        facts = gateways.facts(quote.choice.provider)
        if not (facts["gateway"].get("live") and facts.get("evidence", {}).get("balance")):
            yield
            return
        asking = threading.Thread(target=self._note_balance, args=(quote, self.ledger), daemon=True)
        asking.start()
        try:
            yield
        finally:
            asking.join(_MOMENT)

    def _note_balance(self, quote: Quote, ledger: Ledger) -> None:
        # It is only a hint for later: whatever goes wrong with it must hinder nothing.
        with suppress(Exception):
            gateway = gateways.find(quote.choice.gateway, self.settings)
            told = self.market.ask(gateway, lambda provider, wire: provider.balance(wire))
            ledger.add_balance(gateway.name, gateway.account, told)

    def serve(self, quote: Quote, gateway: Gateway, job_id: str, output: Output, watch: Watch) -> Job:
        """Send what was approved, follow it, save it: the one step that spends."""
        from limner import runner

        row = self.ledger.approval(quote.id)
        assert row is not None
        granted = approval.restore(quote, row["by_whom"], row["at"], row["expires_at"])

        def step(work: "Work") -> Job:
            job = runner.run(work, granted)
            return job if job.state != "unknown" else self._looked_around(work, job)

        return self.at_work(quote, gateway, job_id, output, watch, step)

    def _looked_around(self, work: "Work", job: Job) -> Job:
        """What can be seen at once of an answer that was lost."""
        from limner import recovery

        return recovery.recover(work) if self.ledger.claim(job.id, self.owner.id) else job

    def at_work(
        self,
        quote: Quote,
        gateway: Gateway,
        job_id: str,
        output: Output,
        watch: Watch,
        step: Callable[["Work"], Job],
        patience: float | None = None,
    ) -> Job:
        """One step of work on a job, with the job's own connection to its gateway around it."""
        from limner import providers
        from limner.transport import Transport
        from limner.work import Work

        if quote.choice.references or quote.choice.request.subject:
            subjects.begin(self.ledger, quote, job_id)
        page = Page(self.journal, quote, job_id, gateway.key)
        transport = Transport(gateway, gateway.settings.get("proxy") or self.settings.get("proxy"))
        work = Work(
            ledger=self.ledger,
            transport=transport,
            provider=providers.load(gateway.provider),
            quote=quote,
            job_id=job_id,
            folder=self.home.runs / job_id,
            output=output,
            repeats=self.market.repeats(gateway).get(quote.choice.operation, {}),
            watch=page.watching(watch),
            language=self.language,
            pace=self._pace(gateway, quote),
            patience=patience,
        )
        page.begin(gateway.host)
        try:
            job = step(work)
        except BaseException as error:
            page.broke(error)
            raise
        finally:
            transport.close()
        page.end(job)
        return job

    def mode(self) -> approval.Mode:
        """Whose yes counts. A misspelt word must not quietly mean the weaker one."""
        told = self.settings.get("approval", {})
        mode = told.get("mode", "relay") if isinstance(told, Mapping) else told
        if mode == "person":
            return "person"
        if mode != "relay":
            raise Usage("settings.approval_mode", mode=mode, path=self.home.settings)
        return "relay"

    def _pace(self, gateway: Gateway, quote: Quote) -> Pace:
        """How much the gateway takes at once: the configuration's word, else its facts'."""
        told = {**gateway.facts["limits"], **gateway.settings.get("limits", {})}
        per_minute = told.get("per_minute")
        polled = {**gateway.facts.get("polling", {}), **gateway.settings.get("polling", {})}
        task = max([polled.get("limit", 0), *polled.get("limit_by_size", {}).values()])
        longest = int(max(quote.choice.model.time_limit, task) + 120) * 1000
        within = float(told.get("send_within", ANY_PACE.send_within))
        return Pace(int(told["concurrency"]), int(per_minute) if per_minute else None, longest, within)
