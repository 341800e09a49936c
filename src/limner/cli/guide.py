"""`limner guide`: short pages on getting the picture one means, and those of an installed knowledge base."""

from argparse import ArgumentParser, Namespace

from limner import knowledge
from limner.cli.face import Face
from limner.cli.wishes import Text


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("topic", nargs="?", metavar="TOPIC", help=text("guide_topic"))


def run(options: Namespace, face: Face) -> int:
    installed = knowledge.folder(face.market.settings.values)
    if options.topic:
        page, told = knowledge.read(options.topic, installed, face.language)
        data = {"topic": page.name, "source": _source(page, face), "path": str(page.path), "text": told}
        face.show("guide", data, told.rstrip().split("\n"))
        return 0
    found = knowledge.pages(installed, face.language)
    widest = max(len(page.name) for page in found)
    lines = [f"{page.name:<{widest}}  {_title(page)}  ({_source(page, face)})" for page in found]
    items = [{"topic": one.name, "title": _title(one), "source": _source(one, face)} for one in found]
    face.show("guides", {"items": items}, lines)
    face.say(face.text("guide.how", name=found[0].name))
    return 0


def _source(page: knowledge.Page, face: Face) -> str:
    return face.text("guide.own" if page.own else "guide.installed")


def _title(page: knowledge.Page) -> str:
    return knowledge.title(page)
