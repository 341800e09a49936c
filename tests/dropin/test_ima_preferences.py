"""What the IMA skills' callers told them to remember: written on explicit words, whole, and never sent."""

import json
import stat
from pathlib import Path
from typing import Any

from limner import knowledge

from .test_ima_image import SKILL, Shop, shop

__all__ = ["shop"]
SEEDREAM, MIDJOURNEY = "doubao-seedream-4.5", "midjourney"
ALICE = ("--user-id", "ou_alice")


def file_of(buyer: Shop) -> Path:
    return Path(buyer.environment["HOME"]) / ".openclaw" / "memory" / "ima_prefs.json"


def told(buyer: Shop) -> dict[str, Any]:
    return dict(json.loads(file_of(buyer).read_text("utf-8")))


def make(buyer: Shop, *words: str, prompt: str = "a mug") -> Any:
    return buyer.ima("--task-type", "text_to_image", "--prompt", prompt, *words)


def test_nothing_is_remembered_by_itself(shop: Shop) -> None:
    assert make(shop, "--model-id", SEEDREAM, *ALICE).code == 0
    assert not file_of(shop).exists()


def test_a_remembered_model_stands_in_the_seed_s_shape_and_is_taken_when_none_is_named(shop: Shop) -> None:
    first = make(shop, "--model-id", MIDJOURNEY, "--remember", "--language", "zh", *ALICE)
    assert first.code == 0, first.err
    assert "✅ 已记住！以后图片生成默认用 [Midjourney]" in first.out
    entry = told(shop)["user_ou_alice"]["text_to_image"]
    assert {name: entry[name] for name in ("model_id", "model_name", "credit")} == {
        "model_id": MIDJOURNEY,
        "model_name": "Midjourney",
        "credit": 8,
    }
    assert entry["last_used"].endswith("Z")
    again = make(shop, *ALICE)
    assert again.code == 0, again.err
    assert [order["model_id"] for order in shop.orders()] == [MIDJOURNEY, MIDJOURNEY]
    assert make(shop, "--user-id", "ou_bob").code == 1, "it is nobody else's"


def test_a_file_of_the_seed_s_skills_is_read_and_what_else_is_in_it_stays(shop: Shop) -> None:
    seed = {
        "model_id": SEEDREAM,
        "model_name": "SeeDream 4.5",
        "credit": 5,
        "last_used": "2026-02-26T03:07:27Z",
    }
    other = {"user_ou_alice": {"text_to_image": seed, "text_to_video": {"model_id": "wan"}}, "v": 3}
    file_of(shop).parent.mkdir(parents=True)
    file_of(shop).write_text(json.dumps(other), "utf-8")
    assert make(shop, *ALICE).code == 0
    assert shop.orders()[0]["model_id"] == SEEDREAM
    gone = shop.ima("--task-type", "text_to_image", "--forget", *ALICE)
    assert (gone.code, len(shop.orders())) == (0, 1)
    assert told(shop) == {"user_ou_alice": {"text_to_video": {"model_id": "wan"}}, "v": 3}


def test_a_file_closed_to_writing_stays_as_it_is_and_stops_nothing(shop: Shop) -> None:
    file_of(shop).parent.mkdir(parents=True)
    file_of(shop).symlink_to("/dev/null")
    called = make(shop, "--model-id", SEEDREAM, "--remember", *ALICE)
    assert (called.code, len(shop.points())) == (0, 1), called.err
    assert stat.S_ISCHR(file_of(shop).stat().st_mode)
    assert "nothing was remembered" in called.err


def test_a_hint_comes_after_the_picture_where_the_preference_and_the_advice_differ(shop: Shop) -> None:
    make(shop, "--model-id", MIDJOURNEY, "--remember", *ALICE)
    called = make(shop, *ALICE, prompt="product photo of a mug")
    assert called.code == 0, called.err
    hint = next(line for line in called.lines if line.startswith("💡"))
    assert "SeeDream 4.5" in hint or "Nano Banana Pro" in hint
    assert called.lines.index(hint) > next(n for n, line in enumerate(called.lines) if "Saved:" in line)
    plain = make(shop, "--model-id", SEEDREAM, "--user-id", "ou_bob", prompt="product photo of a mug")
    assert "💡" not in plain.out


def test_the_user_s_name_goes_nowhere_but_into_the_file(shop: Shop) -> None:
    make(shop, "--model-id", SEEDREAM, "--remember", "--user-id", "ou_very_secret")
    assert "ou_very_secret" not in json.dumps(shop.requests())
    holding = [
        path
        for path in shop.files()
        if b"ou_very_secret" in path.read_bytes() and path.name != file_of(shop).name
    ]
    assert holding == []


def test_the_skill_carries_the_page_on_keeping_a_subject() -> None:
    page = SKILL / "references" / "consistency.md"
    assert page.read_text("utf-8") == knowledge.read("consistency", None)[1]
