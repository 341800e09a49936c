from collections.abc import Iterator
from pathlib import Path

import pytest

from crash.stage import Stage


@pytest.fixture
def stage(sandbox: str, tmp_path: Path) -> Iterator[Stage]:
    """One home, one account at every gateway; whatever runs on them ends with the test."""
    one = Stage(sandbox, tmp_path / "stage")
    yield one
    one.end()
