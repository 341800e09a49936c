"""`limner spend`: what was spent."""

from argparse import ArgumentParser, Namespace

from limner.cli import mistakes
from limner.cli.columns import pad
from limner.cli.face import Face
from limner.cli.wishes import Text
from limner.money import decimal


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
    told = [f"{pad(line.label, 32)} {line.charged!s:>10}  {_pictures(line.pictures, face)}" for line in lines]
    told += [f"{pad(face.text('spend.reserved'), 32)} {one!s:>10}" for one in reserved]
    face.show("spend", data, told)
    if not lines and not reserved:
        face.say(face.text("spend.none"))
    return 0


def _pictures(count: int, face: Face) -> str:
    return face.text("spend.picture" if count == 1 else "spend.pictures", count=count)
