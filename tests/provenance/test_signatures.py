"""A C2PA statement is checked in full where the extra is there, and told in plain words; without it, not."""

import sys
from pathlib import Path

import pytest

from buyer import Buyer
from conftest import NewBuyer
from limner import errors
from limner.provenance import manifest
from limner.provenance.origin import Origin, said, told
from loopback import Reply, serving

pytest.importorskip("c2pa", reason="the extra c2pa is not installed")

from .signing import GENERATED, chain, picture, signed

KINDS = ["PNG", "JPEG", "WEBP", "AVIF"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "signed.png"
    path.write_bytes(signed(picture("PNG"), "image/png"))
    return path


def flipped(path: Path, at: int) -> None:
    """One bit of the file turned over."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def lines(found: Origin, language: str = "en") -> str:
    return "\n".join(said(found, language))


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_that_holds_is_valid_and_says_who_signed_and_what_made_it(
    buyer: Buyer, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "signed"
    path.write_bytes(signed(picture(kind), f"image/{kind.lower()}"))
    found = buyer.client.origin(str(path))
    assert found.marks is not None
    assert found.manifest is not None
    assert (found.marks.c2pa, found.manifest.signer) == ("valid", "Picture Makers Ltd")
    assert (found.manifest.maker, found.manifest.source_type) == ("Some Model 3", GENERATED)
    assert "Signed by Picture Makers Ltd (C2PA), and unchanged since. No list" in lines(found)
    assert "The signed statement says: made by a generative AI model." in lines(found)
    assert "由 Picture Makers Ltd 签名（C2PA），此后未被改动" in lines(found, "zh")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_flipped_bit_of_the_picture_makes_the_signature_invalid(
    buyer: Buyer, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "signed"
    path.write_bytes(signed(picture(kind), f"image/{kind.lower()}"))
    flipped(path, path.stat().st_size - 200)
    found = buyer.client.origin(str(path))
    assert found.marks is not None
    assert found.marks.c2pa == "invalid"
    assert lines(found).startswith("Carries a signature (C2PA) that does not hold: the picture was changed")
    assert "Some Model" not in lines(found), "what a statement says that does not hold is not passed on"
    checked = told(found, "en")["manifest"]
    assert (checked["problems"], checked["maker"]) == (["assertion.dataHash.mismatch"], "")


def test_a_flipped_bit_of_the_statement_makes_it_invalid(buyer: Buyer, file: Path) -> None:
    flipped(file, file.read_bytes().index(b"trainedAlgorithmicMedia"))
    found = buyer.client.origin(str(file))
    assert found.marks is not None
    assert found.marks.c2pa == "invalid"
    assert "does not hold" in lines(found)


def test_a_signer_on_the_persons_own_list_is_trusted(new_buyer: NewBuyer, file: Path, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.pem"
    anchors.write_bytes(chain().root)
    buyer = new_buyer(f'[provenance]\ntrust = "{anchors}"\n')
    found = buyer.client.origin(str(file))
    assert found.marks is not None
    assert found.marks.c2pa == "trusted"
    assert "whom your list of trusted signers vouches for" in lines(found)


@pytest.mark.parametrize("content", [None, "no certificates", "\u00fc"])
def test_a_list_of_signers_that_is_none_is_said(
    new_buyer: NewBuyer, file: Path, tmp_path: Path, content: str | None
) -> None:
    anchors = tmp_path / "anchors.pem"
    if content is not None:
        anchors.write_text(content, "utf-8")
    buyer = new_buyer(f'[provenance]\ntrust = "{anchors}"\n')
    with pytest.raises(errors.Usage) as caught:
        buyer.client.origin(str(file))
    assert caught.value.key == "provenance.no_trust"


def test_without_the_extra_the_signature_is_seen_and_not_checked(
    buyer: Buyer, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "c2pa"]:
        monkeypatch.delitem(sys.modules, name)
    folders = [one for one in sys.path if not (Path(one) / "c2pa").exists()]
    monkeypatch.setattr(sys, "path", folders)
    assert not manifest.can_check()
    found = buyer.client.origin(str(file))
    assert found.marks is not None
    assert (found.marks.c2pa, found.manifest) == ("present", None)
    assert said(found, "en") == [
        "Says that its maker signed it (C2PA). The signature was not checked.",
        "To have signatures checked: pip install 'limner[c2pa]'",
    ]


def test_a_statement_that_lies_elsewhere_is_not_fetched(buyer: Buyer, tmp_path: Path) -> None:
    with serving(lambda _: Reply(404)) as server:
        path = tmp_path / "signed.jpg"
        path.write_bytes(signed(picture("JPEG"), "image/jpeg", elsewhere=f"{server.url}/statement"))
        found = buyer.client.origin(str(path))
        assert found.marks is not None
        assert (found.marks.c2pa, found.manifest) == ("elsewhere", None)
        checked = manifest.check(path, "image/jpeg")
        assert checked is not None
        assert (checked.state, server.seen) == ("invalid", [])


def test_what_a_statement_says_cannot_act_on_a_terminal(buyer: Buyer, tmp_path: Path) -> None:
    path = tmp_path / "signed.png"
    path.write_bytes(signed(picture("PNG"), "image/png", made_by="Model\x1b[2J\u202e"))
    found = buyer.client.origin(str(path))
    assert "The signed statement names what made it: Model[2J." in lines(found)
    assert told(found, "en")["manifest"]["maker"] == "Model[2J"
