"""One push, from the request to its ending.

A push is a few steps. `next_step` says which comes next, from the state alone; a step takes in what
comes back and raises `Ended` when the push is over.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import ValidationError
from temporalio import workflow
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory, FailureError

with workflow.unsafe.imports_passed_through():
    from codat.models import PushStatus
    from workflows.attributes import upsert_ending
    from workflows.details import outcome_details
    from workflows.input_errors import check_workflow_id, read_request
    from workflows.lifecycle import (
        begin,
        continue_as_new_if_long,
        has_grown_long,
        on_cancel_requested,
        was_reset_to_the_start,
    )
    from workflows.look_again import start_looking_again
    from workflows.metrics import count_ending
    from workflows.models import PushOutcome, PushProgress
    from workflows.notify import start_notification
    from workflows.outcomes import Ended, cancelled, give_up
    from workflows.state import PushState
    from workflows.steps.find import find
    from workflows.steps.poll import poll
    from workflows.steps.prepare import prepare
    from workflows.steps.read_back import read_back
    from workflows.steps.recall import recall
    from workflows.steps.send import send
    from workflows.steps.turn import keep_turn, leave_turn
    from workflows.tell_plan import tell_plan
    from workflows.update_line import TurnAnswer
    from workflows.waiting import finish


class Step(StrEnum):
    """What a push does next."""

    RECALL = "recall"  # read what earlier runs of this push sent, and apply a person's decision
    PREPARE = "prepare"  # fetch the platform's options and validate the record
    SEND = "send"  # POST or PUT: the same submission again, or the next one
    FIND = "find"  # search Codat's list for a request that got no clear answer
    POLL = "poll"  # wait, then ask for the status of the operation
    GIVE_UP = "give up"  # end the push, because it must not send again


def next_step(state: PushState, now: datetime) -> Step:
    """Decide what comes next.

    SEND repeats the current submission under its key where `may_resend` allows it; a cancelled
    push never does. A further submission has a new key. It is opened only when the one before it
    is clear, and only while the push may send more.
    """
    if state.must_recall:
        return Step.RECALL
    if state.snapshot:
        return Step.POLL
    if state.may_resend(now):
        return Step.SEND
    if state.is_unclear:
        return Step.FIND
    if state.may_send_no_more:
        return Step.GIVE_UP
    return Step.SEND if state.is_fit else Step.PREPARE


async def _give_up(state: PushState) -> None:
    raise give_up(state)


STEPS: Mapping[Step, Callable[[PushState], Awaitable[None]]] = {
    Step.RECALL: recall,
    Step.PREPARE: prepare,
    Step.SEND: send,
    Step.FIND: find,
    Step.POLL: poll,
    Step.GIVE_UP: _give_up,
}


@workflow.defn(name="push")
class PushWorkflow:
    """Carries one record into the company's accounting software, exactly once."""

    def __init__(self) -> None:
        self._state: PushState | None = None
        self._steps: asyncio.Task[PushOutcome] | None = None
        self._was_reset = False
        self._must_tell_plan = False

    # It takes any arguments: a wrong input has to fail the push, not its workflow task for ever.
    @workflow.run
    async def run(self, *arguments: Any) -> PushOutcome:  # noqa: ANN401
        """One push request in; the outcome out, as an error unless it is a success."""
        request = read_request(arguments)
        check_workflow_id(request, workflow.info().workflow_id)
        workflow.register_random_seed_callback(self._on_reset)
        self._state = begin(request, is_reset=was_reset_to_the_start())
        self._state.must_tell_plan |= self._must_tell_plan
        outcome = await self._run_until_ended(self._state)
        upsert_ending(request, outcome, self._state.unannounced)
        count_ending(request, outcome)
        finish(self._state, outcome)
        workflow.set_current_details(outcome_details(outcome, str(request.push_id)))
        if outcome.status is PushStatus.SUCCESS:
            return outcome
        raise ApplicationError(
            outcome.message,
            outcome,
            type=f"Push{outcome.status.value}",
            non_retryable=True,
            category=ApplicationErrorCategory.BENIGN,
        )

    async def _run_until_ended(self, state: PushState) -> PushOutcome:
        """Run the steps; from the first again if the run turns out to have been reset."""
        self._steps = asyncio.create_task(_run_steps(state))
        while True:
            try:
                # Shielded: a cancellation request does not stop a push that has sent a request.
                return await asyncio.shield(self._steps)
            except (asyncio.CancelledError, FailureError):
                if not self._was_reset and self._steps.done():
                    raise
            if not self._was_reset:
                if not on_cancel_requested(state):
                    self._steps.cancel()
                    self._steps = asyncio.create_task(_end(state, cancelled(state)))
                continue
            self._was_reset = False
            self._state = state = begin(state.request, is_reset=True)
            self._steps = asyncio.create_task(_run_steps(state))

    def _on_reset(self, _seed: int) -> None:
        # The server gives a new seed exactly where a reset cut the history, also in replay.
        self._was_reset = True
        if self._steps:
            self._steps.cancel()

    @workflow.signal(name="operation-updated")
    def operation_updated(self, *_hint: Any) -> None:  # noqa: ANN401
        """Take the hint that the platform has news of the operation: look now."""
        if self._state:
            self._state.carried.hinted = True

    @workflow.signal(name="data-read")
    def data_read(self, *_report: Any) -> None:  # noqa: ANN401
        """Take Codat's report that it has read the accounting software: ask for it now."""
        if self._state:
            self._state.is_data_read = True

    @workflow.signal(name="tell-plan")
    def must_tell_plan(self, *_inputs: Any) -> None:  # noqa: ANN401, anybody may signal
        """Tell the plan of the end, once more if it was told a moment ago."""
        self._must_tell_plan = True
        if self._state:
            self._state.must_tell_plan, self._state.is_plan_told = True, False

    @workflow.signal(name="turn")
    def turn(self, *answers: Any) -> None:  # noqa: ANN401, anybody may signal
        """Take one `TurnAnswer`: whether this update may be sent."""
        with suppress(ValidationError, ValueError):
            (answer,) = answers
            if self._state:
                self._state.take_answer(TurnAnswer.model_validate(answer))

    @workflow.query(name="progress")
    def progress(self) -> PushProgress | None:
        """Where the push stands."""
        return self._state.progress if self._state else None


async def _run_steps(state: PushState) -> PushOutcome:
    """Run one step after the other until the push is over."""
    try:
        while True:
            if has_grown_long(state):
                await keep_turn(state)
            continue_as_new_if_long(state)
            await STEPS[next_step(state, workflow.now())](state)
    except Ended as ended:
        return await _end(state, ended)


async def _end(state: PushState, ended: Ended) -> PushOutcome:
    """Give the turn back; tell the backend, and the plan that it is a step of, how it ended."""
    outcome = await read_back(state, ended.outcome)
    await leave_turn(state, wrote=outcome.status is not PushStatus.FAILED)
    # One after the other: a run that is evicted here raises, and would leave the second unstarted.
    of_plan = asyncio.ensure_future(tell_plan(state, outcome))
    await asyncio.gather(of_plan, start_notification(state, outcome))
    await start_looking_again(state, outcome)
    # The plan may have asked for it meanwhile. From here on, a signal undoes the end.
    await tell_plan(state, outcome)
    return outcome
