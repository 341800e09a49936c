"""`limner recover`: bring home what an interruption left behind, find out what was lost. Free of charge."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from limner import telling
from limner.artifacts import Output
from limner.cli import mistakes
from limner.cli.face import Face
from limner.cli.telling import job_data, show_job
from limner.cli.wishes import Text
from limner.errors import LimnerError, Usage
from limner.results import Job


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("job", nargs="?", metavar="JOB", help=text("recover_job"))
    parser.add_argument("--task", metavar="TASK", help=text("recover_task"))
    parser.add_argument("-g", "--gateway", metavar="NAME", help=text("recover_gateway"))
    parser.add_argument(
        "--wait", type=mistakes.seconds("--wait"), default=0, metavar="SECONDS", help=text("recover_wait")
    )
    parser.add_argument("-o", "--out", metavar="PATH", help=text("out"))


def run(options: Namespace, face: Face) -> int:
    if options.task and not options.gateway and not options.job:
        raise Usage("recover.no_gateway", known=face.client.gateways())
    named = options.job
    if options.task and named:
        face.client.name_task(named, options.task)
    elif options.task:
        named = face.client.adopt(options.gateway, options.task, Output(options.out, folder=str(Path.cwd())))
    if named:
        job = face.client.recover(named, options.wait)
        face.speak_as(job.prompt)
        code = show_job(job, face)
        if options.task and not face.json:
            _addresses(job, face)
        return code
    looked, broken = _all_home(options.wait, face)
    home = [job for job in looked if job.state != "unknown"]
    rests = {job.id for job in home if job.uncertain.micro and job.state in {"done", "failed"}}
    unknown = [job for job in looked if job.state == "unknown"]
    data = {"items": [job_data(job, face) for job in looked], "unknown": [job.id for job in unknown]}
    lines = []
    for job in home:
        state, paths = face.text(f"state.{job.state}"), " ".join(one.path for one in job.pictures)
        lines.append(f"{job.id}  {state}  {paths}".rstrip())
        lines += [f"  - {face.text(job.error, **job.error_facts)}"] if job.error else []
        if job.id in rests:
            lines += [f"  - {one}" for one in (*telling.seen(job, face.language), _rest(job, face))]
    for job in unknown:
        lines.append(
            f"{job.id}  {face.text('state.unknown')}  {face.text('recover.unknown', uncertain=job.uncertain)}"
        )
        lines += [f"  - {one}" for one in telling.seen(job, face.language)]
    face.show("jobs", data, lines)
    if broken is not None:
        raise broken
    if not lines:
        face.say(face.text("recover.none"))
    return 0


def _all_home(seconds: float, face: Face) -> tuple[list[Job], Exception | None]:
    """Every job, also those after one that limner itself trips over; and that, to be told at the end."""
    looked, broken = [], None
    for job in face.client.waiting():
        try:
            looked.append(_home(job, seconds, face))
        except Exception as error:  # noqa: BLE001  # it is raised again, after the others
            broken = broken or error
    return looked, broken


def _rest(job: Job, face: Face) -> str:
    return face.text("recover.rest", job=job.id, uncertain=job.uncertain)


def _home(job: Job, seconds: float, face: Face) -> Job:
    """One job of many: what hinders it does not hinder the others."""
    try:
        return face.client.recover(job.id, seconds)
    except LimnerError as error:
        face.warn(error.key, **error.facts)
        return face.client.job(job.id)


def _addresses(job: Job, face: Face) -> None:
    """Where the gateway keeps the pictures, for whoever wants to pass the addresses on."""
    for picture in job.pictures:
        if picture.url:
            face.say(face.text("recover.address", name=Path(picture.path).name, url=picture.url))
    if job.state == "done" and not job.ceiling.micro:
        face.say(face.text("recover.adopted"))
