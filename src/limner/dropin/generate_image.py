"""
The script of the CreatOK image skill: its flags, its lines, its files, our engine.

`--yes`, or a yes to its question, is a yes to exactly the quote whose price stands above the question. The
end of standard input is no answer: nothing is submitted then, and that is no failure.
"""

import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from limner import approval, catalog, gateways, messages
from limner.approval import By
from limner.artifacts import Output
from limner.client import Client
from limner.dropin.generate_image_flags import USAGE, Options, number, read
from limner.dropin.generate_image_run import Run
from limner.errors import ApprovalNeeded, LimnerError, NotFound, QuoteChanged, SetupNeeded, Usage
from limner.home import wants_sandbox
from limner.receipts import words
from limner.results import LIVE, Job
from limner.types import Quote, Request

GATEWAY = "creatok"
_WORDS = {"done": "succeeded", "collecting": "succeeded", "failed": "failed", "canceled": "canceled"}
_PROMPT_SHOWN = 120


class _Declined(Exception):
    """Nobody said yes; `code` is how the script ends then."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


def main(argv: Sequence[str] | None = None, *, skill: Path) -> int:
    """The command line; `skill` is the folder that `.artifacts` belongs into. Its exit code: 0, 1 or 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    options = read(list(sys.argv[1:] if argv is None else argv))
    if not options.run_id or not (options.prompt or options.task_id):
        _complain(USAGE)
        return 2
    language = os.environ.get("LIMNER_LANG") or messages.of_text(options.prompt)
    try:
        return _Script(options, Run(skill, options.run_id), language).main()
    except _Declined as declined:
        return declined.code
    except LimnerError as error:
        _complain(messages.sentence(error.key, language, error.facts))
        if isinstance(error, SetupNeeded):
            keys_from = gateways.facts(GATEWAY)["gateway"]["keys_from"]
            _complain(messages.sentence("onboarding.from", language, {"keys_from": keys_from}))
        return 1


