"""Many pushes retried by one wish of an operator's; it can be watched, paused and stopped."""

import contextlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.bulk import STEP_FOR, BulkDone, BulkStep
    from activities.heartbeat import HEARTBEAT
    from activities.wire import Wire
    from workflows.activity_call import CallFailed, call
    from workflows.markdown import plain

RETRIED = "retried"
"""The word for a push that was asked for again; all others were left alone."""

MAX_AT_ONCE = 100
STEPS_A_RUN = 300
STEP_TIMEOUT = timedelta(minutes=10)
TRY_AGAIN = RetryPolicy(maximum_interval=timedelta(minutes=1))
REPEAT_AFTER = timedelta(seconds=15)


class BulkReport(Wire):
    """What became of a bulk's pushes, by the word on each; `state` and `waits_until` (UTC) now."""

    state: str = "running"
    total: int = 0
    results: dict[str, list[UUID]] = {}
    waits_until: datetime | None = None

    @property
    def done(self) -> int:
        """How many pushes have been looked at."""
        return sum(len(some) for some in self.results.values())


class BulkRequest(Wire):
    """Which pushes to retry: what an operator saw in a plan; since then none was retried."""

    bulk_id: str
    pushes: list[UUID]
    planned_on_utc: datetime
    gap_seconds: float
    reason: str | None = None
    report: BulkReport = BulkReport()


@workflow.defn(name="bulk-retry")
class BulkRetryWorkflow:
    """`push-bulk-<id>`: retries what is safe, leaves the rest alone, and says so of each push."""

    def __init__(self) -> None:
        self._is_paused = False
        self._is_stopped = False
        self._report = BulkReport()

    @workflow.run
    async def run(self, request: BulkRequest) -> BulkReport:
        """Retry the pushes in the order given; gives what became of each."""
        left = list(request.pushes)
        self._report = request.report.model_copy(
            update={"total": request.report.total or len(left)}
        )
        at_once = max(1, min(MAX_AT_ONCE, int(STEP_FOR.total_seconds() / request.gap_seconds)))
        steps = 0
        while left and not self._is_stopped:
            if steps == STEPS_A_RUN:
                again = {"pushes": left, "report": self._report}
                workflow.continue_as_new(request.model_copy(update=again))
            left = await self._step(request, left, at_once)
            steps += 1
            await workflow.wait_condition(lambda: self._is_stopped or not self._is_paused)
        return self._tell("stopped" if left else "done")

    async def _step(self, request: BulkRequest, left: list[UUID], at_once: int) -> list[UUID]:
        """Retry the first pushes, and pause if need be; gives those that are left."""
        some = left[:at_once]
        step = BulkStep(
            bulk_id=request.bulk_id,
            pushes=some,
            planned_on_utc=request.planned_on_utc,
            gap_seconds=request.gap_seconds,
            reason=request.reason,
            is_last=len(some) == len(left),
        )
        done = await self._retry(step)
        results = {word: list(pushes) for word, pushes in self._report.results.items()}
        for push_id, word in zip(some, done.results, strict=False):
            results.setdefault(word, []).append(push_id)
        self._report = self._report.model_copy(update={"results": results})
        self._tell("paused" if self._is_paused else "running")
        if done.not_before:
            await self._wait(done.not_before, done.waits_for)
        return left[len(done.results) :]

    async def _retry(self, step: BulkStep) -> BulkDone:
        """Retry the pushes of a step; repeated after a failure, it retries nothing twice."""
        while True:
            try:
                return await call(
                    "bulk-retry",
                    step,
                    BulkDone,
                    start_to_close_timeout=STEP_TIMEOUT,
                    heartbeat_timeout=HEARTBEAT,
                    retry_policy=TRY_AGAIN,
                    summary=f"{len(step.pushes)} pushes after {self._report.done} of "
                    f"{self._report.total}",
                )
            except CallFailed as failure:
                workflow.logger.warning("A step of the bulk is repeated: %s", failure.message)
            await workflow.sleep(REPEAT_AFTER)

    async def _wait(self, until: datetime, reason: str) -> None:
        self._report = self._report.model_copy(update={"waits_until": until})
        self._tell("paused" if self._is_paused else f"waiting for {reason}")
        with contextlib.suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._is_stopped,
                timeout=until - workflow.now(),
                timeout_summary=plain(f"for {reason}"),
            )
        self._report = self._report.model_copy(update={"waits_until": None})

    def _tell(self, state: str) -> BulkReport:
        self._report = self._report.model_copy(update={"state": state})
        rows = [f"**{plain(state)}**: {self._report.done} of {self._report.total} pushes\n"]
        rows += [f"- {plain(word)}: {len(some)}" for word, some in self._report.results.items()]
        workflow.set_current_details("\n".join(rows))
        return self._report

    @workflow.signal(name="pause")
    def pause(self, *_inputs: Any) -> None:  # noqa: ANN401, anybody may signal
        """Begin no further step."""
        self._is_paused = True
        self._tell("paused")

    @workflow.signal(name="resume")
    def resume(self, *_inputs: Any) -> None:  # noqa: ANN401, anybody may signal
        """Go on."""
        self._is_paused = False
        self._tell("running")

    @workflow.signal(name="stop")
    def stop(self, *_inputs: Any) -> None:  # noqa: ANN401, anybody may signal
        """End after the step that is under way; what was retried goes on."""
        self._is_stopped = True

    @workflow.query(name="progress")
    def progress(self) -> BulkReport:
        """Where the bulk stands."""
        return self._report
