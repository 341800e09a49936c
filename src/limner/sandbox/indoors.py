"""What the painter paints: things on a table, and leaves and flowers on paper."""

import math

from limner.sandbox.brush import Brush, Point, glow, gradient, ridge
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
        _stem(brush, x, brush.height * 0.96, high, flower=stem % 2 == 0)
    ridge(brush, brush.height * 0.97, brush.unit * 3, mix(colours.near, colours.ink, 0.2))


def _stem(brush: Brush, x: float, y: float, high: float, *, flower: bool) -> None:
    chance, colours = brush.chance, brush.colours
    lean = chance.uniform(-0.22, 0.22) * high
    green = mix(colours.near, chance.choice(colours.accents), chance.uniform(0.1, 0.45))
    points = [(x + lean * (step / 10) ** 2, y - high * step / 10) for step in range(11)]
    brush.line(points, green, brush.unit * 0.9)
    for step in range(2, 10 if not flower else 8):
        side = 1 if step % 2 else -1
        px, py = points[step]
        length = brush.unit * chance.uniform(9, 15) * (1.15 - step / 16)
        _leaf(brush, px, py, length, -math.pi / 2 + side * chance.uniform(0.7, 1.15), green)
    if flower:
        _flower(brush, *points[-1], brush.unit * chance.uniform(11, 19), chance.choice(colours.accents))
    else:
        _leaf(brush, *points[-1], brush.unit * 11, -math.pi / 2, green)


def _leaf(brush: Brush, x: float, y: float, length: float, angle: float, colour: Colour) -> None:
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


def _flower(brush: Brush, x: float, y: float, across: float, colour: Colour) -> None:
    petals = brush.chance.randint(5, 9)
    turn = brush.chance.uniform(0, 1)
    for ring, (size, tone) in enumerate(((1.0, 0.12), (0.72, -0.15))):
        for petal in range(petals):
            angle = math.tau * (petal + turn + ring / 2) / petals
            px, py = x + math.cos(angle) * across * 0.27 * size, y + math.sin(angle) * across * 0.27 * size
            brush.disc(px, py, across * 0.46 * size, brush.shade(colour, tone))
    brush.disc(x, y, across * 0.26, mix(brush.colours.light, colour, 0.2))


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
        _flower(
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
    _leaf(
        brush,
        x + across * 0.04,
        middle - across * 0.52,
        across * 0.42,
        -0.5,
        mix(brush.colours.near, colour, 0.2),
    )
