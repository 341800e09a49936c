"""
The nearest thing that can be had: a size that nobody has, a ratio that nobody has.

Sizes are compared by their longer side in pixels: "4K" is 4096, "512px" 512, "1536x1024" 1536.
"""

import math
import re
import unicodedata
from collections.abc import Iterable

from limner.types import Model

_RATIO = re.compile(r"^([1-9][0-9]{0,4}):([1-9][0-9]{0,4})$")
_CLASS = re.compile(r"^([1-9][0-9]?)k$", re.IGNORECASE)
_PIXELS = re.compile(r"^([1-9][0-9]{1,4})x([1-9][0-9]{1,4})$")
_PX = re.compile(r"^([1-9][0-9]{1,4})(?:px|p)?$", re.IGNORECASE)


def written_ratio(text: str) -> str:
    """A ratio as limner writes it: "16：9", "16 / 9" and "16/9" are "16:9"."""
    return unicodedata.normalize("NFKC", text).replace(" ", "").replace("/", ":")


def nearest_ratio(wanted: str, allowed: Iterable[str]) -> str | None:
    """The allowed ratio that is closest in shape; `None` when `wanted` is no ratio or nothing is allowed."""
    shape = _shape(wanted)
    known = [(one, other) for one in allowed if (other := _shape(one)) is not None]
    if shape is None or not known:
        return None
    return min(known, key=lambda entry: abs(math.log(entry[1] / shape)))[0]


def is_ratio(text: str) -> bool:
    return _shape(text) is not None


def _shape(ratio: str) -> float | None:
    found = _RATIO.match(ratio)
    return int(found[1]) / int(found[2]) if found else None


def written_size(text: str) -> str:
    """A size as limner writes it: "１０２４×７６８" is "1024x768"."""
    return unicodedata.normalize("NFKC", text).replace("×", "x").replace("X", "x").strip()


def side(size: str) -> int | None:
    """The longer side of a size in pixels; `None` for a word such as "adaptive"."""
    if found := _CLASS.match(size):
        return int(found[1]) * 1024
    if found := _PIXELS.match(size):
        return max(int(found[1]), int(found[2]))
    if found := _PX.match(size):
        return int(found[1])
    return None


def is_class(size: str) -> bool:
    """Is it a class such as "2K", rather than a width and a height?"""
    return _CLASS.match(size) is not None


def classes(model: Model) -> list[str]:
    """The model's sizes that are classes ("512px", "1K", "720p"), the smallest first."""
    known = [(side(size) or 0, size) for size in model.sizes if not _PIXELS.match(size) and side(size)]
    return [size for _, size in sorted(known)]


def nearest_class(wanted: str, model: Model) -> str | None:
    """The largest class a model has, where a class above all of its own is asked for."""
    known = classes(model)
    if not is_class(wanted) or not known or (side(wanted) or 0) <= (side(known[-1]) or 0):
        return None
    return known[-1]


def in_pixels(wanted: str, ratio: str | None, model: Model) -> str | None:
    """
    A class as the width and height that a model of free sizes takes: no larger than the class, than the
    model's most pixels and, for what is larger than all it has, the largest it has.
    """
    longest = side(wanted)
    if not is_class(wanted) or not model.free_size or longest is None:
        return None
    shape = _shape(ratio or "1:1") or 1.0
    width, height = (longest, longest / shape) if shape >= 1 else (longest * shape, longest)
    if model.most_pixels and width * height > model.most_pixels:
        less = math.sqrt(model.most_pixels / (width * height))
        width, height = width * less, height * less
    step = model.size_step
    return f"{max(step, int(width) // step * step)}x{max(step, int(height) // step * step)}"
