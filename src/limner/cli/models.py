"""`limner models`: what there is to choose from, with prices. Needs no key and no network."""

from argparse import ArgumentParser, Namespace
from typing import Any

from limner.cli import mistakes
from limner.cli.face import Face, row
from limner.cli.wishes import Text
from limner.money import decimal
from limner.types import Model, Price

_TASKS = {"text": "text_to_image", "edit": "image_to_image"}


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("query", nargs="?", default="", metavar="QUERY", help=text("query"))
    parser.add_argument("--task", choices=tuple(_TASKS), help=text("task"))
    parser.add_argument("-g", "--gateway", metavar="NAME", help=text("gateway"))
    parser.add_argument(
        "--limit", type=mistakes.whole("--limit", 1, 1_000), default=100, metavar="N", help=text("limit")
    )


def run(options: Namespace, face: Face) -> int:
    wanted = options.query.casefold()
    found = [
        model
        for model in face.market.models(options.gateway)
        if (not options.task or _TASKS[options.task] in model.operations) and wanted in _words(model)
    ][: options.limit]
    face.show(
        "models", {"items": [_data(model) for model in found]}, [row(_line(model, face)) for model in found]
    )
    if not found:
        face.say(face.text("models.none"))
    return 0


def _words(model: Model) -> str:
    return " ".join((model.id, model.title, model.gateway, *model.aliases, *model.uses)).casefold()


def _usual(model: Model) -> Price | None:
    """What a picture costs when nobody asks for a size."""
    fitting = [row for row in model.prices if row.when.get("size") in (None, model.default_size)]
    return (fitting or list(model.prices))[-1] if model.prices else None


def _data(model: Model) -> dict[str, Any]:
    row = _usual(model)
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
        "max_price": decimal(max(one.most for one in model.prices)) if row else None,
        "unit": row.each.unit if row else None,
        "eta_s": list(model.seconds),
        "uses": list(model.uses),
        "default": model.default,
        "source": model.source,
        "as_of": model.as_of,
    }


def _line(model: Model, face: Face) -> str:
    usual = _usual(model)
    each = usual.each if usual else None
    price = face.text("card.price_free") if each and not each.micro else str(each or "?")
    mark = "*" if model.default else " "
    edits = face.text("models.edits") if "image_to_image" in model.operations else ""
    low, high = model.seconds
    return (
        f"{mark} {model.id:<32} {price:>7}  {low}-{high} s  {model.gateway}  {model.title}  {edits}".rstrip()
    )
