"""One plan, from its first step to the end of its last; a workflow that keeps no record twice."""

import asyncio
from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from temporalio import workflow
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

with workflow.unsafe.imports_passed_through():
    from activities.plan_steps import StartStep, StartSteps, StepEnd
    from workflows.plan.attributes import upsert_plan_attributes
    from workflows.plan.check import InvalidPlan, read_plan
    from workflows.plan.details import sentence_of, show_details
    from workflows.plan.lost_starts import find_lost_starts
    from workflows.plan.models import SUCCEEDED, PlanReport, PlanRequest, StepStatus
    from workflows.plan.progress import Progress
    from workflows.plan.start import ask_for

MAX_EVENTS = 2_000
"""Events of a run: some hundreds of steps."""

LOOK_FIRST, LOOK_LAST = timedelta(seconds=15), timedelta(minutes=15)
"""How often a push is looked at that does not tell of its end: somebody else started it."""

MAX_WAITS = 4
"""Waits for pushes in a row: a signal or a query waits until the last is over."""

TURN = timedelta(milliseconds=1)


@workflow.defn(name="plan")
class PlanWorkflow:
    """`plan-<plan id>`: starts each step's push when those that it needs have succeeded."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._ends: list[StepEnd] = []
        self._has_news = False
        self._is_continued = False
        self._is_cancel_wanted = False
        self._is_hold_wanted = False
        self._cancelled: set[str] = set()
        self._waits = 0
        self._absent: set[str] = set()

    # It takes any arguments: a wrong input has to fail the plan, not its workflow task for ever.
    @workflow.run
    async def run(self, *arguments: Any) -> PlanReport:  # noqa: ANN401
        """One plan in; the report out, as an error unless every step succeeded."""
        plan = _read(arguments)
        self._progress = progress = Progress(plan)
        upsert_plan_attributes(plan)
        steps = asyncio.create_task(self._carry_out(progress))
        while not steps.done():
            try:
                # Shielded: a plan that is cancelled waits for what it has started.
                await asyncio.shield(steps)
            except asyncio.CancelledError:
                if steps.done():
                    raise
                self._is_cancel_wanted = self._has_news = True
        report = steps.result()
        if report.state == SUCCEEDED:
            return report
        raise ApplicationError(
            sentence_of(report),
            report,
            type="PlanNotDone",
            non_retryable=True,
            category=ApplicationErrorCategory.BENIGN,
        )

    async def _carry_out(self, progress: Progress) -> PlanReport:
        look_after = LOOK_FIRST
        while True:
            await self._take_news(progress)
            names = progress.startable()
            if names and self._waits >= MAX_WAITS:
                await self._give_turn(progress)
                continue
            if names:
                await self._start(progress, names)
                continue
            show_details(progress)
            if progress.is_over:
                return progress.report
            self._continue_as_new_if_long(progress)
            if not await self._wait(look_after if progress.unlinked else None):
                look_after = min(2 * look_after, LOOK_LAST)
                await self._look(progress, progress.unlinked)

    async def _give_turn(self, progress: Progress) -> None:
        """End the task of the workflow, so that what came meanwhile is taken in."""
        self._waits = 0
        await workflow.sleep(TURN, summary="signals and queries have their turn")
        self._continue_as_new_if_long(progress)

    def _continue_as_new_if_long(self, progress: Progress) -> None:
        """Go on in a new run when the history has grown long, and no news is to be taken in."""
        info = workflow.info()
        is_long = info.get_current_history_length() > MAX_EVENTS
        if self._ends or self._has_news:
            return
        if is_long or info.is_continue_as_new_suggested():
            workflow.continue_as_new(progress.plan.model_copy(update={"resume": progress.state}))

    async def _wait(self, most: timedelta | None) -> bool:
        """Wait for news; False when there was none for so long."""
        self._waits = 0
        try:
            await workflow.wait_condition(
                lambda: self._has_news or bool(self._ends),
                timeout=most,
                timeout_summary="looking at pushes that were not started by this plan",
            )
        except TimeoutError:
            return False
        return True

    async def _take_news(self, progress: Progress) -> None:
        """Enter the ends of pushes, and do what a person wants."""
        self._has_news = False
        ends, self._ends = self._ends, []
        for end in ends:
            progress.take_end(end)
        if self._is_continued:
            self._is_continued, progress.is_held = False, False
            self._absent.clear()
            await self._look(progress, progress.try_again())
        if self._is_hold_wanted:
            self._is_hold_wanted, progress.is_held = False, True
        if self._is_cancel_wanted or progress.is_cancelled:
            progress.is_cancelled = True
        if progress.ends_early or progress.is_held:
            await find_lost_starts(progress, self._absent)
        if progress.is_cancelled:
            await self._cancel_pushes(progress)

    async def _start(self, progress: Progress, names: list[str]) -> None:
        """Start some steps; what they refer to is known."""
        values = {name: progress.values_for(name) for name in names}
        steps = [
            StartStep(name=name, values=given)
            for name, given in values.items()
            if given is not None
        ]
        if steps:
            summary = f"start {', '.join(step.name for step in steps)}"
            may_wait = self._may_wait(progress)
            await self._ask(progress, steps, summary, may_wait=may_wait)

    def _may_wait(self, progress: Progress) -> bool:
        """Tell whether to wait for the ends of what is started now: no other end is due."""
        if progress.names(StepStatus.PENDING) or len(progress.plan.steps) == 1:
            return False
        self._waits += 1
        return True

    async def _look(self, progress: Progress, names: list[str]) -> None:
        """Look how some pushes stand that were started; none is started."""
        if names:
            steps = [StartStep(name=name, look_at=progress.push_of(name).push_id) for name in names]
            await self._ask(progress, steps, f"look at {', '.join(names)}")

    async def _ask(
        self, progress: Progress, steps: list[StartStep], summary: str, *, may_wait: bool = False
    ) -> None:
        found = await ask_for(StartSteps(steps=steps, may_wait=may_wait or None), summary)
        for started in found.steps:
            progress.take_start(started)

    async def _cancel_pushes(self, progress: Progress) -> None:
        """Ask each push that is under way to end; one that was sent goes on, and tells of it."""
        names = set(progress.names(StepStatus.PENDING)) - self._cancelled
        self._cancelled |= names
        pushes = [progress.push_of(name).push_id for name in sorted(names)]
        asked = [
            asyncio.ensure_future(workflow.get_external_workflow_handle(f"push-{push_id}").cancel())
            for push_id in pushes
        ]
        if asked:
            await workflow.wait(asked)
        # One that has ended meanwhile can't be cancelled, and may have told nobody.
        gone = [name for name, call in zip(sorted(names), asked, strict=True) if call.exception()]
        await self._look(progress, gone)

    @workflow.signal(name="step-ended")
    def step_ended(self, *inputs: Any) -> None:  # noqa: ANN401, anybody may signal
        """Take one `StepEnd`: the push of a step has ended, perhaps once more."""
        try:
            (given,) = inputs
            self._ends.append(StepEnd.model_validate(given))
        except (ValidationError, ValueError):
            workflow.logger.warning("A signal was passed over: it is no step's end")

    @workflow.signal(name="hold")
    def hold(self, *_inputs: Any) -> None:  # noqa: ANN401, anybody may signal
        """Start no further step; what is under way goes on."""
        self._is_hold_wanted, self._is_continued, self._has_news = True, False, True

    @workflow.signal(name="continue")
    def go_on(self, *_inputs: Any) -> None:  # noqa: ANN401, anybody may signal
        """End a hold, and look after the pushes that are under way."""
        self._is_hold_wanted, self._is_continued, self._has_news = False, True, True

    @workflow.signal(name="cancel")
    def cancel(self, *_inputs: Any) -> None:  # noqa: ANN401, anybody may signal
        """Start no further step, cancel what was not sent, and end with the last push."""
        self._is_cancel_wanted = self._has_news = True

    @workflow.query(name="progress")
    def progress(self) -> PlanReport | None:
        """Where the plan stands."""
        return self._progress.report if self._progress else None


def _read(arguments: tuple[Any, ...]) -> PlanRequest:
    """Read the one argument. Raises: ApplicationError `InvalidInput`."""
    # A start by hand with a continued run's input has no run before it.
    is_continued = bool(workflow.info().continued_run_id)
    try:
        plan = read_plan(arguments[0] if len(arguments) == 1 else None, is_checked=is_continued)
    except InvalidPlan as error:
        raise ApplicationError(
            f"The input is no plan: {error}", type="InvalidInput", non_retryable=True
        ) from None
    given = workflow.info().workflow_id
    if given != plan.workflow_id:
        raise ApplicationError(
            f"The workflow id {given} does not belong to this plan: start it as "
            f"{plan.workflow_id}, or give another key.",
            type="InvalidInput",
            non_retryable=True,
        )
    return plan if is_continued else plan.model_copy(update={"resume": None})
