"""Simulates from a seed, or from many.

`python -m simulation --seed N --trace` tells one run; `--seeds 1000` does a thousand. Exit status 1
when something was wrong.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from functools import partial

from simulation.plan import MODES, READ_MODES, Mode
from simulation.replays import disagreements, sample
from simulation.runner import PUSHES, History, Result, simulate
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
    begun, wrong, done = time.process_time(), 0, 0
    sampled: list[History] = []
    statuses: Counter[str] = Counter()
    unclear: Counter[str] = Counter()
    modes: Counter[str] = Counter()
    twins: Counter[str] = Counter()
    for seed in range(given.first, given.first + given.seeds):
        result = simulate(seed, pushes=given.pushes, mode=_mode(given, seed))
        done += given.pushes
        statuses.update(result.report.statuses)
        twins.update(result.report.twins)
        modes[result.mode.name] += given.pushes
        unclear[result.mode.name] += result.report.unclear
        sampled += sample(result.histories)
        if result.report.violations:
            wrong += 1
            _print_result(result)
            if given.until_wrong:
                print(f"FOUND after {done} pushes", flush=True)
                return 1
        if given.seconds and time.process_time() - begun > given.seconds:
            break
    spent = time.process_time() - begun
    print(f"{done:,} pushes in {spent:.1f} s of processor time: {done / spent:.1f} a second")
    print("ended:", ", ".join(f"{name} {count:,}" for name, count in sorted(statuses.items())))
    print("equal twins:", ", ".join(f"{name} {count:,}" for name, count in sorted(twins.items())))
    print("by mode, and the share that ended Unknown though nobody ended it from outside:")
    for mode in (*MODES, *READ_MODES):
        share = unclear[mode.name] / max(modes[mode.name], 1)
        print(f"  {modes[mode.name]:8,} {share:6.1%} {mode.name}")
    print(f"{wrong} of {done // given.pushes:,} seeds went wrong")
    return int(bool(wrong + _replay(sampled)))


def _mode(given: argparse.Namespace, seed: int) -> Mode | None:
    """Give the mode that is asked for; None leaves it to the seed."""
    return READ_MODES[seed % len(READ_MODES)] if given.reads else None


def _replay(sampled: list[History]) -> int:
    """Have the SDK's Replayer read some histories; gives how many it reads otherwise."""
    disagreeing = asyncio.run(disagreements(sampled))
    print(f"{len(disagreeing)} of {len(sampled)} replayed histories were read otherwise by the SDK")
    print(*disagreeing, sep="\n")
    return len(disagreeing)


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
    parser.add_argument("--reads", action="store_true", help="only modes in which records are read")
    parser.add_argument("--pushes", type=int, default=PUSHES, help="pushes in a run")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
