from collections.abc import Iterator
from pathlib import Path

import pytest

from crash.stage import Stage

from .crowd import Crowd, gathered


@pytest.fixture
def stage(sandbox: str, tmp_path: Path) -> Iterator[Stage]:
    """One home, one account at every gateway; whatever runs on them ends with the test."""
    one = Stage(sandbox, tmp_path / "stage")
    yield one
    one.end()


@pytest.fixture(scope="session")
def crowd(sandbox: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crowd]:
    """All faces of one home, open for as long as the tests run."""
    stage = Stage(sandbox, tmp_path_factory.mktemp("crowd") / "stage")
    try:
        with gathered(stage) as one:
            yield one
    finally:
        stage.end()
