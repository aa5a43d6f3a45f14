"""What a chaos run prints."""

from collections import Counter
from collections.abc import Mapping

from bench.chaos.causes import Cause
from bench.chaos.disasters import Fault
from bench.chaos.evidence import Evidence
from bench.chaos.faults import counted
from bench.chaos.plan import DOORS, Plan
from bench.chaos.recovery import delays, summary
from bench.chaos.storm import ChaosRun
from bench.chaos.telling import story
from bench.chaos.verdict import Verdict

_MOST = 20


def announce(plan: Plan) -> None:
    """Print the seed and the script of disasters."""
    wanted = plan.wanted
    echo = "data echoed" if wanted.echo else "no data echoed"
    echo += ", rewritten" if wanted.rewrite else ""
    echo += ", records read" if wanted.read_records else ""
    print(f"seed {wanted.seed}: {len(plan.items)} pushes, keys {wanted.mode}, {echo}")
    kinds = Counter(item.push_kind for item in plan.items)
    rivals = sum(item.rival is not None for item in plan.items)
    print("  kinds: " + ", ".join(f"{kind} {count}" for kind, count in kinds.items()), end="")
    print(f"; {rivals} of the updates are rivals")
    for disaster in plan.disasters:
        worker = f" {disaster.worker}" if "worker" in disaster.what else ""
        print(f"  {disaster.at:6.1f} s  {disaster.what}{worker}, for {disaster.lasts:.1f} s")
    doors = Counter(press.door for press in plan.presses)
    print("  doors: " + ", ".join(f"{door} {count}" for door, count in sorted(doors.items())))


def whole(plan: Plan, storm: ChaosRun, evidence: Evidence, verdicts: Mapping[str, Verdict]) -> int:
    """Print all figures; gives the exit code."""
    ours = verdicts["ours"]
    _table(verdicts)
    _counts("endings", ours.statuses)
    unknown = sum(ours.unknowns.values()) - ours.unknowns[Cause.TWINS]
    share = f"{unknown / ours.pushes:.1%}"
    print(f"\nunknown without equal twins: {unknown} of {ours.pushes} ({share})")
    print(f"of these where the software is offline: {ours.unknowns[Cause.OFFLINE]}")
    _counts("unknown for", {cause.value: count for cause, count in ours.unknowns.items()})
    for text in ours.doubts:
        print(f"UNKNOWN {text}")
    _counts("doors", storm.doors)
    print("\nseconds to recover")
    recovered = delays(storm.cluster.blows, evidence.endings, evidence.journal)
    recovered |= storm.cluster.network.deaf()
    for name, values in recovered.items():
        print(f"  {name:50} {summary(values)}")
    _counts("partitions", storm.cluster.network.partitions)
    fired = counted(plan.wanted, evidence.journal, evidence.in_force)
    seldom = _faults(fired, storm.cluster.blows, plan.wanted.at_least)
    seldom += [door for door in DOORS if storm.doors[door] < plan.wanted.door_at_least]
    for text in ours.violations[:_MOST]:
        print(f"VIOLATION {text}")
    for case in ours.stories[:_MOST]:
        print("\n".join(story(case)))
    for text in seldom:
        print(f"TOO SELDOM {text}")
    return 1 if ours.violations or seldom else 0


def _table(verdicts: Mapping[str, Verdict]) -> None:
    rows = {
        "pushes": [verdict.pushes for verdict in verdicts.values()],
        "records": [verdict.records for verdict in verdicts.values()],
        "DUPLICATES": [len(verdict.duplicates) for verdict in verdicts.values()],
        "LOST": [len(verdict.lost) for verdict in verdicts.values()],
        "wrong endings": [len(verdict.wrong) for verdict in verdicts.values()],
        "older over newer": [len(verdict.stale) for verdict in verdicts.values()],
        "never ended": [len(verdict.never_ended) for verdict in verdicts.values()],
        "unknown": [verdict.statuses["Unknown"] for verdict in verdicts.values()],
        "unknown without excuse": [len(verdict.unexcused) for verdict in verdicts.values()],
    }
    print(f"\n{'':24}" + "".join(f"{name:>10}" for name in verdicts))
    for name, figures in rows.items():
        print(f"{name:24}" + "".join(f"{figure:>10}" for figure in figures))


def _faults(fired: Mapping[str, int], blows: list[Fault], at_least: int) -> list[str]:
    counts = {**fired, **Counter(blow.what for blow in blows)}
    _counts(f"faults (each at least {at_least})", counts)
    return [name for name, count in counts.items() if count < at_least]


def _counts(title: str, counts: Mapping[str, int]) -> None:
    print(f"\n{title}")
    for name, count in sorted(counts.items()):
        print(f"  {name:50} {count:6}")
