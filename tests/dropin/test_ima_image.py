"""The IMA image script and its skill: the seeds' own command lines, called as other skills call them."""

import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

import pictures
from limner import __version__

from .caller import BIN, Called, Caller

SKILL = Path(__file__).parents[2] / "skills" / "ima-image-ai"
SCRIPT = SKILL / "scripts" / "ima_image_create.py"
CREATE = "/ima/open/v1/tasks/create"
QUICK = "[gateways.ima.polling]\nfloor = 0.02\nceiling = 0.05\n"
PAGES = (SKILL / "SKILL.md", *sorted((SKILL / "references").glob("*.md")))

# As the skill's own description has them.
LIST = """python3 {baseDir}/scripts/ima_image_create.py \\
--api-key $IMA_API_KEY \\
--task-type text_to_image \\
--list-models"""
GENERATE = """python3 {baseDir}/scripts/ima_image_create.py \\
--api-key $IMA_API_KEY \\
--task-type text_to_image \\
--model-id doubao-seedream-4.5 \\
--prompt "a cute puppy running on grass" \\
--user-id {user_id} \\
--output-json"""
EDIT = """python3 {baseDir}/scripts/ima_image_create.py \\
--api-key $IMA_API_KEY \\
--task-type image_to_image \\
--model-id doubao-seedream-4.5 \\
--prompt "turn into oil painting style" \\
--input-images https://example.com/photo.jpg \\
--user-id {user_id} \\
--output-json"""
FOUR_K = """python3 ima_image_create.py \\
--task-type text_to_image \\
--model-id gemini-3-pro-image \\
--prompt "your prompt" \\
--extra-params '{"size": "4K"}'"""
WIDE_SEEDREAM = """python3 ima_image_create.py \\
--task-type text_to_image \\
--model-id doubao-seedream-4.5 \\
--prompt "beautiful landscape" \\
--extra-params '{"aspect_ratio": "16:9"}'"""
WIDE_PRO = WIDE_SEEDREAM.replace("doubao-seedream-4.5", "gemini-3-pro-image")


