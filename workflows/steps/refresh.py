"""Having Codat read a data type from the accounting software, and waiting for it."""

from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.heartbeat import HEARTBEAT
    from activities.refresh_models import RefreshData, RefreshResult
    from codat.models import PushOperation
    from workflows.activity_call import READ_AGAIN, READ_TIMEOUT, CallFailed, call
    from workflows.outcomes import check_deadline
    from workflows.state import PushState
    from workflows.waiting import show_stage, wait

FIRST_PAUSE = timedelta(seconds=4)
MAX_PAUSE = timedelta(minutes=1)


async def refresh(
    state: PushState,
    not_before: datetime | None,
    patience: timedelta,
    *,
    stage: str = "find-submission",
) -> RefreshResult:
    """Have Codat read the software, from `not_before` (Codat's clock, UTC) on or from now on.

    Waits no longer than `patience`; the result has a `hindrance` where nothing was read by then.
    Raises: Ended at the deadline.
    """
    begun, pause, state.is_data_read = workflow.now(), FIRST_PAUSE, False
    while workflow.now() - begun < patience:
        check_deadline(state)
        show_stage(state, stage, "Codat is reading the accounting software.")
        ask = RefreshData(
            target=state.request.target,
            not_before=not_before,
            is_over=state.is_data_read or None,
        )
        state.is_data_read = False
        result = await _ask(state, ask, begun + patience - workflow.now())
        if result.began or result.hindrance:
            return result
        not_before = not_before or result.not_before
        why = "waiting until Codat has read the accounting software"
        await wait(state, pause, why, for_data=True)
        pause = min(pause * 2, MAX_PAUSE)
    return RefreshResult(hindrance="Codat did not finish reading the accounting software.")


async def _ask(state: PushState, ask: RefreshData, within: timedelta) -> RefreshResult:
    try:
        return await call(
            "refresh-data",
            ask,
            RefreshResult,
            until=state.deadline.timer(),
            within=within,
            start_to_close_timeout=READ_TIMEOUT,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=READ_AGAIN,
            summary="read the accounting software",
        )
    except CallFailed as failure:
        state.note(failure)
        return RefreshResult()


def now_by_codat(state: PushState, operation: PushOperation) -> datetime:
    """Say what time it is there: as much later than the operation as here than its request."""
    now, sent = workflow.now(), state.ledger.find(operation.push_operation_key)
    if sent is None or operation.requested_on_utc is None:
        return now
    since = now - (sent.last_scheduled or sent.first_scheduled)
    return operation.requested_on_utc + since
