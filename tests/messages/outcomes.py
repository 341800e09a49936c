"""
Every way a job can go, told in every language, as it stands in `golden/`.

    uv run python -m tests.messages.outcomes      writes the files anew; read the difference line by line
"""

from collections.abc import Iterator
from pathlib import Path

from limner.messages import stream
from limner.messages.stream import Alternative, Ending, Hint, Story
from limner.money import Money

GOLDEN = Path(__file__).parent / "golden"
# One error of each plain reason, named as the ledger names it.
ERRORS = {
    "no_key": "key.none",
    "key": "gateway.key_refused",
    "forbidden": "gateway.forbidden",
    "funds": "gateway.funds_at",
    "settings": "refused.attribute",
    "points": "refused.price_differs",
    "mismatch": "refused.other_row",
    "subscription": "refused.subscription",
    "parameters": "gateway.refused",
    "ratio": "ratio.unknown",
    "failed": "gateway.said_failed",
    "made": "task.failed",
    "timeout": "task.still_running",
    "network": "gateway.unreachable",
    "rate": "gateway.rate",
    "unavailable": "gateway.own_fault",
    "content": "gateway.content",
    "broken": "picture.broken",
    "lost": "gateway.broke_off",
    "storage": "output.not_writable",
    "interrupted": "job.never_sent",
    "reference": "upload.refused",
    "budget": "budget.per_day",
    "changed": "quote.tariff_changed",
    "gone": "picture.gone",
    "stopped": "stopped.unknown",
    "setup": "settings.not_toml",
    "request": "prompt.empty",
    "other": "never.heard_of",
}


def points(count: int) -> Money:
    return Money(count * 1_000_000, "point")


def yuan(cents: int) -> Money:
    return Money(cents * 10_000, "CNY")


def outcomes(language: str) -> Iterator[tuple[str, str]]:
    """A name, and what is said."""
    story = Story("j_x", language, "SeeDream 4.5", (30, 60), 20, points(5), points(5))
    yield from _openings(story)
    for seconds in (20, 40, 66, 200):
        yield f"progress after {seconds} s of 60", stream.progress(story, seconds).text
    yield from _successes(story)
    yield from _failures(story)
    lost = Ending("unknown", error="gateway.broke_off", charged="unknown", uncertain=points(5))
    yield "unknown", stream.ending(story, lost).text
    yield "paused, still made", stream.ending(story, Ending("running")).text
    yield "paused, to be fetched", stream.ending(story, Ending("collecting")).text


def _openings(story: Story) -> Iterator[tuple[str, str]]:
    free, several = Money(0, "CNY"), {"n": 3, "price": points(15), "ceiling": points(15)}
    stories = {
        "from words": story,
        "from a picture": story._replace(edits=True),
        "several": story._replace(**several),
        "at most": story._replace(price=yuan(100), ceiling=yuan(300)),
        "nobody says the price": story._replace(price=None, ceiling=yuan(500)),
        "free": story._replace(price=free, ceiling=free),
        "one credit": story._replace(price=Money(10**6, "credit"), ceiling=Money(10**6, "credit")),
        "another unit": story._replace(price=Money(10**6, "USD"), ceiling=Money(10**6, "USD")),
        "sandbox": story._replace(sandbox=True),
    }
    for name, one in stories.items():
        for message in stream.opening(one):
            yield f"{message.step}, {name}", message.text


def _successes(story: Story) -> Iterator[tuple[str, str]]:
    path, url = ("/pictures/cat.png",), ("https://example.com/cat.png",)
    done = Ending("done", path, url, points(5), points(0), "yes", 34.6)
    ways = {
        "": (story, done),
        "recovered": (story, done._replace(seconds=None, links=())),
        "quick and free": (story, done._replace(seconds=2.04, cost=points(0), links=())),
        "several": (story._replace(n=2), done._replace(pictures=path * 2, links=url * 2)),
        "fewer": (story._replace(n=3), done._replace(pictures=path * 2, links=())),
        "an answer lost": (story, done._replace(uncertain=points(5))),
        "smaller": (story, done._replace(changes=(("repair.smaller", "2k"),))),
        "repaired": (story, done._replace(changes=(("repair.completed", ""),))),
        "not as ordered": (story, done._replace(differences=2, differ=("1", "2"))),
        "sandbox": (story._replace(sandbox=True), done),
        "hint without a reason": (story, done._replace(hint=Hint("Nano Banana Pro", "", points(10)))),
        "hint": (story, done._replace(hint=Hint("Nano Banana Pro", "✓", points(10)))),
    }
    for name, (one, end) in ways.items():
        yield f"success {name}".strip(), stream.ending(one, end).text


def _failures(story: Story) -> Iterator[tuple[str, str]]:
    others = (
        Alternative("Nano Banana 2", points(6), (20, 40)),
        Alternative("GPT Image 2", yuan(35), (30, 120), "OmniMaaS"),
    )
    for reason, error in ERRORS.items():
        page = "https://example.com/page" if reason in {"key", "no_key", "funds"} else ""
        end = Ending("failed", error=error, cost=points(0), uncertain=points(0), page=page)
        yield f"failure, {reason}", stream.ending(story, end).text
    failed = Ending("failed", error="task.failed", cost=points(5), uncertain=points(5), alternatives=others)
    for charged in ("no", "yes", "unknown"):
        yield f"failure, charged {charged}", stream.ending(story, failed._replace(charged=charged)).text
    yield "failure, canceled", stream.ending(story, failed._replace(outcome="canceled")).text
    yield "failure, called back", stream.ending(story, Ending("canceled", cost=points(0))).text
    details = {"error": "gateway.refused", "status": 400}
    yield "failure, debugging", stream.ending(story, failed._replace(details=details)).text
    yield "failure without a job", stream.refusal("key.none", story.language, page="https://example.com").text


def page(language: str) -> str:
    return "\n".join(f"== {name}\n{text}\n" for name, text in outcomes(language))


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for language in stream.LANGUAGES:
        (GOLDEN / f"{language}.txt").write_text(page(language), "utf-8")
