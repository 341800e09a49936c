"""`limner recover`: bring home what an interruption left behind. Sends nothing that costs."""

from argparse import ArgumentParser, Namespace

from limner.cli.face import Face
from limner.cli.telling import job_data, show_job
from limner.cli.wishes import Text
from limner.types import LIVE

_PAGE = 1_000


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("job", nargs="?", metavar="JOB", help=text("recover_job"))


def run(options: Namespace, face: Face) -> int:
    if options.job:
        job = face.client.recover(options.job)
        face.speak_as(job.prompt)
        return show_job(job, face)
    waiting = [job for job in face.client.jobs("unfinished", _PAGE) if job.state in LIVE]
    home = [face.client.recover(job.id) for job in reversed(waiting)]
    unknown = face.client.jobs("unknown", _PAGE)
    data = {"items": [job_data(job, face) for job in home], "unknown": [job.id for job in unknown]}
    lines = [f"{job.id}  {job.state}  {' '.join(one.path for one in job.pictures)}".rstrip() for job in home]
    lines += [
        f"{job.id}  unknown  {face.text('recover.unknown', uncertain=job.uncertain)}" for job in unknown
    ]
    face.show("jobs", data, lines)
    if not lines:
        face.say(face.text("recover.none"))
    return 0
