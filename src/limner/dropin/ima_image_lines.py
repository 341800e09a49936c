"""
What the IMA image script says.

    standard output    🔍 ✅ 📤 🚀 ⏳    one line per step
                          URL:  …       the first picture at the service; Saved: each file here
                       {…}              with --output-json, last: one indented object
    standard error     ❌ why it failed, ⚠️ what is to be known besides
"""

import io
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from limner import messages
from limner.messages.stream import Message
from limner.money import Money
from limner.receipts import words
from limner.results import Job
from limner.types import Model, Quote


class Lines:
    """One run's lines, in the person's language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.task: str | None = None
        self.cover = ""

    def take_any_letter(self) -> None:
        """A terminal that cannot show a letter is no reason to fail after paying."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")

    def say(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def warn(self, line: str) -> None:
        sys.stderr.write(f"⚠️ {line}\n")

    def fail(self, line: str, *more: str) -> None:
        sys.stderr.write("".join(f"{text}\n" for text in (f"❌ {line}", *(f"   {one}" for one in more))))

    def sentence(self, key: str, facts: Mapping[str, Any]) -> str:
        return messages.sentence(key, self.language, facts)

    def table(self, task_type: str, models: Sequence[Model]) -> None:
        """What is for sale: the row that is taken when nothing else is asked for."""
        self.say(f"\nAvailable models for '{task_type}':")
        self.say(f"{'Name':<28} {'model_id':<34} {'version_id':<44} {'pts':>4}  attr_id")
        self.say("─" * 120)
        for model in models:
            rule = model.live["rules"][0]
            about = f"{model.title:<28} {model.live['model_id']:<34} {model.live['version']:<44}"
            self.say(f"{about} {rule['points']:>4}  {rule['attribute_id']}")

    def found(self, quote: Quote) -> None:
        """The product as it will be ordered."""
        live, parameters = quote.choice.model.live, dict(quote.choice.parameters)
        attribute = parameters.pop("attribute_id")
        self.say("✅ Model found:")
        self.say(f"   name          = {live['name']}")
        self.say(f"   model_id      = {live['model_id']}")
        self.say(f"   model_version = {live['version']}")
        self.say(f"   attribute_id  = {attribute}")
        self.say(f"   credit        = {_number(quote.price)} pts")
        self.say(f"   form_params   = {json.dumps(parameters, ensure_ascii=False)}")
        for one in quote.choice.adjustments:
            self.warn(self.sentence(one.key, one.facts))
        for repair in quote.repairs:
            told = self.sentence(repair.key, {"size": repair.size or "", "price": repair.price})
            self.say(f"   if refused    = {told}")

    def watch(self, event: str, facts: Mapping[str, Any]) -> None:
        """The engine's events."""
        if event == "submitting":
            self.say("🚀 Creating task…")
        elif event == "repairing":
            told = {"size": facts["size"] or "", "price": facts["price"]}
            self.say(f"🔄 {self.sentence(facts['key'] + '.now', told)}")
        elif event == "accepted":
            self.task = str(facts["task"])
            self.say(f"✅ Task created: {self.task}")
            self.say("⏳ Waiting for the picture…")
        elif event == "told":
            medias = facts["said"].get("medias")
            first = medias[0] if isinstance(medias, list) and medias else {}
            told_cover = first.get("cover_url") if isinstance(first, dict) else None
            self.cover = told_cover if isinstance(told_cover, str) else self.cover

    def done(self, job: Job) -> None:
        self.say("\n✅ Generation complete!")
        self.say(f"   URL:   {job.pictures[0].url or ''}")
        if self.cover:
            self.say(f"   Cover: {self.cover}")
        for picture in job.pictures:
            self.say(f"   Saved: {picture.path}")
        key, facts = words(job)
        if key != "job.done":
            self.warn(self.sentence(key, facts))

    def last(self, message: Message) -> None:
        """The last word where there is no picture: why, what it cost, what could be done instead."""
        first, *rest = message.text.splitlines()
        sys.stderr.write("\n".join((f"❌ {first.partition(' ')[2]}", *rest)) + "\n")

    def unfinished(self, job: Job, message: Message) -> None:
        self.last(message)
        if job.task_id and job.state in {"submitted", "running", "collecting"}:
            sys.stderr.write(f"   limner recover --task {job.task_id} --gateway ima --wait 60\n")

    def told(self, job: Job, quote: Quote) -> None:
        """The object that callers read: its price is what was really charged."""
        live = quote.choice.model.live
        result = {
            "task_id": job.task_id,
            "url": job.pictures[0].url or "",
            "cover_url": self.cover,
            "model_id": live["model_id"],
            "model_name": live["name"],
            "credit": _number(job.cost or Money(0, quote.ceiling.unit)),
        }
        self.say("\n" + json.dumps(result, ensure_ascii=False, indent=2))


def _number(money: Money) -> int | float:
    whole, rest = divmod(money.micro, 1_000_000)
    return whole if not rest else money.micro / 1_000_000
