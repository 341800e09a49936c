"""
What a model is sold under, and what of it has moved since somebody last said yes to it.

Prices, sizes, limits and the fields of a gateway's own documents are all in the `Model` that a quote is made
of, wherever they came from. Each version of them is kept under its digest, and what differs from the version
of the latest yes is said before the next one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from limner.errors import LimnerError, Usage
from limner.ledger import Ledger, differences, seen
from limner.quote import price_row
from limner.records import build, plain
from limner.types import Adjustment, Choice, Model, Price, Quote, Request

_LIMITS = ("max_n", "max_references", "most_pixels")
_LISTS = {"sizes": "sizes_gone", "aspect_ratios": "ratios_gone"}
Facts = Mapping[str, Any]


def notes(ledger: Ledger, choice: Choice, limits: Facts) -> tuple[Adjustment, ...]:
    """What to say of a model before a yes. `limits` are the gateway's own."""
    gateway, subject, now = choice.gateway, _subject(choice), of(choice.model, limits)
    before = seen.last_approved(ledger.store, gateway, subject)
    sha256 = seen.note(ledger.store, gateway, subject, now, ledger.now())
    moves = _moves(before.facts, now, choice) if before and before.sha256 != sha256 else iter(())
    day = seen.day(before.approved_at or 0) if before else ""
    return (
        *(Adjustment(f"moved.{key}", {**facts, "day": day}) for key, facts in moves),
        *habits(ledger, gateway, choice.model.id),
    )


def habits(ledger: Ledger, gateway: str, model: str) -> tuple[Adjustment, ...]:
    """What a model is known to deliver otherwise than asked, from its latest jobs."""
    return tuple(
        Adjustment(f"habit.{one.kind}", {**one.facts, "times": one.times, "of": one.of})
        for one in differences.habits(ledger.store, gateway, model)
    )


def approved(ledger: Ledger, quote: Quote, limits: Facts) -> None:
    """Remember what somebody has just said yes to."""
    choice, at = quote.choice, ledger.now()
    facts = of(choice.model, limits)
    sha256 = seen.note(ledger.store, choice.gateway, _subject(choice), facts, at)
    seen.approved(ledger.store, choice.gateway, _subject(choice), sha256, at)


def gone(ledger: Ledger, error: LimnerError, wanted: Request, gateways: Sequence[str]) -> LimnerError:
    """The same error, or a plainer one where the model that nobody sells any more was bought here before."""
    if error.key not in {"model.unknown", "model.unknown_near"} or wanted.model is None:
        return error
    for gateway in [wanted.gateway] if wanted.gateway else gateways:
        at = seen.last_day(ledger.store, gateway, wanted.model)
        if at is not None:
            return Usage("model.gone", **{**error.facts, "day": seen.day(at), "gateway": gateway})
    return error


def of(model: Model, limits: Facts) -> dict[str, Any]:
    """A model's terms, as plain JSON."""
    told = plain(model)
    names = ("prices", *_LISTS, *_LIMITS, "default_size", "default_ratio", "parameters", "required")
    return {
        **{name: told[name] for name in names},
        "prompt_characters": limits.get("prompt_characters"),
        "version": model.live.get("version"),
        # A list of the gateway's own is always of today: that says nothing.
        "as_of": None if model.source.endswith(", live") else model.as_of,
        "wire": told["live"],
    }


def _subject(choice: Choice) -> str:
    return f"{choice.operation}:{choice.model.id}"


Moves = Iterator[tuple[str, dict[str, Any]]]


def _moves(before: Facts, now: Facts, choice: Choice) -> Moves:
    """The key and the facts of each sentence."""
    yield from _prices(before, choice)
    if before["version"] != now["version"] and before["version"] and now["version"]:
        yield "version", {"before": before["version"], "now": now["version"]}
    for name, key in _LISTS.items():
        lost = [one for one in before[name] if one not in now[name]]
        if lost and now[name]:
            yield key, {"gone": lost, "now": now[name]}
    for name in (*_LIMITS, "prompt_characters"):
        if before[name] != now[name] and before[name] is not None:
            yield name, {"before": before[name], "now": now[name]}
    for name in ("default_size", "default_ratio"):
        if before[name] != now[name]:
            yield name, {"before": before[name] or "-", "now": now[name] or "-"}
    yield from _fields(before, now)
    if before["as_of"] and now["as_of"] and before["as_of"] != now["as_of"]:
        yield "facts", {"before": before["as_of"], "now": now["as_of"]}


def _fields(before: Facts, now: Facts) -> Moves:
    """What may be sent, by name and by value."""
    old, new = before["parameters"], now["parameters"]
    lost, added = [one for one in old if one not in new], [one for one in new if one not in old]
    if lost:
        yield "fields_gone", {"names": lost}
    if added:
        yield "fields_new", {"names": added}
    for name in [name for name in old if new.get(name)]:
        values = [value for value in old[name] if value not in new[name]]
        if values:
            yield "values_gone", {"name": name, "gone": values, "now": new[name]}
    needed = [name for name in now["required"] if name not in before["required"]]
    if needed:
        yield "required", {"names": needed}


def _prices(before: Facts, choice: Choice) -> Moves:
    """What exactly this would have cost then, and what it costs now."""
    rows = tuple(build(Price, row) for row in before["prices"])
    now, then = price_row(choice), price_row(choice._replace(model=choice.model._replace(prices=rows)))
    if then is None and now is not None and len(rows) == len(choice.model.prices):
        # The rows are told apart by numbers that the gateway has given anew: their order stands.
        places = [place for place, row in enumerate(choice.model.prices) if row.when == now.when]
        then = rows[places[0]] if places else None
    if now is None and then is not None:
        yield "price_gone", {"before": then.each}
    elif now is not None and then is None and not rows:
        yield "price_known", {"now": now.each}
    elif now is not None and then is not None and now.each != then.each:
        up = now.each.unit != then.each.unit or now.each.micro > then.each.micro
        yield ("dearer" if up else "cheaper"), {"before": then.each, "now": now.each}
    elif now is not None and then is not None and now.most != then.most:
        yield "most", {"before": then.most, "now": now.most}
