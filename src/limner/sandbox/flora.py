"""What the painter paints: leaves and flowers, as if cut from paper."""

import math

from limner.sandbox.brush import Brush, Point, gradient, ridge
from limner.sandbox.palette import Colour, mix


def botanical(brush: Brush) -> None:
    """Big leaves and flowers, as if cut from paper."""
    chance, colours = brush.chance, brush.colours
    paper = mix(colours.ground, colours.sky_low, 0.3)
    gradient(brush, 0, brush.height, brush.shade(paper, -0.25), paper)
    across = brush.unit * chance.uniform(55, 75)
    sun = mix(colours.light, colours.accents[1], 0.45)
    brush.disc(
        brush.width * chance.uniform(0.35, 0.65), brush.height * chance.uniform(0.35, 0.5), across, sun
    )
    ridge(brush, brush.height * 0.86, brush.unit * 4, mix(colours.far, colours.near, 0.35))
    stems = chance.randint(6, 9)
    for stem in range(stems):
        x = brush.width * (0.08 + 0.84 * stem / (stems - 1)) + chance.uniform(-3, 3) * brush.unit
        high = brush.height * chance.uniform(0.36, 0.74)
        _stem(brush, x, brush.height * 0.96, high, blooming=stem % 2 == 0)
    ridge(brush, brush.height * 0.97, brush.unit * 3, mix(colours.near, colours.ink, 0.2))


def _stem(brush: Brush, x: float, y: float, high: float, *, blooming: bool) -> None:
    chance, colours = brush.chance, brush.colours
    lean = chance.uniform(-0.22, 0.22) * high
    green = mix(colours.near, chance.choice(colours.accents), chance.uniform(0.1, 0.45))
    points = [(x + lean * (step / 10) ** 2, y - high * step / 10) for step in range(11)]
    brush.line(points, green, brush.unit * 0.9)
    for step in range(2, 10 if not blooming else 8):
        side = 1 if step % 2 else -1
        px, py = points[step]
        length = brush.unit * chance.uniform(9, 15) * (1.15 - step / 16)
        leaf(brush, px, py, length, -math.pi / 2 + side * chance.uniform(0.7, 1.15), green)
    if blooming:
        flower(brush, *points[-1], brush.unit * chance.uniform(11, 19), chance.choice(colours.accents))
    else:
        leaf(brush, *points[-1], brush.unit * 11, -math.pi / 2, green)


def leaf(brush: Brush, x: float, y: float, length: float, angle: float, colour: Colour) -> None:
    """A leaf from its foot, with a light and a dark half."""
    tip = (x + math.cos(angle) * length, y + math.sin(angle) * length)
    near, far = _side(x, y, length, angle, 0.2), _side(x, y, length, angle, -0.2)
    brush.polygon([(x, y), *near, tip], colour)
    brush.polygon([(x, y), *far, tip], brush.shade(colour, -0.14))


def _side(x: float, y: float, length: float, angle: float, wide: float) -> list[Point]:
    points = []
    for step in range(1, 8):
        along, out = step / 8 * length, math.sin(step / 8 * math.pi) * wide * length
        px = x + math.cos(angle) * along - math.sin(angle) * out
        points.append((px, y + math.sin(angle) * along + math.cos(angle) * out))
    return points


def flower(brush: Brush, x: float, y: float, across: float, colour: Colour) -> None:
    """Two rings of petals around a heart."""
    petals = brush.chance.randint(5, 9)
    turn = brush.chance.uniform(0, 1)
    for ring, (size, tone) in enumerate(((1.0, 0.12), (0.72, -0.15))):
        for petal in range(petals):
            angle = math.tau * (petal + turn + ring / 2) / petals
            px, py = x + math.cos(angle) * across * 0.27 * size, y + math.sin(angle) * across * 0.27 * size
            brush.disc(px, py, across * 0.46 * size, brush.shade(colour, tone))
    brush.disc(x, y, across * 0.26, mix(brush.colours.light, colour, 0.2))
