"""`limner deliver`: a job's pictures, or one picture, to a chat of the configuration."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from limner.cli import mistakes
from limner.cli.face import Face
from limner.cli.wishes import Text
from limner.errors import SetupNeeded, Usage
from limner.telling import arrived, delivery_data, not_arrived

if TYPE_CHECKING:
    from limner.delivery.sending import Delivered


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("what", nargs="?", metavar="JOB | FILE", help=text("deliver_what"))
    parser.add_argument("--to", metavar="NAME", help=text("deliver_to"))
    parser.add_argument(
        "--image", type=mistakes.whole("--image", 1, 100), metavar="NUMBER", help=text("deliver_image")
    )
    parser.add_argument("--caption", metavar="TEXT", help=text("deliver_caption"))
    parser.add_argument("--as-file", action="store_true", help=text("deliver_as_file"))
    parser.add_argument("--dry-run", action="store_true", help=text("deliver_dry_run"))
    parser.add_argument("--again", action="store_true", help=text("deliver_again"))


def run(options: Namespace, face: Face) -> int:
    if options.what is None:
        return _targets(face)
    if options.to is None:
        known = [target.name for target in face.client.targets()]
        if not known:
            raise SetupNeeded("delivery.targets_none", path=face.client.home.settings)
        raise Usage("delivery.choose", known=known)
    from limner.delivery.sending import Wishes

    wishes = Wishes(options.to, options.image, options.caption, options.as_file, options.again)
    if options.dry_run:
        return _planned(options.what, wishes, face)
    done = face.client.deliver(options.what, wishes)
    failed = not_arrived(done)
    data = {"items": [delivery_data(one) for one in done], "partial": _is_partial(done)}
    lines = arrived(done, face.language)
    if failed is not None:
        for line in lines:
            face.say(line)
        return face.fail(failed, data)
    face.show("deliveries", data, lines)
    return 0


def _targets(face: Face) -> int:
    targets = face.client.targets()
    if not targets:
        raise SetupNeeded("delivery.targets_none", path=face.client.home.settings)
    data = {"items": [{"name": one.name, "service": one.service} for one in targets]}
    face.show("targets", data, [f"{one.name}  {one.title}" for one in targets])
    return 0


def _planned(what: str, wishes: Any, face: Face) -> int:
    target, pictures, caption = face.client.planned_delivery(what, wishes)
    facts = {"target": target.name, "service": target.title}
    data = {"to": target.name, "service": target.service, "caption": caption}
    lines = [face.text("delivery.would", **facts, path=one.path) for one in pictures]
    lines += [face.text("delivery.would_caption", caption=caption)]
    face.show("planned", {**data, "items": [{"path": one.path} for one in pictures]}, lines)
    return 0


def _is_partial(done: "list[Delivered]") -> bool:
    """Did some of it arrive, and not all?"""
    whole = [one.delivery.state == "sent" for one in done]
    some = any(whole) or any(one.delivery.image_sent for one in done)
    return some and not all(whole)
