"""`limner make`: quote, yes and picture in one go."""

from argparse import ArgumentParser, Namespace

from limner import artifacts
from limner.cli import asking, card, sentences, spending, wishes
from limner.cli.face import Face
from limner.cli.telling import quote_data, quote_next
from limner.errors import ApprovalNeeded
from limner.worker import Worker


def arguments(parser: ArgumentParser, text: wishes.Text) -> None:
    wishes.arguments(parser, text)
    spending.arguments(parser, text)


def run(options: Namespace, face: Face) -> int:
    said = sentences.wanted(options, face)
    if said.is_only_preference:
        return sentences.alone(said, face)
    artifacts.check_output(spending.output(options))
    with spending.at_hand(face) as ready:
        return _make(said, options, face, ready)


def _make(said: sentences.Said, options: Namespace, face: Face, ready: Worker | None) -> int:
    quote = face.client.quote(said.request)
    sentences.remember(said, face, quote)
    if not face.json:
        card.show(quote, face)
        card.suggest(quote, face)
    if face.client.needs_question(quote):
        if not face.can_ask:
            error = ApprovalNeeded("approval.needed", quote=quote.id, ceiling=quote.ceiling)
            return face.fail(error, {**quote_data(quote, face), **said.data(face)}, quote_next(quote, face))
        asking.ask(quote, face)
    return spending.spend(quote, options, face, ready)
