"""`limner forget`: remove what limner keeps. It shows first, and removes on a second word."""

from argparse import ArgumentParser, Namespace

from limner import forgetting
from limner.cli import mistakes
from limner.cli.columns import pad, width
from limner.cli.face import Face
from limner.cli.wishes import Text
from limner.errors import Declined
from limner.forgetting import Keeper, Kept

_UNITS = ("B", "kB", "MB", "GB", "TB")


def arguments(parser: ArgumentParser, text: Text) -> None:
    for kind in forgetting.KINDS:
        parser.add_argument(f"--{kind}", action="store_true", help=text(f"forget_{kind}"))
    parser.add_argument(
        "--before", type=mistakes.day("--before"), metavar="YYYY-MM-DD", help=text("forget_before")
    )
    parser.add_argument("--yes-forget", action="store_true", help=text("forget_yes"))


def run(options: Namespace, face: Face) -> int:
    chosen = [kind for kind in forgetting.KINDS if getattr(options, kind)]
    client = face.client
    keeper = Keeper(client.ledger, client.home, options.before, sandbox=client.sandbox)
    found = keeper.kept(chosen or forgetting.KINDS)
    lines = _lines(found, face)
    words = [f"--{kind}" for kind in chosen]
    words += ["--before", options.before] if options.before else []
    if not chosen or not any(one.number for one in found):
        face.show("kept", _data(found, done=False), lines)
        named = [f"--{kind}" for kind in forgetting.KINDS]
        face.say(face.text("forget.nothing" if chosen else "forget.choose", kinds=named))
        return 0
    if not options.yes_forget and not face.can_ask:
        following = [face.next("forget.next", "forget", *words, "--yes-forget")]
        face.show("kept", _data(found, done=False), lines, following)
        return 0
    if not options.yes_forget:
        for line in (*lines, face.text("forget.stays")):
            face.say(line)
        if face.ask(face.text("forget.ask")).lower() not in face.text("card.yes_words").split():
            raise Declined("forget.declined")
    gone = keeper.forget(chosen)
    face.show("forgotten", _data(gone, done=True), [face.text("forget.done"), *_lines(gone, face)])
    face.say(face.text("forget.stays"))
    return 0


def _lines(found: list[Kept], face: Face) -> list[str]:
    names = {one.kind: face.text(f"forget.{one.kind}") for one in found}
    wide = max(width(name) for name in names.values()) + 2
    return [f"{pad(names[one.kind], wide)}{one.number:>8}  {_human(one.bytes):>9}".rstrip() for one in found]


def _data(found: list[Kept], *, done: bool) -> dict[str, object]:
    items = [
        {
            "kind": one.kind,
            "count": one.number,
            "bytes": one.bytes,
            "paths": [str(path) for path in one.paths],
        }
        for one in found
    ]
    return {"done": done, "items": items}


def _human(size: int) -> str:
    if not size:
        return ""
    amount, unit = float(size), 0
    while amount >= 1000 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{amount:.0f} {_UNITS[unit]}" if amount >= 10 or not unit else f"{amount:.1f} {_UNITS[unit]}"
