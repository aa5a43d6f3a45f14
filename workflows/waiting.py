"""Durable waits, and what an onlooker is told meanwhile."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.details import progress_details
    from workflows.markdown import plain
    from workflows.metrics import count_wait
    from workflows.models import ENDED, PushOutcome
    from workflows.state import PushState

MAX_SUMMARY = 380
"""Characters of a summary; Temporal shows 400 bytes."""


def show_stage(state: PushState, stage: str, message: str) -> None:
    """Say what is going on now, to whoever looks at the push."""
    state.stage, state.message = stage, message
    workflow.set_current_details(progress_details(state.progress))


def finish(state: PushState, outcome: PushOutcome) -> None:
    """Say how the push ended, to whoever asks for its progress later."""
    state.stage, state.message = ENDED, f"{outcome.status.value}: {outcome.message}"
    state.next_look, state.waiting_for = None, None


async def wait(  # noqa: PLR0913, what a wait consists of
    state: PushState,
    pause: timedelta,
    why: str,
    *,
    cause: str = "",
    for_hint: bool = False,
    for_data: bool = False,
    is_last: bool = False,
) -> None:
    """Wait durably, not beyond the deadline unless it has passed (`is_last`).

    The platform's hint cuts it short (`for_hint`), or Codat's report that it has read the
    accounting software (`for_data`), and so does another update that goes first.
    """
    left = state.deadline.left
    if left is not None and not is_last:
        pause = min(pause, left)
    if pause <= timedelta():
        return
    begun = workflow.now()
    state.next_look, state.waiting_for = begun + pause, why
    workflow.set_current_details(progress_details(state.progress))
    try:
        await workflow.wait_condition(
            lambda: (
                (for_hint and state.carried.hinted)
                or (for_data and state.is_data_read)
                or state.superseded_by is not None
                or state.must_give_turn_back
            ),
            timeout=pause,
            timeout_summary=plain(f"{why} (until {state.next_look:%H:%M:%S} UTC)"[:MAX_SUMMARY]),
        )
    except TimeoutError:
        pass
    finally:
        state.next_look, state.waiting_for = None, None
    count_wait(cause or state.carried.cause, workflow.now() - begun)
