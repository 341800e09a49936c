"""A sentence at the command line: what was understood is said first, and what is given outright wins."""

import pytest

from cli.conftest import new_person, person
from cli.person import Person

__all__ = ["new_person", "person"]
SENTENCE = "用香蕉Pro画一座灯塔，16:9，不要文字"


def test_what_was_understood_stands_before_the_card(person: Person) -> None:
    ran = person.run("quote", "--words", SENTENCE)
    assert ran.code == 0, ran
    assert ran.err.startswith("理解为：用香蕉Pro → Nano Banana Pro；16:9；不要文字 → 画面里不要：文字\n")
    assert "gemini-3-pro-image-preview" in ran.err


def test_programs_are_told_every_span_in_the_readers_language(person: Person) -> None:
    told = person.json("quote", "--words", "a lighthouse, use Nano Banana Pro, 16:9")["data"]
    assert told["prompt"].startswith("a lighthouse")
    assert told["aspect_ratio"] == "16:9"
    assert told["understood"]["prompt"] == "a lighthouse"
    assert [one["meaning"] for one in told["understood"]["spans"]] == ["model", "aspect_ratio"]
    assert told["understood"]["spans"][0]["summary"] == "use Nano Banana Pro: the model Nano Banana Pro"


def test_what_is_given_outright_wins_over_the_words(person: Person) -> None:
    told = person.json("quote", "--words", SENTENCE, "--ratio", "1:1", "-m", "gpt-image-2")["data"]
    assert (told["aspect_ratio"], told["model"]) == ("1:1", "gpt-image-2")


def test_a_prompt_is_still_taken_literally(person: Person) -> None:
    told = person.json("quote", SENTENCE, "-m", "gpt-image-2")["data"]
    assert told["prompt"] == SENTENCE
    assert "understood" not in told


def test_a_model_is_remembered_when_words_ask_for_it_and_forgotten_again(person: Person) -> None:
    assert person.run("quote", "--words", "always use gpt-image-2").code == 0
    assert person.json("quote", "a lighthouse")["data"]["model"] == "gpt-image-2"
    assert person.json("quote", "--words", "a lighthouse, you choose")["data"]["understood"][
        "preference"
    ] == {"do": "clear"}
    assert [one["task"] for one in person.json("prefs")["data"]["items"]] == ["image_to_image"]
    assert person.run("quote", "--words", "forget my preference").code == 0
    assert person.json("prefs")["data"]["items"] == []


@pytest.mark.parametrize(
    ("said", "tasks"),
    [
        ("always use gpt-image-2", {"text_to_image", "image_to_image"}),
        ("以后都用gpt-image-2，画一座灯塔", {"text_to_image", "image_to_image"}),
        ("用gpt-image-2画一座灯塔", {"text_to_image"}),
        ("Use model gpt-image-2. A lighthouse.", {"text_to_image"}),
    ],
)
def test_always_holds_for_every_kind_of_picture_and_use_for_the_one_asked_for(
    person: Person, said: str, tasks: set[str]
) -> None:
    assert person.run("quote", "--words", said).code == 0
    assert {one["task"] for one in person.json("prefs")["data"]["items"]} == tasks


def test_a_sentence_from_standard_input(person: Person) -> None:
    told = person.json("quote", "--words", "-", told="a lighthouse, square\n")["data"]
    assert told["understood"]["prompt"] == "a lighthouse"


@pytest.mark.parametrize("beside", [["a lighthouse"], ["--prompt", "a lighthouse"], ["--prompt-file", "-"]])
def test_words_and_a_prompt_are_one_too_many(person: Person, beside: list[str]) -> None:
    ran = person.run("quote", "--words", SENTENCE, *beside, told="a lighthouse")
    assert ran.code == 2
    assert "--words" in ran.line


def test_words_for_a_picture_that_is_not_there_say_so(person: Person) -> None:
    ran = person.run("quote", "--words", "turn this photo into a watercolour")
    assert "--ref" in ran.err
    missing = person.run("quote", "--words", "make the last one brighter")
    assert missing.code == 9
    assert person.bills() == []


def test_settings_without_anything_to_draw_are_no_request(person: Person) -> None:
    ran = person.run("quote", "--words", "16:9, 4K")
    assert ran.code == 2
    assert "16:9; 4K" in ran.err


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            "use gpt-image-2, a lighthouse",
            "Remembered: GPT Image 2 for pictures from words, until you say otherwise.",
        ),
        ("用gpt-image-2画一座灯塔", "已记住（文生图）：默认用 GPT Image 2，直到你另行说明。"),
    ],
)
def test_what_is_remembered_is_told_at_once_with_the_way_back(
    person: Person, said: str, sentence: str
) -> None:
    ran = person.run("quote", "--words", said)
    assert f"{sentence}" in ran.err
    assert "limner prefs clear" in ran.err
    told = person.json("quote", "--words", said)["warnings"]
    assert [one for one in told if one.startswith(sentence) and one.endswith("limner prefs clear")]
    assert person.run("prefs", "clear").code == 0
    assert person.json("prefs")["data"]["items"] == []


def test_a_subject_goes_through_a_series_by_its_name_alone(person: Person) -> None:
    pictures = []
    for number, said in enumerate(["一只叫旺财的小黄狗", "旺财在海边，16:9", "旺财在雪地里"]):
        quote = person.json("quote", "--words", said, "-m", "gemini-3-pro-image-preview")["data"]
        ran = person.json("run", quote["quote_id"], "--approve", quote["quote_id"], "--out", f"{number}.jpg")
        pictures.append(ran["data"]["images"][0]["path"])
        kept = [one["path"] for one in quote["references"]]
        assert kept == pictures[:1] * bool(number)
    tree = person.run("show", pictures[1], "--tree").out.splitlines()
    assert [line.split()[0] for line in tree] == ["0.jpg", "├─", "└─"]
    assert "[旺财]" in tree[0]
    assert "1.jpg" in tree[1]
    assert "2.jpg" in tree[2]


def test_what_was_understood_is_said_in_the_readers_words(person: Person) -> None:
    told = person.json("quote", "--words", "一只纸船，不超过两块五，用gpt-image-2，质量：高")["data"][
        "understood"
    ]
    said = {one["meaning"]: one["summary"] for one in told["spans"]}
    assert said["max_cost"].endswith("最多 ¥2.50")
    assert said["quality"].endswith("质量 高")
