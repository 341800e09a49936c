"""
Makes the terminal pictures of the pages from a real run at a real terminal, with play money.

    uv run --all-extras python -m docs.recording

`images/terminal.svg` and its like show what stands on the screen in the end, those in `-zh` in Chinese;
`terminal.cast` is the whole run with its times, for asciinema.
"""

import io
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text
from tests.docs.screen import drawn, tried

TARGET = Path(__file__).parent / "images"
COLUMNS = 80
PROMPT = "\x1b[32m$\x1b[0m "
_KEYSTROKE = 0.04
_PAUSE = 1.2


class Film(NamedTuple):
    name: str
    commands: tuple[str, ...]
    is_cast: bool = False


FILMS = (
    Film(
        "terminal",
        (
            'limner make "a lighthouse at dusk" --sandbox',
            "limner spend --by model --sandbox",
        ),
        is_cast=True,
    ),
    Film(
        "terminal-zh",
        (
            'limner make --sandbox --words "用香蕉Pro画黄昏的灯塔，油画，横图"',
            "limner spend --by model --sandbox",
        ),
        is_cast=True,
    ),
    Film(
        "terminal-lost",
        (
            'limner make "a red mug [[lost-after-charge]]" -m gpt-image-2 --sandbox',
            "limner recover --sandbox",
        ),
    ),
    Film(
        "terminal-lost-zh",
        (
            'limner make "红杯子 [[lost-after-charge]]" -m gpt-image-2 --sandbox',
            "limner recover --sandbox",
        ),
    ),
)
# A run of narrow letters, or one wide one.
_RUNS = re.compile(r"[\u0000-\u2e7f]+|.")
_WIDE, _HIGH, _SIDE, _TOP = 9.6, 20, 12, 40
_FONTS = (
    "ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', "
    "'Noto Sans CJK SC', monospace"
)


def shoot(film: Film, place: Path) -> None:
    folder = place / film.name
    folder.mkdir()
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(folder),
        "LIMNER_HOME": str(folder / ".limner"),
        "LIMNER_PREVIEW": "off",
        "LANG": "zh_CN.UTF-8" if film.name.endswith("-zh") else "C.UTF-8",
        "TERM": "xterm-256color",
    }
    # The sandbox is up before the camera runs.
    tried("limner gateways --sandbox", folder, environment)
    screen, events, now = "", [], 0.0
    for command in film.commands:
        events.append((now, PROMPT))
        for letter in f"{command}\n":
            now += _KEYSTROKE
            events.append((now, letter.replace("\n", "\r\n")))
        began = time.monotonic() - now
        _, seen = tried(
            command,
            folder,
            environment,
            columns=COLUMNS,
            heard=lambda block, began=began: events.append(
                (time.monotonic() - began, block.decode("utf-8", "ignore"))
            ),
        )
        now = events[-1][0] + _PAUSE
        screen += f"{PROMPT}{command}\n{drawn(seen, colours=True)}"
    screen = screen.replace(str(folder), "/home/you")
    (TARGET / f"{film.name}.svg").write_text(svg(screen), "utf-8")
    if film.is_cast:
        header = {"version": 2, "width": COLUMNS, "height": 24, "title": "limner"}
        lines = [
            header,
            *([round(at, 3), "o", told.replace(str(folder), "/home/you")] for at, told in events),
        ]
        text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
        (TARGET / f"{film.name}.cast").write_text(text, "utf-8")


def svg(screen: str) -> str:
    """
    The screen as a picture. rich has an export of its own, which fetches fonts from the network and sets
    Chinese too narrow: here every wide letter stands in its two cells.
    """
    console = Console(width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="256")
    lines = [row for line in screen.rstrip("\n").split("\n") for row in _rows(Text.from_ansi(line))]
    width, height = COLUMNS * _WIDE + 2 * _SIDE, _TOP + len(lines) * _HIGH + _SIDE
    dots = "".join(
        f'<circle cx="{20 + 18 * n}" cy="18" r="5.5" fill="{c}"/>'
        for n, c in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    words = "".join(_line(line, console, _TOP + 15 + row * _HIGH) for row, line in enumerate(lines))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" font-family="{_FONTS}"'
        ' font-size="16" fill="#d6d7d5"><rect width="100%" height="100%" rx="8" fill="#26272b"/>'
        f"{dots}{words}</svg>\n"
    )


def _rows(line: Text) -> list[Text]:
    """A line as the terminal breaks it: where its width ends."""
    cuts, cells = [], 0
    for place, letter in enumerate(line.plain):
        cells += cell_len(letter)
        if cells > COLUMNS:
            cuts.append(place)
            cells = cell_len(letter)
    return list(line.divide(cuts))


def _line(text: Text, console: Console, y: int) -> str:
    told, cell = "", 0
    for segment in text.render(console):
        style = segment.style or Style()
        looks = ' font-weight="bold"' if style.bold else ""
        looks += ' fill="#8b8d92"' if style.dim else ""
        if style.color:
            looks += f' fill="{style.color.get_truecolor(SVG_EXPORT_THEME).hex}"'
        for run in _RUNS.findall(segment.text):
            size = cell_len(run)
            if run.strip():
                told += (
                    f'<text x="{_SIDE + cell * _WIDE:.1f}" y="{y}" textLength="{size * _WIDE:.1f}"'
                    f' lengthAdjust="spacing" xml:space="preserve"{looks}>{escape(run)}</text>\n'
                )
            cell += size
    return told


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix="limner-recording-"))
    try:
        for film in FILMS:
            shoot(film, place)
    finally:
        for record in place.rglob("server.json"):
            os.kill(json.loads(record.read_bytes())["pid"], signal.SIGTERM)
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
