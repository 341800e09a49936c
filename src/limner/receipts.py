"""A job's own two files: `result.json` for programs, `result.md` for people. There from the first moment."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from limner import messages
from limner.home import private_folder, write_whole
from limner.money import Money, decimal
from limner.results import Difference, Job
from limner.types import Adjustment


def told(job: Job) -> dict[str, Any]:
    """A job as every face tells it to programs: plain JSON, additive only."""
    return {
        "job_id": job.id,
        "quote_id": job.quote_id,
        "state": job.state,
        "gateway": job.gateway,
        "model": job.model,
        "operation": job.operation,
        "task_id": job.task_id,
        "sent": job.sent,
        "n": job.n,
        "images": [picture._asdict() for picture in job.pictures],
        "cost": {
            "actual": decimal(job.cost) if job.cost else None,
            "basis": job.cost_basis or None,
            "ceiling": decimal(job.ceiling),
            "uncertain": decimal(job.uncertain),
            "unit": job.ceiling.unit,
            "tokens": job.tokens,
        },
        "charged": job.charged,
        "repairs": [
            {"key": one.key, "on": list(one.on), "size": one.size, "price": decimal(one.price)}
            for one in job.repairs
        ],
        "differences": [_difference(one) for one in job.differences],
        "seconds": job.seconds,
        "error": job.error,
        "error_facts": _facts(job.error_facts),
        "evidence": [{**one._asdict(), "facts": _facts(one.facts)} for one in job.evidence],
        "cancel_at": job.cancel_at,
        "folder": job.folder,
        "created_at": job.created_at,
        "updated_at": job.updated_at,
    }


def _difference(one: Difference) -> dict[str, Any]:
    """`picture` counts from 1; it is missing where the whole answer is meant."""
    number = {"picture": one.place + 1} if one.place >= 0 else {}
    return {"kind": one.kind, **number, "facts": dict(one.facts)}


def said(job: Job, language: str) -> list[str]:
    """A sentence for each thing that came other than agreed to: the cost first."""
    told = []
    # What was adopted was agreed to elsewhere: its ceiling is none.
    if job.cost and 0 < job.ceiling.micro < job.cost.micro:
        facts = {"cost": job.cost, "ceiling": job.ceiling}
        told.append(messages.sentence("job.dearer", language, facts))
    for one in job.differences:
        if one.kind == "fewer" and words(job)[0] == "job.fewer":
            continue
        what = messages.sentence(f"difference.{one.kind}", language, one.facts)
        several = one.place >= 0 and len(job.pictures) > 1
        key = "difference.at" if several else "difference.in"
        told.append(messages.sentence(key, language, {"number": one.place + 1, "what": what}))
    return told


def _facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """A sentence's facts for programs: amounts as they are written."""
    return {name: _told(value) for name, value in facts.items()}


def _told(value: Any) -> Any:
    if isinstance(value, list):
        return [_told(one) for one in value]
    if isinstance(value, Adjustment):
        return messages.sentence(value.key, "en", value.facts)
    return str(value) if hasattr(value, "_fields") else value


def words(job: Job) -> tuple[str, dict[str, Any]]:
    """The key and the facts of the one sentence that says how a job stands."""
    facts = {
        **job.error_facts,
        "job": job.id,
        "count": len(job.pictures),
        "n": max(job.n, len(job.pictures)),
        "cost": job.cost or Money(0, job.ceiling.unit),
        "uncertain": job.uncertain,
        "path": job.pictures[0].path if job.pictures else "",
        "sent": job.sent,
        "seconds": f"{job.seconds:.1f}" if job.seconds is not None else "?",
    }
    if job.state == "done" and job.uncertain.micro:
        return "job.done_uncertain", facts
    if job.state == "done" and (job.error or len(job.pictures) < job.n):
        return "job.fewer", facts
    return f"job.{job.state}", facts


def is_told(job: Job) -> bool:
    """Does the job's own file say how it stands? Not where whoever ended it was killed before writing it."""
    try:
        known = json.loads((Path(job.folder) / "result.json").read_text("utf-8"))
        return bool((known["state"], known["charged"]) == (job.state, job.charged))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def write(job: Job, sentence: str, raw: Mapping[str, Any] | None = None, also: Sequence[str] = ()) -> None:
    """Both files, in the job's folder. `also` are more sentences for people, one to a line."""
    folder = Path(job.folder)
    private_folder(folder)
    answers = sorted(str(path) for path in folder.glob("attempt-*.answer"))
    record = {**told(job), "prompt": job.prompt, "answers": answers, "raw": raw or {}}
    write_whole(folder / "result.json", json.dumps(record, ensure_ascii=False, indent=2))
    write_whole(folder / "result.md", _page(job, sentence, also))


def _page(job: Job, sentence: str, also: Sequence[str]) -> str:
    lines = [f"# {job.id}", "", sentence, "", *(f"- {one}" for one in also), *([""] if also else [])]
    lines += [f"- model: {job.model} ({job.gateway})", f"- state: {job.state}"]
    if job.cost:
        lines.append(f"- cost: {job.cost}")
    if job.uncertain.micro:
        lines.append(f"- perhaps charged besides: {job.uncertain}")
    if job.task_id:
        lines.append(f"- task: {job.task_id}")
    quoted = "\n".join("> " + line for line in job.prompt.splitlines())
    pictures = [f"![]({picture.path})" for picture in job.pictures]
    return "\n".join([*lines, "", quoted, "", *pictures]) + "\n"
