"""The CreatOK skill: its script as a process with flags, lines, files and exit codes, and its page."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from secrets import token_hex

import pytest

import pictures
from limner import __version__, gateways

from .agent import SMALL, Agent
from .caller import BIN

SKILL = Path(__file__).parents[2] / "skills" / "generate-image"
PAGE = (SKILL / "SKILL.md").read_text("utf-8")
QUICK = "[gateways.creatok.polling]\nfloor = 0.02\nceiling = 0.05\n"


@pytest.fixture
def agent(sandbox: str, tmp_path: Path) -> Agent:
    key, home = f"ok_test_{token_hex(18)}", tmp_path / "limner"
    skill = tmp_path / "generate-image"
    shutil.copytree(SKILL, skill, ignore=shutil.ignore_patterns("__pycache__", ".artifacts"))
    home.mkdir()
    (home / "config.toml").write_text(QUICK, "utf-8")
    environment = {
        "PATH": os.pathsep.join((str(BIN), "/usr/bin", "/bin")),
        "HOME": str(tmp_path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LIMNER_HOME": str(home),
        "CREATOK_API_KEY": key,
        "CREATOK_BASE_URL": f"{sandbox}/creatok",
    }
    return Agent(sandbox, key, skill, environment)


def test_an_order_ends_in_pictures_addresses_and_both_files(agent: Agent) -> None:
    ran = agent.make("mug-1", "a red mug [[looks:3]]", "--n", "2", "--aspect_ratio", "16:9")
    assert ran.code == 0, ran
    assert list(ran.last) == ["ok", "run_id", "task_id", "images"]
    assert ran.last["ok"] is True
    assert ran.words == ["running", "succeeded"]
    told = agent.result("mug-1")
    assert list(told) == [
        "run_id",
        "task_id",
        "status",
        "model",
        "resolution",
        "n",
        "images",
        "raw",
        "error",
    ]
    assert (told["status"], told["model"], told["resolution"], told["n"]) == (
        "succeeded",
        "nano-banana-2",
        "1K",
        2,
    )
    assert told["raw"]["submit"] == {"task_id": told["task_id"], "status": "queued"}
    assert told["raw"]["status"]["status"] == "succeeded"
    assert told["images"] == ran.last["images"]
    for image in told["images"]:
        assert image["url"].startswith("http")
        assert Path(image["path"]).parent == agent.outputs("mug-1")
        assert Path(image["path"]).stat().st_size > 10_000
    page = (agent.outputs("mug-1") / "result.md").read_text("utf-8")
    assert all(image["url"] in page and image["path"] in page for image in told["images"])
    folders = sorted(path.name for path in (agent.skill / ".artifacts" / "mug-1").iterdir())
    assert folders == ["input", "logs", "outputs", "transcript", "vision"]
    assert agent.orders() == [
        {
            "prompt": "a red mug [[looks:3]]",
            "model": "nano-banana-2",
            "resolution": "1K",
            "n": 2,
            "aspect_ratio": "16:9",
        }
    ]


def test_local_reference_pictures_go_along(agent: Agent) -> None:
    for name in ("a.jpg", "b.jpg"):
        pictures.saved(pictures.quarters((320, 240)), agent.skill / name)
    ran = agent.make("mug-1", "the same mug", "--reference_images", "a.jpg, b.jpg")
    assert ran.code == 0, ran
    assert len(agent.orders()[0]["imageObjectKeys"]) == 2


# The gate


def test_the_end_of_the_input_submits_nothing_and_is_no_failure(agent: Agent) -> None:
    ran = agent.run("--run_id", "m", "--prompt", "a mug", "--model", "nano-banana-pro", "--n", "3")
    assert (ran.code, agent.orders()) == (0, [])
    for line in ("- model: nano-banana-pro", "- resolution: 2K", "- n: 3", "- estimated cost: 6 credits"):
        assert line in ran.out
    assert "Confirm to start generation? (yes/no): " in ran.out


@pytest.mark.parametrize("answer", ["no\n", "\n", "yes please\n", "1\n"])
def test_anything_but_a_yes_is_a_no(agent: Agent, answer: str) -> None:
    ran = agent.run("--run_id", "m", "--prompt", "a mug", answer=answer)
    assert (ran.code, ran.out.splitlines()[-1].endswith("Canceled."), agent.orders()) == (2, True, [])


@pytest.mark.parametrize("answer", ["y\n", " YES \n"])
def test_a_yes_orders_once(agent: Agent, answer: str) -> None:
    ran = agent.run("--run_id", "m", "--prompt", "a mug", *SMALL, answer=answer)
    assert (ran.code, len(agent.orders())) == (0, 1), ran


def test_a_yes_in_words_that_are_no_flag_is_none(agent: Agent) -> None:
    ran = agent.run("yes", "--run_id", "m", "--prompt", "a mug")
    assert (ran.code, agent.orders()) == (0, [])


def test_a_yes_is_bound_to_the_order_and_the_price_that_were_shown(agent: Agent) -> None:
    shown = ("--run_id", "m", "--prompt", "a mug", *SMALL)
    assert agent.run(*shown).code == 0
    other = agent.run(*shown, "--n", "4", "--yes")
    assert (other.code, agent.orders()) == (1, [])
    assert "not the order" in other.err
    agent.script("dearer", match="/capabilities")
    dearer = agent.run(*shown, "--yes")
    assert (dearer.code, agent.orders()) == (1, [])
    assert "no longer the price" in dearer.err


def test_a_yes_to_what_was_shown_buys_it_and_is_used_up(agent: Agent) -> None:
    shown = ("--run_id", "m", "--prompt", "a mug", *SMALL)
    agent.run(*shown)
    assert agent.run(*shown, "--yes").code == 0
    assert not (agent.skill / ".artifacts" / "m" / "input" / "quote.txt").exists()


def test_where_only_a_person_may_say_yes_the_flag_is_none(agent: Agent) -> None:
    config = Path(agent.environment["LIMNER_HOME"]) / "config.toml"
    config.write_text(QUICK + '[approval]\nmode = "person"\n', "utf-8")
    for ran in (agent.make("m", "a mug"), agent.run("--run_id", "m", "--prompt", "a mug", answer="yes\n")):
        assert (ran.code, agent.orders()) == (1, [])
        assert "a person has to say yes" in ran.err


# What is refused before anything is sent


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--model", "seedream-5.0-lite"], "nano-banana-2"),
        (["--model", "midjourney"], "seedream-5.0-lite"),
        (["--n", "5"], "1 to 4"),
        (["--n", "0"], "1 to"),
        (["--n", "two"], "whole number"),
        (["--aspect_ratio", "7:3"], "16:9"),
        (["--reference_images", "a.png,b.png,c.png,d.png,e.png,f.png"], "at most 5"),
        (["--reference_images", "nowhere.png"], "nowhere.png"),
        (["--timeout_sec", "soon"], "--timeout_sec"),
    ],
)
def test_what_cannot_be_done_is_said_and_not_sent(agent: Agent, words: list[str], said: str) -> None:
    ran = agent.make("m", "a mug", *words)
    assert (ran.code, ran.out, agent.orders()) == (1, "", [])
    assert said in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "words", [[], ["--run_id", "m"], ["--prompt", "a mug", "--yes"], ["--yes", "--task_id"]]
)
def test_a_call_that_lacks_something_is_answered_with_the_usage(agent: Agent, words: list[str]) -> None:
    ran = agent.run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Usage: run.py --run_id")


@pytest.mark.parametrize("name", ["../up", "a/b", "..", ".hidden", "a b", "-x"])
def test_a_run_stays_in_its_folder(agent: Agent, name: str) -> None:
    before = {path for path in agent.skill.parent.rglob("*") if "limner" not in path.parts}
    ran = agent.make(name, "a mug")
    assert (ran.code, agent.orders()) == (1, [])
    assert {path for path in agent.skill.parent.rglob("*") if "limner" not in path.parts} == before


def test_without_a_key_it_says_where_one_comes_from(agent: Agent) -> None:
    ran = agent.make("m", "a mug", CREATOK_API_KEY="")
    assert ran.code == 1
    assert "https://www.creatok.ai/app/workspace/api-keys" in ran.err


# When something goes wrong


def test_a_failed_task_is_not_ok_and_says_why(agent: Agent) -> None:
    ran = agent.make("m", "a mug [[task-failed]]")
    assert (ran.code, ran.last["ok"], ran.last["status"]) == (1, False, "failed")
    assert "upstream model" in ran.last["error"]["message"]
    assert "upstream model" in ran.err
    assert "Change the words" in ran.err
    assert agent.result("m")["error"] == ran.last["error"]


def test_a_refusal_says_that_nothing_was_charged(agent: Agent) -> None:
    ran = agent.make("m", "a mug [[no-funds]]")
    assert (ran.code, ran.last["ok"], ran.last["task_id"]) == (1, False, None)
    assert "Insufficient credits" in ran.err
    assert "Nothing was charged" in ran.err


def test_a_lost_answer_is_said_and_never_sent_again(agent: Agent) -> None:
    ran = agent.make("m", "a mug [[lost-after-charge]]")
    assert (ran.code, ran.last["status"], len(agent.orders())) == (1, "unknown", 1)
    assert "Nobody knows" in ran.err
    assert agent.result("m")["status"] == "unknown"


def test_the_person_reads_their_own_language(agent: Agent) -> None:
    ran = agent.make("m", "一只红色的杯子 [[task-failed]]")
    assert "请改写描述" in ran.err


def test_the_task_id_is_in_the_file_before_the_first_look(agent: Agent) -> None:
    """Looks are refused from the start, so all there can be was written before them."""
    ran = agent.make("m", "a mug [[poll-401]]")
    told = agent.result("m")
    assert (ran.code, told["status"], told["task_id"] == ran.last["task_id"]) == (1, "queued", True)
    assert told["raw"] == {"submit": {"task_id": told["task_id"], "status": "queued"}, "status": None}
    assert "does not accept the key" in told["error"]["message"]


# A task that is already there


def started(agent: Agent, prompt: str = "a mug [[looks:3]]", run_id: str = "m") -> str:
    """A task whose waiting was given up at once."""
    ran = agent.make(run_id, prompt, "--timeout_sec", "0")
    assert ran.code == 1
    assert (ran.last["ok"], ran.last["images"], ran.last["error"]) == (False, None, None)
    assert f"--task_id {ran.last['task_id']} --wait" in ran.err
    return str(ran.last["task_id"])


def test_one_look_at_a_task_at_work_says_so_and_offers_to_go_on(agent: Agent) -> None:
    task = started(agent, "a mug [[task-stuck]]")
    ran = agent.run("--run_id", "m", "--task_id", task)
    assert (ran.code, ran.last["ok"], ran.last["status"]) == (1, False, "running")
    assert "still working" in ran.err
    assert "Keep checking" in ran.err
    told = agent.result("m")
    assert (told["model"], told["resolution"], told["n"]) == ("nano-banana-2", "1K", 1)
    assert told["raw"]["submit"]["task_id"] == task


def test_waiting_brings_the_pictures_of_the_same_task_and_orders_nothing(agent: Agent) -> None:
    task = started(agent)
    ran = agent.run("--run_id", "m", "--task_id", task, "--wait")
    assert (ran.code, ran.last["ok"], ran.last["status"]) == (0, True, "succeeded")
    assert Path(ran.last["images"][0]["path"]).parent == agent.outputs("m")
    assert agent.result("m")["model"] == "nano-banana-2"
    assert len(agent.orders()) == 1
    again = agent.run("--run_id", "m", "--task_id", task)
    assert (again.code, again.last["images"][0]["path"]) == (0, ran.last["images"][0]["path"])


def test_another_run_of_the_same_task_has_the_pictures_too(agent: Agent) -> None:
    task = started(agent)
    agent.run("--run_id", "m", "--task_id", task, "--wait")
    ran = agent.run("--run_id", "other", "--task_id", task)
    assert (ran.code, Path(ran.last["images"][0]["path"]).parent) == (0, agent.outputs("other"))
    assert ran.last["images"][0]["url"].startswith("http")


def test_a_task_of_another_machine_needs_nothing_but_its_id(agent: Agent, tmp_path: Path) -> None:
    task = started(agent, run_id="here")
    there = tmp_path / "another"
    there.mkdir()
    (there / "config.toml").write_text(QUICK, "utf-8")
    ran = agent.run("--run_id", "new", "--task_id", task, "--wait", LIMNER_HOME=str(there))
    assert (ran.code, ran.last["status"]) == (0, "succeeded")
    told = agent.result("new")
    assert (told["model"], told["task_id"]) == (None, task)
    assert Path(told["images"][0]["path"]).parent == agent.outputs("new")


def test_a_look_never_forgets_what_an_earlier_call_knew(agent: Agent, tmp_path: Path) -> None:
    task = started(agent)
    there = tmp_path / "another"
    there.mkdir()
    (there / "config.toml").write_text(QUICK, "utf-8")
    agent.run("--run_id", "m", "--task_id", task, "--wait", LIMNER_HOME=str(there))
    told = agent.result("m")
    assert (told["status"], told["model"], told["resolution"], told["n"]) == (
        "succeeded",
        "nano-banana-2",
        "1K",
        1,
    )
    assert told["raw"]["submit"]["task_id"] == task


def test_a_task_that_nobody_knows_is_one_sentence_and_no_file(agent: Agent) -> None:
    ran = agent.run("--run_id", "m", "--task_id", "nothing")
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert "nothing" in ran.err
    assert not agent.outputs("m").exists()


# The page


COMMANDS = re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("block", COMMANDS)
def test_every_command_line_of_the_page_runs(agent: Agent, block: str) -> None:
    pictures.saved(pictures.quarters((320, 240)), agent.skill / "mug.jpg")
    task = started(agent, "a cup [[looks:4]]", "before") if "$TASK" in block else ""
    python = f"'{sys.executable}'"
    text = block.replace("uv run scripts/", f"{python} scripts/").replace(
        "--model nano-banana-pro", "--resolution 1K"
    )
    done = subprocess.run(
        ["sh", "-euc", text],
        capture_output=True,
        encoding="utf-8",
        cwd=agent.skill,
        env={**agent.environment, "TASK": task},
        timeout=100,
        check=False,
    )
    waits = "--task_id" in block and "--wait" not in block
    assert done.returncode == waits, done
    assert "Traceback" not in done.stderr


def test_the_page_pins_the_version_it_was_written_for() -> None:
    assert f'version: "{__version__}"' in PAGE
    assert f"limner=={__version__}" in PAGE
    assert f"limner=={__version__}" in (SKILL / "scripts" / "run.py").read_text("utf-8")


def test_the_page_recommends_what_the_facts_recommend() -> None:
    facts = {row["id"]: row for row in gateways.facts("creatok")["models"]}
    for use, model in {
        "portrait": "nano-banana-2",
        "concept art": "nano-banana-2",
        "product": "nano-banana-pro",
        "e-commerce": "nano-banana-pro",
        "quick preview": "seedream-5.0-lite",
    }.items():
        assert use in facts[model]["uses"]
        (row,) = [
            line
            for line in PAGE.splitlines()
            if line.startswith("|") and f"| `{model}` |" in line and use in line
        ]
        sizes = facts[model].get("sizes") or gateways.facts("creatok")["families"]["images"]["sizes"]
        assert row.endswith(f"| {', '.join(sizes)} |")


def test_the_skill_folder_speaks_to_no_network_and_reads_no_key() -> None:
    text = (SKILL / "scripts" / "run.py").read_text("utf-8")
    for word in ("socket", "urllib", "http.client", "httpx", "base64", "API_KEY", "environ"):
        assert word not in text
