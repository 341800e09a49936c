"""Quotes and jobs as every face tells them to programs: plain data, additive only, with their sentences."""

import time
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from limner import gateways, knowledge
from limner.client import Client
from limner.errors import LimnerError
from limner.messages import sentence
from limner.messages.stream import percent
from limner.money import decimal
from limner.receipts import told, words
from limner.results import LIVE, Job
from limner.types import Quote

if TYPE_CHECKING:
    from limner.delivery.sending import Delivered
    from limner.provenance.origin import Origin

_COUNTED = {"link", "task_gone", "task_unseen"}
LOOK_AGAIN_SECONDS = 5


def suggestion(quote: Quote, language: str) -> dict[str, Any] | None:
    """How a vague prompt might say more, to be shown and never sent unasked; `None` where it says enough."""
    found = None if quote.choice.references else knowledge.suggest(quote.choice.request.prompt)
    if found is None:
        return None
    missing = [sentence(f"suggest.{one}", language) for one in found.missing]
    message = sentence("suggest.vague", language, {"missing": missing})
    return {"missing": list(found.missing), "message": message, "prompt": found.prompt}


def quote_data(quote: Quote, client: Client, language: str) -> dict[str, Any]:
    """A quote for programs."""
    choice = quote.choice
    return {
        "quote_id": quote.id,
        "digest": quote.digest,
        "gateway": choice.gateway,
        "model": choice.model.id,
        "operation": choice.operation,
        "n": choice.n,
        "size": choice.size,
        "aspect_ratio": choice.aspect_ratio,
        "prompt": choice.prompt,
        "references": [
            {"path": one.source, "sha256": one.source_sha256, "shrunk": one.shrunk, "bytes": one.bytes}
            for one in choice.references
        ],
        "price": decimal(quote.price) if quote.price_known else None,
        "max_cost": decimal(quote.ceiling),
        "unit": quote.ceiling.unit,
        "attempts": quote.attempts,
        "repairs": [
            {
                "on": list(one.on),
                "size": one.size,
                "price": decimal(one.price),
                "summary": sentence(one.key, language, {"size": one.size or "", "price": one.price}),
            }
            for one in quote.repairs
        ],
        "tariff": {"source": quote.source, "as_of": quote.as_of},
        "eta_s": list(choice.model.seconds),
        "expires_at": quote.expires_at,
        "needs_approval": quote.needs_approval,
        "adjustments": [
            sentence(one.key, language, one.facts) for one in (*choice.adjustments, *quote.notes)
        ],
        "notes": [{"key": one.key, "message": sentence(one.key, language, one.facts)} for one in quote.notes],
        "summary": summary(quote, language),
        "suggestion": suggestion(quote, language),
        "sandbox": client.sandbox,
    }


def summary(quote: Quote, language: str) -> str:
    """One sentence an agent can say when it asks for the yes."""
    choice = quote.choice
    size = choice.size or choice.aspect_ratio or ""
    facts = {"n": choice.n, "model": choice.model.title, "size": f" {size}" if size else ""}
    return sentence("quote.summary", language, {**facts, "price": price(quote, language)})


def price(quote: Quote, language: str) -> str:
    """What it costs and what it may cost at most."""
    if not quote.needs_approval:
        return sentence("card.price_free", language)
    if not quote.price_known:
        return sentence("card.price_unknown", language, {"ceiling": quote.ceiling})
    facts = {"price": quote.price, "ceiling": quote.ceiling, "attempts": quote.attempts}
    if quote.attempts > 1:
        return sentence("card.price_repeats", language, facts)
    key = "card.price_about" if quote.ceiling == quote.price else "card.price_most"
    return sentence(key, language, facts)


def job_data(job: Job, client: Client, language: str) -> dict[str, Any]:
    """A job for programs: the ledger's facts, and how far it probably is."""
    data = told(job)
    key, facts = words(job)
    data["message"] = sentence(key, language, facts)
    for row, one in zip(data["evidence"], seen(job, language), strict=True):
        row["message"] = one
    for row, difference in zip(data["differences"], job.differences, strict=True):
        row["message"] = sentence(f"difference.{difference.kind}", language, difference.facts)
    if job.state in LIVE:
        elapsed = time.time() - job.created_at / 1000
        longest = client.ledger.quote(job.quote_id).choice.model.seconds[1]
        data["progress"] = percent(elapsed, longest)
        data["elapsed_s"] = round(elapsed, 1)
        data["poll_after_s"] = LOOK_AGAIN_SECONDS
    elif job.state == "done":
        data["progress"] = 100
    data["sandbox"] = client.sandbox
    return data


def with_origins(data: dict[str, Any], origins: Iterable["Origin"], language: str) -> dict[str, Any]:
    """`job_data` with where each of its pictures says it comes from."""
    from limner.provenance import origin

    for row, one in zip(data["images"], origins, strict=True):
        row["provenance"] = origin.told(one, language)
    return data


def seen(job: Job, language: str) -> list[str]:
    """A sentence for each thing that was seen of a job beside its gateway's answer."""
    told = []
    for one in job.evidence:
        facts = dict(one.facts)
        if "until" in facts:
            facts["when"] = f"{datetime.fromtimestamp(facts['until'] / 1000).astimezone():%Y-%m-%d %H:%M}"
        line = sentence(f"evidence.{one.kind}", language, facts)
        if one.kind in _COUNTED and one.times > 1:
            line = sentence("evidence.again", language, {"sentence": line, "times": one.times})
        told.append(line)
    return told


def called_back(called: str, job: Job, client: Client) -> tuple[str, dict[str, Any]]:
    """What calling a job back came to: its sentence, and the facts of it."""
    if called == "too_late" and job.state not in LIVE:
        called = "unknown" if job.state == "unknown" else "ended"
    facts = {"job": job.id, "state": job.state, "ceiling": job.ceiling, "uncertain": job.uncertain}
    return f"cancel.{called}", {**facts, "gateway": gateways.title(job.gateway, client.settings)}


def delivery_data(one: "Delivered") -> dict[str, Any]:
    """One picture on its way to a chat, for programs."""
    return {
        "path": one.picture.path,
        "to": one.target.name,
        "service": one.target.service,
        "state": one.delivery.state,
        "already": one.already,
        "text_sent": one.delivery.text_sent,
        "image_sent": one.delivery.image_sent,
        "message_id": one.delivery.message_id or None,
    }


def arrived(done: Iterable["Delivered"], language: str) -> list[str]:
    """A sentence for each picture that is in its chat, or of which at least the words are."""
    return [
        sentence(
            "delivery.already" if one.already else f"delivery.{one.delivery.state}",
            language,
            {"target": one.target.name, "service": one.target.title, "path": one.picture.path},
        )
        for one in done
        if one.already or one.delivery.state in {"sent", "partial"}
    ]


def not_arrived(done: Iterable["Delivered"]) -> LimnerError | None:
    """What kept the first picture out of its chat that is not there, nor its words."""
    return next((one.error for one in done if one.error and one.delivery.state != "partial"), None)
