"""How late answers are seen, and after how many looks, by a worker that knows durations.

`python -m bench.load.look_bound`, half a minute: no server, only the worker's own choice of looks.
Durations are those of `bench.promises.spread`. With 600 of them a worker knows the distribution;
it remembers `REMEMBERED`.
"""

from random import Random
from statistics import mean, median

from activities.durations import PRICE_OF_A_LOOK, REMEMBERED, best_looks
from bench.promises.spread import AROUND, DEVIATION, LONGER, OUTLIERS
from bench.tables import table

GRID = 4.0
"""Seconds between the marks at which a company's pushes are looked at together."""

USUAL = (4, 10, 25, 62, 156, 390)
"""Ages at which a push is looked at beyond those that were learned."""

PUSHES = 24_000


def measure(known: int, price: float, dice: Random) -> tuple[float, float]:
    """Give the median lateness in seconds and the looks a push, each learned from `known`."""
    seen = list[tuple[float, int]]()
    each = max(60, known)
    for _ in range(PUSHES // each):
        durations = [_duration(dice) for _ in range(known)]
        ages = best_looks(durations, price * median(durations))
        seen += [_seen(_duration(dice), ages, dice) for _ in range(each)]
    return median(late for late, _ in seen), mean(looks for _, looks in seen)


def _duration(dice: Random) -> float:
    longer = LONGER if dice.random() < OUTLIERS else 1
    return AROUND * dice.lognormvariate(0, DEVIATION) * longer


def _seen(duration: float, ages: list[float], dice: Random) -> tuple[float, int]:
    planned = [age + dice.random() * GRID for age in ages]
    planned += [age for age in USUAL if age > planned[-1]]
    looks = next(number for number, age in enumerate(planned) if age >= duration)
    return planned[looks] - duration, looks + 1


def main() -> None:
    """Print the table."""
    rows = [
        (f"{known} known, a look costs {price}", f"{late:.1f}", f"{looks:.2f}")
        for known in (REMEMBERED, 600)
        for price in (PRICE_OF_A_LOOK, 0.045, 0.05)
        for late, looks in (measure(known, price, Random(60)),)
    ]
    table("Looks by what is known", ("durations", "late, median s", "looks"), rows)


if __name__ == "__main__":
    main()
