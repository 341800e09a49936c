"""`limner quote`: what a picture would cost. Free; nothing is sent."""

from argparse import ArgumentParser, Namespace

from limner.cli import card, wishes
from limner.cli.face import Face
from limner.cli.telling import quote_data, quote_next


def arguments(parser: ArgumentParser, text: wishes.Text) -> None:
    wishes.arguments(parser, text)


def run(options: Namespace, face: Face) -> int:
    wanted = wishes.request(options)
    face.speak_as(wanted.prompt)
    quote = face.client.quote(wanted)
    for key, facts in face.client.gateway(quote.choice.gateway).warnings:
        face.warn(key, **facts)
    if not face.json:
        card.show(quote, face)
        card.suggest(quote, face)
    face.show("quote", quote_data(quote, face), [quote.id], quote_next(quote, face))
    return 0
