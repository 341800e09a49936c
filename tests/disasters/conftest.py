import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from cli.person import Person

NewPerson = Callable[..., Person]
Disk = Callable[[int], Path]


@pytest.fixture
def new_person(sandbox: str, tmp_path: Path) -> NewPerson:
    """People with a folder and an account of their own each; `home` is where they keep their ledger."""

    def new(home: Path | None = None, url: str = sandbox) -> Person:
        place = tmp_path / token_hex(4)
        for name in ("home", "work", "nobody"):
            (place / name).mkdir(parents=True)
        return Person(url, f"sk-test-{token_hex(18)}", home or place / "home", place / "work")

    return new


@pytest.fixture
def person(new_person: NewPerson) -> Person:
    return new_person()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Disk]:
    """Real file systems of so many bytes, where this machine lets the test mount some."""
    mounted: list[Path] = []

    def mount(size: int) -> Path:
        place = tmp_path / f"disk-{len(mounted)}"
        place.mkdir()
        words = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(place)]
        if sys.platform != "linux" or subprocess.run(words, capture_output=True, check=False).returncode:
            pytest.skip("no disk can be mounted here")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], capture_output=True, timeout=20, check=True)
