"""The site as a whole: no page lost, no picture missing or heavy, every public name described."""

import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest

import limner
from limner.errors import LimnerError

from .pages import ROOT, examples, name, pages
from .reader import look_up_words

DOCS = ROOT / "docs"
HEAVIEST = 150_000
NAV = (ROOT / "mkdocs.yml").read_text("utf-8").partition("\nnav:\n")[2]


def test_every_page_can_be_found_from_the_menu() -> None:
    there = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")}
    assert sorted(re.findall(r": (\S+\.md)$", NAV, re.MULTILINE)) == sorted(there)


def test_every_picture_is_shown_somewhere_and_light() -> None:
    shown = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in pages()
        for link in re.findall(r"\]\(([^)\s]*images/[^)\s]+)\)", page.read_text("utf-8"))
    }
    pictures = {picture.resolve() for picture in (DOCS / "images").iterdir()}
    assert shown == pictures
    assert all(picture.stat().st_size < HEAVIEST for picture in pictures)


def test_no_picture_of_a_terminal_fetches_anything() -> None:
    for picture in (DOCS / "images").glob("*.svg"):
        text = picture.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|url\(|<script|<image|@import", text), picture


def test_every_public_name_is_described() -> None:
    page = (DOCS / "python.md").read_text("utf-8")
    described = set(re.findall(r"^::: limner\.\w+\.(\w+)$", page, re.MULTILINE))
    assert set(limner.__all__) - {"__version__"} <= described


@pytest.mark.parametrize("page", pages(), ids=name)
def test_what_is_not_run_says_why(page: Path) -> None:
    for example in examples(page):
        if not example.is_run:
            assert re.match(r"not run, because \w+", example.said), example


def test_commands_that_are_named_in_passing_exist() -> None:
    for page in pages():
        for words in re.findall(r"`limner ([a-z][^`=]*)`", page.read_text("utf-8")):
            look_up_words(words.split(), name(page))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_tables_made_from_files_are_in_words_of_their_language(lang: str) -> None:
    made = runpy.run_path(str(DOCS / "hooks.py"))
    for table in ("gateways", "faults", "outcomes", "wire"):
        text = made[table](lang)
        assert "{'" not in text and "None" not in text
        assert lang == "en" or re.search(r"^\| [^|]*[\u4e00-\u9fff]", text, re.MULTILINE)


@pytest.mark.parametrize("folder", [DOCS, DOCS / "zh"], ids=name)
def test_every_exit_code_is_in_the_table(folder: Path) -> None:
    page = (folder / "command-line.md").read_text("utf-8")
    codes = {kind.exit_code: kind.code for kind in _kinds(LimnerError)}
    rows = {int(code): words for code, words in re.findall(r"^\| (\d+) \| (.*)$", page, re.MULTILINE)}
    for code, word in codes.items():
        assert f"`{word}`" in rows[code]


def _kinds(kind: type[LimnerError]) -> Iterator[type[LimnerError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _kinds(one)
