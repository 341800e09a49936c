"""Small files are there whole or not at all."""

from pathlib import Path

import pytest

from limner.home import write_whole


def test_a_file_that_cannot_take_its_name_leaves_nothing_behind(tmp_path: Path) -> None:
    taken = tmp_path / "result.json"
    taken.mkdir()
    with pytest.raises(OSError, match="result"):
        write_whole(taken, "{}")
    assert list(tmp_path.iterdir()) == [taken]
