"""What the painter paints: things on a table before a wall."""

import math

from limner.sandbox.brush import Brush, Point, glow, gradient
from limner.sandbox.flora import flower, leaf
from limner.sandbox.palette import Colour, mix


def still_life(brush: Brush) -> None:
    """Fruit, vases and cups on a table before a wall."""
    chance, colours = brush.chance, brush.colours
    edge = brush.height * chance.uniform(0.58, 0.66)
    wall = mix(colours.ground, colours.sky_low, 0.45)
    gradient(brush, 0, edge, brush.shade(wall, 0.12), wall)
    glow(brush, brush.width * 0.3, edge * 0.4, brush.width * 1.1, colours.light, 0.35)
    _window(brush, edge)
    top = mix(colours.near, colours.accents[1], 0.25)
    gradient(brush, edge, brush.height, brush.shade(top, -0.12), brush.shade(top, 0.2))
    brush.box(0, edge, brush.width, edge + brush.unit * 0.8, brush.shade(top, -0.35))
    things = [_vase, _fruit, _cup, _bottle, _fruit, _bowl]
    chance.shuffle(things)
    count = chance.randint(4, 5)
    for place in range(count):
        x = (
            brush.width * (0.5 + (place - (count - 1) / 2) * 0.72 / count)
            + chance.uniform(-2, 2) * brush.unit
        )
        y = edge + brush.unit * chance.uniform(7, 15)
        things[place](brush, x, y, brush.unit * chance.uniform(26, 36), colours.accents[place % 3])
    first = brush.width * chance.uniform(0.25, 0.75)
    _fruit(brush, first, edge + brush.unit * chance.uniform(19, 23), brush.unit * 34, colours.accents[0])


def _window(brush: Brush, edge: float) -> None:
    """A window with some country behind it."""
    left = brush.width * brush.chance.choice((0.08, 0.6))
    right, top, bottom = left + brush.width * 0.32, edge * 0.12, edge * 0.66
    colours, frame = brush.colours, brush.shade(brush.colours.ground, -0.5)
    brush.box(
        left - brush.unit * 1.6,
        top - brush.unit * 1.6,
        right + brush.unit * 1.6,
        bottom + brush.unit * 2.4,
        frame,
    )
    steps = 24
    for step in range(steps):
        y = top + (bottom - top) * step / steps
        brush.box(
            left,
            y,
            right,
            top + (bottom - top) * (step + 1) / steps,
            mix(colours.sky_top, colours.sky_low, step / steps),
        )
    across = (right - left) * 0.2
    brush.disc(left + (right - left) * 0.68, top + (bottom - top) * 0.3, across, colours.light)
    for layer in range(2):
        high = (bottom - top) * (0.38 - 0.17 * layer)
        points = [
            (left + (right - left) * k / 16, bottom - high * (0.75 + 0.25 * math.sin(k * 0.5 + layer * 2)))
            for k in range(17)
        ]
        brush.polygon(
            [(left, bottom), *points, (right, bottom)], mix(colours.far, colours.near, 0.2 + 0.4 * layer)
        )
    middle = (left + right) / 2
    brush.box(middle - brush.unit * 0.5, top, middle + brush.unit * 0.5, bottom, frame)


def _shadow(brush: Brush, x: float, y: float, across: float) -> None:
    ground = brush.image.getpixel((min(max(int(x), 0), brush.width - 1), min(int(y + 2), brush.height - 1)))
    if isinstance(ground, tuple):
        tone = mix((int(ground[0]), int(ground[1]), int(ground[2])), brush.colours.ink, 0.4)
        brush.disc(x + across * 0.16, y, across * 1.15, tone, 0.22)


def _turned(brush: Brush, x: float, y: float, profile: list[Point], colour: Colour) -> None:
    """A thing turned on a wheel: half-widths by height above the table, lit from the left."""
    for share, tone in ((1.0, 0.18), (0.72, 0.0), (0.3, -0.16)):
        shift = -(1 - share) * 0.35
        left = [(x + (shift - share) * wide, y - high) for wide, high in profile]
        right = [(x + (shift + share) * wide, y - high) for wide, high in reversed(profile)]
        brush.polygon([*left, *right], brush.shade(colour, tone))


