"""Everything a person may read is there, in every language, with the facts it needs."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

import limner
from limner import errors, messages
from limner.messages import en, zh

SOURCE = Path(limner.__file__).parent
# Every table of one language has its other in the other; some faces keep tables of their own.
PAIRS = sorted(path.stem.removeprefix("en") for path in (SOURCE / "messages").glob("en*.py"))
ALL = {
    language: [vars(import_module(f"limner.messages.{language}{pair}"))["TEXTS"] for pair in PAIRS]
    for language in messages.LANGUAGES
}
KNOWN = {key for table in ALL["en"] for key in table}
TABLES = {"en": en.TEXTS, "zh": zh.TEXTS}
ERRORS = {name for name in vars(errors) if isinstance(vars(errors)[name], type)} - {
    "Any",
    "ClassVar",
    "Money",
}
CALLS = {*ERRORS, "Adjustment", "sentence", "_lost", "_text", "text", "say"}
KEY = re.compile(r"^[a-z]+(\.[a-z]+(_[a-z]+)*)+$")
FAMILIES = {key.partition(".")[0] for key in en.TEXTS if "." in key}


def modules() -> list[Path]:
    rooms = [(path, path.relative_to(SOURCE).parts[0]) for path in SOURCE.rglob("*.py")]
    return [path for path, room in rooms if room not in {"sandbox", "messages"}]


def texts(node: ast.AST) -> Iterator[str]:
    """The texts an expression may come to: itself, or either side of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


def used(path: Path) -> set[str]:
    """Every key that a module raises, adjusts or says, and every text that looks like one of the family."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in CALLS:
                found.update(text for text in texts(node.args[0]) if KEY.match(text))
        for text in texts(node):
            if KEY.match(text) and text.partition(".")[0] in FAMILIES:
                found.add(text)
    files = (".py", ".toml", ".json", ".md", ".sqlite", ".sql", ".txt", ".html")
    return {key for key in found if not key.endswith(files)}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_key_that_is_used_has_a_text(path: Path) -> None:
    assert sorted(key for key in used(path) if key not in KNOWN) == []


def test_keys_are_found_where_they_are_used() -> None:
    found = set().union(*(used(path) for path in modules()))
    assert {"prompt.empty", "adjusted.sends", "gateway.broke_off", "model.unknown_near"} <= found


def facts_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("place", range(len(PAIRS)), ids=[pair or "_main" for pair in PAIRS])
def test_english_and_chinese_have_the_same_keys_and_facts(place: int) -> None:
    english, chinese = (ALL[language][place] for language in ("en", "zh"))
    assert sorted(set(english) - set(chinese)) == []
    assert sorted(set(chinese) - set(english)) == []
    assert [key for key in english if facts_of(english[key]) != facts_of(chinese[key])] == []


@pytest.mark.parametrize("language", TABLES)
def test_no_text_breaks_on_missing_or_hostile_facts(language: str) -> None:
    hostile = "{}{0}{x}%s\x1b[2J\u202e\n\x00" + "y" * 2_000
    for key, text in TABLES[language].items():
        names = facts_of(text)
        told = messages.sentence(key, language, dict.fromkeys(names, hostile))
        assert "\x1b" not in told
        assert "\u202e" not in told
        assert "\x00" not in told
        assert messages.sentence(key, language)


def test_an_unknown_key_reads_as_something_unexpected() -> None:
    assert messages.sentence("no.such_key", "en") == en.TEXTS["unexpected"]
    assert messages.sentence("prompt.empty", "tlh") == en.TEXTS["prompt.empty"]
    assert (messages.has("prompt.empty"), messages.has("no.such_key")) == (True, False)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("a lighthouse at dusk", "en"),
        ("黄昏的灯塔", "zh"),
        ("画一只 cat", "zh"),
        ("a poster that says 你好 in red letters on white paper", "en"),
        ("", "en"),
        ("12345", "en"),
    ],
)
def test_a_language_is_told_from_a_text(text: str, language: str) -> None:
    assert messages.of_text(text) == language


def test_an_error_reads_as_its_english_sentence() -> None:
    assert str(errors.Usage("prompt.empty")) == en.TEXTS["prompt.empty"]
    assert str(errors.Usage("n.out_of_range", n=5, limit=3)).startswith("5 pictures")


def kinds() -> list[type[errors.LimnerError]]:
    found, queue = [], [errors.LimnerError]
    while queue:
        kind = queue.pop()
        found.append(kind)
        queue += kind.__subclasses__()
    return found


def test_every_kind_of_error_says_whether_it_was_charged_and_what_to_exit_with() -> None:
    for kind in kinds():
        assert kind.charged in {"no", "unknown"}
        assert 1 <= kind.exit_code <= 15
        assert kind.code
    unknown = {kind.__name__ for kind in kinds() if kind.charged == "unknown"}
    assert unknown == {"NoAnswer", "NoPicture", "Unrecorded"}
