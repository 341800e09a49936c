"""What the painter paints: out of doors. Which scene follows from the prompt's words, or from chance."""

import itertools
from collections.abc import Callable, Mapping

from limner.sandbox import flora, indoors
from limner.sandbox.brush import Brush, Point, peaks, ridge, sky, water
from limner.sandbox.palette import Colour, mentions, mix

Scene = Callable[[Brush], None]


def choose(prompt: str, brush: Brush) -> Scene:
    """The scene that goes with a prompt."""
    drawn = brush.chance.choice(list(_SCENES.values()))
    for words, scene in _SCENES.items():
        if mentions(prompt, words):
            return scene
    return drawn


def hills(brush: Brush) -> None:
    """Rolling hills, one behind the other, with trees."""
    horizon = brush.height * brush.chance.uniform(0.5, 0.62)
    sky(brush, horizon)
    _birds(brush, horizon)
    layers = brush.chance.randint(4, 6)
    kind = brush.chance.choice((_pine, _round_tree))
    for layer in range(layers):
        depth = layer / (layers - 1)
        colour = mix(brush.colours.far, brush.colours.near, depth)
        base = horizon + (brush.height * 0.98 - horizon) * depth**1.2
        line = ridge(brush, base, brush.unit * (3 + 4 * depth), colour)
        for _ in range(brush.chance.randint(2, 9) if layer else 0):
            x, y = brush.chance.choice(line)
            kind(
                brush, x, y + brush.unit, brush.unit * (3 + 9 * depth) * brush.chance.uniform(0.7, 1.2), depth
            )


def mountains(brush: Brush) -> None:
    """Mountains over a lake."""
    shore = brush.height * brush.chance.uniform(0.6, 0.7)
    light_x, _ = sky(brush, shore)
    for layer in range(3):
        colour = mix(brush.colours.far, brush.colours.near, 0.12 + layer * 0.34)
        base = shore - brush.unit * (5 - layer * 3)
        line = peaks(brush, base, brush.height * (0.3 - 0.09 * layer), colour)
        if layer < 2:
            _snow(brush, line, colour, brush.unit * (7 - 2 * layer))
    bottom = brush.height * 0.9
    water(brush, shore, brush.height, light_x)
    line = ridge(brush, bottom, brush.unit * 3, mix(brush.colours.near, brush.colours.ink, 0.3))
    for _ in range(brush.chance.randint(5, 11)):
        x, y = brush.chance.choice(line)
        _pine(brush, x, y + brush.unit, brush.unit * brush.chance.uniform(9, 19), 1.0)


def sea(brush: Brush) -> None:
    """Open water with islands and a sail."""
    horizon = brush.height * brush.chance.uniform(0.48, 0.6)
    light_x, _ = sky(brush, horizon)
    _birds(brush, horizon)
    for layer in range(brush.chance.randint(1, 3)):
        _island(brush, horizon, mix(brush.colours.far, brush.colours.near, 0.25 * layer))
    water(brush, horizon, brush.height, light_x)
    for at in range(brush.chance.randint(1, 3)):
        size = brush.unit * brush.chance.uniform(10, 24) * (1 if at else 1.3)
        place = (
            brush.width * brush.chance.uniform(0.12, 0.88),
            horizon + size * brush.chance.uniform(0.25, 0.9),
        )
        _boat(brush, *place, size, at)
    if brush.chance.random() < 0.7:
        ridge(brush, brush.height * 1.0, brush.unit * 5, mix(brush.colours.near, brush.colours.ink, 0.25))


def city(brush: Brush) -> None:
    """A skyline, lit where it is late."""
    ground = brush.height * brush.chance.uniform(0.74, 0.82)
    light_x, _ = sky(brush, ground)
    for layer in range(3):
        colour = mix(brush.colours.far, brush.colours.near, 0.15 + 0.42 * layer)
        x = -brush.unit * 4
        while x < brush.width:
            wide = brush.unit * brush.chance.uniform(6, 14)
            high = brush.height * brush.chance.uniform(0.14, 0.42 - 0.08 * layer)
            _tower(brush, (x, ground - high, x + wide, ground), colour, layer)
            x += wide + brush.unit * brush.chance.uniform(0, 3)
    water(brush, ground, brush.height, light_x)


def _tower(brush: Brush, place: tuple[float, float, float, float], colour: Colour, layer: int) -> None:
    left, top, right, bottom = place
    brush.box(left, top, right, bottom, colour)
    if brush.chance.random() < 0.3:
        middle = (left + right) / 2
        brush.polygon([(left, top), (middle, top - brush.unit * 6), (right, top)], colour)
    lit = brush.colours.light if brush.colours.night else mix(colour, brush.colours.sky_low, 0.45)
    step = brush.unit * 2.6
    rows, columns = int((bottom - top) / step) - 1, int((right - left) / step)
    for row in range(rows if layer else 0):
        for column in range(columns):
            if brush.chance.random() < 0.45:
                x, y = left + step * (column + 0.3), top + step * (row + 0.6)
                brush.box(x, y, x + step * 0.45, y + step * 0.55, lit)


