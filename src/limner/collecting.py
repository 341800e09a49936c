"""An answer's pictures, saved one by one, and what they cost."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from limner import artifacts, checks, deadlinks
from limner.answers import Answer
from limner.artifacts import Output
from limner.errors import GatewayError, NoPicture, StorageFailed
from limner.formats import Format
from limner.home import write_whole
from limner.ledger import differences
from limner.money import Money, decimal
from limner.quote import cost_of_tokens, price_row
from limner.records import plain
from limner.results import Declared, Difference, Link, Picture, Submission
from limner.types import Choice
from limner.work import Tally, Work

_MOST_SURPLUS = 16
_Saved = tuple[Picture, list[Difference]]


class _Delivery(NamedTuple):
    """One answer, and the story that stands beside each of its pictures."""

    work: Work
    part: int
    choice: Choice
    """What was sent."""
    submission: Submission
    parts: tuple[Path, ...]
    story: Mapping[str, Any]


def collect(work: Work, part: int, submission: Submission, answer: Answer | None, tally: Tally) -> Tally:
    """Save every picture of one answer and add up what it cost."""
    attempts = [one for one in work.ledger.attempts(work.job_id) if one["part"] == part]
    choice = work.sent(part, attempts)
    before, tally = tally.cost, _charged(work, part, choice, submission, tally)
    work.watch("collecting", {"pictures": len(submission.sources)})
    story = _story(work, choice, submission, Money(tally.cost - before, work.unit), tally.basis)
    accepted = next(one for one in attempts if one["status"] == "accepted")
    story |= {"sent_at": accepted["sent_at"], "answered_at": accepted["answered_at"]}
    delivery = _Delivery(work, part, choice, submission, answer.parts if answer else (), story)
    came, model = len(submission.sources), submission.declared_model
    differences.add(work.ledger.store, work.job_id, checks.of_answer(choice, came, model, part))
    saved = work.ledger.pictures(work.job_id)
    deadlinks.note_ends(work, submission, accepted["answered_at"])
    for number in range(came):
        place = _place(work, part, number)
        if place in saved:
            tally = tally._replace(pictures=(*tally.pictures, saved[place]))
            continue
        try:
            picture, rows = _save(delivery, number, place)
        except NoPicture as error:
            error.charged = "yes" if tally.cost else "unknown"
            tally = tally._replace(error=error)
        except GatewayError as error:
            gone = deadlinks.gone(work, place, submission.sources[number], submission.task_id, error)
            if gone is None:
                tally = tally._replace(error=error, waiting=True)
            else:
                gone.charged = "yes" if tally.cost else "unknown"
                tally = tally._replace(error=gone)
        except OSError as error:
            reason = StorageFailed("output.not_writable", path=work.folder, reason=error.strerror)
            tally = tally._replace(error=reason, waiting=True)
        else:
            work.ledger.add_picture(work.job_id, place, picture, rows)
            _mark(work, place).unlink(missing_ok=True)
            tally = tally._replace(pictures=(*tally.pictures, picture))
    return tally


def _place(work: Work, part: int, number: int) -> int:
    """A picture's place in the job. What comes beyond what was asked for stands behind all that was."""
    each = work.quote.choice.model.max_n
    if number < each:
        return part * each + number
    return work.quote.choice.n + part * _MOST_SURPLUS + number - each


def _charged(work: Work, part: int, choice: Choice, submission: Submission, tally: Tally) -> Tally:
    """What one answered request cost: the gateway's word, else its tokens at the tariff, else the tariff."""
    usage, row, n = submission.usage, price_row(choice), choice.n
    cost, basis = usage.cost, "gateway"
    if cost is None and row and usage.tokens_in is not None and usage.tokens_out is not None:
        cost, basis = cost_of_tokens(row, usage.tokens_in, usage.tokens_out), "tokens"
    if cost is None:
        cost, basis = (row.each.times(n) if row else Money(0, work.unit)), "tariff" if row else "unknown"
        # Where neither the gateway nor a tariff says what it cost, all that was allowed stays reserved.
        tally = tally if row else tally._replace(perhaps=tally.perhaps + work.each_worst(part))
    if not work.quote.needs_approval:
        basis = "free"
    tokens = usage.tokens_total or 0
    return tally._replace(cost=tally.cost + cost.micro, basis=basis, tokens=tally.tokens + tokens)


