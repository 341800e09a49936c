from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .stage import Stage

NewStage = Callable[..., Stage]

NEEDS_SIGHT = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(),
    reason="a stage finds detached processes by the mark in /proc/PID/environ, which this system has not",
)


@pytest.fixture
def new_stage(sandbox: str, tmp_path: Path) -> Iterator[NewStage]:
    """Stages on the shared sandbox; whatever still runs on them ends with the test."""
    stages: list[Stage] = []

    def new(proxied: str | None = None) -> Stage:
        stages.append(Stage(sandbox, tmp_path / f"stage-{len(stages)}", proxied))
        return stages[-1]

    yield new
    for stage in stages:
        stage.end()


@pytest.fixture
def stage(new_stage: NewStage) -> Stage:
    return new_stage()
