"""What is painted, and what it says about itself."""

import io

import pytest
from PIL import Image

from limner.sandbox import painter
from limner.sandbox.imprint import SOURCE_TYPE, Kind

KINDS: list[Kind] = ["png", "jpeg", "webp"]


def test_the_same_order_gives_the_same_picture_and_another_prompt_another() -> None:
    one = painter.paint("a red apple", (256, 256), 0, (), "png")
    assert one == painter.paint("a red apple", (256, 256), 0, (), "png")
    assert one != painter.paint("a green apple", (256, 256), 0, (), "png")
    assert one != painter.paint("a red apple", (256, 256), 1, (), "png")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(64, 64), (1536, 1024), (97, 803)])
def test_every_size_and_format_is_whole_and_larger_than_ten_kilobytes(
    kind: Kind, size: tuple[int, int]
) -> None:
    made = painter.paint("a boat on the sea", size, 0, (), kind)
    assert len(made.data) > 10_000
    with Image.open(io.BytesIO(made.data)) as image:
        image.load()
        assert image.size == size
        assert image.get_format_mimetype() == made.media_type


@pytest.mark.parametrize("kind", KINDS)
def test_the_metadata_says_that_a_program_drew_it(kind: Kind) -> None:
    made = painter.paint("紫色的城市夜景", (256, 256), 0, (), kind)
    assert SOURCE_TYPE.encode() in made.data
    assert b"limner sandbox" in made.data
    with Image.open(io.BytesIO(made.data)) as image:
        assert "xmp" in image.info or "XML:com.adobe.xmp" in image.info


def test_the_colour_that_is_named_is_the_colour_that_is_seen() -> None:
    def redness(prompt: str) -> float:
        with Image.open(io.BytesIO(painter.paint(prompt, (128, 128), 0, (), "png").data)) as image:
            red, _, blue = image.resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
        return float(red - blue)

    assert redness("red hills at noon") > redness("blue hills at noon")


def test_a_reference_is_shown_in_the_picture() -> None:
    reference = painter.blank((100, 100), "png").data
    plain = painter.paint("a green hill", (256, 256), 0, (), "png")
    assert painter.paint("a green hill", (256, 256), 0, (reference,), "png").data != plain.data
