"""How a run begins, goes on in a new one, is reset or cancelled."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.models import OperationSnapshot
    from activities.other_pushes import REQUESTED
    from workflows.carried_state import CarriedState
    from workflows.deadline import Deadline
    from workflows.ledger import Ledger
    from workflows.models import PushRequest
    from workflows.run_origin import carried_memo, was_awaited, was_continued
    from workflows.state import PushState
    from workflows.versions import RESET_TO_THE_START

MAX_EVENTS = 200
"""Events of a run, some 16 looks. A worker keeps 4.5 KB of each look while it keeps the run
(docs/measured.txt), and replays one that fell out of its memory in 0.3 ms an event; the
server speaks up at 4,096 only."""


LOOK_MINUTES = 15
"""The time of a run that only looks."""


def begin(request: PushRequest, *, is_reset: bool) -> PushState:
    """Begin a run's state; a reset is a new request, with a new deadline."""
    carried = None if is_reset or not was_continued() else request.resume
    if carried is None:
        if not is_reset:
            request = request.model_copy(update={"resume": None})
        now = workflow.now() if is_reset else workflow.info().workflow_start_time
        carried = CarriedState(requested_on_utc=now, ledger=Ledger())
    minutes = LOOK_MINUTES if request.looks_only else request.timeout_in_minutes
    state = PushState(
        request,
        carried.model_copy(deep=True),
        Deadline(carried.requested_on_utc, minutes),
        is_reset=is_reset,
        must_tell_plan=is_reset or not (request.plan and was_awaited(request)),
    )
    state.snapshot = _followed(state.ledger)
    return state


def _followed(ledger: Ledger) -> OperationSnapshot | None:
    """Give the operation that the run before this one was following."""
    current = ledger.current
    if current is None or current.operation is None or current.judgement or current.has_failed:
        return None
    return OperationSnapshot.unread(current.operation)


def has_grown_long(state: PushState) -> bool:
    """Tell whether to go on in a new run; not before the past is known."""
    if state.must_recall:
        return False
    info = workflow.info()
    return info.get_current_history_length() > MAX_EVENTS or info.is_continue_as_new_suggested()


def continue_as_new_if_long(state: PushState) -> None:
    """Go on in a new run when the history has grown long."""
    if not has_grown_long(state):
        return
    requested = state.carried.requested_on_utc.isoformat()
    workflow.continue_as_new(
        # What was remembered for a retry is in the ledger now.
        state.request.model_copy(update={"resume": state.carried, "retry_of": None}),
        memo=carried_memo() | {REQUESTED: requested},
    )


def on_cancel_requested(state: PushState) -> bool:
    """Take a request for cancellation: True when something was sent, so that it goes on."""
    state.carried.is_cancelled = True
    if not state.ledger.was_sent:
        return False
    state.warn(
        "You cancelled after the record was sent. A sent record can't be recalled, so Surepush "
        "keeps watching it."
    )
    return True


def was_reset_to_the_start() -> bool:
    """Tell whether a reset threw the whole history away, so that no seed changed under way.

    The run ids alone would take another branch when the prefix of a run that was reset later is
    replayed; the marker of a patch records the answer in history. A replay goes by the marker
    alone: the SDK's Replayer does not know the id of the run.
    """
    info = workflow.info()
    is_another_run = info.run_id != info.original_execution_run_id
    may_be_reset = is_another_run or workflow.unsafe.is_replaying()
    return may_be_reset and workflow.patched(RESET_TO_THE_START.name)
