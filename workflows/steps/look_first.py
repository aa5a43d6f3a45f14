"""Before a record is created the books are asked whether it stands there already.

Only where the caller wants it and declares a unique field. What can't be read keeps nothing from
being sent: what a push promises does not rest on this.
"""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.heartbeat import HEARTBEAT
    from activities.look_first import LookFirst, LookFirstResult
    from activities.wire import Finding
    from codat.kinds import PushKind
    from codat.models import PushStatus
    from workflows.activity_call import READ_AGAIN, READ_TIMEOUT, CallFailed, call
    from workflows.models import PushRecord
    from workflows.outcomes import Ended, end_of
    from workflows.state import PushState
    from workflows.steps.refresh import refresh

LOOK_FIRST_FOR = timedelta(minutes=15)
"""How long a refresh is waited for; where there is a deadline, half the time that is left."""

READ_WITHIN = timedelta(minutes=1)


async def look_first(state: PushState) -> None:
    """Look for the record in the books; raises Ended where it stands there already."""
    wanted = state.request.look_first
    if wanted is None:
        wanted = bool(state.policy.look_first)
    if not wanted or state.request.push_kind is not PushKind.CREATE:
        return
    field = state.request.unique_field or state.policy.unique_fields.get(state.request.data_type)
    if field is None:
        if state.request.look_first:
            state.warn("lookFirst needs a uniqueField, so the books were not asked.")
        return
    found = await _look(state, field)
    if not found.is_read:
        state.warn(f"The books could not be asked for the record first: {found.hindrance}")
    elif found.record_id is not None:
        raise _stands(state, field, found.record_id, found)


async def _look(state: PushState, field: str) -> LookFirstResult:
    left = state.deadline.left
    patience = LOOK_FIRST_FOR if left is None else min(LOOK_FIRST_FOR, left / 2)
    refreshed = await refresh(state, None, patience, stage="look-first")
    if refreshed.began is None:
        return LookFirstResult(is_read=False, hindrance=refreshed.hindrance or "It took too long.")
    try:
        return await call(
            "look-first",
            LookFirst(target=state.request.target, sent=state.request.data, unique_field=field),
            LookFirstResult,
            until=state.deadline.timer(),
            within=READ_WITHIN,
            start_to_close_timeout=READ_TIMEOUT,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=READ_AGAIN,
            summary="look for the record in the books",
        )
    except CallFailed as failure:
        return LookFirstResult(is_read=False, hindrance=failure.message)


def _stands(state: PushState, field: str, record_id: str, found: LookFirstResult) -> Ended:
    if found.conflict is not None:
        message = (
            f"Nothing was sent: record {record_id} has the same {field} and differs otherwise. "
            f"{found.conflict}"
        )
        return end_of(
            state,
            PushStatus.FAILED,
            message,
            errors=[Finding(pointer=field, message=message, rule="lookFirst")],
        )
    message = f"Record {record_id} with the same {field} stands in the accounting software already."
    return end_of(
        state,
        PushStatus.SUCCESS,
        f"{message} Nothing was sent.",
        warnings=[
            *state.carried.warnings,
            Finding(pointer=field, message=message, rule="lookFirst"),
        ],
        records=[PushRecord(id=record_id, data_type=state.request.target.operation_data_type)],
        data=found.data,
    )
