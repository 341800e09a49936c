"""One job, seen and moved through every face at once: they say the same, and it is bought once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from .crowd import Crowd, View

FACES = ("command", "tool", "studio", "python")
AT_ONCE = ("omnimaas", "gpt-image-2")
BY_TASK = ("creatok", "nano-banana-2")


def _agree(views: dict[str, View]) -> View:
    """Every face says what the first one says, as far as it says it at all."""
    first = views["status"]
    for face, view in views.items():
        said = [other if mine is None else mine for mine, other in zip(view, first, strict=True)]
        assert View(*said) == first, face
    return first


@pytest.mark.parametrize(("starter", "sold"), [("studio", AT_ONCE), ("tool", BY_TASK)])
def test_a_slow_job_is_the_same_at_every_face_while_it_runs_and_after(
    crowd: Crowd, starter: str, sold: tuple[str, str]
) -> None:
    words = f"a tower seen from {starter}"
    quote = crowd.quoted("command", f"{words} [[slow:8]]", *sold)
    job = crowd.run(starter, quote, says_yes=True)
    running = _agree(crowd.views(job))
    assert (running.is_live, running.pictures) == (True, ())
    crowd.ended(job)
    ended = _agree(crowd.views(job))
    assert (ended.state, ended.charged, len(ended.pictures)) == ("done", "yes", 1)
    assert ended.ceiling == running.ceiling
    assert crowd.bills(words) == 1


@pytest.mark.parametrize(
    ("fault", "state", "charged"),
    [("lost-after-charge", "unknown", "unknown"), ("refusal", "failed", "yes"), ("400", "failed", "no")],
)
def test_an_end_without_a_picture_is_told_alike(crowd: Crowd, fault: str, state: str, charged: str) -> None:
    quote = crowd.quoted("python", f"a bridge [[{fault}]]", "omnimaas", "gemini-3-pro-image-preview")
    job = crowd.run("command", quote, says_yes=True)
    crowd.ended(job)
    view = _agree(crowd.views(job))
    assert (view.state, view.charged) == (state, charged)
    assert crowd.run("tool", quote) == crowd.run("studio", quote) == job


@pytest.mark.parametrize(
    ("asks", "agrees", "runs"),
    [
        ("tool", "studio", "command"),
        ("command", "studio", "python"),
        ("python", "studio", "tool"),
        ("tool", "python", "studio"),
    ],
)
def test_what_one_face_quotes_a_second_agrees_to_and_a_third_runs(
    crowd: Crowd, asks: str, agrees: str, runs: str
) -> None:
    words = f"a ferry from {asks} over {agrees} to {runs}"
    quote = crowd.quoted(asks, words, *AT_ONCE)
    crowd.agreed(agrees, quote)
    assert crowd.bills(words) == 0
    job = crowd.run(runs, quote)
    crowd.ended(job)
    assert _agree(crowd.views(job)).state == "done"
    assert {crowd.run(face, quote, says_yes=True) for face in FACES} == {job}
    (approval,) = crowd.stage.rows("SELECT by_whom FROM approval WHERE quote_id = ?", quote)
    assert approval["by_whom"] == agrees
    assert crowd.bills(words) == 1


@pytest.mark.parametrize("attempt", range(2))
def test_one_quote_run_at_all_faces_in_the_same_moment_is_bought_once(crowd: Crowd, attempt: int) -> None:
    words = f"a crowd of four, number {attempt}"
    quote = crowd.quoted(FACES[attempt], f"{words} [[slow:0.5]]", *AT_ONCE)
    # The two that are open already are the quickest, so they race each other as well.
    runners = (*FACES, "studio", "tool", "studio")
    gate = Barrier(len(runners))

    def run(face: str) -> str:
        gate.wait(30)
        return crowd.run(face, quote, says_yes=True)

    with ThreadPoolExecutor(len(runners)) as together:
        jobs = set(together.map(run, runners))
    assert len(jobs) == 1
    crowd.ended(jobs.pop())
    assert crowd.bills(words) == 1
