"""
Which model would serve a request best, among all that are for sale, and why: offline, free, repeatable.

    what can be done  >  the wish  >  the saved preference  >  the knowledge base  >  the use  >  the default

A use that the person named goes before the order of the gateways; one that only the prompt tells does not, so
that a word in a prompt never moves an order to another gateway by itself.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from limner import choice, uses
from limner.errors import Usage
from limner.money import Compared, Money
from limner.quote import price_row
from limner.rates import Rates, shown
from limner.types import Adjustment, Choice, Model, Request


class Shop(NamedTuple):
    """One gateway's models, and where it stands among the gateways."""

    name: str
    provider: str
    place: int
    ready: bool
    models: Sequence[Model]
    completed: Callable[[Choice], Choice]
    """Adds what the gateway's own list calls for, so that the right price is found."""
    favoured: bool = False
    """Does the configuration name it as the gateway to buy from?"""


class Saved(NamedTuple):
    """A model that the person told us to remember."""

    model: str
    """Its id, or any of its names."""
    gateway: str | None = None
    """`None`: wherever it is sold."""
    title: str = ""


class Advice(NamedTuple):
    """A model that a knowledge base recommends, and where it says so."""

    model: str
    source: str


class Counsel(NamedTuple):
    """What speaks for a model besides the request."""

    saved: Saved | None = None
    advice: Advice | None = None


class Ranked(NamedTuple):
    """One model, as it would serve the request."""

    model: Model
    ready: bool
    """Is its gateway set up?"""
    choice: Choice | None
    """`None` where it cannot serve the request; `refusal` says why."""
    price: Money | None
    """For all pictures; `None` where nobody names a price."""
    most: Money | None
    own: Money | None
    """`price` in the person's money, where a rate leads there."""
    why: Adjustment
    refusal: Usage | None
    place: int = 0
    """Of its gateway, among all."""
    key: tuple[float, ...] = ()

    @property
    def unmet(self) -> tuple[Adjustment, ...]:
        """What would be other than asked."""
        told = self.choice.adjustments if self.choice else ()
        return tuple(one for one in told if one.key in choice.MATERIAL)


def rank(request: Request, shops: Sequence[Shop], counsel: Counsel, rates: Rates) -> tuple[Ranked, ...]:
    """Every model that is meant, the best first. Raises `Usage` where none is, or the use is unknown."""
    everything = [model for shop in shops for model in shop.models]
    meant = choice.named(request, everything)
    use, said = uses.of(request)
    found = [
        _ranked(request, shop, model, counsel, rates, (use, said), everything)
        for shop in shops
        for model in shop.models
        if model in meant
    ]
    incomparable = request.wish == "cheapest" and _incomparable(found)
    ordered = sorted(found, key=lambda one: one.key)
    first = ordered[0]
    if incomparable and first.price is not None and first.price.micro:
        facts = {**first.why.facts, "unit": (first.own or first.price).unit}
        ordered[0] = first._replace(why=Adjustment("chosen.cheapest_here", facts))
    elif first.why.key in {"chosen.default", "chosen.other"} and not is_usual(first, ordered):
        ordered[0] = first._replace(why=Adjustment("chosen.fits", {"model": first.model.title}))
    return (ordered[0], *(_behind(one, request) for one in ordered[1:]))


def is_usual(one: Ranked, found: Sequence[Ranked]) -> bool:
    """Is it the default of the first gateway that has one: what would be taken for any request?"""
    usual = min((other for other in found if other.model.default), key=lambda other: other.place, default=one)
    return usual.model == one.model


def _behind(one: Ranked, request: Request) -> Ranked:
    """Only the first is the cheapest or the quickest."""
    if one.why.key not in {"chosen.cheapest", "chosen.fast"}:
        return one
    key = "chosen.slower" if request.wish == "fast" else "chosen.dearer" if one.own else "chosen.other"
    return one._replace(why=Adjustment(key, one.why.facts))


def _ranked(
    request: Request,
    shop: Shop,
    model: Model,
    counsel: Counsel,
    rates: Rates,
    use: tuple[str | None, bool],
    sold: Sequence[Model],
) -> Ranked:
    made, refusal = _made(request, shop, model, sold)
    row = price_row(made) if made else None
    price = row.each.times(request.n) if row else None
    own = rates.own(price, model.gateway) if price else None
    one = Ranked(
        model=model,
        ready=shop.ready,
        choice=made,
        price=price,
        most=row.most.times(request.n) if row else None,
        own=own,
        why=_why(request, model, counsel, use, price, own),
        refusal=refusal,
        place=shop.place,
    )
    return one._replace(key=_key(request, one, shop, counsel, use))


