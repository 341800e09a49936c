"""An answer's pictures, saved one by one, and what they cost."""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from limner import artifacts
from limner.answers import Answer
from limner.artifacts import Output
from limner.errors import GatewayError, NoPicture, StorageFailed
from limner.home import write_whole
from limner.money import Money, decimal
from limner.quote import cost_of_tokens, price_row
from limner.records import plain
from limner.types import Link, Picture, Source, Submission
from limner.work import Tally, Work

_MOST_SURPLUS = 16


def collect(work: Work, part: int, submission: Submission, answer: Answer | None, tally: Tally) -> Tally:
    """Save every picture of one answer and add up what it cost."""
    before, tally = tally.cost, _charged(work, part, submission, tally)
    work.watch("collecting", {"pictures": len(submission.sources)})
    parts = answer.parts if answer else ()
    story = _story(work, part, submission, Money(tally.cost - before, work.unit), tally.basis)
    saved = work.ledger.pictures(work.job_id)
    for number, source in enumerate(submission.sources):
        place = _place(work, part, number)
        if place in saved:
            tally = tally._replace(pictures=(*tally.pictures, saved[place]))
            continue
        try:
            picture = _save(work, source, parts, place, story)
        except NoPicture as error:
            error.charged = "yes" if tally.cost else "unknown"
            tally = tally._replace(error=error)
        except GatewayError as error:
            tally = tally._replace(error=error, waiting=True)
        except OSError as error:
            reason = StorageFailed("output.not_writable", path=work.folder, reason=error.strerror)
            tally = tally._replace(error=reason, waiting=True)
        else:
            work.ledger.add_picture(work.job_id, place, picture)
            _mark(work, place).unlink(missing_ok=True)
            tally = tally._replace(pictures=(*tally.pictures, picture))
    return tally


def _place(work: Work, part: int, number: int) -> int:
    """A picture's place in the job. What comes beyond what was asked for stands behind all that was."""
    each = work.quote.choice.model.max_n
    if number < each:
        return part * each + number
    return work.quote.choice.n + part * _MOST_SURPLUS + number - each


def _charged(work: Work, part: int, submission: Submission, tally: Tally) -> Tally:
    """What one answered request cost: the gateway's word, else its tokens at the tariff, else the tariff."""
    choice = work.sent(part)
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


def _save(
    work: Work, source: Source, parts: tuple[Path, ...], place: int, story: Mapping[str, Any]
) -> Picture:
    again = _found_again(work, place, story)
    if again is not None:
        return again._replace(url=source.url) if isinstance(source, Link) else again
    fetched = work.folder / f"picture-{place}"
    link = artifacts.fetch(source, parts, fetched, work.transport.download)
    found = artifacts.verify(fetched)
    with suppress(OSError):
        os.link(fetched, _mark(work, place))
    try:
        picture = artifacts.keep(fetched, found, work.output, place, story)
    except StorageFailed:
        # Paid pictures are kept in the job's own folder when their place turns out to be closed.
        here = Output(path=str(work.folder / f"image-{place + 1}"))
        picture = artifacts.keep(fetched, found, here, 0, story)
    return picture._replace(url=link) if isinstance(source, Link) else picture


def _mark(work: Work, place: int) -> Path:
    """A second name for a picture while it is brought to its place, by which it is known there again."""
    return work.folder / f"picture-{place}.mark"


def _found_again(work: Work, place: int, story: Mapping[str, Any]) -> Picture | None:
    """The picture that a process brought to its place and died before it could write that down."""
    with suppress(OSError):
        mark, given = _mark(work, place).stat(), Path(work.output.path or "").expanduser()
        wanted = Path(work.output.folder or ".").absolute() / given
        with os.scandir(wanted if wanted.is_dir() else wanted.parent) as there:
            same = [entry for entry in there if os.path.samestat(entry.stat(follow_symlinks=False), mark)]
        for entry in same:
            path = Path(entry.path)
            if not path.name.startswith("."):
                return _adopted(path, story)
            path.unlink()
        _mark(work, place).unlink()
    return None


def _adopted(path: Path, story: Mapping[str, Any]) -> Picture:
    found, sidecar = artifacts.verify(path), path.with_name(path.name + ".json")
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    picture = Picture(
        str(path), sha256, found.media_type, found.width, found.height, found.bytes, str(sidecar)
    )
    if not sidecar.exists():
        write_whole(
            sidecar, json.dumps({"picture": picture._asdict(), **story}, ensure_ascii=False, indent=2)
        )
    return picture


def _story(work: Work, part: int, submission: Submission, cost: Money, basis: str) -> dict[str, Any]:
    """What stands beside a picture: the request, the quote, what was sent, what it cost, when."""
    quote, choice, usage = work.quote, work.sent(part), submission.usage
    attempt = next(
        a for a in work.ledger.attempts(work.job_id) if a["part"] == part and a["status"] == "accepted"
    )
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
        "sent_at": attempt["sent_at"],
        "answered_at": attempt["answered_at"],
    }
