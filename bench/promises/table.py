"""A row of the table: what three builds took, what is promised, and whether that is reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.tables import spread, table

HEADS = ("what", "older build", "plain", "now", "promised", "reached")
BUILDS = ("older", "plain", "now")

Figures = Mapping[str, Sequence[float]]
"""A build's name to its figures, one a turn."""


@dataclass(frozen=True)
class Promise:
    """A bound of a median."""

    bound: float
    at_least: bool = False

    def is_kept(self, figures: Sequence[float]) -> bool:
        """Judge the median, as exactly as it is printed."""
        found = median(figures)
        return found >= self.bound if self.at_least else found <= self.bound

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"


@dataclass(frozen=True)
class Row:
    """Figures of one thing; a median and its spread are printed."""

    what: str
    figures: Figures
    promise: Promise | None = None
    digits: int = 1

    @property
    def is_kept(self) -> bool | None:
        """Whether the promise is kept; None without one, or without a figure."""
        now = self.figures.get("now")
        return self.promise.is_kept(now) if self.promise and now else None

    def cells(self) -> tuple[str, ...]:
        """Give the texts of the row."""
        figures = (spread(self.figures.get(build, ()), self.digits) for build in BUILDS)
        reached = {None: "-", True: "yes", False: "no"}[self.is_kept]
        return (self.what, *figures, str(self.promise or "-"), reached)


def ratios(figures: Figures, to: str) -> dict[str, list[float]]:
    """Divide each build's figures by another's, turn by turn."""
    under = figures[to]
    return {
        build: [a / b for a, b in zip(values, under, strict=False)]
        for build, values in figures.items()
    }


def show(title: str, rows: Sequence[Row]) -> None:
    """Print rows."""
    table(title, HEADS, [row.cells() for row in rows])
