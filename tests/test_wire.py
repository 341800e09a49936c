"""What leaves for OmniMaaS, and what comes home: every family, as the wire reference has it."""

import hashlib
from base64 import b64encode
from pathlib import Path

import pytest
from PIL import Image

from buyer import Buyer

CHAT = "gemini-3-pro-image-preview"


@pytest.fixture
def blue(tmp_path: Path) -> str:
    path = tmp_path / "blue.jpg"
    Image.new("RGB", (48, 64), (20, 20, 200)).save(path)
    return str(path)


def digest(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def test_a_gpt_picture_is_asked_for_with_exactly_four_keys(buyer: Buyer) -> None:
    job = buyer.make("a cat", model="gpt-image-2", avoid="blur")
    (sent,) = buyer.requests()
    assert (sent["method"], sent["path"]) == ("POST", "/omnimaas/v1/images/generations")
    assert sent["json"] == {
        "model": "gpt-image-2",
        "prompt": "a cat Avoid: blur",
        "n": 1,
        "size": "1024x1024",
    }
    assert sent["headers"]["content-type"] == "application/json"
    assert (job.state, job.charged, job.sent, len(job.pictures)) == ("done", "yes", 1, 1)
    assert buyer.owes(job)


def test_dall_e_is_asked_for_one_picture_and_its_link_is_fetched(buyer: Buyer) -> None:
    job = buyer.make("a cat", model="dall-e-3", aspect_ratio="16:9", quality="hd")
    (sent,) = buyer.requests()
    wanted = {"model": "dall-e-3", "prompt": "a cat", "n": 1, "size": "1792x1024", "quality": "hd"}
    assert sent["json"] == wanted
    assert (job.pictures[0].width, job.pictures[0].height) == (1792, 1024)
    assert job.pictures[0].url


def test_dall_e_takes_no_references(buyer: Buyer, red: str) -> None:
    with pytest.raises(Exception, match="takes no reference pictures"):
        buyer.client.quote("a cat", model="dall-e-3", references=(red,))
    assert buyer.requests() == []


def test_an_edit_is_a_form_with_its_parts_in_the_documented_order(buyer: Buyer, red: str, blue: str) -> None:
    job = buyer.make(
        "in snow", model="gpt-image-2", references=(red, blue), aspect_ratio="3:2", quality="low"
    )
    (sent,) = buyer.requests()
    assert sent["path"] == "/omnimaas/v1/images/edits"
    assert sent["content_type"] == "multipart/form-data"
    fields = [(part["name"], part.get("value")) for part in sent["parts"]]
    assert fields[:4] == [
        ("model", "gpt-image-2"),
        ("prompt", "in snow"),
        ("n", "1"),
        ("size", "1536x1024"),
    ]
    assert fields[4] == ("quality", "low")
    pictures = [(part["name"], part["type"], part["sha256"]) for part in sent["parts"][5:]]
    assert pictures == [("image[]", "image/png", digest(red)), ("image[]", "image/jpeg", digest(blue))]
    assert [part["filename"] for part in sent["parts"][5:]] == ["reference-1.png", "reference-2.jpeg"]
    assert (job.state, job.operation) == ("done", "image_to_image")


def test_one_reference_is_still_sent_under_the_plural_name(buyer: Buyer, red: str) -> None:
    buyer.make("in snow", model="gpt-image-2", references=(red,))
    assert [part["name"] for part in buyer.requests()[0]["parts"]][-1:] == ["image[]"]


def test_a_gemini_picture_is_asked_for_in_a_chat_of_one_text(buyer: Buyer) -> None:
    job = buyer.make("a cat", model=CHAT, aspect_ratio="16:9", avoid="blur")
    (sent,) = buyer.requests()
    text = "a cat (aspect ratio: 16:9) Avoid: blur"
    content = [{"type": "text", "text": text}]
    assert sent["path"] == "/omnimaas/v1/chat/completions"
    assert sent["json"] == {"model": CHAT, "messages": [{"role": "user", "content": content}]}
    assert (job.pictures[0].width, job.pictures[0].height) == (1376, 768)


def test_references_for_gemini_are_data_urls_behind_the_text(buyer: Buyer, red: str, blue: str) -> None:
    job = buyer.make("side by side", model=CHAT, references=(red, blue))
    (sent,) = buyer.requests()
    parts = sent["json"]["messages"][0]["content"]
    assert parts[0] == {"type": "text", "text": "side by side"}
    urls = [f"data:image/png;base64,{b64encode(Path(red).read_bytes()).decode()}"]
    urls += [f"data:image/jpeg;base64,{b64encode(Path(blue).read_bytes()).decode()}"]
    for url, part in zip(urls, parts[1:], strict=True):
        assert part["type"] == "image_url"
        assert list(part["image_url"]) == ["url"]
        told = part["image_url"]["url"]
        assert told == url or hashlib.sha256(url.encode()).hexdigest() in told
    assert job.state == "done"


def test_the_default_model_is_the_one_that_the_seed_names(buyer: Buyer) -> None:
    assert buyer.client.quote("a cat").choice.model.id == CHAT


def test_four_pictures_of_one_answer_are_all_kept(buyer: Buyer) -> None:
    job = buyer.make("a cat", model="gpt-image-2", n=4)
    assert [sent["json"]["n"] for sent in buyer.requests()] == [4]
    assert len({picture.sha256 for picture in job.pictures}) == 4
    assert all(Path(picture.path).stat().st_size == picture.bytes for picture in job.pictures)
    assert len(buyer.bills()) == 4
    assert buyer.owes(job)


def test_three_gemini_pictures_are_three_requests(buyer: Buyer) -> None:
    job = buyer.make("a cat", model=CHAT, n=3)
    sent = buyer.requests()
    assert (job.sent, len(sent), len(job.pictures), len(buyer.bills())) == (3, 3, 3, 3)
    assert all("n" not in one["json"] for one in sent)
    assert buyer.owes(job)


def test_twelve_gpt_pictures_are_asked_for_ten_and_two_at_a_time(buyer: Buyer) -> None:
    quote = buyer.client.quote("a cat", model="gpt-image-2", n=12)
    assert [one.key for one in quote.choice.adjustments] == ["adjusted.sends"]
    job = buyer.make("a cat", model="gpt-image-2", n=12)
    assert [sent["json"]["n"] for sent in buyer.requests()] == [10, 2]
    assert len({picture.path for picture in job.pictures}) == 12


@pytest.mark.parametrize(
    ("ratio", "size"),
    [
        ("1:1", "1024x1024"),
        ("3:2", "1536x1024"),
        ("4:3", "1536x1024"),
        ("16:9", "1536x1024"),
        ("2:3", "1024x1536"),
        ("3:4", "1024x1536"),
        ("9:16", "1024x1536"),
        (None, "1024x1024"),
    ],
)
def test_a_ratio_is_a_pixel_size_for_gpt_models(buyer: Buyer, ratio: str | None, size: str) -> None:
    assert buyer.client.quote("a cat", model="gpt-image-2", aspect_ratio=ratio).choice.size == size


def test_a_size_goes_before_a_ratio_and_says_so(buyer: Buyer) -> None:
    wishes = {"aspect_ratio": "16:9", "size": "1024x1024"}
    choice = buyer.client.quote("a cat", model="gpt-image-2", **wishes).choice
    assert (choice.size, [one.key for one in choice.adjustments]) == ("1024x1024", ["adjusted.size_wins"])


def test_a_size_for_gemini_is_left_out_and_said_so(buyer: Buyer) -> None:
    choice = buyer.client.quote("a cat", model=CHAT, size="1024x1024").choice
    assert (choice.size, [one.key for one in choice.adjustments]) == (None, ["adjusted.no_size"])


@pytest.mark.parametrize(
    ("wishes", "key"),
    [
        ({"model": "gpt-image-9"}, "model.unknown_near"),
        ({"model": "zzz"}, "model.unknown"),
        ({"aspect_ratio": "5:4"}, "ratio.unknown"),
        ({"model": "gpt-image-2", "size": "10x10"}, "size.unknown"),
        ({"model": "gpt-image-2", "quality": "superb"}, "parameter.value"),
        ({"seed": 3}, "parameter.none"),
        ({"model": "gpt-image-2", "seed": 3}, "parameter.unknown"),
        ({"model": "gpt-image-2", "extra": {"model": "dall-e-3"}}, "parameter.unknown"),
        ({"n": 0}, "n.out_of_range"),
        ({"n": 101}, "n.out_of_range"),
        ({"attempts": 9}, "attempts.out_of_range"),
        ({"max_cost": "much"}, "max_cost.not_an_amount"),
        ({"max_cost": "-1"}, "max_cost.not_an_amount"),
        ({"prompt": "  "}, "prompt.empty"),
        ({"prompt": "x" * 4001}, "prompt.too_long"),
        ({"references": ("a.png",) * 10}, "reference.too_many"),
        ({"gateway": "nowhere"}, "gateway.unknown"),
    ],
)
def test_what_cannot_be_served_is_refused_before_anything_is_sent(
    buyer: Buyer, wishes: dict[str, object], key: str
) -> None:
    with pytest.raises(Exception) as caught:
        buyer.client.quote("a cat", **{"exact": True, **wishes})
    assert getattr(caught.value, "key", None) == key
    assert buyer.requests() == []


@pytest.mark.parametrize("name", ["Nano Banana Pro", "nano-banana-pro", "ＧＥＭＩＮＩ 3 Pro", "香蕉Pro"])
def test_a_model_is_found_by_any_spelling_of_its_names(buyer: Buyer, name: str) -> None:
    assert buyer.client.quote("a cat", model=name).choice.model.id == CHAT


def test_a_model_id_that_configuration_prices_anew_takes_its_price_from_there(new_buyer) -> None:
    buyer = new_buyer('[gateways.omnimaas.models."gpt-image-2"]\nprice = "0.50"\n')
    assert str(buyer.client.quote("a cat", model="gpt-image-2").price) == "¥0.50"


def test_a_free_server_is_asked_for_base64_by_name_and_needs_no_yes(new_buyer, sandbox: str) -> None:
    buyer = new_buyer(f'[gateways.mine]\nprovider = "openai_compatible"\nbase_url = "{sandbox}/openai/v1"\n')
    quote = buyer.client.quote("a cat", gateway="mine", model="free-server-wire")
    job = buyer.client.run(quote.id)
    wire = next(
        sent["json"]
        for sent in Buyer(sandbox, "none", *buyer[2:]).requests()
        if (sent["json"] or {}).get("model") == "free-server-wire"
    )
    assert wire["response_format"] == "b64_json"
    assert (job.state, job.charged, job.cost_basis, str(job.cost)) == ("done", "no", "free", "$0.00")


def test_a_running_job_tells_its_steps_in_order(buyer: Buyer) -> None:
    told: list[str] = []
    buyer.client.run(buyer.approved(), watch=lambda event, _: told.append(event))
    assert told == ["opened", "submitting", "collecting", "done"]