def _made(
    request: Request, shop: Shop, model: Model, sold: Sequence[Model]
) -> tuple[Choice | None, Usage | None]:
    if not choice.able(request, model):
        key = "model.no_pictures_taken" if request.references else "model.needs_reference"
        return None, Usage(key, model=model.id)
    if len(request.references) > model.max_references:
        count = len(request.references)
        return None, Usage("reference.too_many", count=count, limit=model.max_references)
    try:
        return shop.completed(choice.make(request, model, shop.provider, (), lambda: sold)), None
    except Usage as refusal:
        return None, refusal


def _key(
    request: Request, one: Ranked, shop: Shop, counsel: Counsel, use: tuple[str | None, bool]
) -> tuple[float, ...]:
    model, served = one.model, uses.rank(one.model, use[0])
    feasible = (
        not one.ready,
        one.choice is None or (request.exact and bool(one.unmet)),
        bool(one.choice) and one.price is None and request.max_cost is None and not shop.favoured,
        len(one.unmet),
    )
    if request.wish is not None:
        amount = one.price.micro if one.price and request.wish == "cheapest" else 0
        return (*feasible, *_wished(request, one), shop.place, amount, served, not model.default)
    advice = (not _is_advised(model, counsel), served)
    order = (*advice, shop.place) if use[1] else (shop.place, *advice)
    return (*feasible, not is_saved(model, counsel.saved), *order, not model.default)


def _wished(request: Request, one: Ranked) -> tuple[float, float]:
    """How far a model is from the wish. Amounts are only compared where they are in one unit."""
    if request.wish == "cheapest":
        if one.own is not None or (one.price is not None and not one.price.micro):
            return 0, one.own.micro if one.own else 0
        return 1, 0
    if request.wish == "fast":
        return one.model.seconds[1], one.model.seconds[0]
    return uses.rank(one.model, "best" if request.wish == "best" else "art"), 0


def _incomparable(found: Sequence[Ranked]) -> bool:
    """Are there prices in units that nothing compares?"""
    units = {
        one.price.unit for one in found if one.ready and one.price and one.price.micro and one.own is None
    }
    compared = any(one.own is not None for one in found if one.ready)
    return len(units) + compared > 1


def _why(
    request: Request,
    model: Model,
    counsel: Counsel,
    use: tuple[str | None, bool],
    price: Money | None,
    own: Money | None,
) -> Adjustment:
    """The one reason that speaks most for a model. Its key names a sentence."""
    told = price if own is None or own == price or price is None else Compared(price, shown(own))
    facts = {"model": model.title, "price": told, "low": model.seconds[0], "high": model.seconds[1]}
    if request.model is not None:
        return Adjustment("chosen.named", facts)
    if _grants(request, model, price):
        return Adjustment(f"chosen.{request.wish}", facts)
    if is_saved(model, counsel.saved):
        return Adjustment("chosen.saved", facts)
    if counsel.advice and _is_advised(model, counsel):
        return Adjustment("chosen.advice", {**facts, "source": counsel.advice.source})
    if uses.rank(model, use[0]) < 99:
        return Adjustment(f"chosen.use_{use[0]}", facts)
    return Adjustment("chosen.default" if model.default else "chosen.other", facts)


def _grants(request: Request, model: Model, price: Money | None) -> bool:
    """Does a model grant the wish, so that it is a reason? Of prices and times every model has some."""
    if request.wish in {"best", "artistic"}:
        return uses.rank(model, "best" if request.wish == "best" else "art") < 99
    return request.wish == "fast" or (request.wish == "cheapest" and price is not None)


def is_saved(model: Model, saved: Saved | None) -> bool:
    """Is it the model that the person told us to remember?"""
    if saved is None or (saved.gateway and saved.gateway != model.gateway):
        return False
    names = [saved.model] if saved.gateway or not saved.title else [saved.model, saved.title]
    return any(choice.matching(name, [model]) for name in names)


def _is_advised(model: Model, counsel: Counsel) -> bool:
    return counsel.advice is not None and bool(choice.matching(counsel.advice.model, [model]))
