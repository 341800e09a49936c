"""Choosing at the command line: the ranking, what is remembered, the guide, subjects and their tree."""

import json
from pathlib import Path

from .person import Person

RATES = '[rates]\ncredit_creatok = "0.05 USD"\nUSD = "7.1 CNY"\n'


def test_the_most_a_model_may_cost_is_that_of_its_largest_picture(person: Person) -> None:
    (told,) = person.json("models", "gpt-image-2", "-g", "omnimaas")["data"]["items"]
    quoted = person.json("quote", "a lighthouse", "-m", "gpt-image-2", "--size", "8K")["data"]
    assert (told["price"], told["max_price"]) == ("0.35", quoted["max_cost"])


def with_creatok(person: Person) -> dict[str, str]:
    return {"CREATOK_API_KEY": person.key, "CREATOK_BASE_URL": f"{person.url}/creatok"}


def test_the_ranking_says_why_for_how_much_and_what_each_cannot_do(person: Person) -> None:
    person.configure(RATES)
    words = ("models", "--for", "a red mug, wide", "--ratio", "16:9", "--size", "2K")
    ran = person.run(*words, **with_creatok(person))
    assert ran.code == 0
    assert ran.out.splitlines()[0].split()[:2] == ["1", "omnimaas/gpt-image-2"]
    assert "can do exactly what was asked; the usual model cannot" in ran.out
    assert "2 credits ≈ ¥0.71  perhaps, as of 2026-04-23" in ran.out
    assert "no key yet: limner setup ima" in person.run(*words, "--limit", "40").out
    data = person.json(*words, **with_creatok(person))["data"]["items"]
    assert [one["possible"] for one in data[:2]] == [True, True]
    assert (data[0]["price"], data[0]["unit"], data[0]["own"]) == (
        "0.35",
        "CNY",
        {"price": "0.35", "unit": "CNY"},
    )
    assert {"certainty", "source", "as_of", "reason", "cannot", "eta_s"} <= set(data[0])


def test_a_ranking_needs_no_key_and_answers_in_the_language_of_the_words(stranger: Person) -> None:
    ran = stranger.run("models", "--for", "一张海报，上面写着“开业”", OMNIMAAS_API_KEY=None)
    assert ran.code == 0
    assert "还没有密钥" in ran.out
    for words in (["--wish", "nicest"], ["--use", "breakfast"], ["--not", "midjurney"]):
        wrong = stranger.run("models", "--for", "x", *words)
        assert (wrong.code, wrong.out) == (2, "")


def test_a_preference_is_set_shown_taken_and_cleared(person: Person) -> None:
    assert "Nothing is remembered" in person.run("prefs").err
    done = person.run("prefs", "set", "GPT Image 2", "--task", "text")
    assert (done.code, done.out) == (0, done.out)
    assert "Remembered: GPT Image 2 for pictures from words" in done.err
    shown = person.json("prefs")["data"]
    assert [one["task"] for one in shown["items"]] == ["text_to_image"]
    assert shown["file"] == str(person.home / "preferences.json")
    assert person.json("quote", "a lighthouse")["data"]["model"] == "gpt-image-2"
    assert (
        "已记住（文生图）：默认用 GPT Image 2"
        in person.run("prefs", "set", "gpt-image-2", "--task", "text", "--lang", "zh").err
    )
    assert person.run("prefs", "clear").code == 0
    assert person.json("quote", "a lighthouse")["data"]["model"] == "gemini-3-pro-image-preview"
    assert (person.run("prefs", "set").code, person.run("prefs", "set", "xyz").code) == (2, 2)
    assert person.run("prefs", "clear", "gpt-image-2").code == 2


def test_who_can_is_named_with_the_price_where_the_named_model_cannot(stranger: Person) -> None:
    ran = stranger.run("models", "midjourney", "--for", "a logo of an owl, transparent background")
    assert ran.code == 0
    cannot, can = ran.out.split("That can be had exactly so from:")
    assert "ima/midjourney" in cannot
    assert "background" in cannot
    assert "gpt-image" in can
    assert "price not known" in can, "a price that nobody publishes is not made up"
    wide = stranger.run("models", "midjourney", "--for", "an owl at night, 16:9").out
    assert "¥" in wide.split("That can be had exactly so from:")[1]
    told = stranger.json("models", "midjourney", "--for", "一个猫头鹰标志，透明背景")["data"]
    assert [one["possible"] for one in told["items"]] == [False]
    assert all(one["possible"] and not one["cannot"] for one in told["able"])
    assert stranger.json("models", "midjourney", "--for", "a logo of an owl")["data"]["able"] == []


