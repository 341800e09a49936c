from pathlib import Path
from secrets import token_hex

import pytest

from .caller import Caller, environment


@pytest.fixture
def caller(sandbox: str, tmp_path: Path) -> Caller:
    person, folder, key = tmp_path / "person", tmp_path / "work", f"sk-test-{token_hex(18)}"
    person.mkdir()
    folder.mkdir()
    home = tmp_path / "limner"
    return Caller(sandbox, key, home, folder, environment(sandbox, key, person, home))
