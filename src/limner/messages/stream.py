"""
What whoever waits for a picture is told, in order: acknowledgement, start, progress, and one last word.

    Story    what is known when the yes is given        opening(story)
    elapsed  seconds since then                         mark(story, elapsed), progress(story, elapsed)
    Ending   how it came out                            ending(story, end)

Nothing here has a clock or a file: the same story tells the same messages. Texts hold model, time, cost,
picture and plain words; whatever is technical stays in `Message.details`, for those who are debugging.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Literal, NamedTuple

from limner.messages import SPOKEN, clean

Step = Literal["acknowledge", "start", "progress", "success", "failure", "unknown", "paused"]
LANGUAGES = SPOKEN
ENDS = ("success", "failure", "unknown", "paused")
"""Steps that nothing follows."""
MOST = 95
_FIRST = 20
"""Seconds before which nobody needs to hear that it is not done yet."""
_PATIENCE = 3
"""So many times the usual longest, after which "almost done" would no longer be true."""
_MILLION = 1_000_000
_COMMA = frozenset({"es", "pt"})


class Message(NamedTuple):
    """One thing to say. `text` may have several lines; `pictures` are files, the first one to be shown with it."""

    step: Step
    text: str
    language: str
    job: str
    pictures: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    """The pictures' own addresses at the gateway, where it gives them. They may expire."""
    cost: str | None = None
    percent: int | None = None
    details: Mapping[str, Any] = {}

    def told(self) -> dict[str, Any]:
        """For programs: one line of JSON."""
        own = self._asdict()
        own.update(picture=self.pictures[0] if self.pictures else None)
        own.update(pictures=list(self.pictures), links=list(self.links), details=dict(self.details))
        return own if self.details else {name: own[name] for name in own if name != "details"}


class Story(NamedTuple):
    """A job as it sets out. Amounts are `Money`: anything with `micro` and `unit`."""

    job: str
    language: str
    model: str
    seconds: tuple[int, int]
    every: int
    """Seconds from one progress message to the next."""
    price: Any
    """`None`: nobody says what it costs."""
    ceiling: Any
    n: int = 1
    edits: bool = False
    first: int = _FIRST
    sandbox: bool = False
    """Play money and a painted picture, which is said with the start and with the success."""


class Alternative(NamedTuple):
    """Another model that could serve the same request."""

    model: str
    price: Any
    seconds: tuple[int, int]
    gateway: str = ""
    """Its title, where it is another gateway than the job's."""
    named: tuple[str, str] = ("", "")
    """The names of gateway and model, as a request has them."""


class Hint(NamedTuple):
    """A model that might have done better, said gently and last."""

    model: str
    reason: str
    """What it is known for, in the story's language; "" where nobody can say it in that one."""
    price: Any


class Ending(NamedTuple):
    """How a job came out, or why it waits. `outcome` is the job's state."""

    outcome: str
    pictures: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    cost: Any = None
    uncertain: Any = None
    charged: str = "no"
    seconds: float | None = None
    error: str | None = None
    """Key of the sentence that says what went wrong, as the ledger has it."""
    changes: tuple[tuple[str, str], ...] = ()
    """What was sent instead of the choice: a repair's key, and the size where it has one."""
    differences: int = 0
    """In how many ways what came is not what was agreed to; `differ` says them, in languages that can."""
    differ: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    page: str = ""
    """Where a key is made or credits are bought, when that is what is missing."""
    hint: Hint | None = None
    details: Mapping[str, Any] = {}


def say(key: str, language: str, **facts: Any) -> str:
    """The stream's own text of `key`. Unknown languages read English."""
    shown = {name: amount(value, language) for name, value in facts.items()}
    return _texts(language)[key].format_map(shown)


