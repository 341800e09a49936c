"""What is said: in the language that was chosen, in plain words, without anything a terminal would act on."""

import re
import subprocess
from pathlib import Path

import pytest

from limner import cli, messages
from limner.cli.columns import width
from limner.messages import zh, zh_help

from . import make_completions
from .person import Person


@pytest.mark.parametrize("command", ["", *cli.COMMANDS])
@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_help_fits_a_screen_and_is_in_one_language(person: Person, command: str, language: str) -> None:
    words = (command, "--help") if command else ("--help",)
    ran = person.run("--lang", language, *words)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert len(lines) <= (80 if command else 50)
    # A command to copy is never broken.
    assert max(width(line) for line in lines if not line.startswith("  limner ")) <= 80
    if language == "zh":
        assert "usage:" not in ran.out
        assert "options" not in ran.out
        assert {"示例：", "用法："} <= {line[:3] for line in lines} or not command
        assert "退出码：" in ran.out
    else:
        assert not any("一" <= letter <= "鿿" for letter in ran.out)
        assert "limner" in ran.out
        assert re.search("^exit codes:", ran.out, re.IGNORECASE | re.MULTILINE)
    if command:
        assert re.search(rf"^  (.* \| )?limner {command}\b", ran.out, re.MULTILINE), "an example"


def test_help_can_be_asked_for_in_every_usual_way(person: Person) -> None:
    whole = person.run("--help").out
    assert person.run().out == person.run("-h").out == person.run("help").out == whole
    one = person.run("make", "--help").out
    assert person.run("make", "-h").out == person.run("help", "make").out == one
    assert person.run("make", "a mug", "--ratio", "odd", "--help").out == one
    assert re.fullmatch(r"limner \d+\.\d+\.\d+\n", person.run("--version").out)


def test_help_lists_every_command(person: Person) -> None:
    for language in messages.LANGUAGES:
        told = person.run("--lang", language, "--help").out
        assert set(cli.COMMANDS) <= set(re.findall(r"^  ([a-z]+) ", told, re.MULTILINE))


def test_the_language_of_the_help_may_be_said_before_or_after_it(person: Person) -> None:
    before = person.run("--lang", "zh", "--help").out
    assert person.run("--help", "--lang", "zh").out == before
    assert person.run("help", "--lang=zh").out == before


def test_the_language_is_the_chosen_one_else_that_of_the_prompt(person: Person) -> None:
    assert "good for" in person.run("quote", "a mug").err
    assert "有效期" in person.run("quote", "一只杯子").err
    assert "good for" in person.run("quote", "一只杯子", "--lang", "en").err
    assert "有效期" in person.run("quote", "a mug", "--lang", "zh").err
    assert "有效期" in person.run("quote", "a mug", LIMNER_LANG="zh").err
    assert "还没有任务。" in person.run("jobs", LANG="zh_CN.UTF-8").err


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_command_answers_in_the_chosen_language(person: Person, language: str) -> None:
    path = person.buy("x [[url]]", "--lang", language).out.strip()
    told = ""
    for words in (
        ("make", "x"),
        ("quote", "x", "--ref", path),
        ("jobs", "--state", "failed"),
        ("recover",),
        ("show", path),
        ("gateways",),
        ("spend",),
        ("doctor",),
        ("setup",),
        ("status", "j_none"),
        ("run", "q_none"),
        ("approve", "q_none"),
        ("models", "zzz"),
    ):
        ran = person.run(*words, "--lang", language)
        said = ran.out + ran.err
        assert any("一" <= letter <= "鿿" for letter in said) == (language == "zh"), said
        told += said
    assert "{" not in told
    assert "?" not in told.replace("[y/N]", "")


def test_numbers_of_one_are_said_as_one(person: Person) -> None:
    person.buy()
    assert "1 picture\n" in person.run("spend").out


HOSTILE = "mug\x1b[31m\x9b2J\u202e\u2066\x07\r\n\x00gone"
_ACTED_ON = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def test_nothing_that_a_terminal_acts_on_comes_through(person: Person) -> None:
    odd = HOSTILE.replace("\x00", "")
    (person.folder / "odd.txt").write_text(HOSTILE, "utf-8")
    reference = person.folder / "m\x1b[31m\u202eg.png"
    Path(person.buy().out.strip()).rename(reference)
    made = person.buy(odd)
    for words in (
        ("quote", "--prompt-file", "odd.txt"),
        ("quote", "a mug", "--ref", str(reference)),
        ("quote", "a mug", "--ref", str(reference) + "\x9b"),
        ("make", odd),
        ("make", "a mug", "-m", odd),
        ("make", "a mug", "--ratio", odd),
        ("make", "a mug", f"--{odd}"),
        (odd,),
        ("jobs",),
        ("jobs", "--json"),
        ("show", made.out.strip()),
        ("show", odd),
        ("status", odd),
        ("gateways", odd),
        ("gateways", "add", odd, "--url", odd),
        ("gateways", "add", "fine", "--url", odd),
    ):
        ran = person.run(*words)
        assert not _ACTED_ON.search(ran.out + ran.err), ran
        assert "Traceback" not in ran.err
        assert ran.code != 1, ran


