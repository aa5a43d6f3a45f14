"""Small charts as SVG, by hand: one panel for each figure, both axes logarithmic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10

WIDTH, HEIGHT, MARGIN = 300, 200, 46
COLOURS = ("#0b6e4f", "#b3541e")
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Panel:
    """A chart: its title, and the points of each line."""

    title: str
    lines: Mapping[str, Points]


def draw(panels: Sequence[Panel]) -> str:
    """Give an SVG document with the panels beside each other, two in a row."""
    rows = (len(panels) + 1) // 2
    size = f'width="{2 * WIDTH}" height="{rows * HEIGHT}"'
    parts = [
        f'<g transform="translate({index % 2 * WIDTH},{index // 2 * HEIGHT})">{_panel(panel)}</g>'
        for index, panel in enumerate(panels)
    ]
    style = 'font-family="sans-serif" font-size="11" fill="#333"'
    back = '<rect width="100%" height="100%" fill="white"/>'
    body = "\n".join([back, *parts])
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>\n{body}\n</svg>\n'


def _panel(panel: Panel) -> str:
    points = [point for line in panel.lines.values() for point in line]
    across, up = _scale([x for x, _ in points]), _scale([y for _, y in points])
    parts = [f'<text x="{MARGIN}" y="18" font-weight="bold">{panel.title}</text>']
    for value in sorted({x for x, _ in points}):
        x = MARGIN + across(value) * (WIDTH - 2 * MARGIN)
        parts.append(f'<text x="{x:.0f}" y="{HEIGHT - 18}" text-anchor="middle">{value:g}</text>')
    ends = (min(y for _, y in points), max(y for _, y in points))
    parts += [
        f'<text x="{MARGIN - 8}" y="{_y(up(y)):.0f}" text-anchor="end">{y:.3g}</text>' for y in ends
    ]
    for number, (name, line) in enumerate(panel.lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        places = [(MARGIN + across(x) * (WIDTH - 2 * MARGIN), _y(up(y))) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        x, y = places[-1]
        parts.append(f'<text x="{x + 4:.0f}" y="{y + 4:.0f}" fill="{colour}">{name}</text>')
    return "".join(parts)


def _y(part: float) -> float:
    return HEIGHT - MARGIN - part * (HEIGHT - 2 * MARGIN)


def _scale(values: Sequence[float]):  # noqa: ANN202, a function from a value to its part
    low, high = log10(min(values)), log10(max(values))
    return lambda value: (log10(value) - low) / ((high - low) or 1)
