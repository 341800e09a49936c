"""A file that several programs share: whole, one writer at a time, and nobody else's entries touched."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from limner.errors import StorageFailed
from limner.preferences import Preferences

WRITER = """
import sys
from pathlib import Path
from limner.preferences import Preferences
for turn in range(20):
    Preferences(Path(sys.argv[1]), sys.argv[2]).set(("text_to_image",), f"m{turn}", "M", None, 1)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory" / "ima_prefs.json"


def test_what_was_set_is_there_and_what_was_cleared_is_gone(path: Path) -> None:
    mine, yours = Preferences(path, "me"), Preferences(path, "you")
    mine.set(("text_to_image", "image_to_image"), "midjourney", "Midjourney", None, 8)
    yours.set(("text_to_image",), "doubao-seedream-4.5", "SeeDream 4.5", "ima", 5)
    assert [one.task for one in mine.all()] == ["text_to_image", "image_to_image"]
    assert mine.clear(("image_to_image",)) == 1
    assert mine.clear() == 1
    assert mine.clear() == 0
    assert list(json.loads(path.read_text())) == ["user_you"]
    found = yours.get("text_to_image")
    assert found is not None
    assert (found.model, found.gateway) == ("doubao-seedream-4.5", "ima")


def test_a_broken_file_is_set_aside_whole_and_said(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"user_me": {"text_to_image": {"model_id"', "utf-8")
    prefs = Preferences(path, "me")
    assert (prefs.all(), prefs.is_broken()) == ([], True)
    assert prefs.clear() == 0
    assert path.read_text("utf-8").startswith('{"user_me"'), "reading and clearing leave it alone"
    aside = Path(prefs.set(("text_to_image",), "midjourney", "Midjourney", None, 8))
    assert aside.read_text("utf-8") == '{"user_me": {"text_to_image": {"model_id"'
    assert [one.model for one in prefs.all()] == ["midjourney"]


@pytest.mark.parametrize("text", ["", "[]", '{"user_me": 3}', '{"user_me": {"text_to_image": []}}', "\x00"])
def test_whatever_stands_in_the_file_nothing_breaks(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    prefs = Preferences(path, "me")
    assert prefs.all() == []
    prefs.set(("text_to_image",), "midjourney", "Midjourney", None, 8)
    assert [one.model for one in prefs.all()] == ["midjourney"]


def test_a_file_that_is_a_link_stays_one_and_a_place_that_is_closed_is_told(path: Path) -> None:
    path.parent.mkdir()
    real = path.with_name("real.json")
    real.write_text("{}", "utf-8")
    path.symlink_to(real)
    Preferences(path, "me").set(("text_to_image",), "midjourney", "Midjourney", None, 8)
    assert path.is_symlink()
    assert "midjourney" in real.read_text("utf-8")
    path.unlink()
    path.symlink_to("/dev/null")
    with pytest.raises(StorageFailed) as caught:
        Preferences(path, "me").set(("text_to_image",), "midjourney", "Midjourney", None, 8)
    assert caught.value.key == "prefs.closed"


def test_writers_at_one_time_lose_nothing_of_each_other(path: Path) -> None:
    names = [f"writer{number}" for number in range(4)]
    started = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in names]
    assert [process.wait(60) for process in started] == [0] * 4
    assert sorted(json.loads(path.read_text("utf-8"))) == [f"user_{name}" for name in names]
    assert {one.name for one in path.parent.iterdir()} == {path.name, f".{path.name}.lock"}
