"""One push, from the request to its ending: this page is the product."""

import asyncio
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, ApplicationErrorCategory

with workflow.unsafe.imports_passed_through():
    from codat.models import PushStatus
    from workflows.attributes import upsert_attributes, upsert_start_attributes
    from workflows.details import outcome_details
    from workflows.metrics import count_ending
    from workflows.models import PushOutcome, check_workflow_id, read_request
    from workflows.notify import start_notification
    from workflows.progress import PushProgress
    from workflows.state import Ended, PushState
    from workflows.steps.poll import poll
    from workflows.steps.recall import recall
    from workflows.steps.submit import submit


@workflow.defn(name="push")
class PushWorkflow:
    """Carries one record into the company's accounting software, once."""

    def __init__(self) -> None:
        self._state: PushState | None = None
        self._telling: asyncio.Task[Ended] | None = None
        self._was_reset = False

    # Any arguments: what is no push request must fail the push, not its workflow task for ever.
    @workflow.run
    async def run(self, *arguments: Any) -> PushOutcome:  # noqa: ANN401
        """One push request in; the outcome out, as an error unless it is a success."""
        request = read_request(arguments)
        check_workflow_id(request, workflow.info().workflow_id)
        workflow.register_random_seed_callback(self._on_reset)
        self._state = PushState.beginning(request, is_reset=_was_reset_to_the_start())
        ended = await self._tell_until_ended(self._state)
        upsert_attributes(status=ended.outcome.status, operation=self._state.unannounced)
        count_ending(request, ended.outcome)
        self._state.finish(ended.outcome)
        workflow.set_current_details(outcome_details(ended.outcome, str(request.push_id)))
        if ended.outcome.status is PushStatus.SUCCESS:
            return ended.outcome
        raise ApplicationError(
            ended.outcome.message,
            ended.outcome,
            type=f"Push{ended.outcome.status.value}",
            non_retryable=True,
            category=ApplicationErrorCategory.BENIGN,
        )

    async def _tell(self, state: PushState) -> Ended:
        try:
            snapshot = state.resumed
            if state.may_not_be_first:
                upsert_start_attributes(state.request)
                snapshot = await recall(state)
            snapshot = snapshot or await submit(state)  # fetches options, validates, pushes
            end = await poll(state, snapshot)
        except Ended as ended:
            end = ended
        return await _told(state, end)

    async def _tell_until_ended(self, state: PushState) -> Ended:
        """Tell the story; from its beginning again if the run turns out to have been reset."""
        self._telling = asyncio.create_task(self._tell(state))
        while True:
            try:
                # Shielded: a request for cancellation is heard, but takes nothing back.
                return await asyncio.shield(self._telling)
            except (asyncio.CancelledError, ActivityError):
                if not self._was_reset and self._telling.done():
                    raise
            if not self._was_reset:
                if not state.on_cancel_requested():
                    self._telling.cancel()
                    self._telling = asyncio.create_task(_told(state, state.cancelled()))
                continue
            self._was_reset = False
            self._state = state = PushState.beginning(state.request, is_reset=True)
            self._telling = asyncio.create_task(self._tell(state))

    def _on_reset(self, _seed: int) -> None:
        # The server gives a new seed exactly where a reset cut the history, also in replay.
        self._was_reset = True
        if self._telling:
            self._telling.cancel()

    @workflow.signal(name="operation-updated")
    def operation_updated(self, *_hint: Any) -> None:  # noqa: ANN401
        """Take the hint that the platform has news of the operation: look now."""
        if self._state:
            self._state.hinted = True

    @workflow.query(name="progress")
    def progress(self) -> PushProgress | None:
        """Where the push stands."""
        return self._state.progress if self._state else None


async def _told(state: PushState, end: Ended) -> Ended:
    """Tell the backend how the push ended, and give its end."""
    await start_notification(state, end.outcome)
    return end


def _was_reset_to_the_start() -> bool:
    """Tell whether a reset threw the whole history away, so that no seed changed under way.

    The run ids alone would take another branch when the prefix of a run that was reset later is
    replayed; the patch marker records the answer in history.
    """
    info = workflow.info()
    is_another_run = info.run_id != info.original_execution_run_id
    return is_another_run and workflow.patched("reset-to-the-start")
