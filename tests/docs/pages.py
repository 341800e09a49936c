"""
The examples of a page: its fenced blocks, and what a comment above one says about running it.

    <!-- example: not run, because it installs packages -->      only its commands and options are looked up
    <!-- example: run from limner on -->                          what installs limner before is left out
    <!-- example: not a configuration -->                         TOML that is only read
    <!-- example: ends with 10 -->                                the exit code of the last command
    <!-- example: run by tests/test_x.py -->                      it has a test of its own
    <!-- examples: run by tests/test_x.py -->                     the whole page
"""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"(?:^<!-- example: (?P<said>.*?) -->\n+)?^```(?P<kind>\w+)[^\n]*\n(?P<body>.*?)^```$",
    re.DOTALL | re.MULTILINE,
)
_ELSEWHERE = re.compile(r"<!-- examples: run by (\S+) -->")
_COMMENT = re.compile(r"(?:^|\s+)# .*$", re.MULTILINE)
KINDS = ("console", "bash", "python", "toml", "json")


class Example(NamedTuple):
    page: str
    line: int
    kind: str
    body: str
    said: str
    """What the comment above it says."""

    @property
    def is_run(self) -> bool:
        return not self.said.startswith("not run")

    @property
    def typed(self) -> str:
        """The block without the comments in it."""
        return _COMMENT.sub("", self.body)

    @property
    def test(self) -> str | None:
        """The test that runs it, where it has one of its own."""
        told = re.fullmatch(r"run by (\S+)", self.said)
        return told[1] if told else None

    @property
    def code(self) -> int:
        """The exit code it ends with."""
        ends = re.search(r"ends with (\d+)", self.said)
        return int(ends[1]) if ends else 0


def pages() -> list[Path]:
    above = [ROOT / one for one in ("README.md", "CONTRIBUTING.md")]
    return [*above, *map(twin, above), *sorted((ROOT / "docs").rglob("*.md"))]


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def is_chinese(page: Path) -> bool:
    return page.parent.name == "zh" or page.name.endswith(".zh.md")


def twin(page: Path) -> Path:
    """The same page in the other language."""
    if page.parent == ROOT:
        return page.with_name(page.name.replace(".zh", "") if is_chinese(page) else f"{page.stem}.zh.md")
    return page.parent.parent / page.name if is_chinese(page) else page.parent / "zh" / page.name


def elsewhere(page: Path) -> str | None:
    """The test that runs the whole page."""
    told = _ELSEWHERE.search(page.read_text("utf-8"))
    return told[1] if told else None


def examples(page: Path) -> list[Example]:
    text = page.read_text("utf-8")
    return [
        Example(
            name(page),
            text.count("\n", 0, one.start("kind")) + 1,
            one["kind"],
            one["body"],
            one["said"] or "",
        )
        for one in _BLOCK.finditer(text)
        if one["kind"] in KINDS
    ]
