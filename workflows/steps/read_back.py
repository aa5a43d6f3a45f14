"""After a success the record is read as it stands in the platform, where the caller wants that."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.heartbeat import HEARTBEAT
    from activities.read_back import ReadRecord, ReadRecordResult
    from activities.wire import Finding, first_findings
    from codat.models import PushStatus
    from workflows.activity_call import READ_AGAIN, READ_TIMEOUT, CallFailed, call
    from workflows.models import PushOutcome
    from workflows.outcomes import Ended
    from workflows.state import PushState
    from workflows.steps.refresh import now_by_codat, refresh

READ_BACK_FOR = timedelta(minutes=15)
"""How long a refresh is waited for, and within the deadline; longer, it is late."""

READ_WITHIN = timedelta(minutes=1)

LATE = "Codat did not read it in time."


async def read_back(state: PushState, outcome: PushOutcome) -> PushOutcome:
    """Give the outcome with the record as it stands; with a remark where it can't be read.

    It stays a success whatever comes, and nothing waits beyond the deadline.
    """
    if not _is_wanted(state, outcome):
        return outcome
    try:
        read = await _read(state, outcome)
    except Ended:
        read = ReadRecordResult(is_read=False, hindrance=LATE)
    if not read.is_read:
        why = f"The record could not be read back: {read.hindrance}"
        return _with_remark(outcome, why)
    found = outcome.model_copy(
        update={"data": read.data, "changed_by_platform": read.changes},
    )
    if read.more:
        return _with_remark(found, f"The platform changed {read.more:,} more fields.")
    return found


def _is_wanted(state: PushState, outcome: PushOutcome) -> bool:
    """Tell whether to read: only what a request of this push has written."""
    request, wanted = state.request, state.request.read_back
    if wanted is None:
        wanted = bool(state.policy.read_back)
    is_written = outcome.status is PushStatus.SUCCESS and outcome.submitted
    return wanted and is_written and request.push_kind.carries_record


async def _read(state: PushState, outcome: PushOutcome) -> ReadRecordResult:
    """Refresh once and read once. Raises: Ended when the deadline passes meanwhile."""
    record_id = _record_of(state, outcome)
    if record_id is None:
        return ReadRecordResult(is_read=False, hindrance="Codat named no record.")
    if state.carried.is_cancelled:
        return ReadRecordResult(is_read=False, hindrance="The push was cancelled.")
    over = outcome.completed_on_utc
    if over is None and state.snapshot:
        over = now_by_codat(state, state.snapshot.operation)
    refreshed = await refresh(state, over, READ_BACK_FOR, stage="read-back")
    if refreshed.began is None:
        return ReadRecordResult(is_read=False, hindrance=refreshed.hindrance or LATE)
    ask = ReadRecord(target=state.request.target, record_id=record_id, sent=state.request.data)
    try:
        return await call(
            "read-record",
            ask,
            ReadRecordResult,
            until=state.deadline.timer(),
            within=READ_WITHIN,
            start_to_close_timeout=READ_TIMEOUT,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=READ_AGAIN,
            summary="read the record",
        )
    except CallFailed as failure:
        return ReadRecordResult(is_read=False, hindrance=failure.message)


def _record_of(state: PushState, outcome: PushOutcome) -> str | None:
    """Give the record that was written; of several the first one of the pushed data type."""
    if state.request.record_id is not None:
        return state.request.record_id
    kind = state.request.target.operation_data_type
    named = [record for record in outcome.records if record.id]
    ours = [record for record in named if record.data_type == kind]
    return next((record.id for record in (*ours, *named)), None)


def _with_remark(outcome: PushOutcome, message: str) -> PushOutcome:
    warnings = [*outcome.warnings, Finding(pointer="", message=message)]
    return outcome.model_copy(update={"warnings": first_findings(warnings)})