def _snow(brush: Brush, line: list[Point], rock: Colour, deep: float) -> None:
    """White caps on the summits of a line of mountains, in shadow on the side away from the light."""
    white = mix(brush.colours.sky_low, (255, 255, 255), 0.55 if brush.colours.night else 0.85)
    highest = min(y for _, y in line)
    below = highest + deep * 2.2
    for (x1, y1), (x2, y2) in itertools.pairwise(line):
        if min(y1, y2) < below:
            tone = white if y2 < y1 else mix(white, rock, 0.35)
            foot1, foot2 = (max(y, min(below, y + deep * brush.chance.uniform(0.8, 1.3))) for y in (y1, y2))
            brush.polygon([(x1, y1), (x2, y2), (x2, foot2), (x1, foot1)], tone)


def _pine(brush: Brush, x: float, y: float, high: float, depth: float) -> None:
    colour = mix(brush.colours.near, brush.colours.ink if depth > 0.6 else brush.colours.far, 0.35)
    brush.box(x - high * 0.035, y - high * 0.2, x + high * 0.035, y, brush.colours.ink)
    for part in range(3):
        wide, top = high * (0.3 - 0.07 * part), y - high * (0.12 + 0.26 * part)
        brush.polygon(
            [(x - wide, top), (x, top - high * 0.42), (x + wide, top)], brush.shade(colour, -0.06 * part)
        )


def _round_tree(brush: Brush, x: float, y: float, high: float, depth: float) -> None:
    leaf = mix(brush.chance.choice(brush.colours.accents), brush.colours.near, 0.35 + 0.2 * (1 - depth))
    brush.box(x - high * 0.04, y - high * 0.5, x + high * 0.04, y, brush.colours.ink)
    brush.disc(x, y - high * 0.62, high * 0.62, leaf, 1.15)
    brush.disc(x - high * 0.1, y - high * 0.72, high * 0.32, brush.shade(leaf, -0.18))


def _island(brush: Brush, horizon: float, colour: Colour) -> None:
    middle, wide = brush.width * brush.chance.uniform(0, 1), brush.width * brush.chance.uniform(0.15, 0.4)
    high = brush.unit * brush.chance.uniform(6, 18)
    points: list[Point] = []
    for step in range(21):
        at = step / 20
        rise = (1 - (2 * at - 1) ** 2) * brush.chance.uniform(0.8, 1)
        points.append((middle + (at - 0.5) * wide, horizon - rise * high))
    brush.polygon([(middle - wide / 2, horizon), *points, (middle + wide / 2, horizon)], colour)


def _boat(brush: Brush, x: float, y: float, size: float, at: int) -> None:
    sail = brush.colours.accents[at % 3]
    hull = brush.shade(brush.colours.near, 0.3)
    half = size * 0.36
    brush.polygon(
        [
            (x - half, y),
            (x + half * 1.15, y),
            (x + half * 0.8, y + size * 0.14),
            (x - half * 0.7, y + size * 0.14),
        ],
        hull,
    )
    brush.line([(x, y), (x, y - size)], brush.colours.ink, size * 0.02)
    brush.polygon(
        [(x + size * 0.03, y - size * 0.97), (x + half, y - size * 0.07), (x + size * 0.03, y - size * 0.07)],
        sail,
    )
    pale = brush.shade(sail, -0.55)
    brush.polygon(
        [
            (x - size * 0.03, y - size * 0.85),
            (x - half * 0.85, y - size * 0.07),
            (x - size * 0.03, y - size * 0.07),
        ],
        pale,
    )


def _birds(brush: Brush, horizon: float) -> None:
    for _ in range(brush.chance.randint(0, 6)):
        x, y = brush.chance.uniform(0.1, 0.9) * brush.width, brush.chance.uniform(0.12, 0.6) * horizon
        wing = brush.unit * brush.chance.uniform(1, 2.2)
        points = [(x - wing, y - wing * 0.4), (x - wing * 0.4, y - wing * 0.5), (x, y)]
        points += [(x + wing * 0.4, y - wing * 0.5), (x + wing, y - wing * 0.4)]
        brush.line(points, brush.colours.ink, brush.unit * 0.3)


_THINGS = (
    "apple|fruit|cup|mug|bottle|vase|table|product|food|coffee|tea|cat|dog|portrait|still life|"
    "苹果|水果|杯|瓶|桌|产品|商品|静物|猫|狗|茶"
)
_SCENES: Mapping[str, Scene] = {
    _THINGS: indoors.still_life,
    "mountain|peak|lake|alps|山|峰|湖": mountains,
    "sea|ocean|boat|ship|sail|beach|island|wave|海|船|岛|浪": sea,
    "city|street|skyline|building|tower|urban|城|楼|街": city,
    "flower|leaf|leaves|plant|garden|botanical|rose|forest|花|叶|植物|园": flora.botanical,
    "hill|field|meadow|landscape|tree|cottage|丘|田|草|树|风景": hills,
}