def amount(value: Any, language: str) -> str:
    """`Money` in the words of a language; anything else as harmless text."""
    if not (hasattr(value, "micro") and hasattr(value, "unit")):
        return clean(str(value))
    texts, number = _texts(language), _decimal(value.micro)
    if value.unit == "CNY":
        whole, _, rest = number.partition(".")
        number = f"{whole}.{rest.ljust(2, '0')}"
    number = number.replace(".", ",") if language in _COMMA else number
    name = f"unit_{value.unit}" + ("s" if value.unit in {"point", "credit"} and number != "1" else "")
    return texts[name].format(amount=number) if name in texts else f"{number} {clean(value.unit)}"


def opening(story: Story) -> list[Message]:
    """The two messages before the waiting."""
    facts = {"model": story.model, "n": story.n}
    lines = [
        _say(story, "start_many" if story.n > 1 else "start", **facts),
        _say(story, "line_model", **facts),
        _say(story, "line_time", low=story.seconds[0], high=story.seconds[1]),
        _price_line(story),
        *_sandbox_line(story),
    ]
    welcome = _say(story, "acknowledge_edit" if story.edits else "acknowledge", **facts)
    cost = amount(story.price if story.price is not None else story.ceiling, story.language)
    return [_message(story, "acknowledge", welcome), _message(story, "start", "\n".join(lines), cost=cost)]


