"""The house stands as it was drawn: imports go down, rooms keep to themselves, starting up loads little."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import limner
from buyer import Buyer

SOURCE = Path(limner.__file__).parent
ROOT = Path(__file__).parent.parent
MOST_LINES, MOST_FUNCTION_LINES = 400, 60

# Third-party code, and the only rooms (files or folders of the package) that may import it.
ROOMS = {
    "apsw": {"ledger"},
    "httpcore2": {"transport.py", "addresses.py", "streams.py"},
    "PIL": {"references.py", "pixels.py", "sight.py", "sandbox", "cli", "studio", "mcp"},
    "pi_heif": {"references.py", "pixels.py"},
    "pybase64": {"answers.py", "artifacts.py", "bodies.py", "wire.py", "sandbox"},
    "rich": {"cli"},
    "textual_image": {"cli"},
    "keyring": {"gateways.py", "cli"},
    "starlette": {"sandbox", "studio"},
    "uvicorn": {"sandbox", "studio", "mcp"},
    "python_multipart": {"sandbox", "studio"},
    "jinja2": {"studio"},
    "mcp": {"mcp"},
    "mcp_types": {"mcp"},
    "pydantic": {"mcp"},
    "anyio": {"mcp"},
    "c2pa": {"provenance"},
    "apprise": {"delivery"},
    "tomlkit": {"configuring.py"},
}
SQL = re.compile(
    r"^\s*(SELECT\s+\S|INSERT\s+(OR|INTO)|UPDATE\s+\S+\s+SET|DELETE\s+FROM|CREATE\s+TABLE|PRAGMA\s)"
)


class Module(NamedTuple):
    """One file of the package, read."""

    name: str
    text: str

    @property
    def room(self) -> str:
        return self.name.partition("/")[0]

    def tree(self) -> ast.Module:
        return ast.parse(self.text)


def modules() -> list[Module]:
    return [
        Module(path.relative_to(SOURCE).as_posix(), path.read_text("utf-8"))
        for path in sorted(SOURCE.rglob("*.py"))
    ]


def imported(module: Module) -> Iterator[str]:
    """Every module that a file imports, wherever it does."""
    for node in ast.walk(module.tree()):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def too_long(module: Module) -> Iterator[str]:
    if module.text.count("\n") > MOST_LINES:
        yield f"more than {MOST_LINES} lines"
    for node in ast.walk(module.tree()):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or 0) - node.lineno + 1
            if length > MOST_FUNCTION_LINES:
                yield f"{node.name} has {length} lines"


def foreign_sql(module: Module) -> Iterator[str]:
    if module.room != "ledger":
        for node in ast.walk(module.tree()):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
                yield f"line {node.lineno} speaks SQL"


def foreign_approvals(module: Module) -> Iterator[str]:
    if module.name == "approval.py":
        return
    for node in ast.walk(module.tree()):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            owner = getattr(getattr(node.func, "value", None), "id", "")
            if called == "Approval" or (
                called in {"_make", "_replace"} and owner in {"Approval", "approval"}
            ):
                yield f"line {node.lineno} makes an approval"


def strangers(module: Module) -> Iterator[str]:
    for name in imported(module):
        top = name.partition(".")[0]
        if top in ROOMS and not {module.room, module.name} & ROOMS[top]:
            yield f"imports {top}"


def unknown_packages(module: Module) -> Iterator[str]:
    for name in imported(module):
        top = name.partition(".")[0]
        if top not in ROOMS and top != "limner" and top not in sys.stdlib_module_names:
            yield f"imports {top}, which has no room"


def adapters_that_know_each_other(module: Module) -> Iterator[str]:
    adapters = {path.stem for path in (SOURCE / "providers").glob("*.toml")}
    if module.room == "providers" and Path(module.name).stem in adapters:
        own = Path(module.name).stem
        for name in imported(module):
            other = name.removeprefix("limner.providers.").partition(".")[0]
            if name.startswith("limner.providers.") and other in adapters - {own}:
                yield f"imports {other}"


def words_for_nothing(module: Module) -> Iterator[str]:
    stems = {"core", "utils", "util", "helpers", "common", "manager", "service", "misc"}
    if stems & {part.removesuffix(".py") for part in module.name.split("/")}:
        yield "is named after nothing"


def silent_excepts(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree()):
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            yield f"line {node.lineno} catches everything"


Rule = Callable[[Module], Iterator[str]]
RULES: dict[Rule, Module] = {
    too_long: Module("x.py", "def long():\n" + "    pass\n" * 61),
    foreign_sql: Module("client.py", 'rows("SELECT * FROM job")'),
    foreign_approvals: Module("client.py", "approval.Approval(1, 2)"),
    strangers: Module("client.py", "def later():\n    from PIL import Image"),
    unknown_packages: Module("client.py", "import requests"),
    adapters_that_know_each_other: Module(
        "providers/omnimaas.py", "from limner.providers.openai_compatible import Adapter"
    ),
    words_for_nothing: Module("ledger/utils.py", ""),
    silent_excepts: Module("x.py", "try:\n    pass\nexcept:\n    pass"),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_file_breaks_a_rule_of_the_house(rule: Rule) -> None:
    broken = [f"{module.name}: {complaint}" for module in modules() for complaint in rule(module)]
    assert broken == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_sees_what_it_is_there_to_see(rule: Rule) -> None:
    assert list(rule(RULES[rule]))


def test_imports_go_down() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 0, told.stdout[told.stdout.find("Broken contracts") :]


FLOORS = {
    "a lower room that looks up": ("money.py", "import limner.client\n", "Imports go down"),
    "a room nobody drew": ("cellar.py", "", "Imports go down"),
    "a provider with a clock": ("providers/omnimaas.py", "import time\n", "A provider opens no socket"),
    "a provider with a file": ("providers/base.py", "import pathlib\n", "A provider opens no socket"),
    "a sandbox that copies": ("sandbox/bills.py", "import limner.providers.base\n", "The sandbox is written"),
}


@pytest.mark.parametrize("way", FLOORS)
def test_the_floors_would_not_bear_it(way: str, tmp_path: Path) -> None:
    name, line, contract = FLOORS[way]
    for path in SOURCE.rglob("*.py"):
        copy = tmp_path / "limner" / path.relative_to(SOURCE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text("utf-8"), "utf-8")
    target = tmp_path / "limner" / name
    target.write_text(line + (target.read_text("utf-8") if target.exists() else ""), "utf-8")
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    seen = {**os.environ, "PYTHONPATH": str(tmp_path)}
    told = subprocess.run(
        command, cwd=tmp_path, env=seen, capture_output=True, text=True, timeout=60, check=False
    )
    assert told.returncode == 1, told.stdout + told.stderr
    assert re.search(rf"{contract}.* BROKEN", told.stdout)


HEAVY = (
    "asyncio",
    "httpcore2",
    "ssl",
    "PIL",
    "rich",
    "importlib.metadata",
    "starlette",
    "msgspec",
    "mcp",
    "uvicorn",
)
AFTER_MAKING = ("asyncio", "PIL", "rich", "pydantic", "h2", "mcp", "starlette", "uvicorn", "c2pa")
TELL = "import json, os, sys; os.write(2, b'\\n' + json.dumps(sorted(sys.modules)).encode())"


def loaded(code: str, *arguments: str) -> set[str]:
    """The modules that are there after a program has run in an interpreter of its own."""
    command = [sys.executable, "-c", f"{code}\n{TELL}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


def too_heavy(names: set[str], heavy: tuple[str, ...]) -> list[str]:
    return sorted(name for name in names if any(name == one or name.startswith(f"{one}.") for one in heavy))


COMMAND_LINE = """
import sys
from limner.cli import main
sys.argv = ["limner", *sys.argv[1:]]
try:
    main()
