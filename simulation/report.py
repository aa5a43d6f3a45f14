"""What must hold after a run: no record twice, none lost, no wrong word, all ended."""

from collections import Counter
from dataclasses import dataclass, field

from temporalio.api.enums.v1 import EventType

from emulator import seeds
from simulation.books import BookEntry, Books, seconds
from simulation.holds import sent_while_held
from simulation.plan import Item
from simulation.plans.verdict import plan_faults
from simulation.platform import AT_ONCE
from simulation.server.clock import EPOCH
from simulation.server.run import Run
from simulation.updates import UpdateCase, out_of_order, stale
from simulation.world import SimulatedWorld
from workflows.models import PushOutcome


@dataclass
class RunReport:
    """What was wrong in a run, and how its pushes ended."""

    violations: list[str] = field(default_factory=list[str])
    statuses: Counter[str] = field(default_factory=Counter[str])
    records: int = 0
    unclear: int = 0
    """Pushes that ended Unknown, though nobody ended them from outside."""
    twins: Counter[str] = field(default_factory=Counter[str])
    """How those ended that carry the very same record as another one of their place."""

    @property
    def kinds(self) -> set[str]:
        """The kinds of what was wrong: twice, lost, wrong, never, task, start."""
        return {violation.partition(":")[0] for violation in self.violations}


@dataclass
class _Case:
    item: Item
    runs: list[Run]
    requests: list[BookEntry]
    records: list[BookEntry]
    outcomes: list[tuple[float, PushOutcome]]
    is_gone: bool = False
    twins: "list[_Case]" = field(default_factory=list["_Case"])
    """All pushes of the very same record, this one included; none where it is the only one."""

    @property
    def name(self) -> str:
        return f"push {self.item.number}"

    @property
    def is_refused(self) -> bool:
        """Whether Codat refused a request."""
        return any(str(request.get("status", "")).startswith("4") for request in self.requests)

    @property
    def as_update(self) -> UpdateCase:
        return UpdateCase(
            self.item,
            self.runs[0].start_ns / 1e9 - EPOCH.timestamp(),
            self.requests,
            self.records,
            frozenset(str(outcome.status) for _, outcome in self.outcomes),
            is_success=bool(self.outcomes) and self.outcomes[-1][1].status == "Success",
        )


def check_run(world: SimulatedWorld) -> RunReport:
    """Judge all pushes of a run."""
    report = RunReport()
    books = Books(world.platform.emulator)
    cases = [_case(world, item, books) for item in world.plan.items if item.is_here]
    _pair_twins(cases)
    report.violations += _shared(cases)
    updates = [case.as_update for case in cases if case.item.is_update and case.runs]
    report.violations += [*stale(updates), *out_of_order(updates)]
    report.violations += plan_faults(world, books)
    for case in cases:
        last = case.outcomes[-1][1].status if case.outcomes else "never ended"
        report.statuses[str(last)] += 1
        report.twins.update([str(last)] if case.twins else [])
        report.records += len(case.records)
        report.unclear += last == "Unknown" and not _is_ended_outside(case.outcomes[-1][1])
        report.violations += _twice(case)
        report.violations += _never(world, case)
        report.violations += sent_while_held(world.holder.windows, case.item, case.requests)
        for at, outcome in case.outcomes:
            report.violations += _wrong(case, at, outcome)
        if case.outcomes:
            report.violations += _wrong_end(case, case.outcomes[-1][1])
        report.violations += _untold(world, case)
    report.violations += _crowds(world.platform.crowds)
    report.violations += [f"task: {text}" for text in world.server.failed_tasks]
    report.violations = list(dict.fromkeys(report.violations))
    return report


def _case(world: SimulatedWorld, item: Item, books: Books) -> _Case:
    runs = world.server.runs.get(item.request.workflow_id, [])
    outcomes = [(report.at, report.outcome) for report in world.outcomes.get(item.number, [])]
    outcomes += [(at, outcome) for run in runs for at, outcome in _told_by(run)]
    outcomes.sort(key=lambda reported: reported[0])
    return _Case(
        item, runs, books.requests(item), books.records(item), outcomes, books.is_gone(item)
    )


def _pair_twins(cases: list[_Case]) -> None:
    """Let the pushes of one record know each other: a twin's operation is as good as one's own."""
    groups: dict[tuple[str, str], list[_Case]] = {}
    for case in cases:
        item = case.item
        is_create = item.kind is None and item.record_id is None and not item.plan and not item.near
        if is_create:
            groups.setdefault((item.connection, item.marker), []).append(case)
    for group in groups.values():
        for case in group:
            case.twins = group if len(group) > 1 else []


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
    return [(at, PushOutcome.model_validate_json(payload.data)) for payload in payloads[:1]]


