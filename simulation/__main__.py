"""Simulates from a seed, or from many.

`python -m simulation --seed N --trace` tells one run; `--seeds 1000` does a thousand, and
`--log FILE` keeps what came of each batch. Exit status 1 when something was wrong.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from simulation.batches import Batch, batches, summary
from simulation.plan import READ_MODES, Mode
from simulation.runner import PUSHES, Result, simulate
from simulation.shrink import Shrinker


def main() -> int:
    """Do what the command line asks for."""
    given = _arguments()
    if given.seed is not None:
        mode = _mode(given, given.seed)
        result = simulate(given.seed, pushes=given.pushes, mode=mode, keep_trace=given.trace)
        print(*result.trace, sep="\n")
        _print_result(result)
        if given.shrink and result.report.violations:
            _shrink(result, given.pushes, mode)
        return int(bool(result.report.violations))
    return _many(given)


def _many(given: argparse.Namespace) -> int:
    total, begun, wrong = Batch(), time.process_time(), list[int]()

    def seeds() -> Iterator[int]:
        for seed in range(given.first, given.first + given.seeds):
            yield seed
            is_over = given.seconds and time.process_time() - begun > given.seconds
            if is_over or (given.until_wrong and wrong):
                return

    def run(seed: int) -> Result:
        return simulate(seed, pushes=given.pushes, mode=_mode(given, seed))

    def show(result: Result) -> None:
        if result.report.violations:
            wrong.append(result.seed)
            _print_result(result)

    for batch in batches(seeds(), given.pushes, run, show):
        total.add(batch)
        if given.log:
            with given.log.open("a") as log:
                log.write(f"{batch.line()}\n")
    if given.until_wrong and wrong:
        print(f"FOUND after {total.pushes} pushes", flush=True)
        return 1
    print(*summary(total), sep="\n")
    return int(bool(total.wrong or total.disagreeing))


def _mode(given: argparse.Namespace, seed: int) -> Mode | None:
    """Give the mode that is asked for; None leaves it to the seed."""
    return READ_MODES[seed % len(READ_MODES)] if given.reads else None


def _shrink(result: Result, pushes: int, mode: Mode | None) -> None:
    shrinker = Shrinker(result, pushes, partial(simulate, mode=mode))
    shrinker.shrink()
    smallest = shrinker.smallest
    print(f"\nThe same with {len(smallest.taken)} of {len(result.taken)} choices:")
    print(*smallest.trace, sep="\n")
    _print_result(smallest)
    print(*smallest.taken, sep="\n")


def _print_result(result: Result) -> None:
    print(f"seed {result.seed} ({result.mode.name}): {dict(result.report.statuses)}")
    for violation in result.report.violations:
        print(f"  {violation}")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="do this run only")
    parser.add_argument("--trace", action="store_true", help="tell it event by event")
    parser.add_argument("--shrink", action="store_true", help="make a wrong run small")
    parser.add_argument("--seeds", type=int, default=100, help="so many runs")
    parser.add_argument("--first", type=int, default=1, help="the first seed of many")
    parser.add_argument("--until-wrong", action="store_true", help="end with the first wrong run")
    parser.add_argument("--seconds", type=int, help="of processor time; then no further seed")
    parser.add_argument("--log", type=Path, help="a file to which each batch adds a line")
    parser.add_argument("--reads", action="store_true", help="only modes in which records are read")
    parser.add_argument("--pushes", type=int, default=PUSHES, help="pushes in a run")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
