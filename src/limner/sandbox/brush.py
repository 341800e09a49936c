"""The painter's hand: the few strokes that every scene is made of."""

import itertools
import math
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw, ImageOps

from limner.sandbox.palette import Colour, Palette, mix

Point = tuple[float, float]
_WHITE: Colour = (255, 255, 255)


@dataclass(slots=True)
class Brush:
    """A canvas with everything needed to paint on it. `unit` is a hundredth of its shorter side."""

    image: Image.Image
    draw: ImageDraw.ImageDraw
    chance: Random
    colours: Palette
    width: int
    height: int
    unit: float

    def polygon(self, points: list[Point], colour: Colour) -> None:
        self.draw.polygon(points, fill=colour)

    def disc(self, x: float, y: float, across: float, colour: Colour, flat: float = 1.0) -> None:
        """An ellipse around a point, `flat` times as high as wide."""
        rx, ry = across / 2, across * flat / 2
        self.draw.ellipse((x - rx, y - ry, x + rx, y + ry), fill=colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        self.draw.rectangle((left, top, max(left, right), max(top, bottom)), fill=colour)

    def line(self, points: list[Point], colour: Colour, thick: float) -> None:
        self.draw.line(points, fill=colour, width=max(1, round(thick)), joint="curve")

    def shade(self, colour: Colour, amount: float) -> Colour:
        """Darker towards the ink for positive amounts, lighter for negative ones."""
        return mix(colour, self.colours.ink if amount > 0 else _WHITE, abs(amount))


def primed(size: tuple[int, int], chance: Random, colours: Palette) -> Brush:
    """A brush over an empty canvas."""
    image = Image.new("RGB", size)
    return Brush(image, ImageDraw.Draw(image), chance, colours, *size, min(size) / 100)


def gradient(brush: Brush, top: float, bottom: float, upper: Colour, lower: Colour) -> None:
    """A band across the canvas that passes from one colour to another."""
    first, last = round(top), round(bottom)
    for y in range(first, last):
        colour = mix(upper, lower, (y - first) / max(last - first - 1, 1))
        brush.draw.line((0, y, brush.width, y), fill=colour)


def glow(brush: Brush, x: float, y: float, across: float, colour: Colour, strength: float) -> None:
    """Light that fades outwards."""
    side = max(2, round(across))
    fade = ImageOps.invert(Image.radial_gradient("L").resize((side, side)))
    mask = fade.point([round(strength * max(0, value - 78) * 1.44) for value in range(256)])
    brush.image.paste(colour, (round(x - side / 2), round(y - side / 2)), mask)


def sky(brush: Brush, horizon: float) -> Point:
    """Sky with its light, clouds or stars. Returns where the light stands."""
    chance, colours = brush.chance, brush.colours
    brush.box(0, horizon, brush.width, brush.height, colours.sky_low)
    gradient(brush, 0, horizon + 1, colours.sky_top, colours.sky_low)
    x = brush.width * chance.uniform(0.2, 0.8)
    y = horizon * chance.uniform(0.3, 0.72)
    across = brush.unit * chance.uniform(11, 19)
    if colours.night:
        _stars(brush, horizon)
    glow(brush, x, y, across * 4.2, colours.light, 0.55)
    brush.disc(x, y, across, colours.light)
    for dx, dy, part in ((0.2, -0.12, 0.2), (-0.16, 0.16, 0.26), (0.12, 0.24, 0.12)) if colours.night else ():
        brush.disc(x + across * dx, y + across * dy, across * part, mix(colours.light, colours.sky_low, 0.22))
    for _ in range(chance.randint(1, 4)):
        _cloud(brush, horizon)
    return x, y


def _stars(brush: Brush, horizon: float) -> None:
    for _ in range(90):
        x, y = brush.chance.uniform(0, brush.width), brush.chance.uniform(0, horizon * 0.9)
        colour = mix(brush.colours.sky_top, _WHITE, brush.chance.uniform(0.3, 0.95))
        brush.disc(x, y, brush.unit * brush.chance.uniform(0.25, 0.7), colour)


def _cloud(brush: Brush, horizon: float) -> None:
    chance, unit = brush.chance, brush.unit
    x, y = chance.uniform(0, brush.width), chance.uniform(horizon * 0.12, horizon * 0.6)
    colour = mix(brush.colours.sky_low, brush.colours.sky_top if brush.colours.night else _WHITE, 0.45)
    length = chance.uniform(16, 36) * unit
    for row in range(chance.randint(2, 3)):
        shift, part = chance.uniform(-0.25, 0.25) * length, length * (1 - row * 0.28)
        left, top, high = x + shift - part / 2, y - row * unit * 2.2, unit * 2.6
        brush.draw.rounded_rectangle((left, top, left + part, top + high), radius=high / 2, fill=colour)


def ridge(brush: Brush, base: float, swing: float, colour: Colour) -> list[Point]:
    """A line of rolling hills, filled down to the bottom. Returns the line."""
    chance = brush.chance
    waves = [(chance.uniform(0.6, 3.2) * (k + 1), chance.uniform(0, 6.3), 1 / (k + 1.3)) for k in range(3)]
    points: list[Point] = []
    for step in range(41):
        at = step / 40
        height = sum(math.sin(often * at * 3.1 + start) * weight for often, start, weight in waves)
        points.append((at * brush.width, base - height * swing))
    brush.polygon([(0, brush.height), *points, (brush.width, brush.height)], colour)
    return points


def peaks(brush: Brush, base: float, high: float, colour: Colour) -> list[Point]:
    """A line of mountains: a few summits, broken up again and again. Returns the line."""
    chance = brush.chance
    line: list[Point] = [(-0.1, 0.3)]
    while line[-1][0] < 1:
        at = line[-1][0] + chance.uniform(0.09, 0.2)
        line.append((at, chance.uniform(0.75, 1.25) if len(line) % 2 else chance.uniform(0.2, 0.5)))
    for spread in (0.09, 0.05, 0.025):
        line = [point for pair in itertools.pairwise(line) for point in _broken(pair, chance, spread)] + line[
            -1:
        ]
    points = [(at * brush.width, base - height * high) for at, height in line]
    brush.polygon([(0, brush.height), *points, (brush.width, brush.height)], colour)
    return points


def _broken(pair: tuple[Point, Point], chance: Random, spread: float) -> tuple[Point, Point]:
    (x1, y1), (x2, y2) = pair
    return (x1, y1), ((x1 + x2) / 2, (y1 + y2) / 2 + chance.uniform(-spread, spread))


def water(brush: Brush, horizon: float, bottom: float, light_x: float) -> None:
    """What stands above the horizon, mirrored in a band of water."""
    colours, chance = brush.colours, brush.chance
    first, last = round(horizon), round(bottom)
    above = brush.image.crop((0, max(0, first - (last - first)), brush.width, first))
    mirror = ImageOps.flip(above).resize((brush.width, last - first))
    tone = mix(colours.sky_top, colours.ink, 0.25)
    brush.image.paste(Image.blend(mirror, Image.new("RGB", mirror.size, tone), 0.42), (0, first))
    for _ in range(46):
        near = chance.random() ** 0.7
        y = first + near * (last - first)
        length = brush.unit * (2 + 12 * near) * chance.uniform(0.4, 1.4)
        x = (
            chance.gauss(light_x, brush.width * 0.07)
            if chance.random() < 0.55
            else chance.uniform(0, brush.width)
        )
        colour = mix(tone, colours.light, chance.uniform(0.25, 0.7))
        brush.line([(x - length / 2, y), (x + length / 2, y)], colour, brush.unit * (0.2 + 0.4 * near))
