"""Many seeds in batches: one line of a log for each batch, and the sum of such logs.

`python -m simulation.batches FILE ...` prints the sum.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain, islice
from pathlib import Path

from simulation.replays import disagreements, sample
from simulation.runner import History, Result

BATCH = 25
"""Seeds."""


@dataclass
class Batch:
    """Some seeds that were run; `wrong` are those with findings, `seconds` are of the processor.

    `modes` and `unclear` count pushes: all, and those that ended Unknown though nobody ended them
    from outside. `twins` counts how equal twins ended. `replayed` counts histories, `disagreeing`
    those that the SDK read otherwise.
    """

    commit: str = ""
    first: int = 0
    last: int = 0
    pushes: int = 0
    wrong: list[int] = field(default_factory=list[int])
    replayed: int = 0
    disagreeing: int = 0
    seconds: float = 0.0
    statuses: Counter[str] = field(default_factory=Counter[str])
    modes: Counter[str] = field(default_factory=Counter[str])
    unclear: Counter[str] = field(default_factory=Counter[str])
    twins: Counter[str] = field(default_factory=Counter[str])
    findings: list[str] = field(default_factory=list[str])

    def take(self, seed: int, pushes: int, result: Result) -> None:
        """Count a run."""
        self.first, self.last = self.first or seed, seed
        self.pushes += pushes
        self.statuses.update(result.report.statuses)
        self.modes[result.mode.name] += pushes
        self.unclear[result.mode.name] += result.report.unclear
        self.twins.update(result.report.twins)
        if result.report.violations:
            self.wrong.append(seed)
            self.findings += [f"seed {seed}: {text}" for text in result.report.violations]

    def replay(self, sampled: list[History]) -> list[str]:
        """Have the SDK's Replayer read some histories; gives those that it reads otherwise."""
        found = asyncio.run(disagreements(sampled))
        self.replayed, self.disagreeing = len(sampled), len(found)
        return found

    def add(self, other: "Batch") -> None:
        """Take in the counts of another batch."""
        self.pushes += other.pushes
        self.wrong += other.wrong
        self.replayed += other.replayed
        self.disagreeing += other.disagreeing
        self.seconds += other.seconds
        for counts, more in (
            (self.statuses, other.statuses),
            (self.modes, other.modes),
            (self.unclear, other.unclear),
            (self.twins, other.twins),
        ):
            counts.update(more)

    def line(self) -> str:
        """Write it as a line of a log."""
        return json.dumps(vars(self))


def batches(
    seeds: Iterable[int], pushes: int, run: Callable[[int], Result], shown: Callable[[Result], None]
) -> Iterator[Batch]:
    """Run seeds in batches; `shown` gets each result, and replays are part of a batch."""
    left = iter(seeds)
    while (first := next(left, None)) is not None:
        batch, begun, sampled = Batch(commit()), time.process_time(), list[History]()
        for seed in chain([first], islice(left, BATCH - 1)):
            result = run(seed)
            batch.take(seed, pushes, result)
            sampled += sample(result.histories)
            shown(result)
        batch.seconds = round(time.process_time() - begun, 2)
        batch.findings += [found[:300] for found in batch.replay(sampled)]
        yield batch


@cache
def commit() -> str:
    """Name the commit that is run, with a `+` where files differ from it."""
    asked = ["git", "describe", "--always", "--abbrev=9", "--exclude=*", "--dirty=+"]
    root = Path(__file__).parent
    answer = subprocess.run(asked, cwd=root, capture_output=True, text=True, check=False)
    return answer.stdout.strip() or "unknown"


def read_log(path: Path) -> Iterator[Batch]:
    """Read the lines of a log. Raises: OSError, ValueError for what is no such line."""
    for line in path.read_text().splitlines():
        values = json.loads(line)
        for name in ("statuses", "modes", "unclear", "twins"):
            values[name] = Counter(values.get(name, {}))
        yield Batch(**values)


def main() -> int:
    """Print the sum of logs. Exit status 1 where something was found."""
    total, commits = Batch(), set[str]()
    for path in map(Path, sys.argv[1:]):
        for batch in read_log(path):
            total.add(batch)
            commits.add(batch.commit)
    print(f"{total.pushes:,} pushes of {len(commits)} commits")
    print(*summary(total), sep="\n")
    return int(bool(total.wrong or total.disagreeing))


def summary(total: Batch) -> Iterator[str]:
    """Say in some lines what came of batches."""
    speed = total.pushes / (total.seconds or 1)
    spent = f"{total.seconds:,.1f} s of processor time"
    yield f"{total.pushes:,} pushes in {spent}: {speed:.1f} a second"
    for what, counts in (("ended", total.statuses), ("equal twins", total.twins)):
        yield f"{what}: {', '.join(f'{name} {n:,}' for name, n in sorted(counts.items()))}"
    yield "by mode, and the share that ended Unknown though nobody ended it from outside:"
    for name, pushes in sorted(total.modes.items()):
        yield f"  {pushes:8,} {total.unclear[name] / max(pushes, 1):6.1%} {name}"
    yield f"{len(total.wrong)} seeds went wrong{f': {total.wrong}' if total.wrong else ''}"
    yield f"{total.disagreeing} of {total.replayed} replayed histories were read otherwise"


if __name__ == "__main__":
    sys.exit(main())
