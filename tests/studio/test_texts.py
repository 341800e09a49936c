"""Everything the studio says is there in both languages, is used, and survives hostile facts."""

import re
from pathlib import Path
from string import Formatter

import pytest

from limner import messages, studio
from limner.approval import By
from limner.messages import en_studio, zh_studio

FOLDER = Path(studio.__file__).parent
TEXTS = {"en": en_studio.TEXTS, "zh": zh_studio.TEXTS}
# Keys that are put together from what the ledger says.
FAMILIES = (
    "nav_",
    "by_",
    "state_",
    "said_",
    "attempt_",
    "limit_",
    "other_",
    "cli_",
    "made_",
    "led_",
    "problem_",
    "remembered_",
)


def written() -> str:
    files = [*FOLDER.rglob("*.py"), *FOLDER.rglob("*.html")]
    return "\n".join(file.read_text("utf-8") for file in files)


def test_every_key_that_is_used_has_a_text_and_every_text_is_used() -> None:
    source = written()
    used = set(re.findall(r"""\bt\(\s*["']([a-z_0-9]+)["']""", source))
    used |= set(re.findall(r"""studio_text\(\s*["']([a-z_0-9]+)["']""", source))
    known = set(TEXTS["en"])
    assert sorted(one for one in used - known if not one.endswith("_")) == []
    idle = {one for one in known - used if not one.startswith(FAMILIES)}
    assert sorted(idle) == []


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same() -> None:
    assert list(TEXTS["en"]) == list(TEXTS["zh"])
    assert [key for key, text in TEXTS["en"].items() if facts(text) != facts(TEXTS["zh"][key])] == []


def test_every_way_to_say_yes_has_its_words() -> None:
    for by in By.__args__:  # type: ignore[attr-defined]
        assert f"by_{by.replace('-', '_')}" in TEXTS["en"]


@pytest.mark.parametrize("language", TEXTS)
def test_hostile_facts_stay_harmless(language: str) -> None:
    for key, text in TEXTS[language].items():
        told = messages.studio_text(key, language, dict.fromkeys(facts(text), "{x}\x1b[2J\u202e\n"))
        assert not {"\x1b", "\u202e"} & set(told)
