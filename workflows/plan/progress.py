"""A plan while it is carried out: what may start, what has ended, what it says of itself."""

from collections import Counter
from typing import Any

from activities.plan_steps import StepEnd, StepStarted
from workflows.plan.graph import dependencies, layers, references_by_step
from workflows.plan.models import (
    CANCELLED,
    CANCELLING,
    HELD,
    INCOMPLETE,
    RUNNING,
    STOPPED,
    STOPPING,
    SUCCEEDED,
    UNSUCCESSFUL,
    WAITING,
    OnFailure,
    PlanReport,
    PlanRequest,
    PlanState,
    PlanStep,
    StepReport,
    StepState,
    StepStatus,
)

MAX_PENDING = 100
"""Pushes of one plan under way at once."""

MAX_STARTS = 25
"""Steps that one activity starts."""


class Progress:
    """Where each step of one plan stands."""

    def __init__(self, plan: PlanRequest) -> None:
        """Begin with what earlier runs of the plan knew."""
        known = plan.resume or PlanState()
        self.plan = plan
        self.is_held, self.is_cancelled = known.is_held, known.is_cancelled
        self._references = references_by_step(plan)
        self._graph = dependencies(plan, self._references)
        self._steps = {step.name: step for step in plan.steps}
        self._states = dict(known.steps)
        self._after: dict[str, list[str]] = {name: [] for name in self._graph}
        for name, before in self._graph.items():
            for other in before:
                self._after[other].append(name)
        # By layers, so that what much waits for is begun first.
        self._queue = [name for layer in layers(self._graph) for name in layer]

    @property
    def state(self) -> PlanState:
        """What the next run has to know."""
        return PlanState(steps=self._states, is_held=self.is_held, is_cancelled=self.is_cancelled)

    def names(self, *statuses: StepStatus) -> list[str]:
        """Name the steps that were begun and have one of these statuses."""
        return [name for name, known in self._states.items() if known.status in statuses]

    def push_of(self, name: str) -> StepState:
        """Give what is known of a step that was begun."""
        return self._states[name]

    @property
    def unlinked(self) -> list[str]:
        """The pending steps whose push will not tell of its end."""
        pending = self.names(StepStatus.PENDING)
        return [name for name in pending if not self._states[name].is_linked]

    def startable(self) -> list[str]:
        """Name the steps to start now, as many as one activity takes."""
        if self.is_held or self.ends_early:
            return []
        room = min(MAX_STARTS, MAX_PENDING - len(self.names(StepStatus.PENDING)))
        found: list[str] = []
        self._queue = [name for name in self._queue if name not in self._states]
        for name in self._queue:
            if len(found) >= room:
                break
            if self._is_ready(name):
                found.append(name)
        return found

    @property
    def ready(self) -> list[PlanStep]:
        """The steps that were not begun, though all that they wait for has succeeded."""
        begun, steps = self._states, self._steps.items()
        return [step for name, step in steps if name not in begun and self._is_ready(name)]

    def _is_ready(self, name: str) -> bool:
        return all(self._succeeded(before) for before in self._graph[name])

    def _succeeded(self, name: str) -> bool:
        known = self._states.get(name)
        return known is not None and known.status is StepStatus.SUCCESS

    def values_for(self, name: str) -> dict[str, Any] | None:
        """Give what a step's references stand for, by their text; None where something lacks."""
        found = self.values_of(self._steps[name])
        lacking = [text for text, value in found.items() if value is None]
        if lacking:
            lack = f"{lacking[0]}: the outcome has no such value, or a very large one."
            self._enter(name, StepState(status=StepStatus.FAILED, message=lack))
            return None
        return found

    def values_of(self, step: PlanStep) -> dict[str, Any]:
        """Give what a ready step's references stand for, by their text; None for what lacks."""
        return {
            found.text: self._states[found.step].values.get(found.pointer)
            for found in self._references[step.name]
        }

    def take_start(self, started: StepStarted) -> None:
        """Enter that a step's push was started or joined, or could not be."""
        if started.end:
            self.take_end(started.end)
        elif started.problem:
            failed = StepState(
                status=StepStatus.FAILED, push_id=started.push_id, message=started.problem
            )
            self._enter(started.name, failed)
        elif not self._succeeded(started.name):
            pending = StepState(
                status=StepStatus.PENDING, push_id=started.push_id, is_linked=started.is_linked
            )
            self._enter(started.name, pending)

    def take_end(self, end: StepEnd) -> None:
        """Enter how a step's push ended; a success stays, and another push's end is passed over."""
        known = self._states.get(end.step)
        is_another = known is not None and known.push_id not in (None, end.push_id)
        if end.step not in self._graph or is_another or self._succeeded(end.step):
            return
        status = StepStatus(end.status)
        self._enter(
            end.step,
            StepState(status=status, push_id=end.push_id, message=end.message, values=end.values),
        )

    def try_again(self) -> list[str]:
        """Forget what never became a push; name the steps whose push is to be looked at."""
        for name in self.names(*UNSUCCESSFUL):
            if self._states[name].push_id is None:
                del self._states[name]
                self._queue.insert(0, name)
        return self.names(StepStatus.PENDING, *UNSUCCESSFUL)

    def _enter(self, name: str, state: StepState) -> None:
        self._states[name] = state
        for before in self._graph[name]:
            self._forget_values(before)

    def _forget_values(self, name: str) -> None:
        """Drop what was needed of a step's outcome once all that needs it has succeeded."""
        known = self._states.get(name)
        if known and known.values and all(map(self._succeeded, self._after[name])):
            self._states[name] = known.model_copy(update={"values": {}})

    @property
    def ends_early(self) -> bool:
        """Whether nothing more is to be started."""
        is_stopped = self.plan.on_failure is OnFailure.STOP and bool(self.names(*UNSUCCESSFUL))
        return self.is_cancelled or is_stopped

    @property
    def is_over(self) -> bool:
        """Whether nothing is under way and nothing is to come."""
        if self.names(StepStatus.PENDING):
            return False
        if len(self.names(StepStatus.SUCCESS)) == len(self._steps) or self.ends_early:
            return True
        if self.plan.on_failure is not OnFailure.SKIP or self.is_held:
            return False
        return not self.startable()

    @property
    def word(self) -> str:
        """The plan's state in a word or two."""
        pending, failed = self.names(StepStatus.PENDING), self.names(*UNSUCCESSFUL)
        if len(self.names(StepStatus.SUCCESS)) == len(self._steps):
            return SUCCEEDED
        if self.is_cancelled:
            return CANCELLING if pending else CANCELLED
        if self.ends_early:
            return STOPPING if pending else STOPPED
        if self.is_over:
            return INCOMPLETE
        if self.is_held:
            return HELD
        return WAITING if failed and not pending else RUNNING

    @property
    def troubles(self) -> dict[str, str]:
        """What went wrong, by the names of the steps."""
        return {name: self._states[name].message for name in self.names(*UNSUCCESSFUL)}

    @property
    def counts(self) -> dict[str, int]:
        """How many steps have each status."""
        rest = self._status_of_others
        found = (
            self._states[name].status if name in self._states else rest for name in self._steps
        )
        return {status.value: count for status, count in Counter(found).items()}

    @property
    def _status_of_others(self) -> StepStatus:
        """The status of all steps that were not begun; not cheap where there are many steps."""
        if self.is_over:
            is_skipped = self.plan.on_failure is OnFailure.SKIP and not self.is_cancelled
            return StepStatus.SKIPPED if is_skipped else StepStatus.NOT_STARTED
        return StepStatus.WAITING

    @property
    def report(self) -> PlanReport:
        """The plan as it stands."""
        rest = self._status_of_others
        return PlanReport(
            plan_id=self.plan.plan_id,
            key=self.plan.key,
            company_id=self.plan.company_id,
            state=self.word,
            on_failure=self.plan.on_failure,
            counts=self.counts,
            steps=[self._report(name, rest) for name in self._steps],
        )

    def _report(self, name: str, otherwise: StepStatus) -> StepReport:
        known = self._states.get(name)
        return StepReport(
            name=name,
            data_type=str(self._steps[name].push.get("dataType", "")),
            status=known.status if known else otherwise,
            push_id=known.push_id if known else None,
            message=known.message if known else "",
            after=sorted(self._graph[name]),
        )
