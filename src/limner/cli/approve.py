"""`limner approve`: a person's yes to a quote, given at a terminal."""

from argparse import ArgumentParser, Namespace

from limner.cli import asking, card
from limner.cli.face import Face, Next
from limner.cli.telling import quote_data
from limner.cli.wishes import Text
from limner.errors import Usage


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("quote", metavar="QUOTE", help=text("quote_id"))


def run(options: Namespace, face: Face) -> int:
    quote = face.client.ledger.quote(options.quote)
    face.speak_as(quote.choice.request.prompt)
    if not face.can_ask:
        raise Usage("approve.no_terminal", quote=quote.id)
    card.show(quote, face)
    asking.ask(quote, face)
    flags = ("--sandbox",) if face.sandbox else ()
    following = [Next(face.text("next.run", quote=quote.id), ("limner", "run", quote.id, *flags))]
    face.show("approval", quote_data(quote, face), [], following)
    return 0
