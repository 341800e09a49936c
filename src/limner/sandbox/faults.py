"""
Faults on demand: words in double square brackets in the prompt, or the same names queued by script.

    [[503]]      always              [[503x2]]     the first two requests with this prompt
    [[slow:3]]   with a number       [[poll-503x2]]  when the task is looked at, not when it is submitted

The words themselves are rows of `faults.toml`; a gateway adds its own in its own `.toml`.
Not imitated: faults of TLS, of name lookup and of routing, which no server can show.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, cast

from limner.sandbox.bills import Account

Stage = Literal["before", "shape", "picture", "link", "after", "task"]


class Fault(NamedTuple):
    """One kind of trouble. `stage` is when it strikes: before the charge, in the answer, after it."""

    name: str
    stage: Stage
    charges: bool
    en: str
    zh: str
    gateway: str = ""
    """Empty: every gateway that can show it."""


class Word(NamedTuple):
    """A fault as it was asked for."""

    name: str
    argument: float | None = None
    times: int | None = None

    def number(self, default: float) -> float:
        return default if self.argument is None else self.argument


Words = Mapping[str, Word]

_WORD = re.compile(r"\[\[\s*([a-z0-9-]+?)(?::(\d+(?:\.\d+)?))?(?:\s*x(\d+))?\s*\]\]", re.IGNORECASE)
_POLL = "poll-"


def _table() -> Iterable[Fault]:
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
        owner = "" if path.stem == "faults" else path.stem
        for row in facts.get("fault", ()):
            stage = cast(Stage, row["stage"])
            yield Fault(row["name"], stage, row["charges"], row["en"], row["zh"], owner)


ALL: tuple[Fault, ...] = tuple(_table())
BY_NAME: Mapping[str, Fault] = {fault.name: fault for fault in ALL}


def read(text: str) -> tuple[Word, ...]:
    """The faults named in a text, in order. Double brackets that name none are ordinary words."""
    found = []
    for name, argument, times in _WORD.findall(text):
        if name.lower().removeprefix(_POLL) in BY_NAME:
            word = Word(name.lower(), float(argument) if argument else None, int(times) if times else None)
            found.append(word)
    return tuple(found)


def plain(text: str) -> str:
    """The text without its faults: what the picture is painted from."""
    return " ".join(_WORD.sub(" ", text).split())


def named(words: Iterable[Word], name: str) -> Word | None:
    return next((word for word in words if word.name == name), None)


def striking(account: Account, path: str, prompt: str | None) -> dict[str, Word]:
    """The faults that strike this request, by name. One that stops the request strikes alone and first."""
    scripted = account.next_scripted(path, prompt)
    asked = read(f"[[{scripted.fault}]]") if scripted else ()
    words = [word for word in (*asked, *read(prompt or "")) if not word.name.startswith(_POLL)]
    return _chosen(account, prompt or "", words)


def striking_look(account: Account, prompt: str, words: Iterable[Word]) -> dict[str, Word]:
    """The faults that strike a look at a task: the `poll-` words it was submitted with."""
    asked = [word for word in words if word.name.startswith(_POLL)]
    chosen = _chosen(account, prompt, asked)
    return {name.removeprefix(_POLL): word for name, word in chosen.items()}


def _chosen(account: Account, prompt: str, words: list[Word]) -> dict[str, Word]:
    chosen: dict[str, Word] = {}
    for word in sorted(words, key=lambda one: not _stops(one)):
        if account.strikes(prompt, word.name, word.times):
            chosen[word.name] = word
            if _stops(word):
                break
    return chosen


def _stops(word: Word) -> bool:
    name = word.name.removeprefix(_POLL)
    return BY_NAME[name].stage == "before" and name != "slow"
