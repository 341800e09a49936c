"""`limner resolve`: a person's word on whether a lost answer was charged."""

from argparse import ArgumentParser, Namespace

from limner.cli.face import Face
from limner.cli.telling import job_data
from limner.cli.wishes import Text


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("job", metavar="JOB", help=text("job_id"))
    parser.add_argument("--charged", choices=("yes", "no"), required=True, help=text("charged"))


def run(options: Namespace, face: Face) -> int:
    job = face.client.resolve(options.job, options.charged == "yes")
    face.speak_as(job.prompt)
    face.show("job", job_data(job, face), [face.text("resolve.done", job=job.id, cost=job.cost)])
    return 0