def mark(story: Story, elapsed: float) -> int:
    """How many progress messages are due so far. Short tasks have none; what takes very long has fewer."""
    if elapsed < story.first:
        return 0
    long = _PATIENCE * story.seconds[1]
    marks = int(min(elapsed, long) // story.every) + int(max(0.0, elapsed - long) // (4 * story.every))
    return max(1, marks)


def percent(elapsed: float, longest: float) -> int:
    """How far a job probably is: never above 95 before it is done."""
    return min(MOST, int(elapsed / longest * 100)) if longest > 0 else 0


def progress(story: Story, elapsed: float) -> Message:
    """Where it probably stands after so many seconds."""
    high = story.seconds[1]
    late = elapsed > high
    key = "progress_very_late" if elapsed > _PATIENCE * high else "progress_late" if late else "progress"
    done = percent(elapsed, high)
    text = _say(story, key, percent=done, elapsed=int(elapsed), high=high)
    return _message(story, "progress", text, percent=done)


def ending(story: Story, end: Ending) -> Message:
    """The last word. What is technical about it is in `details` alone."""
    tellers = {"done": _success, "failed": _failure, "canceled": _failure, "unknown": _unknown}
    step, lines = tellers.get(end.outcome, _paused)(story, end)
    if end.details:
        lines.append(_say(story, "details", details=", ".join(f"{k}: {v}" for k, v in end.details.items())))
    cost = None if end.cost is None else amount(end.cost, story.language)
    whole = _message(story, step, "\n".join(lines), cost=cost)
    done = 100 if step == "success" else None
    return whole._replace(pictures=end.pictures, links=end.links, percent=done, details=end.details)


def refusal(error: str, language: str, *, charged: str = "no", page: str = "") -> Message:
    """The last word where there is no job yet: nothing was ordered. `page` as in `Ending`."""
    lines = [say("failure", language), say("line_reason", language, reason=why(error, language))]
    lines += [say("charged_no", language)] if charged == "no" else []
    lines += _link(error, page, language)
    return Message("failure", "\n".join(lines), language, "")


def why(error: str | None, language: str) -> str:
    """A failure's reason as somebody would tell it who wants a picture."""
    from limner.messages import reasons

    return _texts(language)[f"reason_{reasons.plain(error)}"]


def _success(story: Story, end: Ending) -> tuple[Step, list[str]]:
    count, n = len(end.pictures), max(story.n, len(end.pictures))
    key = "success_fewer" if count < n else "success_many" if count > 1 else "success"
    lines = [_say(story, key, count=count, n=n), _say(story, "line_model", model=story.model)]
    low, high = story.seconds
    if end.seconds is None:
        lines.append(_say(story, "line_time", low=low, high=high))
    else:
        lines.append(_say(story, "line_took", seconds=_round(end.seconds), low=low, high=high))
    free = end.cost is None or end.cost.micro == 0
    lines.append(_say(story, "line_free") if free else _say(story, "line_cost", cost=end.cost))
    if end.uncertain is not None and end.uncertain.micro:
        lines.append(_say(story, "line_perhaps", uncertain=end.uncertain))
    for change, size in end.changes:
        smaller = change == "repair.smaller" and size
        lines.append(_say(story, "line_smaller" if smaller else "line_repaired", size=size))
    if end.differences:
        lines.append(_say(story, "line_differs", count=end.differences))
        lines += [f"  - {clean(one)}" for one in end.differ]
    lines += [*_sandbox_line(story), *(_say(story, "line_link", url=url) for url in end.links)]
    if end.hint:
        lines += ["", _say(story, "hint" if end.hint.reason else "hint_price", **end.hint._asdict())]
    return "success", lines


def _failure(story: Story, end: Ending) -> tuple[Step, list[str]]:
    lines = [_say(story, "canceled" if end.outcome == "canceled" else "failure")]
    if end.error or end.outcome != "canceled":
        lines.append(_say(story, "line_reason", reason=why(end.error, story.language)))
    lines.append(_say(story, f"charged_{end.charged}", cost=end.cost, uncertain=end.uncertain))
    lines += _link(end.error, end.page, story.language)
    if end.alternatives:
        lines.append(_say(story, "line_instead"))
        lines += [_alternative(story, one) for one in end.alternatives]
        lines.append(_say(story, "offer"))
    return "failure", lines


def _unknown(story: Story, end: Ending) -> tuple[Step, list[str]]:
    lines = [
        _say(story, "unknown"),
        _say(story, "line_reason", reason=why(end.error, story.language)),
        _say(story, "line_uncertain", uncertain=end.uncertain),
        _say(story, "unknown_next"),
    ]
    return "unknown", lines


def _paused(story: Story, end: Ending) -> tuple[Step, list[str]]:
    ready = end.outcome == "collecting"
    return "paused", [_say(story, "paused"), _say(story, "paused_ready" if ready else "paused_working")]


def _link(error: str | None, page: str, language: str) -> list[str]:
    from limner.messages import reasons

    key = {"key": "link_key", "no_key": "link_key", "funds": "link_funds"}.get(reasons.plain(error))
    return [say(key, language, url=page)] if key and page else []


def _alternative(story: Story, one: Alternative) -> str:
    key = "alternative_elsewhere" if one.gateway else "alternative"
    low, high = one.seconds
    return _say(story, key, model=one.model, gateway=one.gateway, price=one.price, low=low, high=high)


def _sandbox_line(story: Story) -> list[str]:
    return [_say(story, "line_sandbox")] if story.sandbox else []


def _price_line(story: Story) -> str:
    price, ceiling = story.price, story.ceiling
    if price is None:
        return _say(story, "line_most", ceiling=ceiling)
    if not ceiling.micro:
        return _say(story, "line_free")
    if ceiling.micro > price.micro:
        return _say(story, "line_price_most", price=price, ceiling=ceiling)
    return _say(story, "line_price", price=price)


def _message(story: Story, step: Step, text: str, **more: Any) -> Message:
    return Message(step, text, story.language, story.job, **more)


def _say(story: Story, key: str, **facts: Any) -> str:
    return say(key, story.language, **facts)


def _round(seconds: float) -> str:
    return str(round(seconds)) if seconds >= 10 else f"{seconds:.1f}".removesuffix(".0")


def _decimal(micro: int) -> str:
    whole, rest = divmod(abs(micro), _MILLION)
    return ("-" if micro < 0 else "") + (f"{whole}.{rest:06d}".rstrip("0") if rest else str(whole))


def _texts(language: str) -> Mapping[str, str]:
    known = language if language in LANGUAGES else "en"
    name = f"{known}_stream" if known in {"en", "zh"} else known
    texts: Mapping[str, str] = import_module(f"limner.messages.{name}").TEXTS
    return texts
