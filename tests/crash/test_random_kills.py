"""A short run of what `python -m tests.crash` does for as long as one likes."""

from pathlib import Path

from .conftest import NEEDS_SIGHT
from .harness import many_rounds, race, table
from .stage import Stage

pytestmark = NEEDS_SIGHT


def test_killed_at_random_nothing_is_lost_and_nothing_is_bought_twice(sandbox: str, tmp_path: Path) -> None:
    total, findings = many_rounds(sandbox, tmp_path, seed=20, kills=25, seconds=15, quotes=8)
    assert findings == [], table(total)
    assert total.kills > 0


def test_two_processes_that_run_the_same_quote_at_once_buy_it_once(stage: Stage) -> None:
    assert race(stage, 12) == {1: 12}
