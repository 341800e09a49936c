"""One job's page: at work, or what it became and how."""

import time
from pathlib import Path
from typing import Any
from unicodedata import category

from starlette.responses import Response

from limner import narration, receipts, subjects
from limner.errors import LimnerError
from limner.gateways import title
from limner.ledger import lineage
from limner.messages import clean, origin_text
from limner.provenance import origin
from limner.results import LIVE, Job, Picture
from limner.studio import wall, working
from limner.studio.live import Drawn
from limner.studio.visit import Visit
from limner.telling import called_back, seen
from limner.types import Quote

_MOST_CHILDREN = 24


def show(visit: Visit) -> Response:
    ledger = visit.client.ledger
    job = ledger.job(visit.path["job"])
    pictures = ledger.pictures(job.id)
    place = visit.path.get("place", next(iter(pictures), 0))
    picture = pictures.get(place)
    quote = ledger.quote(job.quote_id)
    return visit.page(
        "story.html",
        job=job,
        quote=quote,
        place=place,
        picture=picture,
        is_there=picture is not None and Path(picture.path).is_file(),
        pictures=pictures,
        words=visit.lines(job.prompt) or visit.t("no_prompt"),
        sent=_other_words(visit, quote),
        progress=working.progress(visit, job, quote),
        sentence=_sentence(visit, job),
        reason=_reason(visit, job),
        message=_message(visit, job),
        facts=_facts(visit, job, quote, picture),
        differences=[visit.s(f"difference.{one.kind}", **one.facts) for one in job.differences],
        evidence=seen(job, visit.language) if job.state in LIVE or job.uncertain.micro else [],
        **_family(visit, job),
        origin=_origin(visit, job, picture),
        is_live=job.state in LIVE,
        called=_called(visit, job),
        again=visit.again(quote.choice.request),
        is_left=ledger.is_left(job.id),
        **wall.neighbours(visit, job.id, place),
    )


def live(visit: Visit) -> Response:
    """The moving part of a job's page. When the job has ended the whole page is asked for again."""
    return visit.streamed(_moving)


def _moving(visit: Visit) -> Drawn:
    ledger = visit.client.ledger
    job = ledger.job(visit.path["job"])
    is_live = job.state in LIVE
    html = visit.drawn(
        "live.html",
        job=job,
        progress=working.progress(visit, job, ledger.quote(job.quote_id)),
        is_left=ledger.is_left(job.id),
        message=_message(visit, job),
    )
    return Drawn({"live": html, "stand": "live" if is_live else job.state, **visit.counted()}, busy=is_live)


def cancel(visit: Visit) -> Response:
    """Call the job back, as far as that can be done."""
    called, job = visit.client.cancel(visit.path["job"])
    return visit.go(f"/job/{job.id}", called=called)


def _called(visit: Visit, job: Job) -> str:
    """What calling it back came to, in words; nothing where nobody did."""
    called = visit.asked("called")
    if called not in {"confirmed", "requested", "too_late"}:
        return ""
    key, facts = called_back(called, job, visit.client)
    return visit.s(key, **facts)


def _sentence(visit: Visit, job: Job) -> str:
    key, facts = receipts.words(job)
    return visit.s(key, **facts)


def _message(visit: Visit, job: Job) -> str:
    """What whoever waits is told on every face: where it stands, or the last word on it."""
    narrator = narration.Narrator(visit.client.engine, job.id, language=visit.language)
    lines = narrator.now(time.time()).text.splitlines()
    return "\n".join(_plain(line) for line in lines)


def _plain(line: str) -> str:
    """A line without the emblem that chats put in front: a page has other ways to draw the eye."""
    start = next((at for at, one in enumerate(line) if category(one) not in {"So", "Mn", "Zs"}), 0)
    return line[start:]


def _reason(visit: Visit, job: Job) -> str:
    if not job.error:
        return ""
    told = visit.s(job.error, **job.error_facts)
    if job.state in {"failed", "canceled"}:
        told += " " + visit.s(f"charged.{job.charged}", cost=job.cost)
    return told


