"""
Whole pictures that are not what was ordered, though nothing in the answer says so.

Not imitated: pictures of something else than the prompt says, which only eyes can tell.
"""

import io
import struct
import zlib
from typing import NamedTuple

from PIL import Image, ImageDraw

from limner.sandbox import faults, painter
from limner.sandbox.imprint import Kind
from limner.sandbox.painter import Picture

_OTHER: dict[Kind, Kind] = {"png": "jpeg", "jpeg": "png", "webp": "png"}
_NOTHING, _GREY = (238, 236, 232, 0), (128, 128, 128)
_COARSE = 32
_LEAST_SIDE = 2


class Wanted(NamedTuple):
    """What each picture of an order has to be."""

    size: tuple[int, int]
    kind: Kind
    references: tuple[bytes, ...]
    clear: bool
    """On nothing: around the middle all is transparent."""


def honest(prompt: str, index: int, wanted: Wanted) -> Picture:
    """As ordered."""
    image = painter.image_of(prompt, wanted.size, index, wanted.references)
    return painter.framed(_cut_out(image) if wanted.clear else image, wanted.kind)


def told(words: faults.Words, prompt: str, index: int, wanted: Wanted) -> Picture | None:
    """As one of these words wants it; `None` where none wants anything."""
    if "mislabelled" in words:
        picture = honest(prompt, index, wanted._replace(kind=_OTHER[wanted.kind], clear=False))
        return picture._replace(media_type=f"image/{wanted.kind}")
    if "wrong-format" in words:
        return honest(prompt, index, wanted._replace(kind=_OTHER[wanted.kind], clear=False))
    if "no-alpha" in words:
        return honest(prompt, index, wanted._replace(clear=False))
    if "placeholder" in words:
        return honest("a picture that is not there yet", 0, wanted._replace(references=()))
    if "false-size" in words:
        picture = honest(prompt, index, wanted)
        return picture._replace(width=picture.width * 2, height=picture.height * 2)
    if "blank" in words or ("invisible" in words and wanted.kind == "jpeg"):
        return painter.blank(wanted.size, wanted.kind)
    if "cut-inside" in words and wanted.kind == "png":
        picture = honest(prompt, index, wanted)
        return picture._replace(data=_cut_inside(picture.data))
    image = _image(words, prompt, index, wanted)
    return painter.framed(image, wanted.kind) if image else None


def _image(words: faults.Words, prompt: str, index: int, wanted: Wanted) -> Image.Image | None:
    size = wanted.size
    if "invisible" in words:
        return Image.new("RGBA", size, _NOTHING)
    if "echo" in words and wanted.references:
        return Image.open(io.BytesIO(wanted.references[0])).convert("RGB")
    if "upscaled" in words:
        small = max(size[0] // _COARSE, _LEAST_SIDE), max(size[1] // _COARSE, _LEAST_SIDE)
        return painter.image_of(prompt, small, index, ()).resize(size, Image.Resampling.NEAREST)
    if "grey-bottom" in words:
        image = painter.image_of(prompt, size, index, wanted.references)
        ImageDraw.Draw(image).rectangle((0, size[1] * 7 // 10, *size), fill=_GREY)
        return image
    return None


def _cut_out(image: Image.Image) -> Image.Image:
    """What stands in the middle, on nothing. The words that say SANDBOX stay."""
    mask = Image.new("L", image.size, 0)
    draw = ImageDraw.Draw(mask)
    width, height = image.size
    draw.ellipse((width // 12, height // 12, width * 11 // 12, height * 11 // 12), fill=255)
    draw.rectangle((0, height - height // 20, width, height), fill=255)
    image = image.convert("RGBA")
    image.putalpha(mask)
    return image


def _cut_inside(data: bytes) -> bytes:
    """A PNG whose rows end early, with every checksum in its place."""
    at = data.index(b"IDAT") - 4
    length = int.from_bytes(data[at : at + 4], "big")
    block = b"IDAT" + data[at + 8 : at + 8 + length * 3 // 5]
    chunk = struct.pack(">I", len(block) - 4) + block + struct.pack(">I", zlib.crc32(block))
    return data[:at] + chunk + data[at + 12 + length :]
