"""`limner status`: how a job stands, now or as soon as it has ended."""

import time
from argparse import ArgumentParser, Namespace

from limner.cli import mistakes
from limner.cli.face import Face
from limner.cli.progress import Display
from limner.cli.telling import show_job
from limner.cli.wishes import Text
from limner.types import LIVE, Job

_LOOK_SECONDS = 0.2


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("job", metavar="JOB", help=text("job_id"))
    parser.add_argument(
        "--wait", type=mistakes.seconds("--wait"), default=0, metavar="SECONDS", help=text("wait")
    )
    parser.add_argument("--exit-status", action="store_true", help=text("exit_status"))


def run(options: Namespace, face: Face) -> int:
    job = face.client.job(options.job)
    face.speak_as(job.prompt)
    if options.wait and job.state in LIVE and not face.client.is_left(job.id):
        job = _watched(job, options.wait, face)
    if face.client.is_left(job.id):
        face.warn("job.left", job=job.id, command=face.typed("recover", job.id))
    return show_job(job, face, wants_state=options.exit_status)


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
