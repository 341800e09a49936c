"""`limner quote`: what a picture would cost. Free; nothing is sent."""

from argparse import ArgumentParser, Namespace

from limner.cli import card, sentences, wishes
from limner.cli.face import Face
from limner.cli.telling import quote_data, quote_next


def arguments(parser: ArgumentParser, text: wishes.Text) -> None:
    wishes.arguments(parser, text)


def run(options: Namespace, face: Face) -> int:
    said = sentences.wanted(options, face)
    if said.is_only_preference:
        return sentences.alone(said, face)
    quote = face.client.quote(said.request)
    sentences.remember(said, face, quote)
    for key, facts in face.client.gateway(quote.choice.gateway).warnings:
        face.warn(key, **facts)
    if not face.json:
        card.show(quote, face)
        card.suggest(quote, face)
    face.show("quote", {**quote_data(quote, face), **said.data(face)}, [quote.id], quote_next(quote, face))
    return 0
