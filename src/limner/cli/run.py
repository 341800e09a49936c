"""`limner run`: make what was agreed to. The one command beside `make` that spends."""

from argparse import ArgumentParser, Namespace

from limner.cli import asking, card, spending
from limner.cli.face import Face
from limner.cli.telling import quote_data, quote_next
from limner.cli.wishes import Text
from limner.errors import ApprovalNeeded
from limner.types import Quote


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("quote", metavar="QUOTE", help=text("quote_id"))
    parser.add_argument("--approve", metavar="QUOTE", help=text("approve_option"))
    spending.arguments(parser, text)


def run(options: Namespace, face: Face) -> int:
    quote = face.client.ledger.quote(options.quote)
    face.speak_as(quote.choice.request.prompt)
    known = face.client.ledger.job_of_quote(quote.id)
    if known is None and face.client.needs_question(quote):
        try:
            _say_yes(quote, options, face)
        except ApprovalNeeded as error:
            return face.fail(error, quote_data(quote, face), quote_next(quote, face))
    with spending.at_hand(face) as ready:
        return spending.spend(quote, options, face, ready)


def _say_yes(quote: Quote, options: Namespace, face: Face) -> None:
    if options.approve is not None:
        asking.relay(quote, options.approve, face)
    elif face.client.ledger.approval(quote.id) is None:
        if not face.can_ask:
            raise ApprovalNeeded("approval.needed", quote=quote.id, ceiling=quote.ceiling)
        card.show(quote, face)
        asking.ask(quote, face)
