"""`limner jobs`: the jobs so far, newest first."""

from argparse import ArgumentParser, Namespace
from datetime import datetime

from limner import telling
from limner.cli import mistakes
from limner.cli.columns import ahead, pad
from limner.cli.face import Face, row
from limner.cli.telling import job_data
from limner.cli.wishes import Text
from limner.messages import clean
from limner.messages.stream import amount
from limner.results import Job

_STATES = (
    "unfinished",
    "done",
    "failed",
    "canceled",
    "unknown",
    "submitting",
    "submitted",
    "running",
    "collecting",
)


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("--state", choices=_STATES, help=text("state"))
    parser.add_argument(
        "--limit", type=mistakes.whole("--limit", 1, 1_000), default=20, metavar="N", help=text("limit")
    )
    parser.add_argument("--cursor", metavar="JOB", help=text("cursor"))


def run(options: Namespace, face: Face) -> int:
    found = face.client.jobs(options.state, options.limit + 1, options.cursor)
    page = found[: options.limit]
    lines = []
    for job in page:
        when = datetime.fromtimestamp(job.created_at / 1000).astimezone().strftime("%m-%d %H:%M")
        state, cost = pad(face.text(f"state.{job.state}"), 10), ahead(_cost(job, face.language), 10)
        lines.append(row(f"{job.id}  {when}  {state}  {cost}  {clean(job.prompt, 48)}  {clean(job.model)}"))
        if job.state == "unknown":
            lines += [f"  - {one}" for one in telling.seen(job, face.language)]
    cursor = page[-1].id if len(found) > options.limit else None
    data = {"items": [job_data(job, face) for job in page], "next_cursor": cursor} if face.json else {}
    face.show("jobs", data, lines)
    if not page:
        face.say(face.text("jobs.none" if options.state or options.cursor else "jobs.none_yet"))
    return 0


def _cost(job: Job, language: str) -> str:
    """What it cost; where a lost answer leaves that open, the most it may have been."""
    if job.uncertain.micro:
        return f"≤ {amount(job.uncertain.plus(job.cost) if job.cost else job.uncertain, language)}"
    return amount(job.cost, language) if job.cost else "-"
