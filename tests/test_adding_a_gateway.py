"""The page on adding a gateway, followed to the letter in a copy of the project."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIMNER = str(Path(sys.executable).with_name("limner"))
PAGE = (ROOT / "docs" / "adding-a-gateway.md").read_text("utf-8")
FILES = dict(re.findall(r"^### `([^`]+)`\n\n```(?:python|toml)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
COMMANDS = re.search(r"```bash\n(.*?)```", PAGE, re.DOTALL)
HARNESS = (
    "conftest.py",
    "buyer.py",
    "pictures.py",
    "providers/__init__.py",
    "providers/conftest.py",
    "providers/skills_shop.py",
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the package and of the suite, and the page's four files in it."""
    place = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src", place / "src", ignore=ignored)
    (place / "tests" / "providers").mkdir(parents=True)
    for name in (*HARNESS, "providers/test_conformance.py"):
        shutil.copy(ROOT / "tests" / name, place / "tests" / name)
    (place / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", "utf-8")
    for name, text in FILES.items():
        assert not (place / name).exists(), "no file is edited"
        (place / name).write_text(text, "utf-8")
    yield place
    for told in place.rglob("server.json"):
        with contextlib.suppress(OSError):
            os.kill(json.loads(told.read_text("utf-8"))["pid"], signal.SIGTERM)


def ran(project: Path, *words: str, program: str = sys.executable) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment |= {"PYTHONPATH": str(project / "src"), "LIMNER_HOME": str(project / "home")}
    return subprocess.run(
        [program, *words],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def test_a_gateway_is_four_files() -> None:
    assert sorted(FILES) == [
        "src/limner/providers/pigment.py",
        "src/limner/providers/pigment.toml",
        "src/limner/sandbox/pigment.py",
        "tests/providers/test_pigment.py",
    ]


def test_the_new_gateway_passes_what_every_gateway_has_to_pass_and_its_own_tests(project: Path) -> None:
    done = ran(project, "-m", "pytest", "tests/providers", "-q", "-k", "pigment", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-2_000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed, done.stdout
    assert int(passed.group(1)) > 30, "the whole suite ran over it"


def test_its_pictures_are_bought_with_play_money(project: Path) -> None:
    words = ("quote", "a poppy field", "-g", "pigment", "--sandbox", "--json")
    quoted = ran(project, *words, program=LIMNER)
    assert quoted.returncode == 0, quoted
    told = json.loads(quoted.stdout)["data"]
    assert (told["model"], told["price"], told["unit"]) == ("oil-1", "0.04", "EUR")
    quote, target = told["quote_id"], str(project / "poppies.png")
    words = ("run", quote, "--approve", quote, "--sandbox", "-o", target)
    made = ran(project, *words, program=LIMNER)
    assert made.returncode == 0, made
    assert Path(target).stat().st_size > 10_000


def test_the_commands_at_the_end_name_what_there_is(project: Path) -> None:
    assert COMMANDS
    lines = COMMANDS.group(1).splitlines()
    assert [line.split()[0] for line in lines] == ["limner", "limner", "pytest"]
    listed = ran(project, *lines[0].split()[1:], program=LIMNER)
    assert (listed.returncode, "oil-1" in listed.stdout) == (0, True), listed


def test_the_code_of_the_page_is_formatted_and_clean(project: Path) -> None:
    names = [name for name in FILES if name.endswith(".py")]
    shutil.copy(ROOT / "pyproject.toml", project / "pyproject.toml")
    for words in (["check", "-q"], ["format", "--check", "-q"]):
        done = ran(project, "-m", "ruff", *words, *names)
        assert done.returncode == 0, done.stdout + done.stderr
