"""Pages to read, and a way to say more: offered, never followed and never applied."""

from pathlib import Path

import pytest

from limner import knowledge
from limner.errors import NotFound
from limner.messages import LANGUAGES


def test_every_page_of_ours_is_there_in_every_language() -> None:
    names = {language: [page.name for page in knowledge.pages(None, language)] for language in LANGUAGES}
    assert names["en"] == names["zh"] == ["consistency", "models", "parameters", "prompts"]
    for language in LANGUAGES:
        for name in names[language]:
            page, text = knowledge.read(name, None, language)
            assert page.own
            assert knowledge.title(page)
            assert len(text.splitlines()) < 40


def test_installed_pages_stand_beside_ours(tmp_path: Path) -> None:
    (tmp_path / "visual-consistency.md").write_bytes(b"# Keep it\n\xff\x1b[2J")
    (tmp_path / "models.md").write_text("# not ours", "utf-8")
    pages = {page.name: page.own for page in knowledge.pages(tmp_path)}
    assert pages["visual-consistency"] is False
    assert pages["models"] is True, "a page of ours is not replaced"
    assert knowledge.read("visual-consistency", tmp_path)[1].startswith("# Keep it")
    with pytest.raises(NotFound) as caught:
        knowledge.read("../secrets", tmp_path)
    assert "visual-consistency" in caught.value.facts["known"]


@pytest.mark.parametrize(
    ("settings", "there"), [({}, False), ({"knowledge": {"folder": ""}}, False), ({"knowledge": 3}, False)]
)
def test_without_installed_pages_there_is_no_folder(settings: dict[str, object], there: bool) -> None:
    assert (knowledge.folder(settings) is not None) is there


@pytest.mark.parametrize(
    ("prompt", "missing"),
    [
        ("a cat", ("setting", "light", "style")),
        ("一只猫", ("setting", "light", "style")),
        ("a cat on a sofa", ("light", "style")),
        ("a photo of a cat", ("setting", "light")),
        ("a cat in morning light", None),
        ("a logo", None),
        ("a red mug on an oak table by a window, low sun", None),
        ("窗边橡木桌上的红色搪瓷杯，左侧晨光，照片", None),
        ("", None),
    ],
)
def test_a_vague_prompt_is_told_what_it_leaves_open(prompt: str, missing: tuple[str, ...] | None) -> None:
    found = knowledge.suggest(prompt)
    assert (found.missing if found else None) == missing
    if found:
        assert found.prompt.startswith(prompt)
        assert knowledge.suggest(found.prompt) is None, "once taken, nothing more is asked"
