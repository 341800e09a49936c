"""The way from a quote to a picture that `make` and `run` share: watch, and say how it ended."""

import contextlib
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from pathlib import Path

from limner import worker
from limner.artifacts import Output
from limner.cli import messaging, mistakes, preview
from limner.cli.face import Face
from limner.cli.progress import Display, watched
from limner.cli.telling import job_exit, show_job
from limner.errors import LimnerError
from limner.formats import EXTENSIONS, SPELLINGS
from limner.results import LIVE, Job
from limner.types import Quote
from limner.worker import Order, Worker

Text = Callable[..., str]


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("-o", "--out", metavar="PATH", help=text("out"))
    parser.add_argument("--overwrite", action="store_true", help=text("overwrite"))
    parser.add_argument("--wait", type=mistakes.seconds("--wait"), metavar="SECONDS", help=text("wait"))
    parser.add_argument("--exit-status", action="store_true", help=text("exit_status"))
    parser.add_argument("--no-preview", action="store_true", help=text("no_preview"))
    messaging.arguments(parser, text)


def output(options: Namespace) -> Output:
    return Output(path=options.out, overwrite=options.overwrite, folder=str(Path.cwd()))


@contextlib.contextmanager
def at_hand(face: Face) -> Iterator[Worker | None]:
    """A worker that waits for the yes, where there can be one; sent away when there was none."""
    face.forget_client()
    ready = None
    if worker.can_detach():
        with contextlib.suppress(OSError):  # no process is to be had: the job runs in this one
            ready = worker.prepare()
    try:
        yield ready
    finally:
        if ready is not None:
            ready.dismiss()


def spend(quote: Quote, options: Namespace, face: Face, ready: Worker | None) -> int:
    """Run an approved quote and watch it; the exit code."""
    wanted = output(options)
    known = face.client.ledger.job_of_quote(quote.id)
    if known is not None:
        face.warn("run.already", quote=quote.id, job=known.id)
        return _shown(_followed(known, options, face), options, face)
    gateway = face.client.check_run(quote, wanted)
    for key, facts in gateway.warnings:
        face.warn(key, **facts)
    try:
        job = _watched(quote, wanted, options, face, ready)
    except KeyboardInterrupt:
        known = face.client.ledger.job_of_quote(quote.id)
        look = ("status", known.id, "--wait", "50") if known else ("jobs",)
        face.say(face.text("progress.left", command=face.typed(*look)))
        raise
    if job is None:
        return 0
    _say_new_name(job, options, face)
    code = _shown(job, options, face)
    if not options.messages:
        _hint(quote, job, face)
    if job.pictures and not options.no_preview:
        preview.show([picture.path for picture in job.pictures], face)
    return code


def _followed(known: Job, options: Namespace, face: Face) -> Job:
    """The job that another process runs, to its end or for as long as was asked."""
    works = known.state in LIVE and options.wait != 0 and not face.client.is_left(known.id)
    if options.messages:
        messaging.tell(known.id, options, face, seconds=options.wait if works else 0, whole=works)
    elif works:
        known = watched(known, float("inf") if options.wait is None else options.wait, face)
    if face.client.is_left(known.id):
        face.warn("job.left", job=known.id, command=face.typed("recover", known.id))
    return face.client.job(known.id)


def _say_new_name(job: Job, options: Namespace, face: Face) -> None:
    """A picture's name says what it is, whatever was asked for."""
    asked = Path(options.out or "")
    for one in job.pictures[:1]:
        right = SPELLINGS.get(one.media_type, (EXTENSIONS[one.media_type],))
        if asked.suffix.lower() in {*EXTENSIONS.values(), ".jpeg"}.difference(right):
            came = one.media_type.partition("/")[2].upper()
            face.warn("run.renamed", asked=asked.name, name=Path(one.path).name, came=came)


def _hint(quote: Quote, job: Job, face: Face) -> None:
    """After the picture, never before: what might have suited as well as the model the person prefers."""
    found = face.client.market.hint(quote.choice.request, quote.choice.model) if job.pictures else None
    if found:
        told = {"model": found.model, "reason": found.reason(face.language), "price": found.price or "?"}
        face.say(face.text("hint.other", **told))


def _shown(job: Job, options: Namespace, face: Face) -> int:
    """Whoever asked for messages has had the last word; programs still get their object."""
    if options.messages and not face.json:
        return job_exit(job, options.exit_status)
    return show_job(job, face, wants_state=options.exit_status)


def _watched(
    quote: Quote, wanted: Output, options: Namespace, face: Face, ready: Worker | None
) -> Job | None:
    title = face.client.gateway(quote.choice.gateway).title
    display = Display(face, title, quote.choice.model.seconds)
    with messaging.Teller(options, face) if options.messages else display as watching:
        if ready is None:
            return face.client.run(
                quote.id, wanted, lambda event, facts: watching.event({"event": event, **facts})
            )
        ready.begin(Order(quote.id, wanted, face.home, face.sandbox, face.language))
        job_id = _follow(ready, watching, options.wait)
    job = face.client.job(job_id) if job_id else face.client.ledger.job_of_quote(quote.id)
    if job is None:
        raise LimnerError("worker.gone", quote=quote.id)
    if options.messages:
        return job
    if not ready.ended:
        face.say(face.text("progress.goes_on"))
    elif face.client.is_left(job.id):
        face.warn("job.left", command=face.typed("recover", job.id), job=job.id)
    return job


def _follow(at_work: Worker, watching: Display | messaging.Teller, seconds: float | None) -> str | None:
    job_id: str | None = None
    # The first event names the job; without it there would be nothing to come back to.
    for told in at_work.events(None):
        job_id = str(told["job"]) if told else None
        if told and job_id:
            watching.event(told)
            break
    for told in at_work.events(seconds):
        if told is None:
            watching.tick()
        else:
            watching.event(told)
    return job_id
