"""Every page exists in English and in Chinese, and the two have the same parts and the same commands."""

import re
from itertools import zip_longest
from pathlib import Path

import pytest

from .pages import KINDS, Example, examples, is_chinese, name, pages, twin

_BLOCK = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_TOKEN = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|[^\s\"']+")
_CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_PARTS = {
    "headings": re.compile(r"^(#+) ", re.MULTILINE),
    "rows of tables": re.compile(r"^(\|)", re.MULTILINE),
    "items of lists": re.compile(r"^(- |\d+\. )", re.MULTILINE),
    "pages made from the project's files": re.compile(r"^(<!-- \w+ -->|:::.*)$", re.MULTILINE),
}
ENGLISH = [page for page in pages() if not is_chinese(page)]


def test_no_chinese_page_is_without_its_english_one() -> None:
    assert {name(page) for page in pages() if is_chinese(page)} == {name(twin(page)) for page in ENGLISH}


@pytest.mark.parametrize("page", ENGLISH, ids=name)
def test_a_page_has_a_chinese_twin_with_the_same_parts(page: Path) -> None:
    other = twin(page)
    assert other.exists(), f"{name(page)} has no Chinese twin: write {name(other)} and put it into mkdocs.yml"
    for what, pattern in _PARTS.items():
        here, there = (pattern.findall(_BLOCK.sub("", one.read_text("utf-8"))) for one in (page, other))
        assert here == there, f"{name(page)} and {name(other)} differ in their {what}: change both"
    drawn, redrawn = (_drawings(one) for one in (page, other))
    assert drawn == redrawn, (
        f"{name(page)} and {name(other)} differ in a block that is no example: change both"
    )


@pytest.mark.parametrize("page", ENGLISH, ids=name)
def test_a_page_and_its_twin_have_the_same_commands(page: Path) -> None:
    for here, there in zip_longest(examples(page), examples(twin(page))):
        assert here, f"{there.page}:{there.line} is in no example of {name(page)}"
        assert there, f"{here.page}:{here.line} is missing in {name(twin(page))}"
        told = f"{here.page}:{here.line} and {there.page}:{there.line} differ: change both"
        assert (here.kind, here.said) == (there.kind, there.said), told
        for mine, other in zip_longest(_tokens(here), _tokens(there), fillvalue=""):
            assert mine == other or _CHINESE.search(other) or other == '"zh"', f"{told}: {mine!r}, {other!r}"


def test_a_chinese_page_leads_to_chinese_pages() -> None:
    for page in map(twin, ENGLISH):
        away = re.findall(r"\]\((?:\.\./|docs/)([\w-]+\.md)", page.read_text("utf-8"))
        # The first page names the English start for whoever landed there by mistake.
        assert away == (["start.md"] if page.name == "index.md" else []), name(page)


def _drawings(page: Path) -> list[str]:
    """Blocks that are no examples, such as a plan of floors."""
    blocks = _BLOCK.findall(page.read_text("utf-8"))
    return [one for one in blocks if not one.startswith(tuple(f"```{kind}" for kind in KINDS))]


def _tokens(example: Example) -> list[str]:
    """What is typed: no comments, of a terminal's screen only the commands, of an answer only its fields."""
    body = example.typed
    if example.kind == "json":
        return re.findall(r'"(\w+)":', body)
    if example.kind == "console":
        body = "\n".join(re.findall(r"^\$ (.*(?:\\\n.*)?)", body, re.MULTILINE))
    return _TOKEN.findall(body)
