"""IMA Studio: files are brought to its own host first, and the key goes nowhere else."""

from typing import Any

import pytest

from buyer import Buyer, files
from limner.messages import LANGUAGES, sentence
from limner.providers.ima_upload import sign

from .conftest import NewCustomer
from .ima_shop import CREATE, TOKEN, points, sent


@pytest.fixture
def buyer(new_customer: NewCustomer) -> Buyer:
    return new_customer("ima")


def test_a_file_is_brought_to_the_service_and_named_twice_in_the_order(buyer: Buyer, red: str) -> None:
    job = buyer.make("in blue", references=(red, red))
    assert job.state == "done"
    first, second = sent(buyer, TOKEN)
    assert first["method"] == second["method"] == "GET"
    assert "authorization" not in first["headers"]
    asked = first["query"]
    assert set(asked) == {
        "appUid", "appId", "appKey", "cmimToken", "sign", "timestamp", "nonce",
        "fService", "fType", "fSuffix", "fContentType",
    }  # fmt: skip
    assert (asked["appUid"], asked["cmimToken"]) == ("…", "…"), "the key, which the sandbox does not tell"
    assert asked["sign"] == sign(asked["appId"], asked["appKey"], asked["timestamp"], asked["nonce"])
    assert (asked["fSuffix"], asked["fContentType"], len(asked["nonce"])) == ("png", "image/png", 21)
    assert first["query"]["nonce"] != second["query"]["nonce"]
    create = sent(buyer, CREATE)[-1]["json"]
    inner = create["parameters"][0]["parameters"]
    assert len(create["src_img_url"]) == 2
    assert inner["input_images"] == create["src_img_url"]
    assert all("/pictures/" in link for link in create["src_img_url"])


def test_the_signature_is_the_documented_one() -> None:
    made = sign("webAgent", "32jdskjdk320eew", "1700000000", "0123456789abcdef01234")
    assert made == "A507298202BBC85A02EC1BF8D150DD23FC023CF3"


def test_an_upload_host_that_wants_the_other_form_gets_it(buyer: Buyer, red: str) -> None:
    buyer.script("token-by-form", match="getuploadtoken")
    assert buyer.make("in blue", references=(red,)).state == "done"
    assert [one["method"] for one in sent(buyer, TOKEN)] == ["GET", "POST"]
    assert {part["name"] for part in sent(buyer, TOKEN)[1]["parts"]} == set(sent(buyer, TOKEN)[0]["query"])


def test_addresses_of_pictures_pass_through_and_nothing_is_uploaded(buyer: Buyer, red: str) -> None:
    link = "https://example.com/photo.jpg"
    job = buyer.make("in blue", references=(link, red))
    assert job.state == "done"
    create = sent(buyer, CREATE)[-1]["json"]
    assert create["src_img_url"][0] == link
    assert len(sent(buyer, TOKEN)) == 1


TROUBLE = [
    "token-echo",
    "token-without-address",
    "401",
    "403",
    "500",
    "502",
    "503",
    "html",
    "not-json",
    "reset",
]


@pytest.mark.parametrize("fault", [*TROUBLE, "token-by-form", "torn"])
def test_an_upload_that_fails_costs_nothing_and_never_writes_the_key_down(
    buyer: Buyer, red: str, fault: str, capfd: pytest.CaptureFixture[str]
) -> None:
    buyer.script(fault, match="getuploadtoken", times=2)
    told: list[Any] = []
    quote = buyer.approved("in blue", references=(red,))
    job = buyer.client.run(quote, watch=lambda event, facts: told.append((event, facts)))
    if fault == "token-by-form":
        assert job.state == "done"
    else:
        assert (job.state, job.charged, job.cost, job.sent) == ("failed", "no", points(0), 0)
        assert job.error in {"upload.refused", "gateway.elsewhere"}
        assert sent(buyer, CREATE) == []
    said = capfd.readouterr()
    shown = [sentence(job.error, one, job.error_facts) for one in LANGUAGES if job.error]
    assert buyer.key not in "".join((said.out, said.err, repr(told), *shown))
    for file in files(buyer.home, buyer.folder):
        assert buyer.key.encode() not in file.read_bytes(), file
    assert buyer.key not in repr(buyer.requests())


def test_a_key_for_another_address_is_not_shown_to_the_service_s_upload_host(
    new_customer: NewCustomer, red: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = new_customer("ima")
    monkeypatch.delenv("IMA_IM_BASE_URL")
    job = buyer.make("in blue", references=(red,))
    assert (job.state, job.error, job.charged) == ("failed", "gateway.no_other_host", "no")
    assert "IMA_IM_BASE_URL" in sentence(job.error, "en", job.error_facts)
    assert buyer.make("a cup").state == "done", "what needs no upload is not in the way of it"