class _Script:
    def __init__(self, options: Options, run: Run, language: str) -> None:
        self.options, self.run, self.language = options, run, language

    def main(self) -> int:
        over = {"gateways": {GATEWAY: {"polling": self.options.polling()}}}
        sandbox = wants_sandbox()
        with Client(sandbox=sandbox, language=self.language, over=over) as self.client:
            return self._continue() if self.options.task_id else self._generate()

    def _generate(self) -> int:
        quote = self.client.quote(self._request())
        choice = quote.choice
        if choice.n > choice.model.max_n:
            raise Usage("n.out_of_range", n=choice.n, limit=choice.model.max_n)
        by = self._confirmed(quote)
        self.run.show(None)
        self.run.told.update(model=choice.model.id, resolution=choice.size, n=choice.n)
        output = Output(path="image", folder=str(self.run.outputs))
        if quote.needs_approval:
            self.client.approve(quote.id, by=by)
        return self._ended(self.client.run(quote.id, output, self._watch))

    def _request(self) -> Request:
        options = self.options
        given = [one.strip() for one in options.reference_images.split(",") if one.strip()]
        links = [one for one in given if one.startswith(("http://", "https://"))]
        return Request(
            options.prompt,
            GATEWAY,
            options.model,
            tuple(one for one in given if one not in links),
            aspect_ratio=options.aspect_ratio,
            size=options.resolution,
            n=int(number(options.n, "--n", whole=True)),
            extra={"reference_images": links} if links else {},
            exact=True,
        )

    def _confirmed(self, quote: Quote) -> By:
        """Who said yes to this quote. Raises `_Declined`, `ApprovalNeeded`."""
        asks = not self.options.yes
        by: By = "terminal" if asks and sys.stdin.isatty() else "drop-in"
        told = self.client.settings.get("approval", {})
        if by != "terminal" and quote.needs_approval and told != {} and told.get("mode", "relay") != "relay":
            raise ApprovalNeeded("approval.person", command=f"limner approve {quote.id}")
        if asks:
            self._ask(quote)
        elif self.run.shown() is not None:
            self._demand_shown(quote)
        return by

    def _demand_shown(self, quote: Quote) -> None:
        """Where a price was shown for this run, the yes is a yes to that order at no more than that price."""
        try:
            shown = self.client.ledger.quote(str(self.run.shown()))
        except NotFound as error:
            raise QuoteChanged("quote.not_shown", run=self.run.run_id) from error
        approval.check(shown, self.client.ledger.now())
        if _order(shown) != _order(quote) or quote.ceiling.micro > shown.ceiling.micro:
            raise QuoteChanged("quote.not_shown", run=self.run.run_id)

    def _ask(self, quote: Quote) -> None:
        choice = quote.choice
        most = "" if quote.ceiling == quote.price else f", at most {quote.ceiling}"
        tariff = catalog.tariff(quote.source, quote.as_of, "en")
        cost = f"{quote.price}{most}" if quote.price_known else f"not known, at most {quote.ceiling}"
        for line in (
            "About to generate image via CreatOK Open Skills proxy.",
            f"- model: {choice.model.id}",
            f"- resolution: {choice.size}",
            f"- n: {choice.n}",
            *([f"- aspect_ratio: {choice.aspect_ratio}"] if choice.aspect_ratio else []),
            *([f"- reference_images: {len(choice.references)}"] if choice.references else []),
            f"- estimated cost: {cost} ({tariff})",
            f"- prompt (first {_PROMPT_SHOWN} chars): {messages.clean(choice.prompt, _PROMPT_SHOWN)}",
        ):
            _say(line)
        sys.stdout.write("Confirm to start generation? (yes/no): ")
        sys.stdout.flush()
        answer = sys.stdin.readline()
        if not answer:
            sys.stdout.write("\n")
            self.run.show(quote.id)
            raise _Declined(0)
        if answer.strip().lower() not in {"y", "yes"}:
            self.client.decline(quote.id)
            _say("Canceled.")
            raise _Declined(2)

    def _continue(self) -> int:
        """Look at a task that is already there, once or until it ends."""
        task, output = self.options.task_id, Output(path="image", folder=str(self.run.outputs))
        job_id = self.client.adopt(GATEWAY, task, output)
        self.run.open()
        self.run.remember(task)
        self.run.told["task_id"] = task
        choice = self.client.ledger.quote(self.client.job(job_id).quote_id).choice
        if choice.request.prompt:
            self.run.told.update(model=choice.model.id, resolution=choice.size, n=choice.n)
        patience = self.options.seconds if self.options.wait else 0
        return self._ended(self.client.recover(job_id, patience, self._watch))

    def _watch(self, event: str, facts: Mapping[str, Any]) -> None:
        if event == "opened":
            self._folder = Path(self.client.job(facts["job"]).folder)
        elif event == "accepted":
            submit = _answered(self._folder)
            self.run.told["raw"]["submit"] = submit
            self.run.write(task_id=facts["task"], status=str(submit.get("status") or "submitted"))
            self.run.told["status"] = None
        elif event == "told" and self.run.heard(dict(facts["said"])):
            _line({"task_id": self.run.told["task_id"], "status": self.run.told["status"]})

    def _ended(self, job: Job) -> int:
        """Write and say how it stands; the exit code."""
        told, done = self.run.told, job.state == "done" and bool(job.pictures)
        submitted = (told["raw"]["submit"] or {}).get("status") if job.state in LIVE else None
        status = told["status"] or submitted or _WORDS.get(job.state, job.state)
        self.run.keep(job.pictures)
        self.run.write(task_id=job.task_id, status=status, error=None if done else self._error(job))
        last = {"ok": done, "run_id": self.run.run_id, "task_id": job.task_id}
        if self.options.task_id or not done:
            last["status"] = status
        _line({**last, "images": told["images"], **({} if done else {"error": told["error"]})})
        if not done:
            self._explain(job)
        return 0 if done else 1

    def _error(self, job: Job) -> dict[str, str] | None:
        if job.error is None or job.error == "task.still_running":
            return None
        return {"message": self._sentence(job.error, job.error_facts)}

    def _explain(self, job: Job) -> None:
        """To a person: what happened, what it cost, what can be done."""
        key, facts = words(job)
        _complain(self._sentence(job.error or key, facts))
        if job.state in LIVE:
            again = f"scripts/run.py --run_id {self.run.run_id} --task_id {job.task_id} --wait"
            _complain(self._sentence("next.wait", {"command": again}))
        elif job.state == "unknown":
            _complain(self._sentence("job.unknown", facts))
            _complain(self._sentence("next.unknown", facts))
        else:
            _complain(self._sentence(f"charged.{job.charged}", facts))
            _complain(self._sentence("next.failed", facts))

    def _sentence(self, key: str, facts: Mapping[str, Any]) -> str:
        return messages.sentence(key, self.language, facts)


def _order(quote: Quote) -> tuple[Any, ...]:
    """What a person agrees to, but for the price."""
    choice = quote.choice
    references = [one.source_sha256 for one in choice.references]
    where = (quote.host, quote.account, choice.operation)
    return where, choice.model.id, choice.prompt, choice.size, choice.aspect_ratio, choice.n, references


def _answered(folder: Path) -> dict[str, Any]:
    """What the gateway answered to the order, from the job's own copy."""
    try:
        newest = max(folder.glob("attempt-*.answer"), key=lambda path: path.stat().st_mtime_ns)
        told = json.loads(newest.read_text("utf-8"))["data"]
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    return dict(told) if isinstance(told, dict) else {}


def _line(told: Mapping[str, Any]) -> None:
    _say(json.dumps(told, ensure_ascii=False, separators=(",", ":")))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _complain(line: str) -> None:
    sys.stderr.write(line + "\n")