def _family(visit: Visit, job: Job) -> dict[str, Any]:
    """What this was made from and what was made from it, as far as it was made here; the nearest only."""
    ledger = visit.client.ledger
    above = [
        (one.parent_job_id, one.parent_place, ledger.pictures(one.parent_job_id).get(one.parent_place))
        for one in lineage.parents(ledger.store, job.id)
        if one.parent_job_id is not None and one.parent_place is not None
    ]
    below: list[Any] = []
    for child in dict.fromkeys(one.job_id for one in lineage.children(ledger.store, job.id)):
        below += [(child, place, picture) for place, picture in ledger.pictures(child).items()]
    return {"above": [one for one in above if one[2]], "below": below[:_MOST_CHILDREN]}


def _origin(visit: Visit, job: Job, picture: Picture | None) -> dict[str, Any] | None:
    """Where the picture says it comes from, in sentences."""
    if picture is None:
        return None
    try:
        (found,) = visit.client.origins(job._replace(pictures=(picture,)))
        lines = origin.said(found, visit.language)
    except LimnerError as error:
        lines = [visit.s(error.key, **error.facts)]
    return {"title": origin_text("title", visit.language), "lines": lines}


def _other_words(visit: Visit, quote: Quote) -> str:
    """The prompt as it was sent, where that is not what was asked with."""
    sent = quote.choice.prompt
    return visit.lines(sent) if sent != quote.choice.request.prompt else ""


def _facts(visit: Visit, job: Job, quote: Quote, picture: Picture | None) -> list[tuple[str, str]]:
    choice, model = quote.choice, quote.choice.model
    told = [
        (visit.s("card.model"), f"{model.title} · {model.id}" if model.title != model.id else model.id),
        (visit.s("card.gateway"), title(job.gateway, visit.client.settings)),
        (visit.t("fact_made"), visit.moment(job.created_at)),
        (visit.t("fact_cost"), _cost(visit, job)),
    ]
    if job.seconds is not None:
        low, high = model.seconds
        facts = {"seconds": f"{job.seconds:.1f}", "low": low, "high": high}
        told.append((visit.s("card.time"), visit.t("fact_seconds", **facts)))
    if choice.size:
        told.append((visit.s("card.size"), choice.size))
    if choice.aspect_ratio:
        told.append((visit.s("card.ratio"), choice.aspect_ratio))
    if picture:
        size = {"width": picture.width, "height": picture.height, "kilobytes": max(1, picture.bytes // 1000)}
        told.append((visit.t("fact_file"), visit.t("fact_file_is", kind=picture.media_type[6:], **size)))
    told += [(visit.s("card.note"), visit.s(one.key, **one.facts)) for one in choice.adjustments]
    names = subjects.names(job.id, visit.client.ledger)
    if names:
        told.append((visit.t("fact_subject"), ", ".join(names)))
    told += [
        (visit.s("card.note"), visit.s(f"{one.key}.done", size=one.size or "", price=one.price))
        for one in job.repairs
    ]
    approval = visit.client.ledger.approval(quote.id)
    if approval:
        by = str(approval["by_whom"]).replace("-", "_")
        facts = {"by": visit.t(f"by_{by}"), "at": visit.moment(approval["at"])}
        told.append((visit.t("fact_yes"), visit.t("fact_yes_by", **facts)))
    if job.task_id:
        told.append((visit.t("fact_task"), job.task_id))
    told.append((visit.t("fact_job"), job.id))
    return [(label, clean(value)) for label, value in told]


def _cost(visit: Visit, job: Job) -> str:
    if job.cost is None:
        return visit.t("cost_open", ceiling=job.ceiling)
    if job.uncertain.micro:
        return visit.t("cost_uncertain", cost=job.cost, uncertain=job.uncertain)
    return visit.money(job.cost)
