"""`limner cancel`: call a job back, as far as that can be done."""

from argparse import ArgumentParser, Namespace

from limner.cli.face import Face
from limner.cli.telling import job_data, job_next
from limner.cli.wishes import Text
from limner.errors import NoAnswer, Usage
from limner.types import LIVE

_GOES_ON = 20


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("job", metavar="JOB", help=text("job_id"))


def run(options: Namespace, face: Face) -> int:
    called, job = face.client.cancel(options.job)
    face.speak_as(job.prompt)
    key = f"cancel.{called}"
    if called == "too_late" and job.state == "unknown":
        key = "cancel.unknown"
    elif called == "too_late" and job.state not in LIVE:
        raise Usage("cancel.ended", job=job.id, state=job.state)
    facts = {"ceiling": job.ceiling, "uncertain": job.uncertain, "gateway": _title(job.gateway, face)}
    sentence = face.text(key, job=job.id, **facts)
    face.show("job", {**job_data(job, face), "cancel": called, "message": sentence}, (), job_next(job, face))
    if not face.json:
        face.say(sentence)
    if called != "too_late":
        return 0
    return _GOES_ON if job.state in LIVE else NoAnswer.exit_code


def _title(gateway: str, face: Face) -> str:
    """Its own name, also where its key is no longer set."""
    from limner import gateways

    added = face.client.settings.get("gateways", {}).get(gateway, {})
    facts = gateways.facts(str(added.get("provider", gateway)))
    return str(added.get("title") or facts["gateway"]["title"])
