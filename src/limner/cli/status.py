"""`limner status`: how a job stands, now or as soon as it has ended."""

import time
from argparse import ArgumentParser, Namespace

from limner.cli import mistakes
from limner.cli.face import Face
from limner.cli.telling import show_job
from limner.cli.wishes import Text
from limner.types import LIVE

_LOOK_SECONDS = 0.2


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("job", metavar="JOB", help=text("job_id"))
    parser.add_argument(
        "--wait", type=mistakes.seconds("--wait"), default=0, metavar="SECONDS", help=text("wait")
    )
    parser.add_argument("--exit-status", action="store_true", help=text("exit_status"))


def run(options: Namespace, face: Face) -> int:
    until = time.monotonic() + options.wait
    job = face.client.job(options.job)
    face.speak_as(job.prompt)
    while job.state in LIVE and time.monotonic() < until and not face.client.is_left(job.id):
        time.sleep(_LOOK_SECONDS)
        job = face.client.job(options.job)
    if face.client.is_left(job.id):
        face.warn("job.left", job=job.id, command=face.typed("recover", job.id))
    return show_job(job, face, wants_state=options.exit_status)
