"""`limner status`: how a job stands, now or as soon as it has ended."""

import time
from argparse import ArgumentParser, Namespace

from limner.cli import messaging, mistakes
from limner.cli.face import Face
from limner.cli.progress import Display
from limner.cli.telling import job_exit, show_job
from limner.cli.wishes import Text
from limner.types import LIVE, Job

_LOOK_SECONDS = 0.2


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("job", metavar="JOB", help=text("job_id"))
    parser.add_argument(
        "--wait", type=mistakes.seconds("--wait"), default=0, metavar="SECONDS", help=text("wait")
    )
    parser.add_argument("--exit-status", action="store_true", help=text("exit_status"))
    parser.add_argument("--follow", action="store_true", help=text("follow"))
    messaging.arguments(parser, text)


def run(options: Namespace, face: Face) -> int:
    job = face.client.job(options.job)
    face.speak_as(job.prompt)
    if options.messages:
        return _told(job, options, face)
    if options.follow:
        options.wait = options.wait or float("inf")
    if options.wait and job.state in LIVE and not face.client.is_left(job.id):
        job = _watched(job, options.wait, face)
    if face.client.is_left(job.id):
        face.warn("job.left", job=job.id, command=face.typed("recover", job.id))
    return show_job(job, face, wants_state=options.exit_status)


def _told(job: Job, options: Namespace, face: Face) -> int:
    """The job's messages: one for how it stands, or all of them to its end."""
    seconds = None if options.follow and not options.wait else options.wait
    messaging.tell(job.id, options, face, seconds=seconds, whole=options.follow or options.wait > 0)
    job = face.client.job(job.id)
    if face.json:
        return show_job(job, face, wants_state=options.exit_status)
    return job_exit(job, options.exit_status)


def _watched(job: Job, seconds: float, face: Face) -> Job:
    """The job once it has ended, was left by its process, or the time is over."""
    until = time.monotonic() + seconds
    title = face.client.gateway(job.gateway).title
    usual = face.client.ledger.quote(job.quote_id).choice.model.seconds
    since = max(0.0, time.time() - job.created_at / 1000)
    with Display(face, title, usual, since) as display:
        while job.state in LIVE and time.monotonic() < until and not face.client.is_left(job.id):
            display.tick()
            time.sleep(_LOOK_SECONDS)
            job = face.client.job(job.id)
    return job