def _vase(brush: Brush, x: float, y: float, size: float, colour: Colour) -> None:
    for _ in range(5):
        tip = x + brush.chance.uniform(-0.5, 0.5) * size, y - size * brush.chance.uniform(1.25, 1.75)
        brush.line(
            [(x, y - size * 0.85), tip], mix(brush.colours.near, brush.colours.accents[2], 0.3), size * 0.025
        )
        flower(
            brush, *tip, size * brush.chance.uniform(0.24, 0.4), brush.chance.choice(brush.colours.accents)
        )
    _shadow(brush, x, y, size * 0.5)
    steps = [k / 14 for k in range(15)]
    profile = [(size * (0.13 + 0.17 * math.sin(0.35 + at * 2.9) ** 2), at * size * 0.9) for at in steps]
    _turned(brush, x, y, profile, brush.shade(colour, -0.15))


def _bottle(brush: Brush, x: float, y: float, size: float, colour: Colour) -> None:
    _shadow(brush, x, y, size * 0.36)
    body = [
        (0.15, 0.0),
        (0.17, 0.05),
        (0.17, 0.75),
        (0.14, 0.86),
        (0.06, 0.98),
        (0.06, 1.25),
        (0.075, 1.26),
        (0.075, 1.32),
    ]
    _turned(brush, x, y, [(wide * size, high * size) for wide, high in body], brush.shade(colour, 0.15))
    brush.box(
        x - size * 0.168,
        y - size * 0.6,
        x + size * 0.168,
        y - size * 0.26,
        brush.shade(brush.colours.ground, -0.4),
    )
    brush.box(x - size * 0.1, y - size * 0.47, x + size * 0.1, y - size * 0.44, colour)


def _cup(brush: Brush, x: float, y: float, size: float, colour: Colour) -> None:
    _shadow(brush, x, y, size * 0.5)
    ring = (x + size * 0.1, y - size * 0.36, x + size * 0.4, y - size * 0.08)
    brush.draw.ellipse(ring, outline=brush.shade(colour, 0.1), width=max(2, round(size * 0.05)))
    profile = [(size * (0.17 + 0.1 * (k / 8) ** 0.6), k / 8 * size * 0.45) for k in range(9)]
    _turned(brush, x, y, profile, brush.shade(colour, -0.1))
    brush.disc(x, y - size * 0.45, size * 0.54, brush.shade(colour, -0.45), 0.2)
    brush.disc(x, y - size * 0.445, size * 0.46, mix(brush.colours.ink, colour, 0.25), 0.17)


def _bowl(brush: Brush, x: float, y: float, size: float, colour: Colour) -> None:
    _shadow(brush, x, y, size * 0.6)
    for k in range(4):
        px = x + (k - 1.5) * size * 0.17
        brush.disc(px, y - size * 0.36, size * 0.25, brush.colours.accents[k % 3])
        brush.disc(
            px - size * 0.04, y - size * 0.4, size * 0.08, brush.shade(brush.colours.accents[k % 3], -0.5)
        )
    profile = [(size * (0.14 + 0.28 * (k / 8) ** 0.7), k / 8 * size * 0.32) for k in range(9)]
    _turned(brush, x, y, profile, mix(colour, brush.colours.ground, 0.5))


def _fruit(brush: Brush, x: float, y: float, size: float, colour: Colour) -> None:
    across = size * 0.42
    _shadow(brush, x, y, across * 0.9)
    middle = y - across * 0.46
    brush.disc(x, middle, across, brush.shade(colour, 0.16), 0.95)
    brush.disc(x - across * 0.06, middle - across * 0.05, across * 0.84, colour, 0.95)
    brush.disc(x - across * 0.18, middle - across * 0.2, across * 0.28, brush.shade(colour, -0.4))
    brush.line(
        [(x, middle - across * 0.42), (x + across * 0.06, middle - across * 0.62)],
        brush.colours.ink,
        across * 0.05,
    )
    leaf(
        brush,
        x + across * 0.04,
        middle - across * 0.52,
        across * 0.42,
        -0.5,
        mix(brush.colours.near, colour, 0.2),
    )
