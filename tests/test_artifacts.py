"""Pictures on disk: whole, named for what they are, never over another file, each with its story."""

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from buyer import Buyer
from limner import Output
from limner.artifacts import check_output, verify
from limner.errors import LimnerError, NoPicture, StorageFailed, Usage
from limner.results import Job
from loopback import Reply, serving
from pictures import noise, saved

GPT, GEMINI = "gpt-image-2", "gemini-3-pro-image-preview"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".json"))


def run(buyer: Buyer, output: Output, prompt: str = "a cup", **wishes: Any) -> Job:
    return buyer.client.run(buyer.approved(prompt, **wishes), output)


def test_the_bytes_are_the_gateways_own(new_buyer, tmp_path: Path) -> None:
    data = saved(noise((96, 96)), tmp_path / "noise.png").read_bytes()
    item = {"b64_json": base64.b64encode(data).decode()}
    with serving(lambda _: Reply(200, json.dumps({"data": [item]}).encode())) as server:
        job = new_buyer(url=f"{server.url}/v1").make(model=GPT)
    picture = job.pictures[0]
    assert Path(picture.path).read_bytes() == data
    assert picture.sha256 == hashlib.sha256(data).hexdigest()
    assert (picture.bytes, picture.width, picture.height) == (len(data), 96, 96)


@pytest.mark.parametrize(
    ("model", "prompt", "suffix", "media_type"),
    [
        (GPT, "a cup", ".png", "image/png"),
        (GPT, "a cup [[mislabelled]]", ".jpg", "image/jpeg"),
        (GEMINI, "a cup", ".jpg", "image/jpeg"),
        (GEMINI, "a cup [[mislabelled]]", ".png", "image/png"),
    ],
)
def test_a_picture_is_named_for_what_it_is(
    buyer: Buyer, model: str, prompt: str, suffix: str, media_type: str
) -> None:
    job = run(buyer, Output(path=str(buyer.folder / "cup.png")), prompt, model=model)
    assert Path(job.pictures[0].path) == buyer.folder / f"cup{suffix}"
    assert job.pictures[0].media_type == media_type
    with Image.open(job.pictures[0].path) as image:
        assert Image.MIME[str(image.format)] == media_type


@pytest.mark.parametrize(
    ("given", "model", "got"),
    [
        ("cup", GPT, "cup.png"),
        ("cup.PNG", GPT, "cup.PNG"),
        ("cup.jpeg", GEMINI, "cup.jpeg"),
        ("cup.v2", GPT, "cup.v2.png"),
        ("cup.webp", GPT, "cup.png"),
        ("杯子 ☕.png", GPT, "杯子 ☕.png"),
        ("deep/er/cup.png", GPT, "deep/er/cup.png"),
    ],
)
def test_a_name_is_kept_as_far_as_it_is_true(buyer: Buyer, given: str, model: str, got: str) -> None:
    job = run(buyer, Output(path=given, folder=str(buyer.folder)), model=model)
    assert Path(job.pictures[0].path) == buyer.folder / got


def test_an_exact_name_is_kept_even_where_it_lies(buyer: Buyer) -> None:
    job = run(buyer, Output(path=str(buyer.folder / "cup.png"), exact=True), model=GEMINI)
    assert (Path(job.pictures[0].path).name, job.pictures[0].media_type) == ("cup.png", "image/jpeg")


def test_a_file_that_is_there_is_refused_before_anything_is_spent(buyer: Buyer) -> None:
    (buyer.folder / "cup.png").write_text("mine")
    with pytest.raises(Usage) as caught:
        run(buyer, Output(path=str(buyer.folder / "cup.png")))
    assert caught.value.key == "output.exists"
    assert buyer.requests() == []
    assert (buyer.folder / "cup.png").read_text() == "mine"


def test_a_file_that_turns_up_under_the_true_name_is_not_overwritten(buyer: Buyer) -> None:
    (buyer.folder / "cup.jpg").write_text("mine")
    job = run(buyer, Output(path=str(buyer.folder / "cup.png")), model=GEMINI)
    assert Path(job.pictures[0].path).name == "cup-2.jpg"
    assert (buyer.folder / "cup.jpg").read_text() == "mine"


def test_a_sidecar_never_replaces_somebodys_file(buyer: Buyer) -> None:
    (buyer.folder / "cup.png.json").write_text("mine")
    job = run(buyer, Output(path=str(buyer.folder / "cup.png")), model=GPT)
    assert Path(job.pictures[0].path).name == "cup-2.png"
    assert (buyer.folder / "cup.png.json").read_text() == "mine"


