"""`limner cancel`: call a job back, as far as that can be done."""

from argparse import ArgumentParser, Namespace

from limner.cli.face import Face
from limner.cli.telling import job_data, job_next
from limner.cli.wishes import Text
from limner.errors import NoAnswer, Usage
from limner.results import LIVE
from limner.telling import called_back

_GOES_ON = 20


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("job", metavar="JOB", help=text("job_id"))


def run(options: Namespace, face: Face) -> int:
    called, job = face.client.cancel(options.job)
    face.speak_as(job.prompt)
    key, facts = called_back(called, job, face.client)
    if key == "cancel.ended":
        raise Usage(key, job=job.id, state=job.state)
    sentence = face.text(key, **facts)
    face.show("job", {**job_data(job, face), "cancel": called, "message": sentence}, (), job_next(job, face))
    if not face.json:
        face.say(sentence)
    if called != "too_late":
        return 0
    return _GOES_ON if job.state in LIVE else NoAnswer.exit_code
