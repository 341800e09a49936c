"""`limner status`: how a job stands, now or as soon as it has ended."""

from argparse import ArgumentParser, Namespace

from limner.cli import messaging, mistakes
from limner.cli.face import Face
from limner.cli.progress import watched
from limner.cli.telling import job_exit, show_job
from limner.cli.wishes import Text
from limner.results import LIVE, Job


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
        job = watched(job, options.wait, face)
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
