"""Every example of every page is run as it stands there, with play money, and prints what the page shows."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .pages import ROOT, elsewhere, examples, is_chinese, name, pages, twin
from .reader import Reader


@pytest.fixture
def reader(sandbox: str, tmp_path: Path, page: Path) -> Iterator[Reader]:
    one = Reader(tmp_path, sandbox, is_chinese(page))
    yield one
    one.leave()


@pytest.mark.parametrize("page", pages(), ids=name)
def test_every_example_of_a_page_does_what_the_page_says(page: Path, reader: Reader) -> None:
    test = elsewhere(page)
    if test is not None:
        assert page.name in (ROOT / test).read_text("utf-8")
        return
    if is_chinese(page) and [one.typed for one in examples(page)] == [
        one.typed for one in examples(twin(page))
    ]:
        return  # typed and shown letter for letter as on the English page, which is run
    for example in examples(page):
        reader.follow(example)
