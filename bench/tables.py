"""Plain tables of figures, with the median of repeats and their spread."""

import sys
from collections.abc import Iterable, Sequence
from statistics import median


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table."""
    print(f"\n{title}\n")
    texts = [[_text(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for first, *rest in texts:
        places = zip(rest, widths[1:], strict=True)
        print(first.ljust(widths[0]) + "".join(f"  {text:>{width}}" for text, width in places))
    sys.stdout.flush()


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Give the median, and in brackets the least and the most."""
    if not values:
        return "-"
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


def _text(value: object) -> str:
    return "-" if value is None else f"{value:.1f}" if isinstance(value, float) else str(value)
