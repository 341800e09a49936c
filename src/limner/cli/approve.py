"""`limner approve`: a person's yes to a quote, given at a terminal."""

from argparse import ArgumentParser, Namespace

from limner.cli import asking, card
from limner.cli.face import Face
from limner.cli.telling import quote_data
from limner.cli.wishes import Text
from limner.errors import Usage


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("quote", metavar="QUOTE", help=text("quote_id"))


def run(options: Namespace, face: Face) -> int:
    quote = face.client.ledger.quote(options.quote)
    face.speak_as(quote.choice.request.prompt)
    if not face.can_ask:
        command = face.typed("run", quote.id, "--approve", quote.id)
        raise Usage("approve.no_terminal", command=command)
    card.show(quote, face)
    asking.ask(quote, face)
    face.show("approval", quote_data(quote, face), [], [face.next("next.run", "run", quote.id)])
    return 0
