"""The skill folders: valid, free of anything that spends or spies, and every command line in them works."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from skills_ref.parser import read_properties
from skills_ref.validator import validate

from limner import gateways
from limner.cli import COMMANDS
from limner.cli.command import build

from .person import Person

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.parent for path in (ROOT / "skills").glob("*/SKILL.md"))
LIMNER = ROOT / "skills" / "limner"
PAGES = (LIMNER / "SKILL.md", *sorted((LIMNER / "references").glob("*.md")))
BLOCKS = [
    pytest.param(block, id=f"{page.stem}-{place}")
    for page in PAGES
    for place, block in enumerate(re.findall(r"```bash\n(.*?)```", page.read_text("utf-8"), re.DOTALL))
]
SHAPES = [
    line
    for page in PAGES
    for line in [
        *(
            one
            for text in re.findall(r"```text\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
            for one in text.splitlines()
        ),
        *re.findall(r"`(limner [a-z][^`]*)`", page.read_text("utf-8")),
    ]
]
# What scanners of skill registries take for theft, and what a folder without network code never needs.
FORBIDDEN = re.compile(
    r"base64|requests|httpx|urllib|socket|os\.environ|getenv|rm -rf|curl |wget |\bsudo\b|--token|--password"
    r"|api_key\s*=|eval\(|exec\(|ignore previous|system prompt:"
)


def ids(folder: Path) -> str:
    return folder.name


@pytest.mark.parametrize("folder", FOLDERS, ids=ids)
def test_a_skill_folder_is_valid(folder: Path) -> None:
    assert validate(folder) == []


@pytest.mark.parametrize("folder", FOLDERS, ids=ids)
def test_a_skill_folder_keeps_the_stricter_rules_of_the_uploads(folder: Path) -> None:
    """Anthropic's quick_validate: known fields, plain names, no angle brackets, lengths."""
    text = (folder / "SKILL.md").read_text("utf-8")
    fields = set(re.findall(r"^([a-z-]+):", text.split("---\n")[1], re.MULTILINE))
    assert fields <= {"name", "description", "license", "allowed-tools", "metadata", "compatibility"}
    told = read_properties(folder)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", told.name)
    assert told.name == folder.name
    assert len(told.name) <= 64
    assert not set("<>") & set(told.description)
    assert len(told.description) <= 1024
    assert told.license == "MIT-0"
    assert len(text.splitlines()) < 500
    assert re.match(r"Use when", told.description)


@pytest.mark.parametrize("folder", FOLDERS, ids=ids)
def test_a_skill_folder_holds_no_network_key_or_hidden_code(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.suffix in {".py", ".sh"}:
            assert not FORBIDDEN.search(path.read_text("utf-8")), path


@pytest.mark.parametrize("folder", FOLDERS, ids=ids)
def test_every_page_and_script_that_is_named_is_there(folder: Path) -> None:
    for page in folder.rglob("*.md"):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), (page, link)
    for script in re.findall(r"scripts/[a-z_]+\.\w+", (folder / "SKILL.md").read_text("utf-8")):
        assert (folder / script).exists(), script


@pytest.mark.parametrize("block", BLOCKS)
def test_every_command_in_the_skill_works_on_the_sandbox(person: Person, block: str) -> None:
    for line in block.replace("\\\n", " ").strip().splitlines():
        words = shlex.split(line)
        assert words[0] == "limner"
        ran = person.run(*words[1:], LIMNER_SANDBOX="1", LIMNER_HOME=str(person.home))
        assert ran.code == 0, ran


@pytest.mark.parametrize("line", SHAPES)
def test_every_command_that_is_only_shown_has_the_options_it_shows(line: str) -> None:
    words = ["1" if "…" in word or word in {"ID", "N"} else word for word in shlex.split(line)]
    if words[1].startswith("-"):
        return
    assert words[1] in COMMANDS
    parser = build(words[1], "")
    known = {option for action in parser._actions for option in action.option_strings}
    assert {word.partition("=")[0] for word in words if word.startswith("-")} <= known


def test_the_skill_that_knows_all_gateways_names_each_ones_key() -> None:
    text = (LIMNER / "SKILL.md").read_text("utf-8")
    for provider in gateways.providers():
        pairs: list[dict[str, Any]] = gateways.facts(provider).get("credentials", [])
        if pairs:
            assert f"name: {pairs[0]['key']}" in text


def test_the_marketplace_lists_every_skill() -> None:
    told = json.loads((ROOT / ".claude-plugin" / "marketplace.json").read_text("utf-8"))
    (plugin,) = told["plugins"]
    assert {ROOT / path for path in plugin["skills"]} == set(FOLDERS)


def test_queries_that_should_and_should_not_reach_the_skill_are_balanced() -> None:
    told = json.loads((LIMNER / "evals" / "evals.json").read_text("utf-8"))
    wanted = [one["should_trigger"] for one in told["triggers"]]
    assert wanted.count(True) == wanted.count(False) == 10


def test_a_skill_is_put_where_its_agent_looks_once(person: Person) -> None:
    home = person.folder.parent / "nobody"
    first = person.run("skills", "install", "--agent", "claude-code")
    again = person.run("skills", "install", "--agent", "claude-code")
    place = home / ".claude" / "skills" / "limner"
    assert first.out == f"Installed limner: {place}\n"
    assert again.out == f"limner is there already, unchanged: {place}\n"
    assert (place / "SKILL.md").read_bytes() == (LIMNER / "SKILL.md").read_bytes()
    assert validate(place) == []


def test_another_version_is_not_overwritten_and_is_kept_when_it_is_replaced(person: Person) -> None:
    place = person.folder / ".agents" / "skills" / "limner"
    place.mkdir(parents=True)
    (place / "SKILL.md").write_text("mine")
    refused = person.run("skills", "install", "--agent", "codex", "--project")
    assert (refused.code, (place / "SKILL.md").read_text()) == (2, "mine")
    replaced = person.run("skills", "install", "--agent", "codex", "--project", "--replace")
    assert replaced.code == 0
    kept = next((person.home / "replaced-skills").iterdir())
    assert (kept / "SKILL.md").read_text() == "mine"
    assert (place / "SKILL.md").read_bytes() == (LIMNER / "SKILL.md").read_bytes()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["install"], 2, "Agents: claude-code, codex"),
        (["install", "--agent", "emacs"], 2, "There is no agent emacs."),
        (["install", "nothing", "--agent", "any"], 9, "There is no skill nothing."),
    ],
)
def test_a_wrong_word_says_what_there_is(person: Person, words: list[str], code: int, said: str) -> None:
    ran = person.run("skills", *words)
    assert (ran.code, said in ran.err) == (code, True)


@pytest.mark.parametrize("place", ["skill", "scripts"])
def test_the_script_is_the_command_wherever_it_is_called_from(
    person: Person, tmp_path: Path, place: str
) -> None:
    skill = tmp_path / "skill"
    shutil.copytree(LIMNER, skill)

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, str(skill / "scripts" / "limner.py"), *words],
            cwd=skill if place == "skill" else skill / "scripts",
            env=person.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert run("--version").stdout.startswith("limner ")
    quote = run("quote", "a mug", "--quiet").stdout.strip()
    ran = run("run", quote, "--approve", quote, "--json", "--wait", "30")
    assert (ran.returncode, json.loads(ran.stdout)["data"]["state"]) == (0, "done"), ran
