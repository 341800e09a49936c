"""The product-shots skill's folder: what it says is true, and every command line in it runs."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import pictures
from limner import __version__, gateways
from limner.client import Client

from .caller import BIN, SKILL, Caller, skill_copy

PAGES = (SKILL / "SKILL.md", *sorted((SKILL / "references").glob("*.md")))
FACTS = gateways.facts("omnimaas")
ALLOWED = {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}


def header() -> str:
    return (SKILL / "SKILL.md").read_text("utf-8").split("---\n")[1]


def body() -> str:
    return (SKILL / "SKILL.md").read_text("utf-8").split("---\n", 2)[2]


def description() -> str:
    found = re.search(r"^description: '(.*)'$", header(), re.MULTILINE)
    assert found
    return found.group(1)


def blocks() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for number, block in enumerate(re.findall(r"```bash\n(.*?)```", page.read_text("utf-8"), re.DOTALL)):
            yield f"{page.name}-{number}", block


@pytest.fixture(scope="session")
def uv(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What lets a real `uv` find this very limner where it would ask the package index."""
    program = shutil.which("uv")
    if program is None:
        pytest.skip("uv is not installed")
    folder, cache = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("cache")
    settings = {
        "PATH": os.pathsep.join((str(BIN), str(Path(program).parent), os.defpath)),
        "UV_FIND_LINKS": str(folder),
        "UV_CACHE_DIR": str(cache),
        **{name: os.environ[name] for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if name in os.environ},
    }
    build = [program, "build", "-q", "--wheel", "-o", str(folder)]
    ready = [program, "run", "-q", str(SKILL / "scripts" / "generate.py"), "--help"]
    for command in (build, ready):
        made = subprocess.run(
            command,
            cwd=SKILL.parents[1],
            env=settings,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        if made.returncode:
            pytest.skip(f"uv cannot fetch what limner needs: {made.stderr}")
    return settings


@pytest.mark.parametrize("block", [block for _, block in blocks()], ids=[name for name, _ in blocks()])
def test_every_command_line_in_the_skill_runs(caller: Caller, uv: dict[str, str], block: str) -> None:
    copy = skill_copy(caller.folder)
    pictures.saved(pictures.quarters((640, 480)), copy / "shoe.jpg")
    here = caller._replace(folder=copy)
    called = here.shell(block, **uv)
    assert called.code == 0, called.err
    if "generate.py" in block:
        assert "[image-gen] OK" in called.out
        assert len(here.requests()) == 1
    else:
        assert not here.requests()


def test_setting_up_twice_installs_once(caller: Caller, uv: dict[str, str], tmp_path: Path) -> None:
    tools = {"UV_TOOL_DIR": str(tmp_path / "tools"), "UV_TOOL_BIN_DIR": str(tmp_path / "bin")}
    # uv may live in the very folder that is left out below, so that its limner is not found.
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "uv").symlink_to(str(shutil.which("uv", path=uv["PATH"])))
    path = uv["PATH"].replace(str(BIN), str(tmp_path / "bin"))
    settings = {**uv, **tools, "PATH": path}
    script = f"sh {SKILL}/scripts/setup.sh"
    planned = caller.shell(f"{script} --dry-run", **settings)
    assert "+ uv tool install" in planned.out
    assert not (tmp_path / "bin" / "limner").exists()
    first, second = caller.shell(script, **settings), caller.shell(script, **settings)
    assert (first.code, second.code) == (0, 0), first.err
    assert f"limner=={__version__}" in first.out
    assert "already there" in second.out
    assert "+" not in second.out
    assert caller.shell("limner --version", **settings).out == f"limner {__version__}\n"


def test_setting_up_where_limner_is_importable_changes_nothing(caller: Caller) -> None:
    called = caller.shell(f"sh {SKILL}/scripts/setup.sh")
    assert called.code == 0
    assert "already there" in called.out
    assert not caller.files()


def test_setting_up_does_not_know_other_flags(caller: Caller) -> None:
    assert caller.shell(f"sh {SKILL}/scripts/setup.sh --force").code == 2


def test_the_script_and_its_setup_pin_this_limner() -> None:
    text = (SKILL / "scripts" / "generate.py").read_text("utf-8")
    found = re.search(r"^# /// script\n(.*?)^# ///$", text, re.MULTILINE | re.DOTALL)
    assert found
    told = tomllib.loads(
        "".join(line.removeprefix("# ") for line in found.group(1).splitlines(keepends=True))
    )
    assert told == {"requires-python": ">=3.11", "dependencies": [f"limner=={__version__}"]}
    assert f'version="{__version__}"\n' in (SKILL / "scripts" / "setup.sh").read_text("utf-8")
    assert f"package: limner=={__version__}\n" in header()