def test_a_folder_in_the_sidecars_place_costs_no_picture(buyer: Buyer) -> None:
    (buyer.folder / "cup.png.json").mkdir()
    job = run(buyer, Output(path=str(buyer.folder / "cup.png"), overwrite=True), model=GPT)
    assert job.state == "done"
    assert Path(job.pictures[0].path).exists()
    assert Path(job.pictures[0].sidecar).is_file()


def test_overwriting_is_done_when_it_is_allowed(buyer: Buyer) -> None:
    (buyer.folder / "cup.png").write_text("mine")
    job = run(buyer, Output(path=str(buyer.folder / "cup.png"), overwrite=True), model=GPT)
    assert Path(job.pictures[0].path) == buyer.folder / "cup.png"
    assert (buyer.folder / "cup.png").stat().st_size == job.pictures[0].bytes


@pytest.mark.parametrize("overwrite", [False, True])
def test_several_pictures_are_numbered(buyer: Buyer, overwrite: bool) -> None:
    run(buyer, Output(path=str(buyer.folder / "cup.png"), overwrite=overwrite), model=GPT, n=3)
    assert names(buyer.folder) == ["cup-2.png", "cup-3.png", "cup.png"]


@pytest.mark.parametrize("path", ["album/", "."])
def test_a_folder_takes_pictures_under_names_of_their_own(buyer: Buyer, path: str) -> None:
    job = run(buyer, Output(path=path, folder=str(buyer.folder)), model=GPT, n=2)
    assert {Path(one.path).parent for one in job.pictures} == {buyer.folder / path}
    assert all(Path(one.path).name.startswith("output-") for one in job.pictures)
    assert len({one.path for one in job.pictures}) == 2


def test_without_a_path_pictures_lie_in_the_current_folder(buyer: Buyer) -> None:
    job = buyer.client.run(buyer.approved("a cup"))
    assert Path(job.pictures[0].path).parent == Path.cwd()


def test_a_place_nothing_can_be_written_to_is_found_before_anything_is_spent(buyer: Buyer) -> None:
    (buyer.folder / "file").write_text("")
    for path in (
        buyer.folder / "file" / "cup.png",
        Path("/proc/cup.png"),
        buyer.folder / ("x" * 300) / "a.png",
    ):
        with pytest.raises(LimnerError) as caught:
            run(buyer, Output(path=str(path)))
        assert caught.value.key == "output.not_writable"
    assert (buyer.requests(), buyer.client.jobs()) == ([], [])


def test_make_looks_at_the_place_before_it_asks_anybody(buyer: Buyer) -> None:
    def never(_: object) -> bool:
        raise AssertionError("nobody is asked for a yes to what cannot be saved")

    with pytest.raises(Usage):
        buyer.client.make("a cup", yes=never, output=Output(path="/proc/cup.png"))


def test_a_full_disk_is_found_before_anything_is_spent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = os.statvfs(tmp_path)
    full = os.statvfs_result((*real[:4], 1, *real[5:]))
    monkeypatch.setattr(os, "statvfs", lambda _: full)
    with pytest.raises(StorageFailed) as caught:
        check_output(Output(path=str(tmp_path / "cup.png")))
    assert caught.value.key == "output.no_room"


def test_a_folder_that_closes_while_the_gateway_works_costs_no_picture(buyer: Buyer) -> None:
    place = buyer.folder / "album"

    def close(event: str, _: object) -> None:
        if event == "submitting":
            place.rmdir()
            place.write_text("a file now")

    place.mkdir()
    job = buyer.client.run(buyer.approved("a cup", model=GPT, n=2), Output(path=f"{place}/cup.png"), close)
    assert (job.state, len(job.pictures), len(buyer.bills())) == ("done", 2, 2)
    assert {Path(one.path).parent for one in job.pictures} == {Path(job.folder)}
    assert all(verify(Path(one.path)) for one in job.pictures)
    assert [path.name for path in Path(job.folder).glob("attempt-*")] == []


def test_a_name_that_is_too_long_for_the_disk_costs_no_picture(buyer: Buyer) -> None:
    job = run(buyer, Output(path=str(buyer.folder / ("x" * 251))), model=GPT)
    assert (job.state, len(job.pictures)) == ("done", 1)
    assert verify(Path(job.pictures[0].path))


