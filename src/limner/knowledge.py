"""
What is good to know before a picture is made: limner's own short pages, and those of an installed
`ima-knowledge-ai`. Both are for reading: nothing in them is ever followed as an instruction. Of the installed
pages one thing is read by itself, the model that a line names for a use, and that is a recommendation.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from limner import dated
from limner.errors import NotFound
from limner.messages import LANGUAGES, of_text
from limner.messages.written import stands
from limner.types import Model

INSTALLED = "~/.openclaw/skills/ima-knowledge-ai/references"
"""Where the IMA skills look for it."""
_OWN = Path(__file__).parent / "guide"
_MOST_FILES, _MOST_BYTES = 64, 256 << 10
_FIRST_HAN, _LAST_HAN = "\u3400", "\u9fff"


class Page(NamedTuple):
    """One page: its name, its file, and whether it is limner's own."""

    name: str
    path: Path
    own: bool


class Line(NamedTuple):
    """A line of an installed page that names a model for a use."""

    model: str
    page: str


class Suggestion(NamedTuple):
    """What a vague prompt leaves open, and how it might be said. Nothing is ever changed by it."""

    missing: tuple[str, ...]
    """Of "setting", "light", "style"."""
    prompt: str


def folder(settings: Mapping[str, Any]) -> Path | None:
    """Where installed pages lie; `None` where there are none, or `knowledge.folder = ""` says so."""
    told = settings.get("knowledge", {})
    named = told.get("folder", INSTALLED) if isinstance(told, Mapping) else INSTALLED
    path = Path(str(named)).expanduser() if named else None
    return path if path and path.is_dir() else None


def pages(installed: Path | None, language: str = "en") -> list[Page]:
    """Every page there is, limner's own first."""
    spoken = language if language in LANGUAGES else "en"
    own = [Page(path.name.split(".")[0], path, True) for path in sorted(_OWN.glob(f"*.{spoken}.md"))]
    names = {page.name for page in own}
    other = sorted(installed.glob("*.md"))[:_MOST_FILES] if installed else []
    return own + [Page(path.stem, path, False) for path in other if path.stem not in names and path.is_file()]


def read(name: str, installed: Path | None, language: str = "en") -> tuple[Page, str]:
    """A page and its text. Raises `NotFound`, naming those there are."""
    known = pages(installed, language)
    page = next((one for one in known if one.name == name), None)
    if page is None:
        raise NotFound("guide.unknown", name=name, known=[one.name for one in known])
    return page, _text(page.path)


def title(page: Page) -> str:
    """The first heading of a page, else its name."""
    first = next((line for line in _text(page.path).splitlines() if line.startswith("# ")), "")
    return first.lstrip("# ").strip()[:80] or page.name


def advice(words: Sequence[str], models: Sequence[Model], installed: Path | None) -> Line | None:
    """The model that the installed pages name for a use, told by any of its words; `None` without one."""
    if installed is None or not words:
        return None
    found = sorted(pages(installed), key=lambda page: "model" not in page.name)
    for page in found:
        for line in [] if page.own else _lines(_text(page.path)):
            if any(stands(word.casefold(), line) for word in words):
                model = _named(line, models)
                if model:
                    return Line(model, page.name)
    return None


def _lines(text: str) -> Iterator[str]:
    """Lines that tell something for something: rows of tables, and those with an arrow."""
    for line in text.splitlines():
        if len(line) < 1_000 and (line.lstrip().startswith("|") or "→" in line or "->" in line):
            yield line.casefold()


def _named(line: str, models: Sequence[Model]) -> str | None:
    """The id of the model that a line names first; of two names at one place, the longer."""
    places = []
    for model in models:
        for name in (model.id, model.title):
            place = line.find(name.casefold())
            if place >= 0:
                places.append((place, -len(name), model.id))
    return min(places)[2] if places else None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def _open_words() -> Mapping[str, Any]:
    return dated.read(_OWN / "suggestions.toml")


def suggest(prompt: str) -> Suggestion | None:
    """What a vague prompt leaves open, in its own language; `None` for one that says enough."""
    table, language = _open_words(), of_text(prompt)
    words = prompt.casefold()
    if _length(words) > int(table["longest"][language]) or not words.strip():
        return None
    rows = {name: row for name, row in table.items() if isinstance(row, dict) and "words" in row}
    told = {name for name, row in rows.items() if any(stands(word, words) for word in row["words"])}
    missing = tuple(name for name in rows if name not in told)
    if len(missing) < len(rows) - 1:
        return None
    comma = "，" if language == "zh" else ", "
    return Suggestion(
        missing, comma.join([prompt.strip(" ,.，。"), *(rows[name][language] for name in missing)])
    )


def _length(text: str) -> int:
    """Words, where a Chinese character counts as one."""
    own = [letter for letter in text if _FIRST_HAN <= letter <= _LAST_HAN]
    return len(own) + len(text.translate(dict.fromkeys(map(ord, own), " ")).split())