def _save(delivery: _Delivery, number: int, place: int) -> _Saved:
    work, source = delivery.work, delivery.submission.sources[number]
    again = _found_again(delivery, number, place)
    if again is not None:
        picture, rows = again
        return picture._replace(url=source.url) if isinstance(source, Link) else picture, rows
    fetched = work.folder / f"picture-{place}"
    link = artifacts.fetch(source, delivery.parts, fetched, work.transport.download)
    found, sha256 = artifacts.verify(fetched), artifacts.sha256_of(fetched)
    story, rows = _compared(delivery, number, place, fetched, found, sha256)
    with suppress(OSError):
        os.link(fetched, _mark(work, place))
    try:
        picture = artifacts.keep(fetched, found, work.output, place, story, sha256)
    except StorageFailed:
        # Paid pictures are kept in the job's own folder when their place turns out to be closed.
        here = Output(path=str(work.folder / f"image-{place + 1}"))
        picture = artifacts.keep(fetched, found, here, 0, story, sha256)
    return picture._replace(url=link) if isinstance(source, Link) else picture, rows


def _compared(
    delivery: _Delivery, number: int, place: int, path: Path, found: Format, sha256: str
) -> tuple[Mapping[str, Any], list[Difference]]:
    """The picture's story, with what it is other than agreed to."""
    work, declared = delivery.work, delivery.submission.declared
    said = declared[number] if number < len(declared) else Declared()
    rows: list[Difference] = []
    marks: dict[str, Any] | None = None
    try:
        from limner import provenance

        marks = provenance.told(provenance.read(path))
        rows += checks.of_picture(path, found, delivery.choice, said, place)
    except Exception as error:  # noqa: BLE001  # a check that trips must not cost anybody a paid picture
        work.watch("unchecked", {"place": place, "reason": f"{type(error).__name__}: {error}"})
    rows += checks.twice(sha256, place, work.ledger.pictures(work.job_id))
    other = differences.earlier(work.ledger.store, sha256, work.job_id)
    rows += [Difference(place, "again", {"job": other})] if other else []
    told = [{"kind": one.kind, **one.facts} for one in rows]
    return {**delivery.story, "differences": told, "provenance": marks}, rows


def _mark(work: Work, place: int) -> Path:
    """A second name for a picture while it is brought to its place, by which it is known there again."""
    return work.folder / f"picture-{place}.mark"


def _found_again(delivery: _Delivery, number: int, place: int) -> _Saved | None:
    """The picture that a process brought to its place and died before it could write that down."""
    work = delivery.work
    with suppress(OSError):
        mark, given = _mark(work, place).stat(), Path(work.output.path or "").expanduser()
        wanted = Path(work.output.folder or ".").absolute() / given
        with os.scandir(wanted if wanted.is_dir() else wanted.parent) as there:
            same = [entry for entry in there if os.path.samestat(entry.stat(follow_symlinks=False), mark)]
        drafts, named = list[Path](), list[Path]()
        for entry in same:
            (drafts if entry.name.startswith(".") else named).append(Path(entry.path))
        for draft in drafts:
            draft.unlink()
        if named:
            return _adopted(delivery, number, place, named[0])
        _mark(work, place).unlink()
    return None


def _adopted(delivery: _Delivery, number: int, place: int, path: Path) -> _Saved:
    found, sidecar = artifacts.verify(path), path.with_name(path.name + ".json")
    sha256 = artifacts.sha256_of(path)
    story, rows = _compared(delivery, number, place, path, found, sha256)
    picture = Picture(
        str(path), sha256, found.media_type, found.width, found.height, found.bytes, str(sidecar)
    )
    if not sidecar.exists():
        write_whole(
            sidecar, json.dumps({"picture": picture._asdict(), **story}, ensure_ascii=False, indent=2)
        )
    return picture, rows


def _story(work: Work, choice: Choice, submission: Submission, cost: Money, basis: str) -> dict[str, Any]:
    """What stands beside a picture: the request, the quote, what was sent, what it cost."""
    quote, usage = work.quote, submission.usage
    return {
        "job_id": work.job_id,
        "quote_id": quote.id,
        "digest": quote.digest,
        "request": plain(quote.choice.request),
        "sent": {
            "gateway": quote.choice.gateway,
            "host": quote.host,
            "model": quote.choice.model.id,
            "operation": quote.choice.operation,
            "prompt": quote.choice.prompt,
            "parameters": plain(choice.parameters),
            "references": [one.sha256 for one in quote.choice.references],
        },
        "quoted": {"price": decimal(quote.price), "ceiling": decimal(quote.ceiling), "unit": work.unit},
        "tariff": {"source": quote.source, "as_of": quote.as_of},
        "cost": {
            "of_this_answer": decimal(cost),
            "unit": work.unit,
            "basis": basis,
            "pictures": len(submission.sources),
            "tokens": usage.tokens_total,
        },
        "declared_model": submission.declared_model,
        "quoted_at": quote.created_at,
    }