def _untold(world: SimulatedWorld, case: _Case) -> list[str]:
    """Find an ending that the push itself gave, and that its backend was not told of."""
    ended = _told_by(case.runs[-1]) if case.runs else []
    return world.inbox.faults(case.item, ended[0][1]) if ended else []


def _crowds(crowds: dict[str, int]) -> list[str]:
    return [
        f"quota: {number} requests for company {company[-4:]} were under way at once"
        for company, number in crowds.items()
        if number > AT_ONCE
    ]


def _twice(case: _Case) -> list[str]:
    if len(case.records) < 2:  # noqa: PLR2004
        return []
    operations = [record["pushOperationKey"][:8] for record in case.records]
    return [f"twice: {case.name} has {len(operations)} records: {', '.join(operations)}"]


def _shared(cases: list[_Case]) -> list[str]:
    """Find operations that two pushes end with as theirs."""
    holders: dict[str, list[str]] = {}
    for case in cases:
        if case.outcomes and case.outcomes[-1][1].push_operation_key and _succeeded(case):
            holders.setdefault(str(case.outcomes[-1][1].push_operation_key), []).append(case.name)
    return [
        f"wrong: {' and '.join(names)} both ended with operation {operation}"
        for operation, names in holders.items()
        if len(names) > 1
    ]


def _is_ended_outside(outcome: PushOutcome) -> bool:
    return outcome.message.startswith("Someone ")


def _succeeded(case: _Case) -> bool:
    return case.outcomes[-1][1].status == "Success"


def _never(world: SimulatedWorld, case: _Case) -> list[str]:
    is_open = bool(case.runs) and case.runs[-1].is_running
    if case.item.number in world.never_ended or is_open or not case.outcomes:
        return [f"never: {case.name} did not end"]
    return []


def _wrong(case: _Case, at: float, outcome: PushOutcome) -> list[str]:
    """Hold one outcome against the books: what it denies must not be there, nor come unasked."""
    before = [record for record in case.records if seconds(record["writtenOnUtc"]) <= at]
    # A later run may write what an earlier one rightly denied.
    is_last = at >= case.outcomes[-1][0] - 1
    known = case.records if is_last else before
    ending = f"{case.name} was told {outcome.status} at {at:.1f}"
    if outcome.status == "Success":
        operations = {record["pushOperationKey"] for record in case.records}
        if case.item.removes and case.is_gone:
            return _removed_by_another(case, ending)
        if operations:  # a twin's is as good
            operations |= {each["pushOperationKey"] for twin in case.twins for each in twin.records}
        if str(outcome.push_operation_key) not in operations:
            return [f"lost: {ending} of operation {outcome.push_operation_key}, without a record"]
        return []
    denial = _denial(outcome)
    return [f"wrong: {ending}, {denial}, and its record is there"] if known and denial else []


def _removed_by_another(case: _Case, ending: str) -> list[str]:
    """Find a removal that is said to be done though no earlier request may have done it."""
    if case.records or _attempts(case.runs) > 1:
        return []
    return [f"wrong: {ending}, and another push removed it before"]


def _attempts(runs: list[Run]) -> int:
    """Count the requests that the runs of a push asked for, whether they arrived or not."""
    asked = {
        event.event_time.ToNanoseconds()
        for run in runs
        for event in run.history
        if event.activity_task_scheduled_event_attributes.activity_type.name == "push"
    }
    return len(asked)


def _denial(outcome: PushOutcome) -> str | None:
    """Say how an outcome denies that a record is there or may come."""
    if outcome.status == "Failed":
        return outcome.message
    if not outcome.submitted:
        return "nothing submitted"
    return None if outcome.may_still_land else "may not land"


def _wrong_end(case: _Case, outcome: PushOutcome) -> list[str]:
    is_cancelled = "ancelled" in outcome.message
    is_superseded = outcome.message.startswith("Superseded by push")
    is_refusing = case.item.connection == seeds.REFUSING or "has the identifier" in outcome.message
    if outcome.status == "Failed" and not (
        is_cancelled or is_refusing or case.is_refused or is_superseded
    ):
        is_late = "deadline" in outcome.message or "time" in outcome.message
        is_answered = "Codat answered 4" in outcome.message
        if not (is_late or is_answered):
            return [f"wrong: {case.name} Failed, and nobody refused it: {outcome.message}"]
    is_own_time = case.item.minutes or outcome.message.startswith("Codat's time")
    if outcome.status == "TimedOut" and not is_own_time:
        return [f"wrong: {case.name} TimedOut, and it had all the time: {outcome.message}"]
    return []