def test_a_disk_without_second_names_for_files_takes_pictures_too(
    buyer: Buyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    (buyer.folder / "cup.png").write_text("mine")
    job = run(buyer, Output(path="cup", folder=str(buyer.folder)), model=GPT, n=2)
    assert names(buyer.folder) == ["cup-2.png", "cup-3.png", "cup.png"]
    assert (buyer.folder / "cup.png").read_text() == "mine"
    assert all(verify(Path(one.path)) for one in job.pictures)


def test_nothing_unfinished_is_left_beside_the_pictures(buyer: Buyer) -> None:
    job = run(buyer, Output(path=str(buyer.folder / "cup.png")), model=GPT)
    assert sorted(path.name for path in buyer.folder.iterdir()) == ["cup.png", "cup.png.json"]
    assert sorted(path.name for path in Path(job.folder).iterdir()) == ["result.json", "result.md"]


@pytest.mark.parametrize(
    ("prompt", "key"),
    [
        ("a cup [[tiny]]", "picture.tiny"),
        ("a cup [[truncated-picture]]", "picture.broken"),
        ("a cup [[not-a-picture]]", "picture.broken"),
    ],
)
@pytest.mark.parametrize("model", [GPT, GEMINI])
def test_what_is_no_whole_picture_gets_no_name(buyer: Buyer, prompt: str, key: str, model: str) -> None:
    job = run(buyer, Output(path=str(buyer.folder / "cup.png")), prompt, model=model)
    assert (job.state, job.error, job.pictures) == ("failed", key, ())
    assert list(buyer.folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_every_cut_of_a_picture_is_seen(tmp_path: Path, kind: str) -> None:
    path = saved(noise((160, 120)), tmp_path / "whole", format=kind)
    whole = path.read_bytes()
    found = verify(path)
    assert (found.media_type, found.width, found.height) == (f"image/{kind.lower()}", 160, 120)
    for part in (0.2, 0.5, 0.9, 0.99):
        path.write_bytes(whole[: int(len(whole) * part)])
        with pytest.raises(NoPicture):
            verify(path)


def test_a_damaged_byte_of_a_png_is_seen(tmp_path: Path) -> None:
    path = saved(noise((160, 120)), tmp_path / "whole.png")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(NoPicture):
        verify(path)


def test_ten_kilobytes_are_the_least(tmp_path: Path) -> None:
    from pictures import chunk, png

    def padded(size: int) -> bytes:
        body = png((8, 8), 8, 2, bytes(8 * 25))
        return png((8, 8), 8, 2, bytes(8 * 25), chunk(b"teXt", bytes(size - len(body) - 12)))

    path = tmp_path / "x.png"
    for size, whole in ((10_000, False), (10_001, True)):
        path.write_bytes(padded(size))
        assert path.stat().st_size == size
        if whole:
            assert verify(path).bytes == size
        else:
            with pytest.raises(NoPicture):
                verify(path)


def test_a_sidecar_tells_the_whole_story(buyer: Buyer) -> None:
    wishes = {"model": GPT, "aspect_ratio": "3:2", "avoid": "text", "quality": "low"}
    job = run(buyer, Output(path=str(buyer.folder / "cup.png")), **wishes)
    quote = buyer.client.ledger.quote(job.quote_id)
    told = json.loads(Path(job.pictures[0].sidecar).read_text("utf-8"))
    assert told["picture"] == job.pictures[0]._asdict()
    assert (told["job_id"], told["quote_id"], told["digest"]) == (job.id, quote.id, quote.digest)
    assert told["sent"] == {
        "gateway": "omnimaas",
        "host": quote.host,
        "model": GPT,
        "operation": "text_to_image",
        "prompt": "a cup Avoid: text",
        "parameters": {"n": 1, "size": "1536x1024", "quality": "low"},
        "references": [],
    }
    assert told["request"]["prompt"] == "a cup"
    assert told["quoted"] == {"price": "0.35", "ceiling": "1.22", "unit": "CNY"}
    assert told["cost"]["basis"] == "tokens"
    assert told["cost"]["unit"] == "CNY"
    assert told["quoted_at"] <= told["sent_at"] <= told["answered_at"]


def test_a_picture_is_found_again_by_its_path_and_by_its_bytes(buyer: Buyer) -> None:
    job = run(buyer, Output(path=str(buyer.folder / "cup.png")), model=GPT)
    assert buyer.client.story(job.pictures[0].path).id == job.id
    moved = Path(job.pictures[0].path).rename(buyer.folder / "elsewhere.png")
    assert buyer.client.story(str(moved)).id == job.id
    moved.write_bytes(b"another")
    with pytest.raises(LimnerError) as caught:
        buyer.client.story(str(moved))
    assert caught.value.key == "picture.not_ours"
    with pytest.raises(Usage):
        buyer.client.story(str(buyer.folder / "nothing.png"))


def test_result_json_names_every_picture_and_never_holds_one(buyer: Buyer) -> None:
    job = run(buyer, Output(path=str(buyer.folder / "cup.png")), model=GPT, n=2)
    text = (Path(job.folder) / "result.json").read_text("utf-8")
    assert [one["path"] for one in json.loads(text)["images"]] == [one.path for one in job.pictures]
    assert len(text) < 20_000