def test_everybody_has_preferences_of_their_own(person: Person) -> None:
    assert person.run("prefs", "set", "gpt-image-2", "--user", "ann").code == 0
    assert person.json("prefs")["data"]["items"] == []
    assert [one["model"] for one in person.json("prefs", "--user", "ann")["data"]["items"]] == [
        "gpt-image-2"
    ] * 2
    assert person.run("prefs", "clear", "--user", "ann").code == 0
    assert person.json("prefs", "--user", "ann")["data"]["items"] == []


def test_what_the_ima_skills_remember_is_taken_over_and_left_where_it_is(person: Person) -> None:
    file = person.home / "ima_prefs.json"
    entry = {
        "model_id": "doubao-seedream-4.5",
        "model_name": "SeeDream 4.5",
        "credit": 5,
        "last_used": "2026-02-26",
    }
    file.write_text(json.dumps({"user_ann": {"text_to_image": entry}, "other": 1}), "utf-8")
    before = file.read_bytes()
    done = person.run("prefs", "import", str(file))
    assert (done.code, "SeeDream 4.5" in done.out) == (0, True), done
    assert (file.read_bytes(), person.json("prefs")["data"]["items"][0]["since"]) == (before, "2026-02-26")
    file.write_text(
        json.dumps({"user_ann": {"text_to_image": entry}, "user_bob": {"text_to_image": entry}}), "utf-8"
    )
    unclear = person.run("prefs", "import", str(file))
    assert (unclear.code, "ann, bob" in unclear.err, "--user" in unclear.err) == (2, True, True)
    assert person.run("prefs", "import", str(file), "--user", "bob").code == 0
    assert len(person.json("prefs", "--user", "bob")["data"]["items"]) == 1
    file.write_text("{", "utf-8")
    for broken in (["--user", "bob"], []):
        assert person.run("prefs", "import", str(file), *broken).code == 2
    missing = person.run("prefs", "import", str(file) + ".gone", "--lang", "zh")
    assert (missing.code, "没有文件" in missing.err) == (2, True)


def test_the_guide_is_read_page_by_page(person: Person) -> None:
    listed = person.run("guide")
    assert [line.split()[0] for line in listed.out.splitlines()] == [
        "consistency",
        "models",
        "parameters",
        "prompts",
    ]
    assert person.run("guide", "consistency", "--lang", "zh").out.startswith("# 让同一个主体再次出现")
    assert person.json("guide", "prompts")["data"]["text"].startswith("# Saying what you see")
    assert person.run("guide", "nothing").code == 9


def test_a_series_of_one_subject_has_a_tree(person: Person) -> None:
    def buy(prompt: str, *words: str) -> str:
        quote = person.json("quote", prompt, "-m", "gpt-image-2", *words)["data"]["quote_id"]
        return Path(person.run("run", quote, "--approve", quote).out.strip()).name

    dog = buy("a small brown dog", "--subject", "旺财", "--ratio", "1:1")
    lake = buy("in a lake", "--subject", "旺财")
    night = buy("at night", "--ref", "last")
    lines = person.run("show", lake, "--tree").out.splitlines()
    assert lines[0].startswith(f"{dog} [旺财]")
    assert lines[1].startswith(f"└─ {lake}")
    assert " * " in lines[1]
    assert lines[2].startswith(f"   └─ {night}")
    told = person.json("show", night, "--tree")["data"]["tree"]
    assert told["children"][0]["children"][0]["prompt"] == "at night"
    assert "now the subject" in person.run("show", night, "--subject", "Rex").err
    assert "subject: Rex" in person.run("show", night).out


def test_a_vague_prompt_is_offered_a_fuller_one_and_sent_as_it_is(person: Person) -> None:
    told = person.json("quote", "a cat")["data"]
    assert told["prompt"] == "a cat"
    assert told["suggestion"]["missing"] == ["setting", "light", "style"]
    assert "This leaves open: where it is, the light, how it is made" in person.run("quote", "a cat").err
    assert person.json("quote", "a cat on a red sofa at dusk, photograph")["data"]["suggestion"] is None
