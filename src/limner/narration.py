"""
A job's messages, told from what the ledger says: by the process that works on it or by any other.

    for message in narration.follow(engine, job_id):
        show(message.text, message.pictures)

The same ledger and the same clock tell the same messages. Looking costs nothing and changes nothing.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from limner import catalog, choice, gateways, receipts
from limner.engine import Engine
from limner.errors import LimnerError
from limner.gateways import Gateway
from limner.messages import LANGUAGES, has, reasons, sentence, stream
from limner.messages.stream import Alternative, Ending, Hint, Message, Story
from limner.messages.written import language_of
from limner.quote import price_row
from limner.results import LIVE, Job
from limner.types import Model, Quote

LOOK_SECONDS = 0.25
_LEAST, _MOST = 15, 30
"""Bounds for the time between two progress messages, where a model's facts do not say it."""
_ALTERNATIVES = 2
_FOREIGN = frozenset({"key", "no_key", "forbidden", "funds", "network"})
"""Reasons that every model of the same gateway would meet again."""
_OURS = frozenset({"storage", "interrupted", "reference", "changed", "budget", "rate"})
"""Reasons that another model would not help with."""

_SELF_SPOKEN = frozenset({"gateway.funds_at", "upload.unknown", "reference.not_stored"})
"""Sentences that say by themselves what to do."""

Clock = Callable[[], float]


class Narrator:
    """
    One job's messages as they fall due. `language` is that of the prompt unless one is given; `debug` puts
    what is technical into the last message; `hint` is said with success, after everything else.
    """

    def __init__(
        self,
        engine: Engine,
        job_id: str,
        *,
        language: str | None = None,
        debug: bool = False,
        hint: Hint | None = None,
    ) -> None:
        self.engine, self.job_id = engine, job_id
        job = engine.ledger.job(job_id)
        self.quote = engine.ledger.quote(job.quote_id)
        self.story = story(engine, job, self.quote, language or language_of(job.prompt))
        self.debug, self.hint = debug, hint
        self.ended = False
        self._marks = -1

    def look(self, seconds: float) -> list[Message]:
        """What is new since the last look; `seconds` is the Unix time of this one."""
        if self.ended:
            return []
        fresh: list[Message] = []
        if self._marks < 0:
            self._marks = 0
            fresh += stream.opening(self.story)
        job = self.engine.ledger.job(self.job_id)
        if job.state not in LIVE or self.engine.ledger.is_left(self.job_id):
            self.ended = True
            return [*fresh, self.last(job)]
        elapsed = seconds - job.created_at / 1000
        due = stream.mark(self.story, elapsed)
        if due > self._marks:
            self._marks = due
            fresh.append(stream.progress(self.story, elapsed))
        return fresh

    def now(self, seconds: float) -> Message:
        """How the job stands, in one message: its progress, or its last word."""
        job = self.engine.ledger.job(self.job_id)
        if job.state not in LIVE or self.engine.ledger.is_left(self.job_id):
            return self.last(job)
        return stream.progress(self.story, seconds - job.created_at / 1000)

    def last(self, job: Job) -> Message:
        """The last word on a job."""
        end = ending(self.engine, job, self.quote, self.story.language, debug=self.debug, hint=self.hint)
        return stream.ending(self.story, end)


def follow(
    engine: Engine,
    job_id: str,
    *,
    seconds: float | None = None,
    clock: Clock = time.time,
    pause: Callable[[float], object] = time.sleep,
    **manner: Any,
) -> Iterator[Message]:
    """
    A job's messages from the first to the last, or until `seconds` of waiting are over. Raises `NotFound`.
    `manner` is that of `Narrator`.
    """
    return told(Narrator(engine, job_id, **manner), seconds, clock, pause)


def told(
    narrator: Narrator,
    seconds: float | None = None,
    clock: Clock = time.time,
    pause: Callable[[float], object] = time.sleep,
) -> Iterator[Message]:
    """What a narrator has to say, as it falls due."""
    until = None if seconds is None else clock() + seconds
    while True:
        now = clock()
        yield from narrator.look(now)
        if narrator.ended or (until is not None and now >= until):
            return
        pause(LOOK_SECONDS)


