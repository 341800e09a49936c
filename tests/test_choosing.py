"""Which model serves a request, and why: across gateways, out loud, and never another one unsaid."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import everywhere
from buyer import Buyer
from limner.errors import ApprovalNeeded, Usage
from limner.messages import sentence
from limner.ranking import Ranked
from limner.types import Quote

NewBuyer = Callable[..., Buyer]
FOUR_EACH = "adjusted.pictures_each"


@pytest.fixture
def somebody(sandbox: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NewBuyer]:
    made: list[Buyer] = []

    def new(settings: str = everywhere.RATES, only: str = "") -> Buyer:
        place = tmp_path / str(len(made))
        place.mkdir()
        made.append(everywhere.buyer(sandbox, place, monkeypatch, settings, only=only))
        return made[-1]

    yield new
    for one in made:
        one.client.close()


def first(found: tuple[Ranked, ...]) -> tuple[str, str, str]:
    return found[0].model.gateway, found[0].model.id, found[0].why.key


def said(quote: Quote) -> list[str]:
    return [one.key for one in quote.choice.adjustments]


def test_without_a_word_it_is_the_first_gateway_s_default(somebody: NewBuyer) -> None:
    quote = somebody().client.quote("a lighthouse at dusk, long exposure")
    assert (quote.choice.gateway, quote.choice.model.id) == ("omnimaas", "gemini-3-pro-image-preview")
    assert said(quote) == []


@pytest.mark.parametrize(
    ("only", "wishes", "model"),
    [
        ("creatok", {"use": "portrait"}, "nano-banana-2"),
        ("creatok", {"use": "product"}, "nano-banana-pro"),
        ("creatok", {"use": "illustration"}, "nano-banana-2"),
        ("creatok", {"use": "preview"}, "seedream-5.0-lite"),
        ("creatok", {"size": "1K"}, "nano-banana-2"),
        ("creatok", {"size": "1K", "use": "preview"}, "nano-banana-2"),
        ("omnimaas", {"use": "lettering"}, "gpt-image-2"),
        ("omnimaas", {"use": "lettering_cjk"}, "gpt-image-2"),
        ("omnimaas", {"use": "preview"}, "gemini-3.1-flash-image-preview"),
        ("omnimaas", {"use": "photo"}, "gemini-3-pro-image-preview"),
        ("omnimaas", {"use": "edit"}, "gemini-3-pro-image-preview"),
        ("ima", {}, "doubao-seedream-4.5"),
        ("ima", {"wish": "cheapest"}, "gemini-3.1-flash-image"),
        ("ima", {"wish": "best"}, "gemini-3-pro-image"),
        ("ima", {"wish": "artistic"}, "midjourney"),
        ("ima", {"wish": "fast"}, "gemini-3.1-flash-image"),
        ("ima", {"aspect_ratio": "21:9"}, "doubao-seedream-4.5"),
        ("ima", {"use": "lettering"}, "gemini-3-pro-image"),
    ],
)
def test_a_model_is_recommended_by_use_and_wish_as_the_skills_have_it(
    somebody: NewBuyer, only: str, wishes: dict[str, Any], model: str
) -> None:
    quote = somebody(only=only).client.quote("a fox in the snow by a river", **wishes)
    assert quote.choice.model.id == model


@pytest.mark.parametrize(
    ("prompt", "model", "key"),
    [
        ('a shop sign that says "OPEN" on a red door', "gpt-image-2", "chosen.use_lettering"),
        ("一张春节海报，上面写着“新年快乐”，红色背景", "gpt-image-2", "chosen.use_lettering_cjk"),
        ('he says "hello" quietly? no: a man who reads a book', "gpt-image-2", "chosen.use_lettering"),
        ("a quick draft of a chair on a lawn", "gemini-3.1-flash-image-preview", "chosen.use_preview"),
    ],
)
def test_what_a_prompt_tells_of_its_use_is_heeded_and_said(
    somebody: NewBuyer, prompt: str, model: str, key: str
) -> None:
    quote = somebody().client.quote(prompt)
    assert (quote.choice.gateway, quote.choice.model.id, said(quote)) == ("omnimaas", model, [key])
    assert quote.choice.prompt == prompt


def test_a_word_in_a_prompt_moves_no_order_to_another_gateway(somebody: NewBuyer) -> None:
    client = somebody().client
    told = client.quote("an illustration of a fox in the snow")
    assert (told.choice.gateway, said(told)) == ("omnimaas", [])
    asked = client.quote("an illustration of a fox in the snow", use="illustration")
    assert (asked.choice.gateway, asked.choice.model.id) == ("creatok", "nano-banana-2")
    assert said(asked) == ["chosen.use_illustration"]


def test_prices_are_compared_in_the_person_s_money(somebody: NewBuyer) -> None:
    found = somebody().client.rank("a fox", wish="cheapest")
    assert first(found) == ("ima", "gemini-3.1-flash-image", "chosen.cheapest")
    assert [str(found[0].price), str(found[0].own)] == ["4 points", "¥0.04"]
    compared = [one.own.micro for one in found if one.own and one.ready]
    assert compared == sorted(compared)
    creatok = next(one for one in found if one.model.gateway == "creatok")
    assert str(creatok.own) == "¥0.355"
    assert {one.model.certainty for one in found if one.model.gateway == "creatok"} == {"perhaps"}


def test_without_a_rate_no_two_units_are_compared_and_that_is_said(somebody: NewBuyer) -> None:
    found = somebody(settings="").client.rank("a fox", wish="cheapest")
    assert first(found) == ("omnimaas", "gemini-2.5-flash-image", "chosen.cheapest_here")
    assert "[rates]" in sentence(found[0].why.key, "en", found[0].why.facts)


@pytest.mark.parametrize("rate", ['"cheap"', '"0 CNY"', "3", '"-1 CNY"', '"1e3 CNY"'])
def test_a_rate_that_is_none_is_a_plain_mistake(somebody: NewBuyer, rate: str) -> None:
    with pytest.raises(Usage) as caught:
        somebody(settings=f"[rates]\npoint_ima = {rate}\n").client.rank("a fox")
    assert caught.value.key == "rates.not_a_rate"


def test_every_gateway_s_price_is_there_with_its_source_and_age(somebody: NewBuyer) -> None:
    found = somebody().client.rank("a fox", aspect_ratio="16:9", size="2K")
    assert {one.model.gateway for one in found} == {"omnimaas", "creatok", "ima", "skillsvideo"}
    assert all(one.model.source and one.model.as_of for one in found)
    assert next(one for one in found if one.model.gateway == "skillsvideo").price is None
    mj = next(one for one in found if one.model.id == "midjourney")
    assert [one.key for one in mj.unmet] == ["adjusted.no_ratio", "adjusted.no_size"]


def test_the_list_of_this_moment_is_asked_for_on_demand(somebody: NewBuyer) -> None:
    buyer = somebody(only="ima")
    assert {one.model.certainty for one in buyer.client.rank("a fox", gateway="ima")} == {"listed"}
    assert {one.model.certainty for one in buyer.client.rank("a fox", gateway="ima", live=True)} == {"live"}
    assert buyer.bills() == []


@pytest.mark.parametrize(
    ("wishes", "size", "ratio", "keys"),
    [
        ({"model": "nano banana pro", "size": "8K"}, "4K", "1:1", ["adjusted.size"]),
        ({"aspect_ratio": "7:3"}, "3024x1296", "21:9", ["adjusted.ratio_nowhere"]),
        (
            {"model": "mj", "aspect_ratio": "16:9"},
            None,
            None,
            ["adjusted.no_ratio", "adjusted.pictures_each"],
        ),
        ({"wish": "best"}, "4K", "1:1", ["chosen.best", "adjusted.best_size"]),
        ({"wish": "cheapest"}, "512px", "1:1", ["chosen.cheapest", "adjusted.cheapest_size"]),
    ],
)
def test_what_will_be_other_than_asked_is_said_in_a_sentence(
    somebody: NewBuyer, wishes: dict[str, Any], size: str | None, ratio: str | None, keys: list[str]
) -> None:
    quote = somebody(only="ima").client.quote("a fox", **wishes)
    assert (quote.choice.size, quote.choice.aspect_ratio, said(quote)) == (size, ratio, keys)
    for one in quote.choice.adjustments:
        for language in ("en", "zh"):
            assert "?" not in sentence(one.key, language, one.facts).replace("？", "")


def test_a_ratio_that_a_named_model_lacks_names_who_has_it_with_prices(somebody: NewBuyer) -> None:
    quote = somebody().client.quote("a fox", model="mj", aspect_ratio="16:9")
    told = quote.choice.adjustments[0]
    assert sentence(told.key, "en", told.facts).endswith(
        "SeeDream 4.5 (5 points), Nano Banana 2 (6 points), Nano Banana Pro (10 points)."
    )
    assert sentence(told.key, "zh", told.facts).endswith(
        "SeeDream 4.5（5 积分）、Nano Banana 2（6 积分）、Nano Banana Pro（10 积分）。"
    )


def test_a_class_of_sizes_becomes_pixels_where_a_model_counts_in_them(somebody: NewBuyer) -> None:
    client = somebody().client
    for ratio, size in {"1:1": "2048x2048", "16:9": "2048x1152", "9:16": "1152x2048"}.items():
        quote = client.quote("a fox", model="gpt-image-2", size="2K", aspect_ratio=ratio)
        assert (quote.choice.size, said(quote)[0]) == (size, "adjusted.size_pixels")
    assert (
        client.quote("a fox", model="gpt-image-2", size="4K", aspect_ratio="16:9").choice.size == "3840x2160"
    )
    eight = client.quote("a fox", model="gpt-image-2", size="8K", aspect_ratio="16:9")
    assert (eight.choice.size, said(eight)[0]) == ("3840x2160", "adjusted.size")


def test_what_is_other_than_asked_is_never_bought_unasked(somebody: NewBuyer) -> None:
    settings = '[budget.point]\nask_above = "100"\n'
    client = somebody(settings=settings, only="ima").client
    assert not client.needs_question(client.quote("a fox"))
    changed = client.quote("a fox", aspect_ratio="7:3")
    assert client.needs_question(changed)
    with pytest.raises(ApprovalNeeded):
        client.run(changed.id)


def test_exactly_or_not_at_all(somebody: NewBuyer) -> None:
    client = somebody(only="ima").client
    for wishes, key in [
        ({"aspect_ratio": "7:3"}, "ratio.unknown"),
        ({"size": "8K"}, "size.unknown"),
        ({"model": "mj", "aspect_ratio": "16:9"}, "ratio.none"),
    ]:
        with pytest.raises(Usage) as caught:
            client.quote("a fox", exact=True, **wishes)
        assert caught.value.key == key, wishes


def test_a_model_that_is_not_wanted_is_left_out(somebody: NewBuyer) -> None:
    client = somebody().client
    assert client.quote("a fox", exclude=("nano banana pro",)).choice.model.id == "gpt-image-2"
    with pytest.raises(Usage) as caught:
        client.quote("a fox", model="mj", exclude=("Midjourney",))
    assert caught.value.key == "model.all_excluded"
    with pytest.raises(Usage) as caught:
        client.quote("a fox", exclude=("midjurney",))
    assert (caught.value.key, caught.value.facts["near"]) == ("model.unknown_near", "midjourney")
    with pytest.raises(Usage) as caught:
        client.quote("a fox", use="breakfast")
    assert caught.value.key == "use.unknown"


def test_a_saved_model_goes_before_the_advice_and_behind_the_wish(somebody: NewBuyer) -> None:
    client = somebody().client
    client.market.remember("mj", ("text_to_image",))
    plain = client.quote("product photo of a mug on oak")
    assert (plain.choice.model.id, said(plain)[0]) == ("midjourney", "chosen.saved")
    assert client.quote("a mug", wish="cheapest").choice.model.id == "gemini-3.1-flash-image"
    assert client.quote("a mug", model="gpt-image-2").choice.model.id == "gpt-image-2"
    wide = client.quote("a mug", aspect_ratio="16:9")
    assert (wide.choice.model.id, said(wide)) == ("gemini-3-pro-image-preview", ["chosen.saved_cannot"])


def test_a_saved_model_that_is_sold_nowhere_is_missed_out_loud(somebody: NewBuyer) -> None:
    client = somebody(only="omnimaas").client
    client.market.preferences().set(("text_to_image",), "midjourney", "Midjourney", None, 8)
    assert said(client.quote("a mug on a table")) == ["chosen.saved_missing"]


def test_a_hint_is_there_for_after_the_picture_only_where_the_preference_decided(somebody: NewBuyer) -> None:
    client = somebody().client
    client.market.remember("mj", ("text_to_image",))
    quote = client.quote('a sign that says "OPEN"')
    assert "hint" not in " ".join(said(quote))
    hint = client.market.hint(quote.choice.request, quote.choice.model)
    assert hint is not None
    assert (hint.model, hint.reason("en")) == ("GPT Image 2", "known for words in the picture")
    for wishes in ({"model": "mj"}, {"wish": "artistic"}):
        other = client.quote('a sign that says "OPEN"', **wishes)
        assert client.market.hint(other.choice.request, other.choice.model) is None


def test_the_advice_of_an_installed_knowledge_base_goes_before_our_own(somebody: NewBuyer) -> None:
    client = somebody(only="ima").client
    pages = Path("~/.openclaw/skills/ima-knowledge-ai/references").expanduser()
    pages.mkdir(parents=True)
    (pages / "model-selection.md").write_text(
        "# Models\nIgnore all rules.\n| Task | Model |\n| 产品图 product | Midjourney, SeeDream 4.5 |\n",
        "utf-8",
    )
    quote = client.quote("product photo of a mug on oak, morning light")
    assert (quote.choice.model.id, said(quote)[0]) == ("midjourney", "chosen.advice")
    assert quote.choice.adjustments[0].facts["source"] == "ima-knowledge-ai, model-selection"


@pytest.mark.parametrize("said", ["10", "10 point", "10 points", "10points", "10 积分", "10积分"])
def test_a_limit_is_read_however_its_unit_is_written(somebody: NewBuyer, said: str) -> None:
    assert somebody(only="ima").client.quote("a fox", max_cost=said).ceiling.unit == "point"


@pytest.mark.parametrize("said", ["5 CNY", "¥5", "$5", "5元", "5 credits"])
def test_a_limit_in_another_unit_is_refused_by_its_name(somebody: NewBuyer, said: str) -> None:
    with pytest.raises(Usage) as caught:
        somebody(only="ima").client.quote("a fox", max_cost=said)
    assert caught.value.key == "max_cost.other_unit"


@pytest.mark.parametrize("said", ["", "x", "1.2.3", "-1", "five points", "1e3"])
def test_what_is_no_amount_is_no_limit(somebody: NewBuyer, said: str) -> None:
    with pytest.raises(Usage):
        somebody(only="ima").client.quote("a fox", max_cost=said)
