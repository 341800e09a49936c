"""What is shipped: the engine, its data files twice, and the skills."""

import json
import subprocess
import sys
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

from limner import dated

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=60)
    (file,) = folder.glob("*.whl")
    return ZipFile(file)


def test_every_data_file_is_packed_as_what_its_toml_says(wheel: ZipFile) -> None:
    names = [name for name in wheel.namelist() if name.endswith(".toml") and "sandbox" not in name]
    assert len(names) > 5
    for name in names:
        packed = json.loads(wheel.read(str(PurePosixPath(name).with_suffix(".json"))))
        assert packed == dated.read(ROOT / "src" / name)


def test_every_skill_is_shipped_whole(wheel: ZipFile) -> None:
    files = [
        path for path in (ROOT / "skills").rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    assert {f"limner/{path.relative_to(ROOT).as_posix()}" for path in files} <= set(wheel.namelist())
