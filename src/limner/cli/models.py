"""`limner models`: what there is to choose from, with prices. Needs no key and no network."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from limner import catalog
from limner.cli import mistakes, wishes
from limner.cli.face import Face, row
from limner.cli.wishes import Text
from limner.messages import amount
from limner.money import decimal
from limner.types import Change, Model, Price, Request

if TYPE_CHECKING:
    from limner.ranking import Ranked

_TASKS = {"text": "text_to_image", "edit": "image_to_image"}
_SHOWN = 12
_ABLE = 3
_CHANGES = 50


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("query", nargs="?", default="", metavar="QUERY", help=text("query"))
    parser.add_argument("--task", choices=tuple(_TASKS), help=text("task"))
    parser.add_argument("-g", "--gateway", metavar="NAME", help=text("gateway"))
    parser.add_argument("--for", dest="wanted", metavar="WORDS", help=text("models_for"))
    wishes.choosing(parser, text)
    parser.add_argument("--ratio", dest="aspect_ratio", metavar="W:H", help=text("ratio"))
    parser.add_argument("--size", metavar="SIZE", help=text("size"))
    parser.add_argument("-n", "--n", type=mistakes.whole("-n", 1, 100), metavar="COUNT", help=text("n"))
    parser.add_argument("--changes", action="store_true", help=text("models_changes"))
    parser.add_argument("--live", action="store_true", help=text("models_live"))
    parser.add_argument("--limit", type=mistakes.whole("--limit", 1, 1_000), metavar="N", help=text("limit"))


def run(options: Namespace, face: Face) -> int:
    if options.changes:
        return _changes(options, face)
    if options.wanted is not None or _asks(options):
        return _ranked(options, face)
    wanted = options.query.casefold()
    found = [
        model
        for model in catalog.all_listed(face.settings, options.gateway)
        if (not options.task or _TASKS[options.task] in model.operations) and wanted in _words(model)
    ][: options.limit or 100]
    known = [_habits(model, face) if wanted else [] for model in found]
    told = list(zip(found, known, strict=True))
    items = [{**_data(model), "habits": habits} for model, habits in told] if face.json else []
    lines = [
        line
        for model, habits in told
        for line in (row(_line(model, face)), *(f"    {one}" for one in habits))
    ]
    face.show("models", {"items": items}, lines)
    if not found:
        face.say(face.text("models.none"))
    return 0


def _habits(model: Model, face: Face) -> list[str]:
    """What it delivers otherwise than asked, where there is a ledger to know it from."""
    if not face.client.home.ledger.exists():
        return []
    return [face.text(one.key, **one.facts) for one in face.client.habits(model.gateway, model.id)]


def _changes(options: Namespace, face: Face) -> int:
    """What each gateway was seen to sell as a whole, by its days."""
    if not face.client.home.ledger.exists():
        found: tuple[Change, ...] = ()
    else:
        found = face.client.changes(options.gateway)[-(options.limit or _CHANGES) :]
    lines = []
    for one in found:
        days = one.first if one.first == one.last else f"{one.first} – {one.last}"
        kind = face.text(f"changes.{one.kind}")
        counted = face.text("changes.first" if one.is_first else "changes.models", count=one.models)
        lines.append(f"{days}  {one.gateway}  {kind}  {counted}  {one.sha256[:8]}")
        lines += [f"    + {name}" for name in one.new] + [f"    - {name}" for name in one.gone]
        lines += [f"    {face.text('changes.contract', contract=one.contract)}"] if one.contract else []
    face.show("changes", {"items": [one._asdict() for one in found]}, [row(line) for line in lines])
    if not found:
        face.say(face.text("changes.none"))
    return 0


def _asks(options: Namespace) -> bool:
    """Is a ranking asked for without words?"""
    told = (options.wish, options.use, options.exclude, options.aspect_ratio, options.size, options.n)
    return options.live or any(told)


def _ranked(options: Namespace, face: Face) -> int:
    words = options.wanted or ""
    face.speak_as(words)
    from limner.words import parse

    told = parse(words)
    outright = {
        "gateway": options.gateway,
        "model": options.query or None,
        "aspect_ratio": options.aspect_ratio,
        "size": options.size,
        "n": options.n,
        "wish": options.wish,
        "use": options.use,
        "exclude": tuple(options.exclude) or None,
        "exact": options.exact or None,
        # What is followed does not matter here, only that something is.
        "references": ("-",) if options.task == "edit" else (),
    }
    wished = {name: value for name, value in outright.items() if value is not None}
    request = told.request(**wished)._replace(subject=None)
    asked = face.client.rank(request, live=True) if options.live else face.market.rank(request)
    found = asked[: options.limit or _SHOWN]
    able = _able(request, found, face)
    lines = [] if face.json else [*_lines(found, face), *_others(able, face)]
    items = {"items": [_place(one, face) for one in found]}
    face.show("ranking", {**items, "able": [_place(one, face) for one in able]}, lines)
    return 0


def _able(request: Request, found: "tuple[Ranked, ...]", face: Face) -> "tuple[Ranked, ...]":
    """Who can, where none of the models that were looked at can serve the wish as it is."""
    if not request.model or any(one.choice is not None and not one.unmet for one in found):
        return ()
    ranked = face.market.rank(request._replace(model=None, exact=True))
    return tuple(one for one in ranked if one.choice is not None and not one.unmet)[:_ABLE]


def _others(able: "tuple[Ranked, ...]", face: Face) -> Iterator[str]:
    if able:
        yield face.text("rank.able")
        yield from _lines(able, face)


def _lines(found: "tuple[Ranked, ...]", face: Face) -> Iterator[str]:
    from limner.cli.columns import pad, width

    prices = [_price(one, face) for one in found]
    widest = max(width(one) for one in prices)
    named = max(len(f"{one.model.gateway}/{one.model.id}") for one in found)
    for number, (one, price) in enumerate(zip(found, prices, strict=True), 1):
        name = f"{one.model.gateway}/{one.model.id}"
        yield f"{number:>2}  {name:<{named}}  {pad(price, widest)}  {_sure(one, face)}".rstrip()
        reason = [] if one.why.key == "chosen.other" else [_reason(one, face)]
        for line in (*reason, *_cannot(one, face)):
            yield f"      {line}"
        if not one.ready:
            yield f"      {face.text('rank.no_key', gateway=one.model.gateway)}"
    for gateway, source in dict.fromkeys((one.model.gateway, one.model.source) for one in found):
        yield face.text("rank.source", gateway=gateway, source=catalog.source_in(face.language, source))


def _price(one: "Ranked", face: Face) -> str:
    if one.price is None:
        return "?"
    if not one.price.micro:
        return face.text("card.price_free")
    from limner.rates import shown

    own = f" ≈ {amount(shown(one.own), face.language)}" if one.own and one.own.unit != one.price.unit else ""
    return f"{amount(one.price, face.language)}{own}"


def _sure(one: "Ranked", face: Face) -> str:
    if one.price is None:
        return face.text("rank.price_unknown")
    return face.text(f"rank.price_{one.model.certainty}", as_of=one.model.as_of)


def _reason(one: "Ranked", face: Face) -> str:
    return face.text(one.why.key, **one.why.facts)


def _cannot(one: "Ranked", face: Face) -> list[str]:
    """What a model cannot do of what was asked, a sentence each."""
    if one.refusal is not None:
        told = face.text(one.refusal.key, **one.refusal.facts)
        return [face.text("rank.cannot", reason=told)]
    return [face.text(other.key, **other.facts) for other in one.unmet]


def _place(one: "Ranked", face: Face) -> dict[str, Any]:
    """One place of the ranking for programs. Amounts are for all pictures; `own` is in the person's money."""
    made = one.choice
    return {
        "gateway": one.model.gateway,
        "id": one.model.id,
        "title": one.model.title,
        "ready": one.ready,
        "possible": made is not None,
        "why": one.why.key.removeprefix("chosen."),
        "reason": _reason(one, face),
        "price": decimal(one.price) if one.price else None,
        "max_price": decimal(one.most) if one.most else None,
        "unit": one.price.unit if one.price else None,
        "own": {"price": decimal(one.own), "unit": one.own.unit} if one.own else None,
        "certainty": one.model.certainty if one.price else "unknown",
        "source": one.model.source,
        "as_of": one.model.as_of,
        "size": made.size if made else None,
        "aspect_ratio": made.aspect_ratio if made else None,
        "cannot": _cannot(one, face),
        "eta_s": list(one.model.seconds),
    }


