"""`limner show`: the story of a picture, what it came from and what came from it."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limner.cli.face import Face
from limner.cli.telling import job_data
from limner.cli.wishes import Text
from limner.errors import NotFound
from limner.messages import clean
from limner.provenance import READS
from limner.provenance.origin import said as sentences
from limner.provenance.origin import told
from limner.receipts import said
from limner.results import Job
from limner.telling import with_origins

if TYPE_CHECKING:
    from limner.provenance.origin import Origin
    from limner.subjects import Node


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("file", metavar="FILE", help=text("show_file"))
    parser.add_argument("--tree", action="store_true", help=text("show_tree"))
    parser.add_argument("--subject", metavar="NAME", help=text("show_subject"))


def run(options: Namespace, face: Face) -> int:
    try:
        job = face.client.story(options.file)
    except NotFound as error:
        # A picture that was not made here has no story, but it may carry marks.
        if error.key != "picture.not_ours" or options.subject or options.tree:
            raise
        return _stranger(options.file, face)
    face.speak_as(job.prompt)
    if options.subject:
        face.client.name_subject(options.subject, options.file)
        face.say(face.text("subject.named", name=options.subject, path=options.file))
    if options.tree:
        return _tree(job, face)
    sidecar = _sidecar(options.file)
    subjects = face.client.subjects_of(job.id)
    origins = face.client.origins(job)
    asked = _asked(options.file, job, origins, face)
    data = {
        "job": with_origins(job_data(job, face), origins, face.language),
        "subjects": subjects,
        "sidecar": sidecar,
        "provenance": told(asked[0], face.language) if asked else None,
    }
    lines = [
        face.pair("card.prompt", clean(job.prompt, 300)),
        face.pair("card.model", f"{job.model} ({job.gateway})"),
        face.pair("card.price", job.cost if job.cost else "?"),
        face.pair("show.job", f"{job.id}, {job.quote_id}"),
    ]
    lines += [face.pair("show.subject", clean(name)) for name in subjects]
    references = sidecar.get("request", {}).get("references", []) if sidecar else []
    lines += [face.pair("card.references", clean(str(one))) for one in references]
    lines += said(job, face.language)
    lines += _origin(asked, face)
    if face.sandbox:
        lines.append(face.text("show.sandbox"))
    face.show("story", data, lines)
    return 0


def _stranger(file: str, face: Face) -> int:
    """A picture that was not made here, or was changed since: what it says of itself."""
    found = face.client.origin(file)
    path = str(Path(file).expanduser().absolute())
    if found.marks is None or found.marks.media_type is None:
        raise NotFound("provenance.other_type", path=path, types=READS)
    data = {"path": path, "job": None, "provenance": told(found, face.language)}
    face.show("picture", data, [*_origin([found], face), face.text("show.stranger", path=path)])
    return 0


def _asked(file: str, job: Job, origins: Sequence["Origin"], face: Face) -> Sequence["Origin"]:
    """Those of the pictures that are meant: the one of that name, or a copy of one, or all of the job's."""
    path = Path(file).expanduser().absolute()
    named = [one for one, known in zip(origins, job.pictures, strict=True) if known.path == str(path)]
    if not named and path.is_file():
        # It was found by its bytes: they are what was delivered.
        return [face.client.origin(file)._replace(changed=False)]
    return named or origins


def _origin(found: Sequence["Origin"], face: Face) -> list[str]:
    lines = [sentences(one, face.language) for one in found]
    if len({tuple(one) for one in lines}) <= 1:
        return [face.pair("show.origin", line) for line in (lines[0] if lines else ())]
    numbered = [(number, line) for number, one in enumerate(lines, 1) for line in one]
    return [face.pair("show.origin", f"{number}. {line}") for number, line in numbered]


def _tree(job: Job, face: Face) -> int:
    node = face.client.tree(job.id)
    face.show("tree", {"asked": job.id, "tree": _data(node)}, list(_branches(node, face, job.id)))
    return 0


def _data(node: "Node") -> dict[str, Any]:
    return {
        "job_id": node.job.id,
        "prompt": node.job.prompt,
        "model": node.job.model,
        "gateway": node.job.gateway,
        "subjects": list(node.subjects),
        "images": [picture.path for picture in node.job.pictures],
        "other_references": list(node.others),
        "children": [_data(child) for child in node.children],
    }


def _branches(node: "Node", face: Face, asked: str, before: str = "", own: str = "") -> Iterator[str]:
    """One line per job, drawn as a tree; the job that was asked about is marked."""
    paths = [Path(picture.path).name for picture in node.job.pictures] or [
        face.text(f"state.{node.job.state}")
    ]
    names = f" [{', '.join(clean(name) for name in node.subjects)}]" if node.subjects else ""
    mark = " *" if node.job.id == asked else ""
    yield f"{before}{own}{', '.join(paths)}{names}  {node.job.id}{mark}  {clean(node.job.prompt, 48)}"
    rest = before + {"": "", "├─ ": "│  ", "└─ ": "   "}[own]
    for source in node.others:
        name = clean(Path(source).name)
        yield f"{rest}{'│  ' if node.children else '   '}+ {name} ({face.text('tree.reference')})"
    for place, child in enumerate(node.children, 1):
        yield from _branches(child, face, asked, rest, "└─ " if place == len(node.children) else "├─ ")


def _sidecar(file: str) -> dict[str, Any]:
    try:
        told = json.loads(Path(file + ".json").expanduser().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
