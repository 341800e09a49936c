"""The verbs of `Client` that come before a quote: what there is, what is meant, what would serve it best."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limner import catalog, gateways, lists, subjects
from limner.engine import Engine
from limner.errors import NotFound, Usage
from limner.messages import sentence
from limner.preferences import TASKS
from limner.ranking import Ranked
from limner.results import Job
from limner.types import Change, Model, Request

if TYPE_CHECKING:
    from limner.provenance.origin import Origin
    from limner.words import Understanding


class Choosing:
    """Free, all of it; nothing here buys."""

    engine: Engine

    def models(self, gateway: str | None = None) -> list[Model]:
        """What is for sale, from the dated facts: needs no key and no network."""
        return catalog.all_listed(self.engine.settings, gateway)

    def offers(self, gateway: str) -> list[Model]:
        """
        What a gateway itself lists at this moment, asked for with the key; its dated facts where it has no
        list. Raises `SetupNeeded`, `GatewayError`.
        """
        found = list(self.engine.market.live(gateways.find(gateway, self.engine.settings)))
        self.engine.note_looks()
        return found

    def changes(self, gateway: str | None = None) -> tuple[Change, ...]:
        """
        What gateways were seen to sell as a whole, version by version with its days: their own lists, and
        the dated facts. Needs no key and no network. Raises `NotFound` for a gateway nobody knows.
        """
        known = gateways.names(self.engine.settings)
        if gateway and gateway not in known:
            raise NotFound("gateway.unknown", name=gateway, known=known)
        return tuple(lists.history(self.engine.ledger, [gateway] if gateway else known))

    def rank(self, request: Request | str, *, live: bool = False, **wishes: Any) -> tuple[Ranked, ...]:
        """
        Every model for a request, the best first, with its price and why. Offline unless `live`, which asks
        the gateways that list their prices. Raises `Usage`.
        """
        wanted = request if isinstance(request, Request) else Request(prompt=request)
        ranked = self.engine.market.rank(wanted._replace(**wishes), live=live)
        if live:
            self.engine.note_looks()
        return ranked

    def understand(self, said: str, attachments: Sequence[str] = ()) -> "Understanding":
        """What a sentence asks for, span by span; subjects that were drawn before are known by name."""
        from limner import words

        return words.parse(said, attachments, subjects.known(self.engine.ledger))

    def meant(self, said: "Understanding", **wishes: Any) -> Request:
        """
        An understood sentence as a request, with the earlier picture it speaks of; `wishes` are fields of
        `Request` that win. Raises `NotFound` where it speaks of a picture and there is none.
        """
        return subjects.meant(said, self.engine.ledger)._replace(**wishes)

    def remember(self, said: "Understanding") -> str | None:
        """
        Save or clear a preference, where the sentence says so in words; what was done, as a sentence. It
        holds for the kind of task that the sentence asks for; for both where it asks for none, or says
        "always". Raises `Usage`, `StorageFailed`.
        """
        from limner.words import Clear

        language, told = self.engine.language, said.preference
        always = told is not None and not isinstance(told, Clear) and told.words == "always"
        tasks: tuple[str, ...] = TASKS if always or not said.prompt else (said.operation,)
        if isinstance(told, Clear):
            self.engine.market.preferences().clear(tasks)
            return sentence("prefs.cleared", language)
        name = (told.model or said.model) if told else None
        if name is None:
            return None
        model, tasks, _ = self.engine.market.remember(name, tasks, said.gateway)
        kept = [sentence(f"prefs.task.{task}", language) for task in tasks]
        undo = "limner prefs clear" + (" --sandbox" if self.engine.settings.sandbox_url else "")
        return sentence("prefs.saved", language, {"model": model.title, "tasks": kept, "command": undo})

    def story(self, file: str) -> Job:
        """The job a picture came from, by its path, its bytes or a job's id. Raises `NotFound`, `Usage`."""
        return subjects.picture(file, self.engine.ledger)[0]

    def origin(self, file: str) -> "Origin":
        """
        Where a picture says it comes from, by the marks that its file carries, whoever made it: `Origin` has
        them, `limner.provenance.origin.said` their sentences. Raises `Usage` for a file that cannot be read.
        """
        from limner.provenance import origin

        path = Path(file).expanduser().absolute()
        try:
            return origin.of_file(path, trusted=self.trusted_signers())
        except OSError as error:
            raise Usage("file.unreadable", path=path, reason=error.strerror) from error

    def origins(self, job: Job, *, check: bool = True) -> "tuple[Origin, ...]":
        """
        Where the pictures of a job say they come from, in their order. Without `check` only the marks are
        read: whether signatures hold, and whether a file was changed since it was delivered, is left open.
        """
        from limner.provenance import origin

        trusted = self.trusted_signers() if check else ""
        return tuple(origin.of_picture(one, check=check, trusted=trusted) for one in job.pictures)

    def trusted_signers(self) -> str:
        """The certificates that the configuration names, PEM; empty where it names none. Raises `Usage`."""
        given = self.engine.settings.get("provenance", {}).get("trust")
        if not given:
            return ""
        from limner.provenance import manifest

        return manifest.anchors(given)

    def name_subject(self, name: str, file: str) -> None:
        """From now on this picture is what `name` looks like. Raises `NotFound`, `Usage`."""
        subjects.call(name, file, self.engine.ledger)

    def subjects_of(self, job_id: str) -> list[str]:
        """Whom or what a job's pictures show."""
        return subjects.names(job_id, self.engine.ledger)

    def tree(self, job_id: str) -> subjects.Node:
        """What came from what, from the picture it all began with. Raises `NotFound`."""
        return subjects.tree(self.engine.ledger, job_id)
