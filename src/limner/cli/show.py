"""`limner show`: the story of a picture file."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from limner.cli.face import Face
from limner.cli.telling import job_data
from limner.cli.wishes import Text
from limner.messages import clean
from limner.receipts import said


def arguments(parser: ArgumentParser, text: Text) -> None:
    parser.add_argument("file", metavar="FILE", help=text("show_file"))


def run(options: Namespace, face: Face) -> int:
    job = face.client.story(options.file)
    face.speak_as(job.prompt)
    sidecar = _sidecar(options.file)
    data = {"job": job_data(job, face), "sidecar": sidecar}
    lines = [
        face.pair("card.prompt", clean(job.prompt, 300)),
        face.pair("card.model", f"{job.model} ({job.gateway})"),
        face.pair("card.price", job.cost if job.cost else "?"),
        face.pair("show.job", f"{job.id}, {job.quote_id}"),
    ]
    references = sidecar.get("request", {}).get("references", []) if sidecar else []
    lines += [face.pair("card.references", clean(str(one))) for one in references]
    lines += said(job, face.language)
    if face.sandbox:
        lines.append(face.text("show.sandbox"))
    face.show("story", data, lines)
    return 0


def _sidecar(file: str) -> dict[str, Any]:
    try:
        told = json.loads(Path(file + ".json").expanduser().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
