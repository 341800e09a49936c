"""
Colours for a picture: from the words of its prompt where it names some, else from chance.

Everything is mixed in OKLCH (lightness, chroma, hue), where equal steps look equally far apart.
"""

import math
import re
from collections.abc import Mapping
from random import Random
from typing import NamedTuple

Colour = tuple[int, int, int]


class Palette(NamedTuple):
    """The few colours one picture is made of."""

    sky_top: Colour
    sky_low: Colour
    light: Colour
    far: Colour
    near: Colour
    ground: Colour
    accents: tuple[Colour, Colour, Colour]
    ink: Colour
    night: bool


class _Paint(NamedTuple):
    lightness: float
    chroma: float
    hue: float


_NAMED: Mapping[str, _Paint] = {
    "red|crimson|scarlet|ruby|红|赤|绯": _Paint(0.58, 0.20, 27),
    "orange|amber|橙|橘": _Paint(0.72, 0.16, 58),
    "yellow|gold|golden|lemon|honey|黄|金": _Paint(0.84, 0.15, 92),
    "green|emerald|olive|jade|mint|绿|翠|青草": _Paint(0.62, 0.14, 148),
    "teal|turquoise|cyan|aqua|青": _Paint(0.68, 0.11, 195),
    "blue|navy|azure|cobalt|indigo|蓝|靛": _Paint(0.55, 0.15, 255),
    "purple|violet|lavender|lilac|紫": _Paint(0.58, 0.15, 305),
    "pink|rose|magenta|coral|粉|玫瑰": _Paint(0.74, 0.13, 2),
    "brown|chocolate|coffee|wood|wooden|caramel|棕|褐|咖啡|木": _Paint(0.50, 0.08, 55),
    "white|ivory|cream|snow|白|雪|奶油": _Paint(0.94, 0.02, 90),
    "black|charcoal|黑": _Paint(0.28, 0.02, 270),
    "grey|gray|silver|灰|银": _Paint(0.66, 0.02, 250),
}
_NIGHT = "night|moon|moonlight|midnight|star|stars|dark|夜|月|星"
_DUSK = "sunset|dusk|evening|autumn|日落|黄昏|傍晚|秋|晚霞"
_DAWN = "dawn|sunrise|morning|spring|mist|fog|日出|清晨|早晨|春|雾"
_NOON = "noon|day|summer|sunny|daylight|白天|夏|晴"

# Sky above, sky at the horizon, light: lightness, chroma, hue.
_SKIES: Mapping[str, tuple[tuple[_Paint, _Paint, _Paint], ...]] = {
    "dawn": (
        (_Paint(0.80, 0.06, 250), _Paint(0.92, 0.06, 60), _Paint(0.97, 0.07, 85)),
        (_Paint(0.76, 0.07, 300), _Paint(0.91, 0.06, 20), _Paint(0.97, 0.05, 70)),
    ),
    "noon": (
        (_Paint(0.72, 0.10, 238), _Paint(0.93, 0.04, 215), _Paint(0.98, 0.06, 100)),
        (_Paint(0.80, 0.07, 200), _Paint(0.95, 0.04, 120), _Paint(0.99, 0.04, 95)),
    ),
    "dusk": (
        (_Paint(0.45, 0.11, 300), _Paint(0.80, 0.14, 50), _Paint(0.90, 0.13, 75)),
        (_Paint(0.52, 0.12, 350), _Paint(0.86, 0.11, 80), _Paint(0.93, 0.10, 90)),
        (_Paint(0.48, 0.09, 250), _Paint(0.78, 0.13, 30), _Paint(0.91, 0.12, 60)),
    ),
    "night": (
        (_Paint(0.22, 0.06, 275), _Paint(0.45, 0.09, 260), _Paint(0.95, 0.03, 95)),
        (_Paint(0.20, 0.05, 230), _Paint(0.42, 0.08, 195), _Paint(0.93, 0.04, 85)),
    ),
}


def choose(prompt: str, chance: Random) -> Palette:
    """The palette of a prompt."""
    hour = _hour(prompt, chance)
    top, low, light = chance.choice(_SKIES[hour])
    named = _named(prompt)
    first = named[0] if named else _Paint(0.62, 0.14, chance.uniform(0, 360))
    land = first if named and first.chroma > 0.05 else _Paint(0.6, 0.09, chance.uniform(0, 360))
    drop = 0.24 if hour == "night" else 0.0
    turn = chance.choice((-1, 1)) * chance.uniform(20, 50)
    others = [*named[1:], _turned(first, 150 + turn), _turned(first, turn)]
    accents = (rgb(first), rgb(others[0]), rgb(others[1]))
    return Palette(
        rgb(top),
        rgb(low),
        rgb(light),
        rgb(_Paint(0.80 - drop * 1.4, 0.055, land.hue + turn)),
        rgb(_Paint(0.38 - drop / 2, max(land.chroma * 0.55, 0.05), land.hue)),
        rgb(_Paint(0.88 - drop * 2, 0.035, first.hue + turn)),
        accents,
        rgb(_Paint(0.24, 0.03, land.hue)),
        hour == "night",
    )


def rgb(paint: _Paint) -> Colour:
    """OKLCH as sRGB bytes, clipped to what a screen can show."""
    angle = math.radians(paint.hue)
    a, b = paint.chroma * math.cos(angle), paint.chroma * math.sin(angle)
    long = (paint.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (paint.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (paint.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _byte(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _byte(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _byte(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """`share` of the other colour in the one."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return (red, green, blue)


def mentions(prompt: str, words: str) -> bool:
    """Whether any of the words, parted by `|`, is in the prompt: English as whole words, Chinese anywhere."""
    return re.search(_pattern(words), prompt, re.IGNORECASE) is not None


def _pattern(words: str) -> str:
    return "|".join(rf"\b{word}s?\b" if word.isascii() else word for word in words.split("|"))


def _named(prompt: str) -> list[_Paint]:
    """The colours a prompt names, in the order it names them."""
    found = []
    for words, paint in _NAMED.items():
        place = re.search(_pattern(words), prompt, re.IGNORECASE)
        if place:
            found.append((place.start(), paint))
    return [paint for _, paint in sorted(found)]


def _hour(prompt: str, chance: Random) -> str:
    drawn = chance.choice(("dawn", "noon", "noon", "dusk", "dusk", "night"))
    for hour, words in (("night", _NIGHT), ("dusk", _DUSK), ("dawn", _DAWN), ("noon", _NOON)):
        if mentions(prompt, words):
            return hour
    return drawn


def _turned(paint: _Paint, degrees: float) -> _Paint:
    chroma = max(paint.chroma, 0.09)
    return _Paint(min(max(paint.lightness, 0.55), 0.82), chroma, (paint.hue + degrees) % 360)


def _byte(linear: float) -> int:
    value = min(max(linear, 0.0), 1.0)
    curved = 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
    return round(curved * 255)
