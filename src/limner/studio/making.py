"""Asking for a new picture: words, wishes, reference pictures. Ends in a quote, never in a purchase."""

import hashlib
import os
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from limner import gateways, understanding, words
from limner.errors import LimnerError, NotFound, StorageFailed, Usage
from limner.home import private_folder
from limner.studio.visit import Visit
from limner.types import Model, Quote, Request

RATIOS = ("1:1", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16", "21:9")
SIZES = ("1K", "2K", "4K", "1024x1024", "1536x1024", "1024x1536")
MOST_PICTURES = 10
MOST_BYTES = 30 << 20
_FIELDS = ("prompt", "literal", "model", "aspect_ratio", "size", "n", "avoid", "max_cost")
_BLOCK = 1 << 20


def show(visit: Visit) -> Response:
    """`?like=j_…/1` starts from what an earlier picture was asked with, the picture itself as a reference."""
    given = {name: visit.asked(name)[:100] for name in _FIELDS}
    given["prompt"] = visit.asked("q")[:2_000]
    like = visit.asked("like")
    if like:
        given["prompt"] = _job_and_place(visit, like)[0].prompt
    return _form(visit, given, like=like)


def quote(visit: Visit) -> Response:
    given = {name: visit.given(name) for name in _FIELDS}
    like = visit.given("like") if visit.given("keep_like") else ""
    kept: dict[str, str] = {}
    try:
        for one in visit.files("references"):
            kept[_kept(visit, one)] = str(one.filename)
        wanted, understood = _request(visit, given, [*_earlier(visit, like), *kept])
        made = visit.client.quote(wanted)
        remembered = _remembered(visit, understood, made)
    except LimnerError as error:
        _name_as_given(error, kept)
        return _form(visit, given, like=visit.given("like"), problem=visit.error(error))
    return visit.go(f"/approve/{made.id}", remembered=remembered)


def _remembered(visit: Visit, understood: words.Understanding | None, made: Quote) -> str:
    """Do as the words ask about remembering, and only where they ask; the name of what was done."""
    asked = understood.preference if understood else None
    if understood is None or asked is None:
        return ""
    if isinstance(asked, words.Save):
        if asked.model is None:
            return ""
        understood = understood._replace(gateway=made.choice.gateway)
    visit.client.remember(understood)
    return "save" if isinstance(asked, words.Save) else "clear"


def understand(visit: Visit) -> Response:
    """What the words mean besides what they show, span by span."""
    if visit.given("literal"):
        return visit.page("understood.html", spans=[])
    told = visit.client.understand(visit.given("prompt"))
    return visit.page("understood.html", spans=understanding.spans(told, visit.language))


def _form(visit: Visit, given: dict[str, str], *, like: str = "", problem: str = "") -> Response:
    liked = _job_and_place(visit, like) if like else None
    return visit.page(
        "make.html",
        422 if problem else 200,
        given=given,
        problem=problem,
        like=like,
        liked=liked,
        models=_for_sale(visit),
        ratios=RATIOS,
        sizes=SIZES,
        most=MOST_PICTURES,
        megabytes=MOST_BYTES >> 20,
    )


def _for_sale(visit: Visit) -> list[tuple[str, list[Model]]]:
    """What can be bought here, gateway by gateway: only where a key is set up."""
    told = []
    for gateway in gateways.configured(visit.client.settings):
        models = visit.client.models(gateway.name)
        if models:
            told.append((gateway.title, models))
    return told


def _request(
    visit: Visit, given: dict[str, str], sources: list[str]
) -> tuple[Request, words.Understanding | None]:
    """What is asked for; what is chosen on the page wins over the words."""
    gateway, _, model = given["model"].partition("|")
    n = given["n"] or "1"
    if not n.isascii() or not n.isdigit() or not 1 <= int(n[:4]) <= MOST_PICTURES:
        raise Usage("usage.from_to", option=visit.s("card.pictures"), low=1, high=MOST_PICTURES, value=n)
    chosen: dict[str, Any] = {
        "gateway": gateway,
        "model": model,
        "references": tuple(sources),
        "aspect_ratio": given["aspect_ratio"],
        "size": given["size"],
        "n": int(n) if given["n"] else None,
        "avoid": given["avoid"],
        "max_cost": given["max_cost"],
    }
    told = {name: value for name, value in chosen.items() if value}
    if given["literal"]:
        return Request(given["prompt"], **told), None
    understood = visit.client.understand(given["prompt"], tuple(sources))
    return visit.client.meant(understood, **told), understood


def _job_and_place(visit: Visit, like: str) -> Any:
    job_id, _, place = like.partition("/")
    found = visit.client.ledger.pictures(job_id).get(int(place) if place.isdigit() else -1)
    if found is None:
        raise NotFound("job.not_found", job=job_id)
    return visit.client.ledger.job(job_id), int(place), found


def _earlier(visit: Visit, like: str) -> list[str]:
    return [_job_and_place(visit, like)[2].path] if like else []


def _kept(visit: Visit, file: UploadFile) -> str:
    """An uploaded picture, stored under its hash so that the quote can find it again; its path."""
    name = _harmless(str(file.filename))
    if (file.size or 0) > MOST_BYTES:
        raise Usage("reference.too_heavy", path=name, limit=f"{MOST_BYTES >> 20} MB")
    sha256 = hashlib.sha256()
    folder = visit.client.home.uploads
    try:
        draft = private_folder(folder) / f".{os.urandom(6).hex()}"
        with draft.open("xb") as target:
            while block := file.file.read(_BLOCK):
                sha256.update(block)
                target.write(block)
        place = private_folder(folder / sha256.hexdigest()[:20]) / name
        draft.replace(place)
    except OSError as error:
        raise StorageFailed("reference.not_stored", path=folder, reason=error.strerror) from error
    return str(place)


def _harmless(name: str) -> str:
    """A file's name without what could make it a path or a command: letters, digits, dots and hyphens."""
    plain = "".join(one if one.isalnum() or one in "-_." else "-" for one in Path(name).name)
    return plain.strip(".-")[-60:] or "picture"


def _name_as_given(error: LimnerError, kept: dict[str, str]) -> None:
    """A person knows their file by its own name, not by where it was put."""
    path = str(error.facts.get("path", ""))
    if path in kept:
        error.facts["path"] = kept[path]
