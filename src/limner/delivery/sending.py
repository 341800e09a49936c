"""
Pictures to one target, each once: written down before it leaves, and what came of it after.
"""

import hashlib
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from limner import messages
from limner.delivery import target as targets
from limner.delivery.parcel import Parcel, Sender, pieces
from limner.delivery.target import Target
from limner.errors import DeliveryFailed, LimnerError, Usage
from limner.gateways import Settings
from limner.home import private_folder
from limner.ledger import Ledger, deliveries
from limner.ledger.deliveries import Delivery
from limner.results import Job, Picture

_MODULES = {"lark": "feishu"}
_LONGEST_PROMPT = 300


class Wishes(NamedTuple):
    """How a job's pictures are to be delivered."""

    to: str
    image: int | None = None
    """Which of them, from 1; `None`: all."""
    caption: str | None = None
    """`None`: what was asked for, that it is AI-generated, and the model."""
    as_file: bool = False
    again: bool = False
    """Even if it was sent before, or nobody knows."""


class Delivered(NamedTuple):
    """How it went with one picture."""

    picture: Picture
    target: Target
    delivery: Delivery
    already: bool
    """Nothing was sent now: it had been before."""
    error: LimnerError | None = None


def deliver(ledger: Ledger, settings: Settings, job: Job, wishes: Wishes) -> list[Delivered]:
    """
    Send a job's pictures with a caption to a target of the configuration. What hinders one picture does not
    hinder the others. Raises `NotFound`, `SetupNeeded`, and `Usage` for what the service cannot take, before
    anything is sent.
    """
    target, pictures, caption = planned(settings, job, wishes)
    folder = private_folder(settings.home.data / "asked")
    with closing(_sender(target, folder, settings.get("proxy"))) as sender:
        return [_once(ledger, target, sender, picture, caption, wishes) for picture in pictures]


def planned(settings: Settings, job: Job, wishes: Wishes) -> tuple[Target, tuple[Picture, ...], str]:
    """Where what would go, and with which words. Sends nothing; raises as `deliver` does."""
    target = targets.find(wishes.to, settings)
    pictures = _chosen(job, wishes.image)
    for picture in pictures:
        _check(target, picture, as_file=wishes.as_file)
    return target, pictures, _caption(job) if wishes.caption is None else wishes.caption


def _caption(job: Job) -> str:
    """Chats strip a picture's own marks of origin, so the words beside it say what it is."""
    prompt = messages.clean(job.prompt, _LONGEST_PROMPT)
    facts = {"prompt": prompt, "model": job.model}
    return messages.sentence("delivery.caption", messages.of_text(job.prompt), facts)


def _chosen(job: Job, image: int | None) -> tuple[Picture, ...]:
    if not job.pictures:
        raise Usage("delivery.no_pictures", job=job.id, state=job.state)
    if image is None:
        return job.pictures
    if not 1 <= image <= len(job.pictures):
        raise Usage("delivery.no_such_picture", image=image, job=job.id, count=len(job.pictures))
    return (job.pictures[image - 1],)


def _once(
    ledger: Ledger, target: Target, sender: Sender, picture: Picture, caption: str, wishes: Wishes
) -> Delivered:
    at = ledger.now()
    known = deliveries.begin(ledger.store, target.name, picture.sha256, at, again=wishes.again)
    if known is not None:
        told = {"target": target.name, "service": target.title, "said": ""}
        error = None if known.state in deliveries.SETTLED else DeliveryFailed("delivery.not_known", **told)
        return Delivered(picture, target, known, error is None, error)
    once = hashlib.sha256(f"{target.name} {picture.sha256} {at if wishes.again else 0}".encode()).hexdigest()
    done, error = _sent(target, sender, Parcel(picture, once, wishes.as_file), caption, at)
    deliveries.end(ledger.store, done)
    return Delivered(picture, target, done, False, error)


def _check(target: Target, picture: Picture, *, as_file: bool = False) -> None:
    """Raises `Usage` for a picture that is gone, altered, or larger than the service takes."""
    try:
        with Path(picture.path).open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == picture.sha256
    except OSError as error:
        raise Usage("delivery.picture_gone", path=picture.path) from error
    if not same:
        raise Usage("delivery.picture_altered", path=picture.path)
    facts = target.facts
    most = facts.get("file_bytes" if as_file or "file_bytes" in facts else "picture_bytes")
    if most is not None and picture.bytes > most:
        size, limit = f"{picture.bytes / 1e6:.1f} MB", f"{most / 1e6:.0f} MB"
        raise Usage("delivery.too_large", service=target.title, size=size, limit=limit, path=picture.path)


def _sender(target: Target, folder: Path, proxy: str | None) -> Sender:
    module = import_module(f"limner.delivery.{_MODULES.get(target.service, target.service)}")
    made: Sender = module.Sender(target, folder, proxy)
    return made


def _sent(
    target: Target, sender: Sender, parcel: Parcel, caption: str, at: int
) -> tuple[Delivery, DeliveryFailed | None]:
    first, *more = pieces(caption, int(target.facts["caption"]), int(target.facts["text"]))
    done = Delivery(target.name, parcel.picture.sha256, "sending", "", False, False, at, "")
    try:
        message_id = sender.send_picture(parcel, first)
        done = done._replace(message_id=message_id, image_sent=True)
        for place, text in enumerate(more):
            sender.send_text(text, f"{place}{parcel.once}")
    except DeliveryFailed as error:
        if done.image_sent:
            return done._replace(state="partial", detail=error.key), error
        return done._replace(state="unknown" if error.unknown else "failed", detail=error.key), error
    return done._replace(state="sent", text_sent=bool(caption)), None