def test_the_header_is_what_every_installer_takes() -> None:
    fields = re.findall(r"^([a-z-]+):", header(), re.MULTILINE)
    assert set(fields) <= ALLOWED
    assert f"name: {SKILL.name}\n" in header()
    assert "license: MIT-0\n" in header()
    assert "always" not in header()
    assert not re.search(r"requires:\n(?:\s+\w+:.*\n|\s+- .*\n)*?\s+env:", header())


def test_the_description_triggers_early_in_both_languages() -> None:
    told = description()
    assert len(told) <= 1024
    assert not set("<>") & set(told)
    for words in ("generate an image", "edit this image", "做一张图", "生成图片", "改这张图"):
        assert words in told[:160]
    assert "Not for" in told


def test_every_variable_the_gateway_knows_is_declared_as_optional() -> None:
    declared = re.findall(r"- name: (\w+)\n\s+required: (\w+)", header())
    assert {required for _, required in declared} == {"false"}
    known = {pair[name] for pair in FACTS["credentials"] for name in ("key", "base") if name in pair}
    assert known <= {name for name, _ in declared}


def test_every_key_file_is_named() -> None:
    files = {pair["file"] for pair in FACTS["credentials"] if "file" in pair}
    assert all(f"`{file}`" in body() for file in files)


def test_the_page_is_short_and_links_no_deeper_than_one_level() -> None:
    assert len(body().splitlines()) < 200
    for page in PAGES:
        for link in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
            assert (SKILL / link).is_file()
            assert page.name == "SKILL.md"


def test_the_folder_has_no_network_code_and_reads_no_key() -> None:
    scripts = "".join(path.read_text("utf-8") for path in (SKILL / "scripts").iterdir() if path.is_file())
    for word in (
        "base64",
        "requests",
        "urllib",
        "http",
        "socket",
        "os.environ",
        "subprocess",
        "curl",
        "_KEY",
    ):
        assert word not in scripts
    assert not re.search(r"sk-\w", "".join(page.read_text("utf-8") for page in PAGES))


@pytest.mark.parametrize("page", ["SKILL.md", "references/model-selection.md"])
def test_models_are_advised_for_what_the_catalogue_says_they_are_good_at(page: str) -> None:
    text = (SKILL / page).read_text("utf-8")
    advice = re.findall(r"^\| ([a-zA-Z ,:-]+) \| `([\w.-]+)`(?: \(default\))? \|", text, re.MULTILINE)
    with Client() as client:
        known = {model.id: model for model in client.models("omnimaas")}
    advised = {use for uses, _ in advice for use in uses.partition(":")[0].casefold().split(", ")}
    assert advised >= {"photorealism", "image-to-image", "text in the picture", "chinese text in the picture"}
    for uses, model in advice:
        assert set(uses.partition(":")[0].casefold().split(", ")) <= set(known[model].uses)


def test_numbers_in_the_pages_are_those_of_the_facts() -> None:
    whole = "\n".join(page.read_text("utf-8") for page in PAGES)
    limits, images = FACTS["limits"], FACTS["families"]["images"]
    assert set(re.findall(r"([\d,]+) characters", whole)) == {f"{limits['prompt_characters']:,}"}
    assert f"at most {limits['reference_side']} px" in whole
    assert f"at most {limits['reference_bytes'] // 1_000_000} MB" in whole
    assert set(re.findall(r"up to (\d+)(?: pictures|;|, | \|| references)", whole, re.IGNORECASE)) <= {
        str(images["max_references"])
    }
    dalle = next(row for row in FACTS["models"] if row["id"] == "dall-e-3")
    for ratios, size, other in re.findall(
        r"^\| ([\d:, ]+) \| (\d+x\d+) \| (\d+x\d+) \|", whole, re.MULTILINE
    ):
        for ratio in ratios.split(", "):
            assert images["size_for_ratio"][ratio] == size
            assert dalle["size_for_ratio"][ratio] == other


def test_keys_and_addresses_stand_in_the_order_in_which_they_are_tried() -> None:
    page = (SKILL / "references" / "parameter-spec.md").read_text("utf-8")
    rows = re.findall(r"^\| (.*?) \| `(\w+_BASE_URL)`(.*?) \|$", page, re.MULTILINE)
    assert len(rows) == len(FACTS["credentials"])
    for (key, base, default), pair in zip(rows, FACTS["credentials"], strict=True):
        assert (pair.get("key") or pair.get("file") or "limner setup") in key
        assert base == pair["base"]
        assert (FACTS["gateway"]["base_url"] in default) == bool(pair.get("default_base"))


def test_the_trigger_questions_cover_both_languages_and_near_misses() -> None:
    told = json.loads((SKILL / "evals" / "evals.json").read_text("utf-8"))
    assert told["skill_name"] == SKILL.name
    for wanted in (True, False):
        queries = [one["query"] for one in told["triggers"] if one["should_trigger"] is wanted]
        assert len(queries) == 4
        assert any(query.isascii() for query in queries)
        assert any(not query.isascii() for query in queries)
