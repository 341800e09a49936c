"""
A delivered picture looked at, pixel by pixel. It costs a decoder's loading and the picture's memory, so it is
done only where the file's traces, or what was asked for, call for it.
"""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL.Image import Image

_SAME_COLOUR = 4
_HARDLY_THERE, _HARDLY_CLEAR = 4, 250  # of 255
_GREY = range(125, 132)  # what decoders put where data is missing
_LEAST_BELOW = 0.04
_LEAST_SIDE, _SMALLER = 256, 8
_NO_DIFFERENCE, _STRAY = 10, 0.0005
_SIDE = 64
_MOST_PIXELS = 4_200_000


class Sight(NamedTuple):
    """What there is to see."""

    colour: str | None
    """The one colour of it all, as #rrggbb."""
    invisible: bool
    opaque: bool
    grey_below: int
    """Percent of the height, from below, that is plain middle grey under something else."""
    detail: str | None
    """The size in pixels that would hold all of it, where that is much less than it has."""


def look(path: Path) -> Sight | None:
    """`None` where the picture cannot be decoded whole."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(path) as image:
                return _seen(image)
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            return None


def _seen(image: "Image") -> Sight:
    invisible, opaque = False, True
    if image.has_transparency_data:
        whole = image.convert("RGBA")
        low, high = whole.getchannel("A").getextrema()
        invisible, opaque = high <= _HARDLY_THERE, low >= _HARDLY_CLEAR  # type: ignore[operator]
    plain = image.convert("RGB")
    flat = all(high - low <= _SAME_COLOUR for low, high in plain.getextrema())  # type: ignore[misc]
    colour = "#{:02x}{:02x}{:02x}".format(*plain.getpixel((0, 0))) if flat else None  # type: ignore[misc]
    if flat or invisible:
        return Sight(colour, invisible, opaque, 0, None)
    below = _grey_below(plain)
    return Sight(None, False, opaque, below, None if below else _detail(plain))


def _grey_below(image: "Image") -> int:
    from PIL import ImageChops

    bands = [band.point([0 if value in _GREY else 255 for value in range(256)]) for band in image.split()]
    box = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2]).getbbox()
    if box is None or box[1] > 0:
        return 0
    share = 1 - box[3] / image.height
    return round(100 * share) if share >= _LEAST_BELOW else 0


def _detail(image: "Image") -> str | None:
    """Would an eighth of the pixels in either direction say the same?"""
    from PIL.Image import Resampling

    if min(image.size) < _LEAST_SIDE:
        return None
    small = image.reduce(_SMALLER)
    for way in (Resampling.BICUBIC, Resampling.NEAREST):
        if _alike(image, small.resize(image.size, way)):
            return f"{small.width}x{small.height}"
    return None


def _alike(one: "Image", other: "Image", stray: float = _STRAY) -> bool:
    from PIL import ImageChops

    counts = ImageChops.difference(one, other).convert("L").histogram()
    return sum(counts[_NO_DIFFERENCE:]) <= stray * sum(counts)


def same(path: Path, other: Path) -> bool:
    """Is it the same picture, however it was encoded? Not said of what would take much memory to compare."""
    from PIL import Image, ImageOps

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(path) as one, Image.open(other) as two:
                if max(one.width * one.height, two.width * two.height) > _MOST_PIXELS:
                    return False
                pair = [ImageOps.exif_transpose(image).convert("RGB") for image in (one, two)]
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            return False
    wide = [image.width / image.height for image in pair]
    if abs(wide[0] / wide[1] - 1) > 0.02:
        return False
    small = [image.resize((_SIDE, _SIDE), Image.Resampling.BOX) for image in pair]
    return _alike(small[0], small[1], stray=0)
