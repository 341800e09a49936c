"""A quote as a card: everything that is agreed to, before anybody agrees."""

import sys
from pathlib import Path

from limner import catalog
from limner.cli.columns import pad, width
from limner.cli.face import Face
from limner.messages import clean
from limner.telling import price, suggestion
from limner.types import Quote, Reference

_PROMPT = 300
_LABELS = {"moved": "card.since", "habit": "card.habit"}


def rows(quote: Quote, face: Face) -> list[tuple[str, str]]:
    """Label and text of every line, in the reader's language."""
    choice, model = quote.choice, quote.choice.model
    text = face.text
    told = [
        (text("card.model"), f"{model.title} · {model.id}" if model.title != model.id else model.id),
        (text("card.gateway"), f"{choice.gateway} ({quote.host})"),
        (text("card.prompt"), clean(choice.prompt, _PROMPT)),
        (text("card.pictures"), str(choice.n)),
    ]
    if choice.size:
        told.append((text("card.size"), choice.size))
    if choice.aspect_ratio:
        told.append((text("card.ratio"), choice.aspect_ratio))
    told += [(text("card.references"), _reference(one, face)) for one in choice.references]
    told += [(text("card.note"), text(one.key, **one.facts)) for one in choice.adjustments]
    told += [(text(_LABELS[one.key.partition(".")[0]]), text(one.key, **one.facts)) for one in quote.notes]
    told.append((text("card.price"), price(quote, face.language)))
    told += [
        (text("card.repair"), text(one.key, size=one.size or "", price=one.price)) for one in quote.repairs
    ]
    told.append((text("card.tariff"), catalog.tariff(quote.source, quote.as_of, face.language)))
    low, high = model.seconds
    told.append((text("card.time"), text("card.time_about", low=low, high=high)))
    minutes = (quote.expires_at - quote.created_at) // 60_000
    told.append((text("card.expires"), text("card.minutes", minutes=minutes)))
    return [(label, clean(value)) for label, value in told]


def show(quote: Quote, face: Face) -> None:
    """On standard error, as a panel where the terminal can draw one."""
    title = face.text("card.title", quote=quote.id)
    told = rows(quote, face)
    if face.lively:
        _panel(title, told, face)
        return
    if face.sandbox:
        title += f"  [{face.text('card.sandbox')}]"
    face.say(title)
    widest = max(width(label) for label, _ in told)
    for label, value in told:
        face.say(f"  {pad(label, widest)}  {value}")


def suggest(quote: Quote, face: Face) -> None:
    """How a vague prompt might say more: a person's to take or to leave."""
    found = suggestion(quote, face.language)
    if found:
        face.say(face.text("suggest.line", message=found["message"], prompt=found["prompt"]))


def _panel(title: str, told: list[tuple[str, str]], face: Face) -> None:
    from rich.console import Console
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    for label, value in told:
        strong = "bold" if label == face.text("card.price") else ""
        grid.add_row(Text(label), Text(value, style=strong))
    below = Text(face.text("card.sandbox"), style="yellow") if face.sandbox else None
    console = Console(file=sys.stderr, no_color=not face.colour, highlight=False)
    console.print(Panel(grid, title=Text(title), subtitle=below, title_align="left", expand=False))


def _reference(reference: Reference, face: Face) -> str:
    if reference.is_link:
        return reference.source
    facts = {
        "name": Path(reference.source).name,
        "before": _kilobytes(reference.source_bytes),
        "after": _kilobytes(reference.bytes),
        "width": reference.width,
        "height": reference.height,
    }
    return face.text("card.shrunk" if reference.shrunk else "card.as_is", **facts)


def _kilobytes(count: int) -> str:
    return f"{max(1, round(count / 1000))} kB"
