"""Server-sent events: whatever the line ends and however the bytes are cut, the same events come out."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner import events
from limner.errors import NoAnswer
from limner.events import Event, parse

ENDS = ("\n", "\r", "\r\n")
# What may stand in a line; U+2028, U+2029 and NEL end lines elsewhere and none here.
LETTERS = st.characters(exclude_characters="\r\n\0\ufeff", exclude_categories=("Cs",))
LINES = st.text(st.one_of(LETTERS, st.sampled_from("\u2028\u2029\x85: é猫")), max_size=30)
EVENTS = st.builds(Event, name=LINES, data=st.lists(LINES, min_size=1, max_size=4).map("\n".join), id=LINES)


def told(text: str | bytes, *sizes: int) -> list[Event]:
    """The events of a text, whose bytes arrive in pieces of these sizes and then the rest."""
    return list(parse(cut(text.encode() if isinstance(text, str) else text, *sizes)))


def cut(body: bytes, *sizes: int) -> Iterator[bytes]:
    for size in sizes:
        yield body[:size]
        body = body[size:]
    yield body


def written(event: Event) -> str:
    lines = [f"event: {event.name}"] if event.name else []
    lines += [f"id: {event.id}", *(f"data: {line}" for line in event.data.split("\n"))]
    return "\n".join([*lines, "", ""])


@given(st.lists(EVENTS, max_size=5), st.sampled_from(ENDS), st.lists(st.integers(0, 9), max_size=60))
def test_however_lines_end_and_bytes_are_cut_the_same_events_come_out(
    wanted: list[Event], end: str, sizes: list[int]
) -> None:
    text = "".join(map(written, wanted)).replace("\n", end)
    assert told(text, *sizes) == wanted
    assert told("\ufeff" + text, *sizes) == wanted, "with a byte order mark"


@given(EVENTS, st.lists(st.sampled_from([": a comment", "retry: 10", "unknown: field", ":"]), min_size=1))
def test_comments_and_fields_nobody_knows_change_nothing(event: Event, noise: list[str]) -> None:
    noisy = "\n".join([*noise, written(event).replace("\ndata", "\n" + noise[0] + "\ndata")])
    assert told(noisy) == [event]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("data: a\n\n", [Event("", "a")]),
        ("data:a\n\n", [Event("", "a")]),
        ("data:  a\n\n", [Event("", " a")]),
        ("data: a\ndata: b\n\n", [Event("", "a\nb")]),
        ("data\n\n", [Event("", "")]),
        ("data: {\"a\":\ndata: 1}\n\n", [Event("", '{"a":\n1}')]),
        ("event: done\n\n", [Event("done", "")]),
        ("event: done\ndata: a\n\ndata: b\n\n", [Event("done", "a"), Event("", "b")]),
        ("id: 7\ndata: a\n\ndata: b\n\n", [Event("", "a", "7"), Event("", "b", "7")]),
        ("id: 7\ndata: a\n\nid\ndata: b\n\n", [Event("", "a", "7"), Event("", "b")]),
        ("id: 7\0\ndata: a\n\n", [Event("", "a")]),
        ("data: a\u2028b\n\n", [Event("", "a\u2028b")]),
        (":only a comment\n\n", []),
        ("\n\n\n", []),
        ("", []),
    ],
)  # fmt: skip
def test_single_forms(text: str, events: list[Event]) -> None:
    assert told(text) == events


@pytest.mark.parametrize("end", ["", "\n", "\r", "\r\n"])
def test_the_last_event_is_told_even_without_its_blank_line(end: str) -> None:
    assert told(f"data: a\n\ndata: b{end}") == [Event("", "a"), Event("", "b")]


def test_an_event_is_told_as_soon_as_its_blank_line_is_there() -> None:
    chunks = iter([b"data: a\n", b"\ndata: b", b"\n\n"])
    stream = parse(chunks)
    assert next(stream).data == "a"
    assert next(chunks) == b"\n\n", "the rest had not been read"


def test_a_carriage_return_at_the_end_of_a_chunk_may_be_half_of_a_line_end() -> None:
    assert told(b"data: a\r\n\r\ndata: b\r\n\r\n", 8, 1, 1, 1) == [Event("", "a"), Event("", "b")]
    assert told(b"data: a\r\rdata: b\r\r", 8, 1, 1) == [Event("", "a"), Event("", "b")]


def test_letters_cut_in_two_and_bytes_that_are_none_do_no_harm() -> None:
    assert told("data: 猫\n\n", 7) == [Event("", "猫")]
    assert told(b"data: \xff\xfe\n\n") == [Event("", "\ufffd\ufffd")]


def test_a_field_of_many_megabytes_is_one_field() -> None:
    body = b"data: " + b"x" * 24_000_000 + b"\n\n"
    chunks = (body[at : at + 65_536] for at in range(0, len(body), 65_536))
    assert [len(event.data) for event in parse(chunks)] == [24_000_000]


def test_a_line_longer_than_any_picture_breaks_the_stream_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_LARGEST_LINE", 100)
    stream = parse(iter([b"data: a\n\ndata: ", b"x" * 200]))
    assert next(stream).data == "a"
    with pytest.raises(NoAnswer) as caught:
        list(stream)
    assert caught.value.key == "stream.too_long"


def test_what_breaks_the_stream_off_comes_after_the_event_it_broke_off_in() -> None:
    def chunks() -> Iterator[bytes]:
        yield b'data: {"status": "COMPLETED"}'
        raise NoAnswer("gateway.broke_off", gateway="X")

    stream = parse(chunks())
    assert next(stream).data == '{"status": "COMPLETED"}'
    with pytest.raises(NoAnswer):
        next(stream)
