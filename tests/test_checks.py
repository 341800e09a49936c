"""Delivered is agreed to, or it is said in what it is not; and an honest delivery raises nothing."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PIL import Image

from buyer import Buyer
from conftest import NewBuyer
from limner import receipts
from limner.messages import en, sentence
from limner.results import Job
from limner.sandbox import faults
from pictures import LIES as WORDS
from providers.conftest import NewCustomer, new_customer  # noqa: F401  # a fixture

GPT, GEMINI = "gpt-image-2", "gemini-3-pro-image-preview"


class Lie(NamedTuple):
    """A word that makes the sandbox deliver otherwise, what is asked for, and what has to be said of it."""

    word: str
    kinds: set[str]
    wishes: dict[str, Any]
    gateway: str = "local"
    pictures: int = 1


LIES = [
    Lie("wrong-size", {"size"}, {"size": "512x512"}),
    Lie("wrong-ratio", {"ratio"}, {"aspect_ratio": "16:9", "model": GEMINI}, "omnimaas"),
    Lie("wrong-format", {"format"}, {"format": "png"}),
    Lie("mislabelled", {"label"}, {}),
    Lie("false-size", {"said_size"}, {}),
    Lie("fewer", {"fewer"}, {"n": 3, "model": GPT}, "omnimaas", 2),
    Lie("more", {"more"}, {"n": 2, "model": GPT}, "omnimaas", 3),
    Lie("no-alpha", {"no_alpha"}, {"background": "transparent"}),
    Lie("blank", {"blank"}, {}),
    Lie("blank", {"blank"}, {"model": GEMINI}, "omnimaas"),
    Lie("invisible", {"invisible"}, {"background": "transparent"}),
    Lie("cut-inside", {"cut"}, {"background": "transparent"}),
    Lie("grey-bottom", {"grey_below"}, {}),
    Lie("grey-bottom", {"grey_below"}, {"model": GEMINI}, "omnimaas"),
    Lie("upscaled", {"enlarged"}, {}),
    Lie("upscaled", {"enlarged"}, {"model": GEMINI}, "omnimaas"),
    Lie("duplicate", {"twice"}, {"n": 2, "model": GPT}, "omnimaas", 2),
    Lie("other-model", {"model"}, {}),
    Lie("other-model", {"model"}, {"model": GEMINI}, "omnimaas"),
]


@pytest.fixture
def shop(new_buyer: NewBuyer, sandbox: str) -> Buyer:
    """A buyer at OmniMaaS who has a free generator of their own besides."""
    lines = [
        "[gateways.local]",
        'provider = "openai_compatible"',
        f'base_url = "{sandbox}/openai/v1"',
        "free = true",
    ]
    return new_buyer("\n".join([*lines, "[gateways.local.models.local-diffusion]", "max_n = 1", ""]))


@pytest.fixture
def reference(tmp_path: Path) -> str:
    path = tmp_path / "mine.png"
    Image.effect_noise((256, 256), 90).convert("RGB").save(path)
    return str(path)


def kinds(job: Job) -> set[str]:
    return {one.kind for one in job.differences}


def bought(shop: Buyer, lie: Lie, prompt: str = "a cup") -> Job:
    return shop.make(f"{prompt} [[{lie.word}]]", gateway=lie.gateway, **lie.wishes)


def test_every_word_of_the_sandbox_for_a_lie_is_tried() -> None:
    tried = {lie.word for lie in LIES} | {"echo", "placeholder"}
    assert tried >= WORDS
    assert tried <= {fault.name for fault in faults.ALL}


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: f"{lie.word}-{lie.gateway}")
def test_a_lie_is_caught_as_what_it_is_and_costs_the_job_nothing(shop: Buyer, lie: Lie) -> None:
    job = bought(shop, lie)
    assert kinds(job) == lie.kinds, job.differences
    assert (job.state, len(job.pictures)) == ("done", lie.pictures)
    assert job.sent == 1, "nothing is bought again"
    assert all(Path(one.path).stat().st_size == one.bytes for one in job.pictures)
    honest = shop.make("a bowl", gateway=lie.gateway, **lie.wishes)
    assert (kinds(honest), honest.error) == (set(), None)


def test_a_reference_that_comes_back_instead_of_an_edit_is_known(shop: Buyer, reference: str) -> None:
    job = shop.make("make it blue [[echo]]", model=GEMINI, references=(reference,))
    (one,) = job.differences
    assert (one.kind, one.facts["name"]) == ("unchanged", "mine.png")
    assert kinds(shop.make("make it blue", model=GEMINI, references=(reference,))) == set()


def test_a_file_that_an_earlier_order_got_is_known_again_unless_it_is_the_same_order(shop: Buyer) -> None:
    first = shop.make("a cup [[placeholder]]", model=GEMINI)
    assert kinds(shop.make("a cup [[placeholder]]", model=GEMINI)) == kinds(first) == set()
    other = shop.make("two cups [[placeholder]]", model=GEMINI)
    (one,) = other.differences
    assert one.kind == "again"
    assert shop.client.job(one.facts["job"]).prompt == "a cup [[placeholder]]"


def test_a_difference_stands_wherever_a_job_is_told_of(shop: Buyer) -> None:
    job = bought(shop, LIES[0])
    (one,) = job.differences
    assert (one.place, one.facts) == (0, {"asked": "512x512", "came": "256x170"})
    row = {"kind": "size", "picture": 1, "facts": {"asked": "512x512", "came": "256x170"}}
    assert receipts.told(shop.client.job(job.id))["differences"] == [row]
    assert shop.told(job)["differences"] == [row]
    said = sentence("difference.size", "en", one.facts)
    assert said in (Path(job.folder) / "result.md").read_text("utf-8")
    sidecar = json.loads(Path(job.pictures[0].sidecar).read_text("utf-8"))
    assert sidecar["differences"] == [{"kind": "size", "asked": "512x512", "came": "256x170"}]
    assert said in receipts.said(job, "en")[0]
    assert "512x512" in receipts.said(job, "zh")[0]


def test_of_several_pictures_it_is_said_which_one_is_meant(shop: Buyer) -> None:
    job = shop.make("a cup [[duplicate]]", model=GPT, n=2)
    assert receipts.said(job, "en") == ["Picture 2 is not as agreed: it is the same file as picture 1."]


def test_fewer_pictures_are_said_once(shop: Buyer) -> None:
    job = shop.make("a cup [[fewer]]", model=GPT, n=3)
    assert receipts.words(job)[0] == "job.fewer"
    assert receipts.said(job, "en") == []
    assert receipts.told(job)["differences"][0]["facts"] == {"asked": 3, "came": 2}


def test_what_a_model_does_again_and_again_is_said_before_the_next_yes(shop: Buyer) -> None:
    for prompt in ("a cup", "a jug"):
        assert shop.client.quote("a mug", model=GPT).notes == ()
        bought(shop, Lie("wrong-size", {"size"}, {"model": GPT}, "omnimaas"), prompt)
    (note,) = shop.client.quote("a mug", model=GPT).notes
    assert note.key == "habit.size"
    assert (note.facts["times"], note.facts["of"]) == (2, 2)
    assert "512x341" in sentence(note.key, "en", note.facts)
    assert shop.client.quote("a mug", model=GEMINI).notes == (), "another model is another"


def test_every_kind_has_its_sentence_for_now_and_for_next_time() -> None:
    said, known = (
        {key.partition(".")[2] for key in en.TEXTS if key.startswith(f"{family}.")}
        for family in ("difference", "habit")
    )
    assert said - {"in", "at"} == known
    tried = set().union(*(lie.kinds for lie in LIES)) | {"unchanged", "again", "watermark"}
    assert known == tried, "watermark-only is IMA's own"


def test_a_watermark_that_cannot_be_had_without_is_said(new_customer: NewCustomer) -> None:  # noqa: F811
    job = new_customer("ima").make("a cup [[watermark-only]]", model="gemini-3-pro-image")
    assert (job.state, kinds(job)) == ("done", {"watermark"})
