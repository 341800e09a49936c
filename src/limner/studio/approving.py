"""A quote as a card, and the yes that is given with a hand on a button."""

from typing import Any

from starlette.responses import Response

from limner import budget, catalog, telling
from limner.errors import LimnerError, NotFound
from limner.ledger import spending
from limner.money import MICRO
from limner.studio.live import Drawn
from limner.studio.visit import SANDBOX, Visit
from limner.types import Quote
from limner.worker import hire

NOTES = {"moved": "card.since", "habit": "card.habit"}


def show(visit: Visit) -> Response:
    return _card(visit, visit.path["quote"])


def answer(visit: Visit) -> Response:
    """What was pressed. The quote's id is made of everything that was shown, so a yes is to exactly that."""
    quote = visit.client.ledger.quote(visit.path["quote"])
    pressed = visit.given("answer")
    if pressed == "no":
        return _declined(visit, quote)
    if pressed not in {"make", "yes"}:
        return visit.go(f"/approve/{quote.id}")
    known = visit.client.ledger.job_of_quote(quote.id)
    if known is not None:
        return visit.go(f"/job/{known.id}")
    try:
        if quote.needs_approval:
            visit.client.approve(quote.id, by="studio")
        if pressed == "yes":
            return visit.go(f"/approve/{quote.id}")
        job = hire(visit.house.order(quote.id, visit.sandbox, visit.language))
    except LimnerError as error:
        return _card(visit, quote.id, error)
    return visit.go(f"/job/{job}")


def _declined(visit: Visit, quote: Quote) -> Response:
    try:
        visit.client.decline(quote.id)
    except LimnerError as error:
        return _card(visit, quote.id, error)
    return visit.go("/", said="declined")


def live(visit: Visit) -> Response:
    """Whether somebody answered elsewhere: then the whole card is asked for again."""
    return visit.streamed(_moving)


def _moving(visit: Visit) -> Drawn:
    ledger, quote = visit.client.ledger, visit.path["quote"]
    job = ledger.job_of_quote(quote)
    stand = job.id if job else _answered(visit, ledger.quote(quote))
    return Drawn({"stand": stand, **visit.counted()})


def _answered(visit: Visit, quote: Quote) -> str:
    if visit.client.ledger.approval(quote.id):
        return "yes"
    return "no" if visit.client.ledger.is_declined(quote) else "open"


def _card(visit: Visit, quote_id: str, error: LimnerError | None = None) -> Response:
    try:
        quote = visit.client.ledger.quote(quote_id)
    except NotFound:
        elsewhere = _in_the_other(visit, quote_id)
        if elsewhere is None:
            raise
        return elsewhere
    ledger, wanted = visit.client.ledger, quote.choice.request
    suggestion = telling.suggestion(quote, visit.language)
    job, is_declined = ledger.job_of_quote(quote.id), ledger.is_declined(quote)
    is_expired = ledger.now() > quote.expires_at
    return visit.page(
        "approve.html",
        200 if error is None else 409,
        quote=quote,
        words=visit.lines(quote.choice.prompt),
        facts=facts(visit, quote),
        price=telling.price(quote, visit.language),
        limits=_limits(visit, quote),
        suggestion=suggestion,
        fuller=visit.again(wanted, suggestion["prompt"]) if suggestion else "",
        again=visit.again(wanted),
        approval=ledger.approval(quote.id),
        job=job,
        is_expired=is_expired,
        is_declined=is_declined,
        is_open=not (job or is_expired or is_declined),
        asks=visit.client.needs_question(quote),
        error=visit.error(error) if error else "",
    )


def _in_the_other(visit: Visit, quote_id: str) -> Response | None:
    """A link to a quote does not say which ledger it is in."""
    if visit.sandbox or not visit.house.has_sandbox():
        return None
    try:
        visit.house.client(sandbox=True).ledger.quote(quote_id)
    except LimnerError:
        return None
    visit.base = SANDBOX
    return visit.go(f"/approve/{quote_id}")


def facts(visit: Visit, quote: Quote) -> list[tuple[str, str]]:
    """Label and text of every line of the card but the words, the references and the price."""
    choice, model = quote.choice, quote.choice.model
    told = [
        (visit.s("card.model"), f"{model.title} · {model.id}" if model.title != model.id else model.id),
        (visit.s("card.gateway"), f"{choice.gateway} ({quote.host})"),
        (visit.s("card.pictures"), str(choice.n)),
    ]
    if choice.size:
        told.append((visit.s("card.size"), choice.size))
    if choice.aspect_ratio:
        told.append((visit.s("card.ratio"), choice.aspect_ratio))
    told += [(visit.s("card.note"), visit.s(one.key, **one.facts)) for one in choice.adjustments]
    told += [
        (visit.s(NOTES[one.key.partition(".")[0]]), visit.s(one.key, **one.facts)) for one in quote.notes
    ]
    told += [
        (visit.s("card.repair"), visit.s(one.key, size=one.size or "", price=one.price))
        for one in quote.repairs
    ]
    told.append((visit.s("card.tariff"), catalog.tariff(quote.source, quote.as_of, visit.language)))
    low, high = model.seconds
    told.append((visit.s("card.time"), visit.s("card.time_about", low=low, high=high)))
    return told


def _limits(visit: Visit, quote: Quote) -> list[dict[str, Any]]:
    """The person's limits that this quote has to keep, with what is already taken of each."""
    ledger = visit.client.ledger
    at, store = ledger.now(), ledger.store
    unit = quote.ceiling.unit
    told = []
    for limit in budget.limits(visit.client.settings.values, quote.choice.gateway, unit):
        if limit.window in {"picture", "run"}:
            continue
        taken = spending.since(store, limit, at).plus(spending.held(store, limit, at))
        told.append(
            {
                "line": visit.t(f"limit_{limit.window}", taken=taken, cap=limit.cap),
                "taken": min(taken.micro, limit.cap.micro) / MICRO,
                "cap": limit.cap.micro / MICRO or 1,
            }
        )
    return told
