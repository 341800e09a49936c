"""`limner spend`: what was spent."""

from argparse import ArgumentParser, Namespace

from limner.cli import mistakes
from limner.cli.columns import pad, width
from limner.cli.face import Face
from limner.cli.wishes import Text
from limner.messages.stream import amount
from limner.money import Money, decimal


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("--by", choices=("day", "gateway", "model"), default="day", help=text("by"))
    parser.add_argument(
        "--since",
        type=mistakes.day("--since"),
        default="0000-01-01",
        metavar="YYYY-MM-DD",
        help=text("since"),
    )


def run(options: Namespace, face: Face) -> int:
    lines, reserved = face.client.spend(options.by, options.since)
    data = {
        "by": options.by,
        "items": [
            {
                options.by: line.label,
                "charged": decimal(line.charged),
                "unit": line.charged.unit,
                "pictures": line.pictures,
                "jobs": line.jobs,
            }
            for line in lines
        ],
        "reserved": [{"amount": decimal(one), "unit": one.unit} for one in reserved],
    }
    told = [f"{_row(line.label, line.charged, face)}  {_pictures(line.pictures, face)}" for line in lines]
    told += [_row(face.text("spend.reserved"), one, face) for one in reserved]
    face.show("spend", data, told)
    if not lines and not reserved:
        face.say(face.text("spend.none"))
    return 0


def _row(label: str, money: Money, face: Face) -> str:
    shown = amount(money, face.language)
    return pad(label, 32) + " " * (11 - width(shown)) + shown


def _pictures(count: int, face: Face) -> str:
    return face.text("spend.picture" if count == 1 else "spend.pictures", count=count)
