"""What came of the plans of a chaos run."""

from collections import Counter
from dataclasses import dataclass, field

from bench.chaos.endings import Ending
from bench.chaos.verdict import Verdict
from workflows.plan.models import SUCCEEDED, PlanReport


@dataclass
class PlanVerdict:
    """What came of all plans; `pushes` judges their pushes as any others."""

    states: Counter[str]
    mends: int
    pushes: Verdict
    wrong: list[str] = field(default_factory=list[str])
    never_ended: list[str] = field(default_factory=list[str])

    @property
    def violations(self) -> list[str]:
        """All that must not be."""
        return [*self.wrong, *self.never_ended, *self.pushes.violations]


def wrong_words(report: PlanReport, by_key: dict[str, Ending]) -> list[str]:
    """Say where a plan says something else than its pushes, which are given by their keys."""
    found: list[str] = []
    for step in report.steps:
        ending = by_key.get(f"{report.key}/{step.name}")
        said = step.status.value
        # A step whose reference finds no value fails without a push.
        without = ("NotStarted", "Skipped") if step.push_id else ("NotStarted", "Skipped", "Failed")
        is_so = said in without if ending is None else said == ending.status
        if report.is_over and not is_so:
            found.append(
                f"plan {report.key}, {step.name}: says {said}, its push {ending and ending.status}"
            )
    if report.state == SUCCEEDED and set(report.counts) != {"Success"}:
        found.append(f"plan {report.key}: succeeded with {report.counts}")
    return found


def show(verdict: PlanVerdict) -> int:
    """Print what came of the plans; gives the exit code."""
    pushes = verdict.pushes
    states = ", ".join(f"{state} {count}" for state, count in sorted(verdict.states.items()))
    print(f"\nplans: {sum(verdict.states.values())} ({states}), mended {verdict.mends} times")
    print(
        f"their pushes: {pushes.pushes}, records {pushes.records}; "
        f"duplicates {len(pushes.duplicates)}, lost {len(pushes.lost)}, "
        f"wrong endings {len(pushes.wrong) + len(verdict.wrong)}, "
        f"plans that never end {len(verdict.never_ended)}"
    )
    for text in verdict.violations:
        print(f"VIOLATION {text}")
    return 1 if verdict.violations else 0
