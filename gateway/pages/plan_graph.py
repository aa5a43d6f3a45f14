"""Where each step of a plan stands in its picture: layers from left to right."""

from dataclasses import dataclass

from workflows.plan.graph import Graph, layers
from workflows.plan.models import PlanReport, StepReport

WIDTH, HEIGHT = 168, 52
ACROSS, DOWN = 232, 72
MARGIN = 8
MAX_DRAWN, MAX_LINES = 60, 200
"""Steps, and lines between them; a larger plan is told by its table alone."""

_MAX_WORD = 20


@dataclass(frozen=True)
class Node:
    """A step's box, by its upper left corner, and what is said of it aloud."""

    step: StepReport
    x: int
    y: int
    label: str

    @property
    def name(self) -> str:
        """The step's name, cut where the box ends."""
        name = self.step.name
        return name if len(name) <= _MAX_WORD else f"{name[: _MAX_WORD - 1]}…"


@dataclass(frozen=True)
class Picture:
    """Boxes and the lines between them, each an SVG path, in a picture of this size."""

    nodes: list[Node]
    lines: list[str]
    width: int
    height: int


def picture_of(report: PlanReport) -> Picture | None:
    """Draw a plan; None for one that is too large to be looked at."""
    all_lines = sum(len(step.after) for step in report.steps)
    if len(report.steps) > MAX_DRAWN or all_lines > MAX_LINES:
        return None
    steps = {step.name: step for step in report.steps}
    graph: Graph = {name: frozenset(step.after) for name, step in steps.items()}
    ordered = layers(graph)
    order = {name: place for place, name in enumerate(steps)}
    nodes = {
        name: Node(steps[name], MARGIN + ACROSS * depth, MARGIN + DOWN * row, _label(steps[name]))
        for depth, layer in enumerate(ordered)
        for row, name in enumerate(sorted(layer, key=order.__getitem__))
    }
    lines = [_line(nodes[before], nodes[name]) for name in steps for before in steps[name].after]
    rows = max(len(layer) for layer in ordered)
    width = 2 * MARGIN + ACROSS * (len(ordered) - 1) + WIDTH
    return Picture(list(nodes.values()), lines, width, 2 * MARGIN + DOWN * (rows - 1) + HEIGHT)


def _line(start: Node, end: Node) -> str:
    left, right = start.x + WIDTH, end.x
    above, below = start.y + HEIGHT // 2, end.y + HEIGHT // 2
    bend = (ACROSS - WIDTH) // 2
    return f"M{left} {above} C{left + bend} {above} {right - bend} {below} {right} {below}"


def _label(step: StepReport) -> str:
    after = f", after {', '.join(step.after)}" if step.after else ""
    return f"{step.name}: {step.data_type}, {step.status.value}{after}"