def story(engine: Engine, job: Job, quote: Quote, language: str) -> Story:
    """What is known of a job as it sets out."""
    chosen = quote.choice
    low, high = chosen.model.seconds
    wished: Mapping[str, Any] = engine.settings.get("messages", {})
    facts = _facts(engine, chosen.gateway)
    every = int(wished.get("every", 0) or _said(facts, chosen.model) or max(_LEAST, min(_MOST, high // 3)))
    own = {"first": every} if wished.get("every") else {}
    return Story(
        job=job.id,
        language=language,
        model=chosen.model.title,
        seconds=(low, high),
        every=max(1, every),
        price=quote.price if quote.price_known else None,
        ceiling=quote.ceiling,
        n=chosen.n,
        edits=chosen.operation == "image_to_image",
        sandbox=engine.settings.sandbox_url is not None,
        **own,
    )


def ending(
    engine: Engine, job: Job, quote: Quote, language: str, *, debug: bool = False, hint: Hint | None = None
) -> Ending:
    """How a job came out, or why it waits, with what could be done instead."""
    kind = reasons.plain(job.error)
    failed = job.state in {"failed", "canceled"}
    told = receipts.said(job, language)
    return Ending(
        outcome=job.state,
        pictures=tuple(picture.path for picture in job.pictures),
        links=tuple(picture.url for picture in job.pictures if picture.url),
        cost=job.cost,
        uncertain=job.uncertain,
        charged=job.charged,
        seconds=job.seconds,
        error=job.error,
        changes=tuple((one.key, one.size or "") for one in job.repairs),
        differences=len(told),
        differ=tuple(told) if language in LANGUAGES else (),
        alternatives=tuple(alternatives(engine, quote, kind)) if failed else (),
        page=page(engine, job.gateway, kind) if failed else "",
        hint=hint or (_hint(engine, quote, language) if job.state == "done" else None),
        details=_details(job) if debug and job.error else {},
    )


def _hint(engine: Engine, quote: Quote, language: str) -> Hint | None:
    """What might have suited as well, where a saved preference chose."""
    with suppress(LimnerError):
        found = engine.market.hint(quote.choice.request, quote.choice.model)
        if found and found.price is not None:
            reason = found.reason(language) if language in LANGUAGES else ""
            return Hint(found.model, reason, found.price)
    return None


def alternatives(engine: Engine, quote: Quote, kind: str) -> list[Alternative]:
    """
    Two other models, among all gateways that are set up, that could serve the same request, priced from the
    facts of this moment: those that the gateway's facts name in place of the failed one, then the cheapest.
    Those in the failed job's own unit come first: others do not compare.
    """
    if kind in _OURS:
        return []
    failed = quote.choice
    named = _row(_facts(engine, failed.gateway), failed.model).get("instead", [])
    found: list[tuple[int, bool, int, Alternative]] = []
    for gateway in gateways.configured(engine.settings):
        if kind in _FOREIGN and gateway.name == failed.gateway:
            continue
        for model in catalog.listed(engine.settings, gateway.name):
            if (gateway.name, model.id) == (failed.gateway, failed.model.id):
                continue
            one = _alternative(quote, gateway, model)
            if one is not None:
                here = gateway.name == failed.gateway and model.id in named
                place = named.index(model.id) if here else len(named)
                found.append((place, one.price.unit != quote.ceiling.unit, one.price.micro, one))
    found.sort(key=lambda entry: entry[:3])
    return [one for *_, one in found[:_ALTERNATIVES]]


def refusal(engine: Engine, error: LimnerError, language: str) -> Message:
    """The last word on a request that never became a job."""
    where = page(engine, meant(engine, error), reasons.plain(error.key))
    return stream.refusal(error.key, language, charged=error.charged, page=where)


def to_do(engine: Engine, key: str, gateway: str, language: str) -> str:
    """What to do about a failure, with the place to do it; "" where its own sentence says it."""
    kind = reasons.plain(key)
    where = page(engine, gateway, "key" if kind == "forbidden" else kind)
    told = [name for name in (f"do.{kind}_at" if where else "", f"do.{kind}") if has(name)]
    return sentence(told[0], language, {"url": where}) if told and key not in _SELF_SPOKEN else ""


def meant(engine: Engine, error: LimnerError) -> str:
    """The name of the gateway that an error speaks of; "" where it speaks of none."""
    told = str(error.facts.get("gateway", ""))
    known = {name: str(_facts(engine, name)["gateway"]["title"]) for name in gateways.names(engine.settings)}
    return next((name for name, title in known.items() if told in {name, title}), "")


def page(engine: Engine, gateway: str, kind: str) -> str:
    """Where a gateway's key is made, or its credits are bought; "" where its facts do not say."""
    if not gateway:
        return ""
    name = {"key": "keys_from", "no_key": "keys_from", "funds": "funds_from"}.get(kind)
    return str(_facts(engine, gateway)["gateway"].get(name, "")) if name else ""


def _alternative(quote: Quote, gateway: Gateway, model: Model) -> Alternative | None:
    """A model as it would serve the failed request; `None` when it could not, or not as it was asked for."""
    failed = quote.choice
    if failed.operation not in model.operations or len(failed.references) > model.max_references:
        return None
    wanted = failed.request._replace(gateway=gateway.name, model=model.id)
    try:
        made = choice.make(wanted, model, gateway.provider, failed.references)
    except LimnerError:
        return None
    row = price_row(made)
    if row is None or not {one.key for one in made.adjustments} <= {"adjusted.sends"}:
        return None
    elsewhere = gateway.title if gateway.name != failed.gateway else ""
    named = (gateway.name, model.id)
    return Alternative(model.title, row.each.times(made.n), model.seconds, elsewhere, named)


def _details(job: Job) -> dict[str, Any]:
    """What is technical about a failure, for those who are debugging."""
    known = {"error": job.error, "job": job.id, "task": job.task_id, **job.error_facts}
    return {name: str(value) for name, value in known.items() if value is not None}


def _facts(engine: Engine, gateway: str) -> Mapping[str, Any]:
    added = engine.settings.get("gateways", {}).get(gateway, {})
    provider = str(added.get("provider", gateway))
    if provider not in gateways.providers():
        # A server of one's own that was removed; its jobs stay.
        return {"gateway": {"title": gateway}}
    return gateways.facts(provider)


def _said(facts: Mapping[str, Any], model: Model) -> int:
    """Seconds between progress messages, as the model's facts have them; 0 where they do not."""
    return int(_row(facts, model).get("say_every", 0))


def _row(facts: Mapping[str, Any], model: Model) -> Mapping[str, Any]:
    """What the facts have of a model; nothing, where they do not know it."""
    return next((row for row in facts.get("models", ()) if row["id"] == model.id), {})
