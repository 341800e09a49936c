"""What is for sale at this moment, among the gateways that are set up."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from limner import catalog, choice, gateways, home, knowledge, ranking, uses
from limner.errors import GatewayError, SetupNeeded, Usage
from limner.gateways import Gateway, Settings
from limner.messages import sentence
from limner.money import MICRO, Money
from limner.preferences import Preferences
from limner.ranking import Advice, Counsel, Saved, Shop
from limner.rates import Rates
from limner.types import Adjustment, Choice, Model, Repair, Request

if TYPE_CHECKING:
    from limner.lists import Look
    from limner.providers.base import Provider
    from limner.wire import Wire

T = TypeVar("T")
_ASK_SECONDS = 30.0


class Picked(NamedTuple):
    """The model that will serve a request, where it is sold, and what is to be said of the choice."""

    gateway: Gateway
    model: Model
    notes: tuple[Adjustment, ...]


class Hinted(NamedTuple):
    """A model that might have suited as well as the one the person prefers."""

    model: str
    use: str | None
    price: Money | None

    def reason(self, language: str) -> str:
        """What it is known for, as a phrase."""
        return sentence("hint.reason", language, {"use": sentence(f"use.{self.use}", language)})


def _as_it_is(chosen: Choice) -> Choice:
    return chosen


class Market:
    """The shops of one person: dated facts at any time, the gateway's own list where it has one."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._catalog: dict[tuple[str, bool], tuple[Model, ...]] = {}
        self.looks: dict[str, Look] = {}
        """What was seen of everything that a gateway sells, when it was last asked."""

    def pick(self, wanted: Request) -> Picked:
        """
        The gateway and the model that will serve a request best, among those that are set up, and why. Raises
        `Usage` for what nothing serves, `SetupNeeded` where nothing is set up.
        """
        ready = self._ready(wanted)
        if len(ready) == 1:
            shops = [self._shop(ready[0], wanted, 0, alone=True)]
        else:
            shops = [self._shop(one, wanted, place) for place, one in enumerate(ready)]
        self._check_names(wanted, shops)
        ranked = self._ranked(wanted, shops)
        first = ranked[0]
        sold = [model for shop in shops for model in shop.models]
        if wanted.model is not None:
            choice.elsewhere(wanted, first.model, sold)
        gateway = next(one for one in ready if one.name == first.model.gateway)
        model = first.model
        if gateway.facts["gateway"].get("live") and len(ready) > 1:
            # What the dated facts chose is bought from the list of this moment.
            model = choice.named(wanted._replace(model=model.id), self._able(wanted, self.live(gateway)))[0]
        return Picked(gateway, model, self._notes(wanted, first, ranked))

    def rank(self, wanted: Request, *, live: bool = False) -> tuple[ranking.Ranked, ...]:
        """
        Every model that is meant, the best for this request first; gateways that lack a key come last. With
        `live` those that list their prices are asked for them, which is free. Raises `Usage`.
        """
        ready = self._ready(wanted, required=False)
        asked = len(ready) == 1 and live
        shops = [self._shop(one, wanted, place, alone=asked, live=live) for place, one in enumerate(ready)]
        known = {one.name for one in ready}
        for name in gateways.names(self.settings) if wanted.gateway is None else [wanted.gateway]:
            if name not in known:
                shops.append(
                    Shop(name, "", len(shops), False, catalog.listed(self.settings, name), _as_it_is)
                )
        self._check_names(wanted, shops)
        return self._ranked(wanted, shops)

    def sold(self, wanted: Request) -> Sequence[Model]:
        """What the gateways that are set up have, from the dated facts."""
        ready = self._ready(wanted._replace(gateway=None), required=False)
        return [model for one in ready for model in self._sold(one, wanted, alone=False)]

    def hint(self, wanted: Request, used: Model) -> Hinted | None:
        """What might have suited as well where a saved preference chose. Never said before the picture."""
        saved = self._counsel(wanted, ()).saved
        if wanted.model or wanted.wish or not ranking.is_saved(used, saved):
            return None
        ready = self._ready(wanted, required=False)
        shops = [self._shop(one, wanted, place, live=False) for place, one in enumerate(ready)]
        counsel = self._counsel(wanted, shops)._replace(saved=None)
        first = ranking.rank(wanted, shops, counsel, Rates(self.settings.values))[0]
        told = first.why.key.startswith(("chosen.use_", "chosen.advice"))
        if first.choice is None or first.model.title == used.title or not told:
            return None
        return Hinted(first.model.title, uses.of(wanted)[0], first.price)

    def _ready(self, wanted: Request, required: bool = True) -> list[Gateway]:
        if wanted.gateway and required:
            return [gateways.find(wanted.gateway, self.settings)]
        found = sorted(gateways.configured(self.settings), key=self._place)
        if wanted.gateway:
            found = [one for one in found if one.name == wanted.gateway]
        if not found and required:
            raise SetupNeeded("key.none", gateway="OmniMaaS")
        return found

    def _shop(
        self, gateway: Gateway, wanted: Request, place: int, *, alone: bool = False, live: bool | None = None
    ) -> Shop:
        """A gateway's models: its own list where it is the only one that can be meant, or where one asks."""
        lists = bool(gateway.facts["gateway"].get("live"))
        if lists and (alone if live is None else live):
            models: Sequence[Model] = self.live(gateway)
        else:
            models = self._sold(gateway, wanted, alone=alone)

        def completed(chosen: Choice) -> Choice:
            return self.completed(gateway, chosen)

        favoured = gateway.name == self.settings.get("gateway")
        return Shop(gateway.name, gateway.provider, place, True, models, completed, favoured)

    def _able(self, wanted: Request, models: Sequence[Model]) -> Sequence[Model]:
        """A gateway may list one model once per operation, each time at other prices."""
        return sorted(models, key=lambda model: not choice.able(wanted, model))

    def _check_names(self, wanted: Request, shops: Sequence[Shop]) -> None:
        """A model that is to be left out under a name that nothing has is a slip, not a wish."""
        for name in wanted.exclude:
            everything = [
                *catalog.all_listed(self.settings),
                *(model for shop in shops for model in shop.models),
            ]
            if not choice.matching(name, everything):
                raise choice.unknown(name, everything)

    def _ranked(self, wanted: Request, shops: Sequence[Shop]) -> tuple[ranking.Ranked, ...]:
        return ranking.rank(wanted, shops, self._counsel(wanted, shops), Rates(self.settings.values))

    def _counsel(self, wanted: Request, shops: Sequence[Shop]) -> Counsel:
        if wanted.model is not None or wanted.wish is not None:
            return Counsel()
        saved = self.preferences().get(choice.operation(wanted))
        use, _ = uses.of(wanted)
        advice = None
        installed = knowledge.folder(self.settings.values) if use and shops else None
        if use and installed:
            row = uses.table()[use]
            sold = [model for shop in shops if shop.ready for model in shop.models]
            advice = knowledge.advice((*row["words"], *row["facts"], use), sold, installed)
        return Counsel(
            saved=Saved(saved.model, saved.gateway, saved.title) if saved else None,
            advice=Advice(advice.model, f"ima-knowledge-ai, {advice.page}") if advice else None,
        )

    def preferences(self, user: str | None = None) -> Preferences:
        """
        What the person told us to remember: where the configuration says, else in limner's own home. `user`
        is somebody else than the one the configuration names.
        """
        told = self.settings.get("preferences", {})
        told = told if isinstance(told, Mapping) else {}
        named = told.get("file")
        path = Path(str(named)).expanduser() if named else self.settings.home.data / "preferences.json"
        return Preferences(path, user or str(told.get("user", "default")))

    def remember(
        self, name: str, tasks: Sequence[str], gateway: str | None = None, user: str | None = None
    ) -> tuple[Model, tuple[str, ...], str]:
        """
        Remember a model by one of its names, for those of the tasks it can do, wherever it is sold unless a
        gateway is named: it, the tasks, and the name a broken file was set aside under, or "". Raises
        `Usage`, `NotFound`, `StorageFailed`.
        """
        places = {one.name: place for place, one in enumerate(self._ready(Request(""), required=False))}
        sold = sorted(
            catalog.all_listed(self.settings, gateway),
            key=lambda model: places.get(model.gateway, len(places)),
        )
        found = choice.matching(name, sold)
        able = [one for one in found if set(tasks) & set(one.operations)]
        if not able:
            raise choice.unknown(name, sold) if not found else Usage("prefs.cannot", model=found[0].title)
        model = able[0]
        kept = tuple(task for task in tasks if task in model.operations)
        credit = model.prices[-1].each.micro / MICRO if model.prices else None
        whole = int(credit) if credit is not None and credit == int(credit) else credit
        return model, kept, self.preferences(user).set(kept, model.id, model.title, gateway, whole)

    def _notes(
        self, wanted: Request, first: ranking.Ranked, ranked: Sequence[ranking.Ranked]
    ) -> tuple[Adjustment, ...]:
        """Why it is this model, where nobody named it and it is not simply the first gateway's default."""
        saved = self._counsel(wanted, ()).saved
        if saved is not None and not ranking.is_saved(first.model, saved):
            told = next((one for one in ranked if ranking.is_saved(one.model, saved)), None)
            key = "chosen.saved_cannot" if told else "chosen.saved_missing"
            name = told.model.title if told else saved.title or saved.model
            return (Adjustment(key, {"saved": name, "model": first.model.title}),)
        key = first.why.key
        advised = key.startswith(("chosen.use_", "chosen.advice"))
        if key in {"chosen.named", "chosen.default", "chosen.other"} or (
            advised and ranking.is_usual(first, ranked)
        ):
            return ()
        return (first.why,)

    def _place(self, gateway: Gateway) -> int:
        """Among several that could serve: the one the configuration names, then the one the facts do."""
        if gateway.name == self.settings.get("gateway"):
            return 0
        return 1 if gateway.facts["gateway"].get("first") else 2

    def _sold(self, gateway: Gateway, wanted: Request, *, alone: bool) -> Sequence[Model]:
        """A gateway's models. A server of one's own is asked what it has only when nothing else is meant."""
        template = bool(gateway.facts["gateway"].get("template"))
        keyless = gateway.key is None and catalog.is_free(gateway.settings, gateway.base_url)
        free = keyless or (template and self.settings.sandbox_url is not None)
        listed = self._dated(gateway, free)
        if not template or (listed and wanted.model is None):
            return listed
        names = {model.id for model in listed}
        asked = [wanted.model] if wanted.model and wanted.gateway else []
        if not listed and not asked and alone:
            asked = self.ask(gateway, lambda provider, wire: provider.model_ids(wire))
        facts, added = gateway.facts, gateway.settings
        new = [
            catalog.unlisted(gateway.name, name, facts, added, free) for name in asked if name not in names
        ]
        return [*listed, *new]

    def _dated(self, gateway: Gateway, free: bool) -> tuple[Model, ...]:
        """From the facts and the configuration, neither of which changes while this market is open."""
        known = (gateway.name, free)
        if known not in self._catalog:
            self._catalog[known] = catalog.models(gateway.name, gateway.facts, gateway.settings, free)
        return self._catalog[known]

    def live(self, gateway: Gateway) -> Sequence[Model]:
        """The gateway's own list of this moment; the dated facts where it has none."""
        from limner import lists

        known = self._dated(gateway, free=False)
        try:
            listed, contracts = self.ask(
                gateway, lambda provider, wire: (provider.live_models(wire, known), wire.contracts)
            )
        except GatewayError as error:
            if error.key != "gateway.no_list":
                raise
            self.looks[gateway.name] = lists.dated(gateway.facts)
            return known
        self.looks[gateway.name] = lists.live(listed, contracts)
        from datetime import datetime

        today = datetime.now().astimezone().date().isoformat()
        return [
            model._replace(source=f"{gateway.host}, live", as_of=today, certainty="live") for model in listed
        ]

    def look(self, gateway: Gateway) -> "Look | None":
        """
        The gateway's whole list as it was last read anyway; its dated facts where it has none. `None` for
        servers of one's own, and where nobody has looked.
        """
        from limner import lists

        head = gateway.facts["gateway"]
        if head.get("template"):
            return None
        if not head.get("live") and gateway.name not in self.looks:
            self.looks[gateway.name] = lists.dated(gateway.facts)
        return self.looks.get(gateway.name)

    def ask(self, gateway: Gateway, ask: Callable[["Provider", "Wire"], T]) -> T:
        """One free question to a gateway."""
        from limner import providers
        from limner.transport import Transport
        from limner.wire import Wire

        folder = home.private_folder(self.settings.home.data / "asked")
        transport = Transport(gateway, gateway.settings.get("proxy") or self.settings.get("proxy"))
        spool = folder / f"{gateway.name}-{os.urandom(6).hex()}"
        try:
            return ask(providers.load(gateway.provider), Wire(transport, spool, _ASK_SECONDS))
        finally:
            transport.close()
            for file in folder.glob(spool.name + "*"):
                file.unlink(missing_ok=True)

    def completed(self, gateway: Gateway, chosen: Choice) -> Choice:
        """With what the gateway's own list adds to it, so that exactly what will be sent is quoted."""
        if not gateway.facts["gateway"].get("live") or not chosen.model.live:
            return chosen
        from limner import providers

        return providers.load(gateway.provider).complete(chosen)

    def repairs(self, gateway: Gateway, chosen: Choice) -> tuple[Repair, ...]:
        # Only gateways whose facts speak of repairs have any: others need not be loaded to be quoted.
        if not gateway.facts.get("repairs"):
            return ()
        from limner import providers

        return providers.load(gateway.provider).repairs(chosen)

    def repeats(self, gateway: Gateway) -> Mapping[str, Any]:
        """The gateway's own rules, bounded by the configuration's `attempts`."""
        rules = {name: dict(rule) for name, rule in gateway.facts["repeats"].items()}
        for rule in rules.values():
            most = gateway.settings.get("attempts", self.settings.get("attempts"))
            if most is not None:
                rule["attempts"] = max(1, min(int(most), int(rule.get("attempts", 1))))
            if "waits" in self.settings.values:
                rule["waits"] = list(self.settings.values["waits"])
        return rules
