"""Pictures are taken out of an answer byte for byte, wherever its blocks happen to be cut."""

import base64
import json
import tempfile
import tracemalloc
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limner import answers
from limner.answers import Answer, Packer, Unreadable, marked, pictures_beside, take_out

BLOCKS = [1, 7, 64, 1000, 4096, 65536]
SHORT_TEXT = st.text(max_size=40)


@st.composite
def encoded(draw: st.DrawFn) -> tuple[bytes, str]:
    """Bytes, and one of the ways in which gateways write them as base64 inside a JSON string."""
    size = draw(st.integers(4_500, 9_000))
    data = Random(draw(st.integers(0, 1_000))).randbytes(size)
    text = base64.b64encode(data).decode()
    if draw(st.booleans()):
        text = text.translate(str.maketrans("+/", "-_"))
    if draw(st.booleans()):
        text = text.rstrip("=")
    width = draw(st.sampled_from([0, 0, 61, 64, 76, 77]))
    if width:
        end = draw(st.sampled_from(["\n", "\r\n"]))
        text = end.join(text[at : at + width] for at in range(0, len(text), width))
    escaped = json.dumps(text)[1:-1]
    if draw(st.booleans()):
        escaped = escaped.replace("/", "\\/")
    if draw(st.booleans()):
        escaped = escaped.replace("+", "\\u002b").replace("=", "\\u003D")
    return data, escaped


def spelled(draw: st.DrawFn, place: int) -> tuple[str, list[bytes]]:
    """One entry of the answer as JSON text: a picture in one of its dresses, or words."""
    kind = draw(st.sampled_from(["bare", "url", "markdown", "around", "words", "short"]))
    if kind == "words":
        return json.dumps(draw(SHORT_TEXT)), []
    if kind == "short":
        return json.dumps(base64.b64encode(bytes(draw(st.integers(0, 900)))).decode()), []
    data, text = draw(encoded())
    if kind == "bare":
        return f'"{text}"', [data]
    url = f"data:image\\/png;base64,{text}"
    if kind == "url":
        return f'"{url}"', [data]
    if kind == "markdown":
        return f'"![image]({url})"', [data]
    before, after = json.dumps(draw(SHORT_TEXT))[1:-1], json.dumps(draw(SHORT_TEXT))[1:-1]
    return f'"{before}\\n![image]({url})\\n{after}"', [data]


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, list[bytes]]:
    entries, pictures = [], []
    for place in range(draw(st.integers(1, 4))):
        text, found = spelled(draw, place)
        entries.append(f'{{"b64_json": {text}, "index": {place}}}')
        pictures += found
    return '{"created": 1, "data": [' + ", ".join(entries) + '], "usage": {"total_tokens": 3}}', pictures


@pytest.mark.parametrize("block", BLOCKS)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=bodies())
def test_every_picture_comes_out_as_it_went_in(block: int, body: tuple[str, list[bytes]]) -> None:
    text, pictures = body
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "BLOCK", block)
        spool = Path(folder) / "answer"
        spool.write_bytes(text.encode())
        left, parts = take_out(spool)
        told = json.loads(left)
        assert [part.read_bytes() for part in parts] == pictures
        assert told["usage"] == {"total_tokens": 3}
        assert [entry["index"] for entry in told["data"]] == list(range(len(told["data"])))
        numbers = [part.number for entry in told["data"] for part in marked(entry["b64_json"])]
        assert numbers == list(range(len(pictures)))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=bodies(), cuts=st.lists(st.integers(1, 9_000), min_size=1, max_size=30), end=st.integers(0, 60))
def test_a_body_taken_apart_as_it_arrives_is_the_same_answer_and_can_be_put_together_again(
    body: tuple[str, list[bytes]], cuts: list[int], end: int
) -> None:
    text, pictures = body
    sent = text.encode()[: -end or None]
    with tempfile.TemporaryDirectory() as folder:
        spool = Path(folder) / "answer"
        packer, at = Packer(spool, spool), 0
        while at < len(sent):
            size = cuts[at % len(cuts)]
            packer.feed(sent[at : at + size])
            at += size
        found = packer.finish()
        assert pictures_beside(spool) == found
        kept = spool.read_bytes()
        for number, part in enumerate(found):
            encoded_again = base64.b64encode(part.read_bytes())
            kept = kept.replace(b"\\u0000%d\\u0000" % number, encoded_again, 1)
        assert kept == sent
        if not end:
            answer = Answer(200, {}, spool, found)
            assert answer.json()["usage"] == {"total_tokens": 3}
            assert [part.read_bytes() for part in answer.parts] == pictures


def test_a_body_that_breaks_off_stays_as_it_came(tmp_path: Path) -> None:
    data = base64.b64encode(Random(1).randbytes(60_000))
    sent = b'{"data": [{"b64_json": "' + data[:50_001]
    packer = Packer(tmp_path / "answer", tmp_path / "answer")
    for at in range(0, len(sent), 1_000):
        packer.feed(sent[at : at + 1_000])
    packer.break_off()
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [sent]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("block", [1, 64, 4096])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(value=json_values)
def test_json_without_pictures_is_read_as_it_is(block: int, value: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "BLOCK", block)
        spool = Path(folder) / "answer"
        spool.write_text(json.dumps(value), "utf-8")
        answer = Answer(200, {}, spool)
        assert (answer.json(), answer.parts) == (value, ())


@pytest.mark.parametrize("block", BLOCKS)
def test_words_behind_a_bare_data_url_stay_words(
    block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "BLOCK", block)
    for size in range(9_000, 9_012):
        data = Random(size).randbytes(size)
        text = f"data:image/png;base64,{base64.b64encode(data).decode()} Tell me if it pleases you."
        spool = tmp_path / f"answer-{size}"
        spool.write_text(json.dumps({"content": text}), "utf-8")
        left, parts = take_out(spool)
        assert [part.read_bytes() for part in parts] == [data]
        assert json.loads(left)["content"].endswith("\x000\x00 Tell me if it pleases you.")


def test_memory_stays_flat_however_large_the_picture(tmp_path: Path) -> None:
    data = Random(1).randbytes(30_000_000)
    spool = tmp_path / "answer"
    spool.write_bytes(b'{"data": [{"b64_json": "' + base64.b64encode(data) + b'"}]}')
    tracemalloc.start()
    try:
        left, parts = take_out(spool)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert parts[0].read_bytes() == data
    assert len(left) < 100
    assert peak < 3_000_000


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"data": [{"b64_', b"\xff\xfe", b"[" * 100_000, b'{"n": 1e']
)
def test_what_is_not_json_is_unreadable_and_stays(tmp_path: Path, body: bytes) -> None:
    spool = tmp_path / "answer"
    spool.write_bytes(body)
    with pytest.raises(Unreadable):
        Answer(200, {}, spool).json()
    assert spool.read_bytes() == body


def test_endless_text_is_unreadable(tmp_path: Path) -> None:
    spool = tmp_path / "answer"
    spool.write_bytes(b'{"words": "' + b"lorem ipsum " * 1_500_000 + b'"}')
    with pytest.raises(Unreadable):
        Answer(200, {}, spool).json()


@pytest.mark.parametrize(
    "head", [b"\x89PNG\r\n\x1a\n....", b"\xff\xd8\xff\xe0....", b"GIF89a......", b"RIFF....WEBP"]
)
def test_a_body_that_is_a_picture_is_known_by_its_first_bytes(tmp_path: Path, head: bytes) -> None:
    spool = tmp_path / "answer"
    spool.write_bytes(head)
    answer = Answer(200, {}, spool)
    assert (answer.is_picture(), answer.parts) == (True, (spool,))