def test_nothing_that_a_terminal_acts_on_comes_through_at_a_terminal(person: Person) -> None:
    with person.terminal("make", "red \x1b[2J\u202e\x9bmug", "-o", "m\x1b[2Jg\u202e.png") as terminal:
        terminal.until("[y/N]")
        terminal.type("y\n")
        assert terminal.end() == 0
    assert "\x1b[2J" not in terminal.raw
    assert "\u202e" not in terminal.raw
    assert "\x9b" not in terminal.raw
    assert "m[2Jg" in terminal.text


def test_no_color_means_no_colours(person: Person) -> None:
    for words, variables in ((("--no-color",), {}), ((), {"NO_COLOR": "1"})):
        with person.terminal("make", "a mug", *words, **variables) as terminal:
            terminal.until("[y/N]")
            terminal.type("n\n")
            assert terminal.end() == 14
        assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", terminal.raw)


def test_a_terminal_that_cannot_draw_gets_plain_lines(person: Person) -> None:
    with person.terminal("make", "a mug", TERM_PROGRAM=None, COLUMNS="80", NO_COLOR="1") as terminal:
        terminal.until("[y/N]")
        terminal.type("n\n")
        terminal.end()
    with person.terminal("make", "a mug", "-q") as terminal:
        terminal.until("[y/N]")
        terminal.type("n\n")
        assert terminal.end() == 14


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("prompt", ["a lighthouse at dusk, long exposure " * 5, "黄昏的灯塔，长曝光，" * 12])
def test_the_card_keeps_its_frame_at_every_width(person: Person, columns: int, prompt: str) -> None:
    with person.terminal("make", prompt, "--no-color", columns=columns) as terminal:
        terminal.until("[y/N]")
        terminal.type("n\n")
        terminal.end()
    drawn = [line for line in terminal.text.splitlines() if line[:1] in "╭│╰"]
    assert len(drawn) > 5
    assert len({width(line) for line in drawn}) == 1
    assert width(drawn[0]) <= columns


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_are_what_the_commands_are_today(person: Person, shell: str) -> None:
    """When this fails, run tests/cli/make_completions.py."""
    ran = person.run("completion", shell)
    assert ran.code == 0
    assert ran.out == make_completions.script(shell)


def test_bash_completes_commands_options_and_their_values(person: Person) -> None:
    script = person.folder / "limner.bash"
    script.write_text(person.run("completion", "bash").out, "utf-8")

    def completed(*words: str) -> set[str]:
        line = " ".join(f"'{word}'" for word in words)
        asked = f"COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _shtab_limner; echo ${{COMPREPLY[@]}}"
        done = subprocess.run(
            ["bash", "--norc", "-c", f"source {script}; {asked}"],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return set(done.stdout.split())

    assert completed("limner", "ma") == {"make"}
    assert "--ratio" in completed("limner", "make", "--ra")
    assert completed("limner", "spend", "--by", "") == {"day", "gateway", "model"}
    assert completed("limner", "completion", "f") == {"fish"}


def test_chinese_is_set_as_chinese() -> None:
    han = "[\u4e00-\u9fff]"
    for key, text in {**zh.TEXTS, **zh_help.TEXTS}.items():
        # A unit is named in Chinese where Chinese has a name for it.
        prose = re.sub(r"`[^`]*`|https?://\S+|\{[^}]*\}", "x", text.replace("{unit}", "元"))
        assert not re.search(f"{han}[A-Za-z0-9]|[A-Za-z0-9]{han}", prose), (key, text)
        assert not re.search(f"{han}[,;:!?]|{han}\\.(\\s|$)", prose), (key, text)
        assert not re.search("[，。：；、] (?! )", prose.replace("\n", "")), (key, text)


def test_a_list_keeps_one_row_per_thing_at_a_narrow_terminal(person: Person) -> None:
    person.buy("黄昏的灯塔，长曝光，柔和的光，海浪拍打礁石，远处有船")
    for command in ("models", "jobs"):
        rows = person.run(command).out.count("\n")
        with person.terminal(command, columns=60) as terminal:
            assert terminal.end() == 0
        lines = terminal.text.splitlines()
        assert len(lines) == rows
        assert max(map(width, lines)) <= 60