class Shop(Caller):
    """Somebody with an IMA key of their own."""

    def ima(self, *words: str, **variables: str) -> Called:
        return self.call([sys.executable, str(SCRIPT), *words], **variables)

    def seed(self, text: str) -> Called:
        filled = text.replace("{baseDir}", str(SKILL)).replace("{user_id}", "ou_123")
        return self.shell(filled.replace("python3 ima_image", f"python3 {SCRIPT.parent}/ima_image"))

    def orders(self) -> list[dict[str, Any]]:
        return [one["json"]["parameters"][0] for one in self.requests() if one["path"] == CREATE]

    def points(self) -> list[int]:
        return [bill["micro"] // 1_000_000 for bill in self.bills()]


@pytest.fixture
def shop(sandbox: str, tmp_path: Path) -> Shop:
    person, folder, home = tmp_path / "person", tmp_path / "work", tmp_path / "limner"
    for place in (person, folder, home):
        place.mkdir()
    (home / "config.toml").write_text(QUICK, "utf-8")
    key = f"ima_{token_hex(20)}"
    environment = {
        "PATH": os.pathsep.join((str(BIN), "/usr/bin", "/bin")),
        "HOME": str(person),
        "LIMNER_HOME": str(home),
        "IMA_API_KEY": key,
        "IMA_BASE_URL": f"{sandbox}/ima",
        "IMA_IM_BASE_URL": f"{sandbox}/ima",
    }
    return Shop(sandbox, key, home, folder, environment)


def result(called: Called) -> dict[str, Any]:
    """What a caller reads: from the last line that is an opening brace to the end."""
    start = max(number for number, line in enumerate(called.lines) if line == "{")
    return dict(json.loads("\n".join(called.lines[start:])))


def log_of(shop: Shop) -> Path:
    folder = Path(shop.environment["HOME"]) / ".openclaw" / "logs" / "ima_skills"
    return folder / f"ima_create_{datetime.now().astimezone():%Y%m%d}.log"


def test_the_seed_s_listing_shows_models_versions_points_and_attributes(shop: Shop) -> None:
    called = shop.seed(LIST)
    assert called.code == 0, called.err
    rows = [line.split() for line in called.lines if "doubao-seedream-4.5" in line]
    assert [row[-4:] for row in rows] == [
        ["doubao-seedream-4.5", "doubao-seedream-4-5-251128", "5", "2341"],
        ["doubao-seedream-4.5", "doubao-seedream-4-5-early", "5", "9001"],
    ]
    assert shop.bills() == []


def test_the_seed_s_generation_saves_the_picture_and_tells_what_was_charged(shop: Shop) -> None:
    called = shop.seed(GENERATE)
    assert called.code == 0, called.err
    told = result(called)
    assert list(told) == ["task_id", "url", "cover_url", "model_id", "model_name", "credit"]
    assert (told["model_id"], told["model_name"], told["credit"]) == (
        "doubao-seedream-4.5",
        "SeeDream 4.5",
        5,
    )
    assert told["url"].startswith("http")
    assert told["cover_url"] == told["url"]
    assert f"✅ Task created: {told['task_id']}" in called.lines
    saved = [Path(line.split("Saved: ")[1]) for line in called.lines if "Saved: " in line]
    assert [path.stat().st_size > 10_000 for path in saved] == [True]
    assert saved[0].parent == shop.folder


def test_the_seed_s_edit_passes_a_web_address_through(shop: Shop) -> None:
    called = shop.seed(EDIT)
    assert called.code == 0, called.err
    (order,) = shop.orders()
    assert (order["category"], order["attribute_id"]) == ("image_to_image", 1611)
    assert order["parameters"]["input_images"] == ["https://example.com/photo.jpg"]


@pytest.mark.parametrize(
    ("text", "attribute", "price", "inner"),
    [
        (FOUR_K, 2401, 18, {"size": "4K", "aspect_ratio": "1:1"}),
        (WIDE_SEEDREAM, 2341, 5, {"size": "2560x1440"}),
        (WIDE_PRO, 2399, 10, {"size": "1K", "aspect_ratio": "16:9"}),
    ],
)
def test_the_seed_s_extra_parameters_find_their_rule(
    shop: Shop, text: str, attribute: int, price: int, inner: dict[str, str]
) -> None:
    called = shop.seed(text)
    assert called.code == 0, called.err
    (order,) = shop.orders()
    assert (order["attribute_id"], order["credit"], shop.points()) == (attribute, price, [price])
    assert {name: order["parameters"].get(name) for name in inner} == inner


def test_the_price_told_is_the_one_charged_and_not_the_default_rule_s(shop: Shop) -> None:
    words = ("--task-type", "text_to_image", "--model-id", "gemini-3-pro-image", "--prompt", "a cup")
    called = shop.ima(*words, "--size", "1K", "--extra-params", '{"size": "4K"}', "--output-json")
    assert (called.code, result(called)["credit"], shop.points()) == (0, 18, [18])


def test_input_images_are_merged_files_are_uploaded_and_every_picture_is_kept(shop: Shop) -> None:
    pictures.saved(pictures.quarters((640, 480)), shop.folder / "a.jpg")
    pictures.saved(pictures.quarters((300, 300)), shop.folder / "b.png")
    called = shop.ima(
        "--task-type", "image_to_image", "--model-id", "midjourney", "--prompt", "as a fox",
        "--input-images", "a.jpg", "b.png", "--input-images", "https://example.com/c.jpg",
        "--output-json",
    )  # fmt: skip
    assert called.code == 0, called.err
    links = shop.orders()[0]["parameters"]["input_images"]
    assert len(links) == 3
    assert links[2] == "https://example.com/c.jpg"
    assert sum("Saved: " in line for line in called.lines) == 4
    assert (result(called)["credit"], shop.points()) == (8, [8])


def test_a_version_is_taken_when_it_is_asked_for(shop: Shop) -> None:
    words = ("--task-type", "text_to_image", "--model-id", "doubao-seedream-4.5", "--prompt", "a cup")
    extra = ("--extra-params", '{"quality": "standard"}')
    called = shop.ima(*words, "--version-id", "doubao-seedream-4-5-early", *extra)
    assert called.code == 0, called.err
    assert shop.orders()[0]["model_version"] == "doubao-seedream-4-5-early"
    wrong = shop.ima(*words, "--version-id", "v6")
    assert (wrong.code, wrong.err.splitlines()[0][:1]) == (1, "❌")
    assert "doubao-seedream-4-5-251128" in wrong.err


NEEDED = ("--task-type", "text_to_image", "--model-id", "gemini-3.1-flash-image", "--prompt", "a cup")
WRONG: dict[str, tuple[tuple[str, ...], int, str]] = {
    "no task type": (("--prompt", "a cup"), 2, "--task-type"),
    "another task type": (("--task-type", "text_to_video", "--prompt", "x"), 2, "invalid choice"),
    "no model": (("--task-type", "text_to_image", "--prompt", "a cup"), 1, "--model-id is required"),
    "a friendly name": (
        ("--task-type", "text_to_image", "--model-id", "nano-banana-pro", "--prompt", "a cup"),
        1,
        "gemini-3-pro-image",
    ),
    "no prompt": (("--task-type", "text_to_image", "--model-id", "midjourney"), 1, "--prompt is required"),
    "an edit of nothing": (("--task-type", "image_to_image", *NEEDED[2:]), 1, "--input-images"),
    "images that are not used": ((*NEEDED, "--input-images", "a.png"), 1, "image_to_image"),
    "no JSON": ((*NEEDED, "--extra-params", "{size: 4K}"), 1, "Invalid --extra-params JSON"),
    "no object": ((*NEEDED, "--extra-params", "[1]"), 1, "Invalid --extra-params JSON"),
    "a size nobody has": ((*NEEDED, "--size", "8K"), 1, "512px"),
    "a parameter nobody has": ((*NEEDED, "--extra-params", '{"mood": "good"}'), 1, "mood"),
    "a count of nothing": ((*NEEDED, "--extra-params", '{"n": "two"}'), 1, "whole number"),
}


@pytest.mark.parametrize("way", WRONG)
def test_what_cannot_be_served_is_refused_in_words_and_sends_no_order(shop: Shop, way: str) -> None:
    words, code, said = WRONG[way]
    called = shop.ima(*words)
    assert called.code == code, called.err
    assert said in called.err
    assert "Traceback" not in called.err
    assert shop.orders() == []
    if code == 1:
        assert called.err.startswith("❌")


FAILURES = {
    "4008": (
        "there are not enough credits",
        "nothing was charged",
        "https://www.imaclaw.ai/imaclaw/subscription",
    ),
    "4014": ("for subscribers only", "nothing was charged", "SeeDream 4.5 (5 points"),
    "6010": ("do not fit this model", "nothing was charged", "Nano Banana Pro (10 points"),
    "401": ("the key is not valid", "nothing was charged", "https://www.imaclaw.ai/imaclaw/apikey"),
    "lost-after-charge": (
        "no answer came back",
        "up to 6 points may have been charged",
        "nothing is bought twice",
    ),
    "media-failed": (
        "another model may manage",
        "not known whether it was charged",
        "SeeDream 4.5 (5 points",
    ),
}
TECHNICAL = re.compile(r"[45]0\d\d|attribute|HTTP |status|resource|Error|task_")


@pytest.mark.parametrize("fault", FAILURES)
def test_a_failure_says_why_and_what_it_cost_and_exits_with_one(shop: Shop, fault: str) -> None:
    called = shop.ima(*NEEDED[:-1], f"a cup [[{fault}]]", "--output-json")
    assert called.code == 1
    assert called.err.startswith("❌")
    assert all(words in called.err for words in FAILURES[fault]), called.err
    assert not TECHNICAL.search(called.err), called.err
    assert "{" not in called.lines


def test_a_repair_is_announced_before_and_told_when_it_happens(shop: Shop) -> None:
    called = shop.ima(*NEEDED[:-1], "a cup [[500-bodyx1]]", "--size", "4K", "--output-json")
    assert called.code == 0, called.err
    assert sum("if refused" in line for line in called.lines) == 2
    assert any(line.startswith("🔄") and "2K" in line for line in called.lines)
    assert (result(called)["credit"], shop.points()) == (10, [10])


def test_without_a_key_nothing_is_called_and_the_way_to_set_one_is_shown(shop: Shop) -> None:
    called = shop.ima(*NEEDED, IMA_API_KEY="")
    assert called.code == 1
    assert "IMA_API_KEY" in called.err
    assert shop.requests() == []


def test_a_key_on_the_command_line_works_is_warned_about_and_is_never_repeated(shop: Shop) -> None:
    pictures.saved(pictures.quarters((64, 64)), shop.folder / "a.png")
    words = ("--task-type", "image_to_image", *NEEDED[2:], "--input-images", "a.png", "--api-key", shop.key)
    for extra in ({}, {"IMA_IM_BASE_URL": "http://127.0.0.1:1"}):
        called = shop.ima(*words, IMA_API_KEY="", **extra)
        assert called.code == (1 if extra else 0), called.err
        assert "IMA_API_KEY" in called.err
        assert shop.key not in called.out + called.err
    for file in shop.files():
        assert shop.key.encode() not in file.read_bytes(), file


def test_the_log_tells_what_was_ordered_without_prompt_key_or_address(shop: Shop) -> None:
    shop.seed(EDIT)
    log = log_of(shop)
    told = log.read_text("utf-8")
    assert "model_id=doubao-seedream-4.5" in told
    assert "credit=5" in told
    assert not any(word in told for word in ("oil painting", shop.key, "http", "ou_123"))
    assert log.stat().st_mode & 0o777 == 0o600


def test_logs_older_than_seven_days_go_and_others_stay(shop: Shop) -> None:
    folder = log_of(shop).parent
    folder.mkdir(parents=True)
    today = datetime.now().astimezone()
    names = {
        days: folder / f"ima_create_{today - timedelta(days=days):%Y%m%d}.log" for days in (1, 6, 8, 400)
    }
    for path in (*names.values(), folder / "notes.txt"):
        path.write_text("old", "utf-8")
    shop.ima(*NEEDED)
    left = {path.name for path in folder.iterdir()}
    assert left == {log_of(shop).name, names[1].name, names[6].name, "notes.txt"}


def test_the_log_can_be_switched_off_and_is_never_in_the_way(shop: Shop) -> None:
    assert shop.ima(*NEEDED, IMA_SKILLS_LOG="off").code == 0
    assert not log_of(shop).parent.exists()
    (Path(shop.environment["HOME"]) / ".openclaw").write_text("a file where the folder would be", "utf-8")
    assert shop.ima(*NEEDED).code == 0


def test_the_engine_itself_writes_no_log(shop: Shop) -> None:
    with shop.client() as client:
        assert client.language == "en"
    called = shop.shell('limner quote "a cup" -g ima')
    assert called.code == 0, called.err
    assert not (Path(shop.environment["HOME"]) / ".openclaw").exists()


def test_labels_and_sentences_are_in_the_language_that_was_asked_for(shop: Shop) -> None:
    called = shop.ima(*NEEDED[:-1], "杯子 [[4008]]", "--language", "zh")
    assert called.err.startswith("❌ 图片没能生成\n"), called.err
    assert "积分" in called.err
    assert "没有扣费" in called.err
    assert {one["headers"]["x_app_language"] for one in shop.requests()} == {"zh"}


def blocks() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for number, block in enumerate(re.findall(r"```bash\n(.*?)```", page.read_text("utf-8"), re.DOTALL)):
            yield f"{page.name}-{number}", block


@pytest.mark.parametrize("block", [block for _, block in blocks()], ids=[name for name, _ in blocks()])
def test_every_command_line_in_the_skill_runs(shop: Shop, block: str) -> None:
    pictures.saved(pictures.quarters((640, 480)), shop.folder / "photo.jpg")
    called = shop.shell(block.replace("uv run scripts/", f"python3 {SKILL}/scripts/"))
    assert called.code == 0, called.err


def test_the_script_is_pinned_to_this_version_and_holds_no_network_code() -> None:
    text = SCRIPT.read_text("utf-8")
    assert f'dependencies = ["limner=={__version__}"]' in text
    assert not re.search(r"^\s*(import|from) (?!sys|limner)", text, re.MULTILINE)


def test_the_skill_names_every_variable_and_host_it_uses() -> None:
    told = "\n".join(page.read_text("utf-8") for page in PAGES)
    for name in ("IMA_API_KEY", "IMA_BASE_URL", "IMA_IM_BASE_URL", "IMA_SKILLS_LOG", "api.imastudio.com"):
        assert name in told
    assert "imapi.liveme.com" in told
