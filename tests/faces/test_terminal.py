"""Progress and pictures at terminals of every kind and width, and where there is none."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from crash.stage import Stage
from limner.cli.columns import width

from .screen import KITTY, LIMNER, SEQUENCES, SIXEL, Kind, Screen, screen

SLOW = "a tower [[slow:1.5]]"


def _quoted(stage: Stage, wish: str = SLOW) -> str:
    told = stage.told(
        "quotes", json.dumps([{"request": wish, "gateway": "omnimaas", "model": "gpt-image-2"}])
    )
    return str(told[0]["id"])


def _run(stage: Stage, *more: str, wish: str = SLOW) -> tuple[str, ...]:
    quote = _quoted(stage, wish)
    return ("run", quote, "--approve", quote, *more)


def _tidy(shown: Screen, columns: int) -> None:
    """No line that moves ever reached the last column, and nothing of it is left."""
    assert shown.drawn()
    assert all(width(line) < columns for line in shown.drawn()), max(shown.drawn(), key=width)
    assert not re.search("[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏━╌]", shown.text), shown.text
    assert "\x1b[?25l" not in shown.raw


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        (Kind(columns=220), "waiting for OmniMaaS ╌"),
        (Kind(columns=80), "waiting for OmniMaaS ╌"),
        (Kind(columns=40), "0 s, usually"),
        (Kind(columns=16), "0 %"),
        (Kind("screen"), "waiting for OmniMaaS"),
        (Kind("tmux-256color", columns=40), "0 s, usually"),
    ],
)
def test_the_line_that_moves_fits_the_terminal_and_leaves_nothing(
    stage: Stage, kind: Kind, seen: str
) -> None:
    with screen(kind, stage.environment, stage.folder, *_run(stage)) as shown:
        assert shown.end() == 0
    _tidy(shown, kind.columns)
    assert seen in shown.drawn()[0], shown.drawn()[0]
    assert "1 of 1 saved" in " ".join(shown.text.split())
    assert shown.text.rstrip().endswith((".png", ".jpg"))


def test_a_terminal_that_is_made_narrower_and_wider_meanwhile_is_never_overrun(stage: Stage) -> None:
    command = _run(stage, wish="a tower [[slow:3]]")
    with screen(Kind(columns=120), stage.environment, stage.folder, *command) as shown:
        shown.until("waiting for OmniMaaS")
        shown.resize(36)
        shown.until(" 1 s, usually")
        small = [line for line in shown.drawn() if " 1 s, usually" in line]
        shown.resize(120)
        assert shown.end() == 0
    assert small
    assert all(width(line) < 36 for line in small)
    assert any(width(line) > 60 for line in shown.drawn() if " 2 s, usually" in line)
    _tidy(shown, 120)


def test_chinese_takes_two_columns_a_letter_and_still_fits(stage: Stage) -> None:
    command = _run(stage, "--lang", "zh")
    with screen(Kind(columns=40), stage.environment, stage.folder, *command) as shown:
        assert shown.end() == 0
    _tidy(shown, 40)
    assert "秒" in shown.drawn()[0]


def test_a_dumb_terminal_gets_whole_lines_and_no_sequence(stage: Stage) -> None:
    with screen(Kind("dumb"), stage.environment, stage.folder, *_run(stage)) as shown:
        assert shown.end() == 0
    assert "\x1b" not in shown.raw
    assert "\r" not in shown.raw.replace("\r\n", "")
    assert shown.text.startswith("waiting for OmniMaaS · 0 s, usually")


def test_a_pipe_gets_one_line_at_the_start_and_with_json_none(stage: Stage) -> None:
    def piped(*more: str) -> "subprocess.CompletedProcess[str]":
        command = [LIMNER, *_run(stage, *more)]
        place = {"env": stage.environment, "cwd": stage.folder}
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, **place)  # type: ignore[call-overload,no-any-return]

    told = piped()
    assert [line.partition(" ")[0] for line in told.stderr.splitlines()] == ["waiting", "Done:"]
    assert "\x1b" not in told.stderr + told.stdout
    assert Path(told.stdout.strip()).is_file()
    assert piped("--json").stderr == ""
    assert piped("-q").stderr == ""


def test_without_colours_the_line_moves_all_the_same(stage: Stage) -> None:
    plain = {**stage.environment, "NO_COLOR": "1", "LIMNER_PREVIEW": "on"}
    with screen(Kind(), plain, stage.folder, *_run(stage)) as shown:
        assert shown.end() == 0
    assert len(shown.drawn()) > 2
    assert not re.search(r"\x1b\[[0-9;]*m|\x1b[_P]", shown.raw)


@pytest.mark.parametrize(
    ("kind", "drawn"),
    [
        (SIXEL, r"\x1bP[0-9;]*q"),
        (KITTY, r"\x1b_G(?=[^\x1b]*a=[tTp])(?![^\x1b]*a=q)"),
        (Kind(), "▀.*▀"),
        (Kind("tmux-256color"), "▀.*▀"),
        (Kind("screen-256color", columns=40), "▀.*▀"),
    ],
)
def test_the_picture_is_shown_in_the_best_way_the_terminal_has(stage: Stage, kind: Kind, drawn: str) -> None:
    shows = {**stage.environment, "LIMNER_PREVIEW": "on"}
    with screen(kind, shows, stage.folder, *_run(stage, wish="a tower")) as shown:
        assert shown.end() == 0
    assert re.search(drawn, shown.raw), shown.raw[-3_000:]
    assert "Traceback" not in shown.raw
    assert "Failed" not in shown.raw
    if kind.term.startswith(("tmux", "screen")):
        assert "\x1b_" not in shown.raw, "it would become the title of the window"
    for line in shown.raw.split("\r\n"):
        if "▀" in line:
            assert width(SEQUENCES.sub("", line)) <= min(56, kind.columns)


def test_a_terminal_that_cannot_be_asked_shows_no_picture_and_nothing_fails(stage: Stage) -> None:
    shows = {**stage.environment, "LIMNER_PREVIEW": "on"}
    nothing = os.open(os.devnull, os.O_RDONLY)
    command = _run(stage, wish="a tower")
    try:
        with screen(Kind(), shows, stage.folder, *command, stdin=nothing) as shown:
            assert shown.end() == 0
    finally:
        os.close(nothing)
    assert "▀" not in shown.raw
    assert "1 of 1 saved" in shown.text