def _words(model: Model) -> str:
    return " ".join((model.id, model.title, model.gateway, *model.aliases, *model.uses)).casefold()


def _usual(model: Model) -> Price | None:
    """What a picture costs when nobody asks for a size."""
    fitting = [row for row in model.prices if row.when.get("size") in (None, model.default_size)]
    return (fitting or list(model.prices))[-1] if model.prices else None


def _data(model: Model) -> dict[str, Any]:
    row, worst = _usual(model), catalog.worst(model)
    return {
        "id": model.id,
        "gateway": model.gateway,
        "title": model.title,
        "aliases": list(model.aliases),
        "operations": list(model.operations),
        "aspect_ratios": list(model.aspect_ratios),
        "sizes": list(model.sizes),
        "max_n": model.max_n,
        "max_references": model.max_references,
        "price": decimal(row.each) if row else None,
        "prices": [{**one.when, "price": decimal(one.each)} for one in model.prices],
        "max_price": decimal(worst) if worst else None,
        "unit": row.each.unit if row else None,
        "eta_s": list(model.seconds),
        "uses": list(model.uses),
        "default": model.default,
        "source": model.source,
        "as_of": model.as_of,
    }


def _line(model: Model, face: Face) -> str:
    from limner.cli.columns import ahead

    usual = _usual(model)
    each = usual.each if usual else None
    price = face.text("card.price_free") if each and not each.micro else amount(each or "?", face.language)
    mark = "*" if model.default else " "
    edits = face.text("models.edits") if "image_to_image" in model.operations else ""
    low, high = model.seconds
    time = face.text("models.seconds", low=low, high=high)
    line = f"{mark} {model.id:<32} {ahead(price, 7)}  {time}  {model.gateway}  {model.title}  {edits}"
    return line.rstrip()
