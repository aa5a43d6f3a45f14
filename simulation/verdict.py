"""What must hold after a run: no record twice, none lost, no wrong word, all ended."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from temporalio.api.enums.v1 import EventType

from emulator import seeds
from simulation.plan import Item
from simulation.server.clock import EPOCH
from simulation.server.run import Run
from simulation.world import World
from workflows.models import PushOutcome

Record = dict[str, Any]


@dataclass
class Verdict:
    """What was wrong in a run, and how its pushes ended."""

    violations: list[str] = field(default_factory=list[str])
    statuses: Counter[str] = field(default_factory=Counter[str])
    records: int = 0

    @property
    def kinds(self) -> set[str]:
        """The kinds of what was wrong: twice, lost, wrong, never, task, start."""
        return {one.partition(":")[0] for one in self.violations}


@dataclass
class _Case:
    item: Item
    runs: list[Run]
    records: list[Record]
    told: list[tuple[float, PushOutcome]]
    refused: bool

    @property
    def name(self) -> str:
        return f"push {self.item.number}"


def judge(world: World) -> Verdict:
    """Judge all pushes of a run."""
    verdict = Verdict()
    ledger = world.platform.emulator.ledger()
    journal = world.platform.emulator.journal()
    cases = [_case(world, item, ledger, journal) for item in world.plan.items]
    verdict.violations += _shared(cases)
    for case in cases:
        last = case.told[-1][1].status if case.told else "never ended"
        verdict.statuses[str(last)] += 1
        verdict.records += len(case.records)
        verdict.violations += _twice(case)
        verdict.violations += _never(world, case)
        for at, outcome in case.told:
            verdict.violations += _wrong(case, at, outcome)
        if case.told:
            verdict.violations += _wrong_end(case, case.told[-1][1])
    verdict.violations += [f"task: {text}" for text in world.server.failed_tasks]
    verdict.violations = list(dict.fromkeys(verdict.violations))
    return verdict


def _case(world: World, item: Item, ledger: list[Record], journal: list[Record]) -> _Case:
    runs = world.server.runs.get(item.request.workflow_id, [])
    told = [(report.at, report.outcome) for report in world.outcomes.get(item.number, [])]
    told += [(at, outcome) for run in runs for at, outcome in _told_by(run)]
    told.sort(key=lambda one: one[0])
    keys = item.keys
    own = [entry for entry in journal if entry["headers"].get("idempotency-key") in keys]
    return _Case(
        item=item,
        runs=runs,
        records=[entry for entry in ledger if entry["idempotencyKey"] in keys],
        told=told,
        refused=any(str(entry.get("status", "")).startswith("4") for entry in own),
    )


def _told_by(run: Run) -> list[tuple[float, PushOutcome]]:
    """Read what a run ended with, and when (virtual seconds)."""
    last = run.history[-1]
    at = last.event_time.ToNanoseconds() / 1e9 - EPOCH.timestamp()
    if last.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
        payloads = last.workflow_execution_completed_event_attributes.result.payloads
    elif last.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
        info = last.workflow_execution_failed_event_attributes.failure.application_failure_info
        payloads = info.details.payloads if info.type.startswith("Push") else []
    else:
        return []
    return [(at, PushOutcome.model_validate_json(one.data)) for one in payloads[:1]]


def _twice(case: _Case) -> list[str]:
    if len(case.records) < 2:  # noqa: PLR2004
        return []
    operations = [record["pushOperationKey"][:8] for record in case.records]
    return [f"twice: {case.name} has {len(operations)} records: {', '.join(operations)}"]


def _shared(cases: list[_Case]) -> list[str]:
    """Find operations that two pushes end with as theirs."""
    holders: dict[str, list[str]] = {}
    for case in cases:
        if case.told and case.told[-1][1].status == "Success":
            holders.setdefault(str(case.told[-1][1].push_operation_key), []).append(case.name)
    return [
        f"wrong: {' and '.join(names)} both ended with operation {operation}"
        for operation, names in holders.items()
        if len(names) > 1
    ]


def _never(world: World, case: _Case) -> list[str]:
    is_open = bool(case.runs) and case.runs[-1].is_running
    if case.item.number in world.never_ended or is_open or not case.told:
        return [f"never: {case.name} did not end"]
    return []


def _landed(record: Record) -> float:
    text = record["writtenOnUtc"][:26]
    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - EPOCH).total_seconds()


def _wrong(case: _Case, at: float, outcome: PushOutcome) -> list[str]:
    """Hold one outcome against the books: what it denies must not be there, nor come unasked."""
    before = [record for record in case.records if _landed(record) <= at]
    # A later run may write what an earlier one rightly denied.
    is_last = at >= case.told[-1][0] - 1
    known = case.records if is_last else before
    said = f"{case.name} was told {outcome.status} at {at:.1f}"
    if outcome.status == "Success":
        operations = {record["pushOperationKey"] for record in case.records}
        if str(outcome.push_operation_key) not in operations:
            return [f"lost: {said} of operation {outcome.push_operation_key}, without a record"]
        return []
    denial = _denial(outcome)
    return [f"wrong: {said}, {denial}, and its record is there"] if known and denial else []


def _denial(outcome: PushOutcome) -> str | None:
    """Say how an outcome denies that a record is there or may come."""
    if outcome.status == "Failed":
        return outcome.message
    if not outcome.submitted:
        return "nothing submitted"
    return None if outcome.may_still_land else "may not land"


def _wrong_end(case: _Case, outcome: PushOutcome) -> list[str]:
    is_cancelled = "ancelled" in outcome.message
    is_refusing = case.item.connection == seeds.REFUSING
    if outcome.status == "Failed" and not (is_cancelled or is_refusing or case.refused):
        is_late = "deadline" in outcome.message or "time" in outcome.message
        is_answered = "Codat answered 4" in outcome.message
        if not (is_late or is_answered):
            return [f"wrong: {case.name} Failed, and nobody refused it: {outcome.message}"]
    if outcome.status == "TimedOut" and not case.item.minutes:
        return [f"wrong: {case.name} TimedOut, and it had all the time: {outcome.message}"]
    return []
