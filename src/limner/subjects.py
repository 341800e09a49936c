"""
The same subject again: names, "last" and job ids in a request become the pictures they mean.

    --subject 旺财          the first time: this picture will be what 旺财 looks like; later: it is followed
    --ref last             the latest picture
    --ref j_…, j_…:2       a picture of a job

Words cannot hold a face: a subject that has a picture is only ever repeated from it.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from limner.errors import NotFound, Usage
from limner.ledger import Ledger, lineage
from limner.ledger import subjects as named
from limner.messages.written import stands
from limner.results import Job
from limner.types import Adjustment, Quote, Request

if TYPE_CHECKING:
    from limner.words import Understanding

LAST = "last"
_JOB = r"^(j_[a-z0-9]+)(?::([1-9][0-9]{0,3}))?$"
_NAME = r"^[^\W_](?:[\w ’'·.-]{0,38}[\w.])?$"
_LATEST = 50
_MOST_NODES = 1_000

Notes = tuple[Adjustment, ...]


class Node(NamedTuple):
    """A job in the tree of what came from what."""

    job: Job
    subjects: tuple[str, ...]
    others: tuple[str, ...]
    """References that were not made here, or hang elsewhere in the tree."""
    children: tuple["Node", ...]


def settle(request: Request, ledger: Ledger) -> tuple[Request, Notes]:
    """
    A request whose references are files, and what is to be said of them. A request that means no earlier
    picture comes back as it was, without a look into the ledger. Raises `Usage`, `NotFound`.
    """
    notes: list[Adjustment] = []
    references = [_file(one, ledger, notes) for one in request.references]
    if request.subject is not None:
        name = " ".join(request.subject.split())
        if not re.match(_NAME, name):
            raise Usage("subject.bad_name", name=request.subject)
        request = request._replace(subject=name)
        known = named.find(ledger.store, name)
        notes.append(_introduced(name) if known is None else _followed(known, references))
    return request._replace(references=tuple(references)), tuple(notes)


def meant(said: "Understanding", ledger: Ledger) -> Request:
    """
    What a sentence asks for, with the picture it speaks of: its subject's, where it names one that was drawn
    before; else, for "the same" and for a series, the latest there is. A subject is never repeated by words
    alone. Raises `NotFound` where there is no picture yet.
    """
    request = said.request()
    if request.references:
        return request
    if request.subject is None:
        known = mentioned(said.sentence, ledger)
        request = request._replace(subject=known[0] if known else None)
    if said.earlier is None or (request.subject and named.find(ledger.store, request.subject)):
        return request
    return request._replace(references=(LAST,))


def mentioned(prompt: str, ledger: Ledger) -> list[str]:
    """The subjects that a prompt speaks of by their names, the longest name first."""
    words = named.key(prompt)
    found = [one.name for one in named.every(ledger.store) if stands(named.key(one.name), words)]
    return sorted(found, key=lambda name: -len(name))


def picture(given: str, ledger: Ledger) -> tuple[Job, int]:
    """
    The job a picture came from, found by its path, its bytes or a job's id, and the picture's place in it.
    Raises `NotFound`, `Usage`.
    """
    found = re.match(_JOB, given)
    if found is not None and not Path(given).exists():
        job = ledger.job(found[1])
        return job, sorted(ledger.pictures(job.id) or [0])[0]
    path = Path(given).expanduser().absolute()
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Usage("file.unreadable", path=path, reason=error.strerror) from error
    job_of = ledger.job_of_picture(path=str(path), sha256=sha256)
    if job_of is None:
        raise NotFound("picture.not_ours", path=path)
    saved = ledger.pictures(job_of.id)
    return job_of, next((place for place, one in saved.items() if one.path == str(path)), min(saved))


def call(name: str, given: str, ledger: Ledger) -> None:
    """From now on this picture is what a subject looks like. Raises `Usage`, `NotFound`."""
    told = " ".join(name.split())
    if not re.match(_NAME, told):
        raise Usage("subject.bad_name", name=name)
    job, place = picture(given, ledger)
    named.name(ledger.store, told, job.id, place, ledger.now())


def known(ledger: Ledger) -> list[str]:
    """The names of all subjects that have a picture."""
    return [one.name for one in named.every(ledger.store)]


def names(job_id: str, ledger: Ledger) -> list[str]:
    """Whom or what a job's pictures show."""
    return named.of_job(ledger.store, job_id)


def begin(ledger: Ledger, quote: Quote, job_id: str) -> None:
    """Write down, before a job is worked on, what it follows and whom it shows."""
    request = quote.choice.request
    if quote.choice.references:
        lineage.add(ledger.store, job_id, quote.choice.references)
    if request.subject is not None:
        named.introduce(ledger.store, request.subject, job_id, quote.created_at)


def tree(ledger: Ledger, job_id: str) -> Node:
    """The whole tree a job stands in, from the picture it all began with. Raises `NotFound`."""
    seen = {job_id}
    top = job_id
    while True:
        above = [one.parent_job_id for one in lineage.parents(ledger.store, top) if one.parent_job_id]
        if not above or above[0] in seen:
            break
        top = above[0]
        seen.add(top)
    return _node(ledger, top, set())


def _node(ledger: Ledger, job_id: str, seen: set[str], above: str | None = None) -> Node:
    seen.add(job_id)
    others = [one.source for one in lineage.parents(ledger.store, job_id) if one.parent_job_id != above]
    if above is None:
        others = [one.source for one in lineage.parents(ledger.store, job_id)]
    below = list(dict.fromkeys(one.job_id for one in lineage.children(ledger.store, job_id)))
    children = []
    for child in below:
        if child not in seen and len(seen) < _MOST_NODES:
            children.append(_node(ledger, child, seen, job_id))
    names = tuple(named.of_job(ledger.store, job_id))
    return Node(ledger.job(job_id), names, tuple(others), tuple(children))


def walk(node: Node, depth: int = 0) -> Iterator[tuple[int, Node]]:
    """Every node with its depth, from the top down."""
    yield depth, node
    for child in node.children:
        yield from walk(child, depth + 1)


def _introduced(name: str) -> Adjustment:
    return Adjustment("subject.new", {"name": name})


def _followed(known: named.Subject, references: list[str]) -> Adjustment:
    facts = {"name": known.name, "path": known.path}
    if not Path(known.path).is_file():
        raise Usage("subject.gone", **facts)
    if known.path not in references:
        references.insert(0, known.path)
    return Adjustment("subject.used", facts)


def _file(given: str, ledger: Ledger, notes: list[Adjustment]) -> str:
    """The file that a reference means. A file of that very name goes before what the word means."""
    found = re.match(_JOB, given)
    if (given != LAST and found is None) or Path(given).exists():
        return given
    if found is not None:
        return _of_job(found[1], int(found[2] or 1), ledger)
    path = _latest(ledger)
    notes.append(Adjustment("subject.last", {"path": path}))
    return path


def _latest(ledger: Ledger) -> str:
    for job in ledger.jobs("done", _LATEST):
        for picture in job.pictures:
            if Path(picture.path).is_file():
                return picture.path
    raise NotFound("reference.no_last")


def _of_job(job_id: str, number: int, ledger: Ledger) -> str:
    pictures: Sequence[str] = [one.path for one in ledger.job(job_id).pictures]
    there = [str(place) for place, path in enumerate(pictures, 1) if Path(path).is_file()]
    if str(number) not in there:
        raise NotFound("reference.of_job", job=job_id, number=number, known=there or ["–"])
    return pictures[number - 1]