except SystemExit:
    pass
"""


def test_importing_limner_loads_next_to_nothing() -> None:
    names = loaded("import limner")
    assert too_heavy(names, (*HEAVY, "apsw", "pathlib", "hashlib", "tomllib")) == []
    assert {name for name in names if name.startswith("limner")} == {"limner"}


def test_a_client_that_only_reads_loads_no_network() -> None:
    code = "import sys, limner; limner.Client(home=sys.argv[1]).models()"
    assert too_heavy(loaded(code, os.environ["HOME"]), HEAVY) == []


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_the_program_says_what_it_is_without_loading_anything(option: str) -> None:
    code = f"import sys; sys.argv = ['limner', '{option}']; from limner.cli import process; process()"
    command = [sys.executable, "-X", "importtime", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    names = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if "|" in line}
    assert "limner.cli.streams" in names
    assert names.isdisjoint({"typing", "re", "enum", "argparse", "json", "pathlib", "contextlib", "apsw"})


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["models"], ["jobs"], ["status"], ["status", "j_nothing"]],
    ids=" ".join,
)
def test_a_quick_command_loads_nothing_heavy(arguments: list[str]) -> None:
    names = loaded(COMMAND_LINE, *arguments)
    assert "limner.cli" in names
    assert too_heavy(names, HEAVY) == []


def test_help_loads_neither_the_ledger_nor_any_adapter() -> None:
    names = loaded(COMMAND_LINE, "--help")
    assert too_heavy(names, ("apsw", "limner.ledger", "limner.providers", "limner.sandbox", "tomllib")) == []


MAKE = """
import sys, limner
with limner.Client(home=sys.argv[1]) as client:
    output = limner.Output(folder=sys.argv[2])
    job = client.make("a cup", model=sys.argv[3], yes=lambda quote: True, output=output)
assert job.state == "done", job
"""


@pytest.mark.parametrize("model", ["gpt-image-2", "gemini-3-pro-image-preview", "dall-e-3"])
def test_making_a_picture_from_words_loads_no_more_than_it_needs(buyer: Buyer, model: str) -> None:
    names = loaded(MAKE, str(buyer.home), str(buyer.folder), model)
    assert too_heavy(names, AFTER_MAKING) == []
    assert too_heavy(names, ("limner.recovery", "limner.sandbox.server", "limner.mcp", "limner.studio")) == []


def test_a_weight_is_seen_when_it_is_there() -> None:
    names = loaded("import PIL.Image, asyncio.events, importlib.metadata")
    assert {"PIL", "asyncio", "importlib.metadata"} <= set(too_heavy(names, HEAVY))
