"""
Pictures painted from a prompt: the same order, the same picture. Each carries the word SANDBOX on it
and in its metadata, so that none can pass for a generation.

Not imitated: understanding. Colours and a few things are known; the rest is chance, seeded by the prompt.
"""

import hashlib
import io
from collections.abc import Sequence
from functools import lru_cache
from random import Random
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont, ImageOps

from limner.sandbox import palette, scenes
from limner.sandbox.brush import primed
from limner.sandbox.imprint import Kind, encoded

_LONGEST_CANVAS = 1536
_SMALL = 512
_CLAIM = "SANDBOX · not a real generation"
_SMALLEST = 24


class Picture(NamedTuple):
    """A finished picture."""

    data: bytes
    media_type: str
    width: int
    height: int


def paint(prompt: str, size: tuple[int, int], index: int, references: Sequence[bytes], kind: Kind) -> Picture:
    """One picture. `index` tells several of one order apart; references are shown in it, framed."""
    return framed(image_of(prompt, size, index, references), kind)


def framed(image: Image.Image, kind: Kind) -> Picture:
    """An image as a file."""
    return Picture(encoded(image, kind, roomy=min(image.size) > 1), f"image/{kind}", *image.size)


def blank(size: tuple[int, int], kind: Kind) -> Picture:
    """One plain colour, and nothing else."""
    return framed(Image.new("RGB", size, (238, 236, 232)), kind)


def image_of(prompt: str, size: tuple[int, int], index: int, references: Sequence[bytes]) -> Image.Image:
    digest = hashlib.sha256(prompt.encode())
    for reference in references:
        digest.update(hashlib.sha256(reference).digest())
    seed = digest.hexdigest()
    image = _scene(prompt, size, seed, index)
    if image.size != size:
        image = image.resize(size)
    if min(size) >= _SMALLEST:
        _hang_references(image, references)
        _label(image, prompt, seed)
    return image


def _scene(prompt: str, size: tuple[int, int], seed: str, index: int) -> Image.Image:
    colours = palette.choose(prompt, Random(f"{seed}/{index // 3}"))  # noqa: S311  # painting, not secrets
    chance = Random(f"{seed}/{index}")  # noqa: S311  # the same
    if max(size) <= _SMALL:
        return _painted(prompt, (size[0] * 2, size[1] * 2), colours, chance).reduce(2)
    share = min(_LONGEST_CANVAS / max(size), 1)
    image = _painted(prompt, (round(size[0] * share), round(size[1] * share)), colours, chance)
    # Half of the picture moved by one pixel: the cheapest way to edges without steps.
    moved = image.copy()
    moved.paste(image, (1, 1))
    soft = Image.blend(image, moved, 0.5)
    return soft if soft.size == size else soft.resize(size, Image.Resampling.BICUBIC)


def _painted(prompt: str, size: tuple[int, int], colours: palette.Palette, chance: Random) -> Image.Image:
    brush = primed((max(size[0], 16), max(size[1], 16)), chance, colours)
    scenes.choose(prompt, brush)(brush)
    return brush.image


def _hang_references(image: Image.Image, references: Sequence[bytes]) -> None:
    """The references, as framed paintings on easels in the foreground."""
    width, height = image.size
    shown = references[:4]
    wide, high = width * min(0.36, 0.62 / max(len(shown), 1)), height * 0.36
    for place, reference in enumerate(shown):
        try:
            with Image.open(io.BytesIO(reference)) as opened:
                opened.draft("RGB", (round(wide), round(high)))
                small = ImageOps.contain(opened.convert("RGB"), (max(round(wide), 2), max(round(high), 2)))
        except (OSError, ValueError):
            continue
        middle = width * (place + 1) / (len(shown) + 1)
        _frame(image, small, middle, height * 0.86)


def _frame(image: Image.Image, small: Image.Image, middle: float, foot: float) -> None:
    draw = ImageDraw.Draw(image)
    edge = max(2, min(image.size) // 80)
    left, top = round(middle - small.width / 2), round(foot - small.height - min(image.size) * 0.1)
    right, bottom = left + small.width, top + small.height
    leg = max(2, edge)
    for lean in (-0.35, 0.0, 0.35):
        start, end = middle + lean * small.width * 0.3, middle + lean * small.width * 1.1
        draw.line((start, top - edge * 4, end, foot), fill=(74, 52, 38), width=leg)
    draw.rectangle((left - edge * 2, top - edge * 2, right + edge * 2, bottom + edge * 2), fill=(96, 66, 44))
    draw.rectangle((left - edge, top - edge, right + edge - 1, bottom + edge - 1), fill=(246, 241, 230))
    image.paste(small, (left, top))


def _label(image: Image.Image, prompt: str, seed: str) -> None:
    """A tag in the corner and a caption bar below."""
    width, height = image.size
    short = min(width, height)
    draw = ImageDraw.Draw(image)
    font = _font(max(10, short // 22))
    left, top, right, bottom = draw.textbbox((0, 0), "SANDBOX", font=font)
    pad = max(3, short // 60)
    tag = (pad, pad, pad * 3 + right - left, pad * 2.6 + bottom - top)
    draw.rounded_rectangle(tag, radius=pad, fill=(250, 247, 240))
    draw.text((pad * 2 - left, pad * 1.8 - top), "SANDBOX", font=font, fill=(38, 36, 40))
    _caption(draw, (width, height), prompt, seed)


def _caption(draw: ImageDraw.ImageDraw, size: tuple[int, int], prompt: str, seed: str) -> None:
    width, height = size
    font = _font(max(9, min(size) // 42))
    bar = max(14, min(size) // 21)
    draw.rectangle((0, height - bar, width, height), fill=(250, 247, 240))
    middle = height - bar / 2
    claim = _CLAIM if draw.textlength(_CLAIM, font=font) < width * 0.9 else "SANDBOX"
    taken = draw.textlength(claim, font=font) + bar
    draw.text((width - bar / 2, middle), claim, font=font, fill=(120, 60, 40), anchor="rm")
    text = _readable(prompt, seed)
    while text and draw.textlength(text, font=font) > width - taken - bar:
        text = text[:-2].rstrip(".… ") + "…" if len(text) > 4 else ""
    draw.text((bar / 2, middle), text, font=font, fill=(60, 58, 62), anchor="lm")


def _readable(prompt: str, seed: str) -> str:
    """The prompt's beginning, as far as the bundled font has its letters; else its fingerprint."""
    text = " ".join(prompt.split())[:120]
    plain = "".join(letter for letter in text if letter.isascii() and letter.isprintable())
    return plain if len(plain) * 2 > len(text) else f"prompt {seed[:8]} ({len(prompt)} characters)"


@lru_cache(maxsize=32)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=size)
