"""What is for sale at this moment, among the gateways that are set up."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from limner import catalog, choice, gateways, home
from limner.errors import GatewayError, NotFound, SetupNeeded
from limner.gateways import Gateway, Settings
from limner.types import Choice, Model, Repair, Request

if TYPE_CHECKING:
    from limner.providers.base import Provider
    from limner.wire import Wire

T = TypeVar("T")
_ASK_SECONDS = 30.0


class Market:
    """The shops of one person: dated facts at any time, the gateway's own list where it has one."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def listed(self, name: str) -> Sequence[Model]:
        added = self.settings.get("gateways", {}).get(name, {})
        facts = gateways.facts(str(added.get("provider", name)))
        return catalog.models(name, facts, added, _is_free(added, str(added.get("base_url", ""))))

    def models(self, gateway: str | None = None) -> list[Model]:
        """What is for sale, from the dated facts: needs no key and no network. Raises `NotFound`."""
        names = gateways.names(self.settings)
        if gateway and gateway not in names:
            raise NotFound("gateway.unknown", name=gateway, known=names)
        return [model for name in ([gateway] if gateway else names) for model in self.listed(name)]

    def pick(self, wanted: Request) -> tuple[Gateway, Model]:
        """The gateway and the model that are meant, among those that are set up."""
        if wanted.gateway:
            ready = [gateways.find(wanted.gateway, self.settings)]
        else:
            ready = sorted(gateways.configured(self.settings), key=self._place)
        if not ready:
            raise SetupNeeded("key.none", gateway="OmniMaaS")
        if len(ready) == 1 and ready[0].facts["gateway"].get("live"):
            return ready[0], choice.pick(wanted, self.live(ready[0]))
        models = [model for one in ready for model in self._sold(one, wanted, alone=len(ready) == 1)]
        model = choice.pick(wanted, models)
        gateway = next(gateway for gateway in ready if gateway.name == model.gateway)
        if gateway.facts["gateway"].get("live"):
            model = choice.pick(wanted._replace(model=model.id), self.live(gateway))
        return gateway, model

    def _place(self, gateway: Gateway) -> int:
        """Among several that could serve: the one the configuration names, then the one the facts do."""
        if gateway.name == self.settings.get("gateway"):
            return 0
        return 1 if gateway.facts["gateway"].get("first") else 2

    def _sold(self, gateway: Gateway, wanted: Request, *, alone: bool) -> Sequence[Model]:
        """A gateway's models. A server of one's own is asked what it has only when nothing else is meant."""
        template = bool(gateway.facts["gateway"].get("template"))
        keyless = gateway.key is None and _is_free(gateway.settings, gateway.base_url)
        free = keyless or (template and self.settings.sandbox_url is not None)
        listed = catalog.models(gateway.name, gateway.facts, gateway.settings, free)
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

    def live(self, gateway: Gateway) -> Sequence[Model]:
        """The gateway's own list of this moment; the dated facts where it has none."""
        known = catalog.models(gateway.name, gateway.facts, gateway.settings)
        try:
            listed = self.ask(gateway, lambda provider, wire: provider.live_models(wire, known))
        except GatewayError as error:
            if error.key != "gateway.no_list":
                raise
            return known
        from datetime import datetime

        today = datetime.now().astimezone().date().isoformat()
        return [model._replace(source=f"{gateway.host}, live", as_of=today, certainty="live") for model in listed]

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


def _is_free(settings: Mapping[str, Any], base_url: str) -> bool:
    if "free" in settings:
        return bool(settings["free"])
    keyless = not settings.get("key_env") and not settings.get("key_file")
    return keyless and gateways.is_loopback(urlsplit(base_url).hostname or "")
