"""Sentences are understood as they are meant, and what describes the picture is never damaged."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limner import gateways, messages, words
from limner.choice import matching
from limner.types import Request

from .scoring import Case, cases, differences, understood

CASES = cases()
ENOUGH = 0.98
JOINING = re.compile(r"[\s,，、;；/／|｜.。:：!！?？()（）\[\]【】…—-]+")

# Descriptions that mention what could be settings elsewhere, and settings with what they mean.
DESCRIPTIONS = [
    case.say
    for case in CASES
    if case.group in {"near_miss", "mention"}
    and case.expected["prompt"] == case.say
    and not case.expected["links"]
]
ENGLISH = {
    "4K": ("size", "4K"),
    "square": ("aspect_ratio", "1:1"),
    "16:9": ("aspect_ratio", "16:9"),
    "use Nano Banana Pro": ("model", "Nano Banana Pro"),
    "no watermark": ("avoid", "watermark"),
    "3 variations": ("n", 3),
    "cheapest you have": ("wish", "cheapest"),
    "not midjourney": ("excluded", ("Midjourney",)),
    "as a png": ("format", "png"),
}
CHINESE = {
    "4K": ("size", "4K"),
    "横图": ("aspect_ratio", "16:9"),
    "比例3:4": ("aspect_ratio", "3:4"),
    "用香蕉Pro": ("model", "Nano Banana Pro"),
    "不要水印": ("avoid", "水印"),
    "三张": ("n", 3),
    "最便宜的就行": ("wish", "cheapest"),
    "不要用MJ": ("excluded", ("Midjourney",)),
    "png格式": ("format", "png"),
}


def bare(said: str) -> str:
    """Without spaces and the marks that may close up at a cut."""
    return JOINING.sub("", said)


def scores(chosen: list[Case]) -> dict[str, list[bool]]:
    told: dict[str, list[bool]] = {}
    for case in chosen:
        told.setdefault(case.group, []).append(not differences(case))
    return told


def test_sentences_are_understood_exactly_as_they_are_meant(capsys: pytest.CaptureFixture[str]) -> None:
    by_group = scores(CASES)
    with capsys.disabled():
        for group, right in by_group.items():
            print(f"\n  words: {group:12} {sum(right):4} of {len(right)}", end="")
        print()
    wrong = {case.say: different for case in CASES if (different := differences(case))}
    assert len(CASES) >= 400
    assert sum(map(sum, by_group.values())) >= ENOUGH * len(CASES), wrong


def is_within(kept: str, said: str) -> bool:
    """Does every letter of one text stand in the other, in its order?"""
    letters = iter(said)
    return all(letter in letters for letter in kept)


def test_no_prompt_is_damaged() -> None:
    told = {case.say: (case.expected["prompt"], understood(case)["prompt"]) for case in CASES}
    assert [said for said, (meant, got) in told.items() if not is_within(bare(meant), bare(got))] == []


def test_half_of_the_sentences_are_chinese() -> None:
    chinese = [case for case in CASES if re.search("[㐀-鿿]", case.say)]
    assert 0.4 <= len(chinese) / len(CASES) <= 0.6


def rest(told: words.Understanding) -> str:
    """What is left of a sentence when the spans that were taken are cut out by hand."""
    kept, at = "", 0
    for span in told.spans:
        if span.taken:
            kept, at = kept + told.sentence[at : span.start], span.end
    return kept + told.sentence[at:]


def is_whole(told: words.Understanding) -> bool:
    """Do the spans say truly what they cover, and is the prompt all the rest, in its order?"""
    places = [place for span in told.spans for place in (span.start, span.end)]
    return (
        places == sorted(places)
        and all(span.text == told.sentence[span.start : span.end] for span in told.spans)
        and bare(told.prompt) == bare(rest(told))
    )


@pytest.mark.parametrize("group", sorted({case.group for case in CASES}))
def test_the_spans_cut_out_leave_the_prompt(group: str) -> None:
    for case in CASES:
        if case.group == group:
            told = words.parse(case.say, case.attachments, case.subjects)
            assert is_whole(told), told


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_at_all_is_read_without_harm(said: str) -> None:
    told = words.parse(said)
    assert is_whole(told)
    if not any(span.taken for span in told.spans):
        assert told.prompt == said


PLAIN = [
    *"猫狗山水云雨雪花树城街船灯风月夜晨春秋",
    *["lamp", "river", "cloud", "stone", "willow", "tea", "violet", "harbour", "moss", "fog"],
]
MARKS = [" ", ", ", "，", "。", ". ", "\n", "  ", "！", "——", "…", " (", ") "]


@settings(deadline=None)
@given(st.lists(st.sampled_from([*PLAIN, *MARKS]), max_size=30).map("".join))
def test_a_text_without_any_known_phrase_is_returned_untouched(said: str) -> None:
    told = words.parse(said)
    assert told.prompt == said
    assert told.spans == ()


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(DESCRIPTIONS), st.integers(0, 2**32), st.booleans())
def test_settings_around_a_description_never_touch_it(said: str, seed: int, before: bool) -> None:
    chance = random.Random(seed)
    chinese = messages.of_text(said) == "zh"
    table = CHINESE if chinese else ENGLISH
    chosen = chance.sample(sorted(table), 3)
    joint = chance.choice("，。；" if chinese else [", ", "; ", ". "])
    told = words.parse(joint.join([*chosen, said] if before else [said, *chosen]))
    assert bare(told.prompt) == bare(said) or told.prompt == words.parse(said).prompt
    for one in chosen:
        name, value = table[one]
        got = getattr(told, name)
        assert value in (got if isinstance(got, tuple) and not isinstance(value, tuple) else (got,)) or (
            name == "aspect_ratio" and got in {table[other][1] for other in chosen}
        ), told


def test_every_name_for_a_model_is_known_to_a_gateway() -> None:
    from limner import catalog
    from limner.words import lexicon

    sold = [
        model for name in gateways.providers() for model in catalog.models(name, gateways.facts(name), {})
    ]
    for name in sorted(set(lexicon.names().values())):
        assert matching(name, sold), name


def test_an_understanding_becomes_a_request_and_what_is_given_outright_wins() -> None:
    told = words.parse("用香蕉Pro画一只猫，16:9，4K，不要文字，不要用MJ", ["cat.png"])
    wanted = told.request(size="2K")
    assert wanted == Request(
        prompt="画一只猫",
        model="Nano Banana Pro",
        references=("cat.png",),
        aspect_ratio="16:9",
        size="2K",
        avoid="文字",
        exclude=("Midjourney",),
    )


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        ("a cup, at most 2 yuan", "2 CNY"),
        ("a cup, no more than $0.20", "0.20 USD"),
        ("一个杯子，不超过两块钱", "2 CNY"),
        ("一个杯子，最多12积分", "12 point"),
        ("a cup, at most 2", None),
        ("一个杯子，别超过5", None),
        ("a sign: everything at most 2 dollars", None),
    ],
)
def test_a_sum_is_a_limit_only_with_its_unit(said: str, limit: str | None) -> None:
    told = words.parse(said)
    assert told.max_cost == limit
    assert told.request().max_cost == limit
    assert limit is not None or told.prompt == said


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_everything_that_can_be_understood_can_be_said(language: str) -> None:
    for case in CASES:
        for span in words.parse(case.say, case.attachments, case.subjects).spans:
            told = messages.sentence(span.key, language, {"text": span.text, "value": span.value})
            assert messages.has(span.key), span
            assert "?" not in told.replace(span.text, "").replace(span.value, ""), told


@pytest.mark.parametrize(
    "piece", [" ", "\n", "a ", "4K, ", "不要", "画三张", '"', "(", "use ", "16:9 ", "same a b "]
)
def test_a_very_long_text_is_read_too(piece: str) -> None:
    told = words.parse("a lamp " + piece * (12_000 // len(piece)))
    assert told.prompt.startswith("a lamp")


@pytest.mark.parametrize("gateway", ["creatok", "ima", "omnimaas", "skillsvideo"])
def test_the_names_people_use_most_mean_a_model_at_every_gateway(gateway: str) -> None:
    from limner import catalog

    sold = catalog.models(gateway, gateways.facts(gateway), {})
    for said in ("香蕉", "香蕉Pro", "大香蕉", "小香蕉", "nano banana", "NB Pro"):
        model = words.parse(f"用{said}画一只猫").model
        assert model and matching(model, sold), (said, model)
        assert matching(said, sold), said


@pytest.mark.parametrize(
    ("said", "avoided"),
    [
        ("a street, no people, text, or logos, 4K", "people, text, or logos"),
        ("a street, no text, watermark, 4K", "text, watermark"),
        ("a street, without people, rain or snow, 4K", "people, rain or snow"),
        ("a street, 4K, no text, no logos", "text, logos"),
        ("a street，不要人物，文字，水印，4K", "人物，文字，水印"),
        ("a street，不要人物、文字和水印，4K", "人物、文字和水印"),
    ],
)
def test_a_list_of_what_is_not_wanted_leaves_nothing_of_itself_in_the_prompt(said: str, avoided: str) -> None:
    told = words.parse(said)
    assert (told.prompt, told.avoid, told.size) == ("a street", avoided, "4K")


@pytest.mark.parametrize(
    "said",
    [
        "a street, don't make it 4K",
        "a street, not in 4K please",
        "a street, stop using midjourney",
        "a street, dont use midjourney",
        "don't use midjourney to draw a street",
        "forget Midjourney, a street",
        "一条街，不要4K",
        "不要用MJ画一条街",
        "我不喜欢MJ，画一条街",
        "请别用MJ，画一条街",
    ],
)
def test_what_is_not_wanted_is_never_read_as_wanted(said: str) -> None:
    told = words.parse(said)
    assert (told.model, told.size, told.preference) == (None, None, None)


@pytest.mark.parametrize(
    ("said", "prompt", "field", "meant", "overruled"),
    [
        ("一只猫，3张…不对，4张", "一只猫", "n", 4, "3张"),
        ("画三张猫，不对，四张", "画猫", "n", 4, "三张"),
        ("一只猫，出两张，啊不，三", "一只猫", "n", 3, "出两张"),
        ("three pictures of a cat, no wait, four", "a cat", "n", 4, "three pictures of"),
        (
            "make two options for the banner, actually make that three",
            "make the banner",
            "n",
            3,
            "two options for",
        ),
        ("一只猫，16:9，啊不，9:16", "一只猫", "aspect_ratio", "9:16", "16:9"),
        ("16:9, no wait, 1:1: a chess board", "a chess board", "aspect_ratio", "1:1", "16:9"),
        ("用香蕉Pro，说错了，用可梦，一只猫", "一只猫", "model", "SeeDream", "用香蕉Pro"),
    ],
)
def test_the_last_word_counts_and_what_it_takes_back_says_so(
    said: str, prompt: str, field: str, meant: object, overruled: str
) -> None:
    told = words.parse(said)
    assert (told.prompt, getattr(told, field)) == (prompt, meant)
    assert [one.text for one in told.spans if one.meaning == "overruled"] == [overruled]


@pytest.mark.parametrize(
    "said",
    [
        "a lemon, no wait, a lime",
        "three lemons, no, four lemons on a plate",
        "一颗柠檬，不对，一颗青柠",
        "he says no, wait, stop",
        "a cake with ten candles, no, twelve",
    ],
)
def test_the_picture_being_thought_over_is_not_touched(said: str) -> None:
    assert words.parse(said).prompt == said


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        ("一个杯子，不超过两块五", "2.5 CNY"),
        ("一个杯子，五毛钱以内", "0.5 CNY"),
        ("一個杯子，最多三塊半", "3.5 CNY"),
        ("a cup, at most 20 cents", "0.2 USD"),
        ("a cup, $3 tops", "3 USD"),
        ("a cup, at most 1000 cents", "10 USD"),
    ],
)
def test_parts_of_a_coin_are_read_too(said: str, limit: str) -> None:
    assert words.parse(said).max_cost == limit


@pytest.mark.parametrize(
    ("said", "ratio"),
    [
        ("a poster, A4, landscape", "297:210"),
        ("海报，A3，竖版", "297:420"),
        ("海报，A3，横版", "420:297"),
        ("a poster, A4, square", "1:1"),
        ("a poster, A4, 16:9", "16:9"),
    ],
)
def test_a_sheet_that_stands_or_lies_keeps_its_two_sides(said: str, ratio: str) -> None:
    assert words.parse(said).aspect_ratio == ratio
