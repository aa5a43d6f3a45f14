"""Reading Codat's list of operations once, whole."""

from datetime import datetime, timedelta
from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.find_models import FindSubmission, Purpose, SearchResult, TwinTimes
    from activities.heartbeat import HEARTBEAT
    from activities.models import Idempotency, ReadRecords
    from workflows.activity_call import DEADLINE, READ_AGAIN, CallFailed, call
    from workflows.outcomes import check_deadline
    from workflows.state import PushState
    from workflows.steps.prepare import PAUSE
    from workflows.submission import KEY_AGE
    from workflows.waiting import wait


TAKEN_WITHIN = timedelta(minutes=5)
"""After this Codat has taken a request of ours, or never will: what it took later is another's."""

LOOK_TIMEOUT = timedelta(minutes=5)


GLANCE = timedelta(minutes=1)
"""How long a look may take that nothing has to wait for."""


async def search_list(
    state: PushState,
    purpose: Purpose,
    operation: UUID | None = None,
    until: datetime | None = None,
    refresh_began: datetime | None = None,
) -> SearchResult:
    """Read the list once, whole; raises Ended when the time is over before that worked."""
    while True:
        check_deadline(state)
        try:
            return await _read_list(
                state, purpose, operation=operation, until=until, refresh_began=refresh_began
            )
        except CallFailed as failure:
            if purpose is Purpose.ADOPT and failure.kind != DEADLINE:
                raise
            state.note(failure)
        await wait(state, PAUSE, f"looking again after: {state.trouble}")


async def search_list_once(state: PushState) -> SearchResult | None:
    """Read the list once, whole; None when that can't be done soon."""
    try:
        return await _read_list(state, Purpose.LOOK, within=GLANCE)
    except CallFailed as failure:
        state.note(failure)
        return None


async def _read_list(  # noqa: PLR0913, what the activity is asked
    state: PushState,
    purpose: Purpose,
    *,
    within: timedelta | None = None,
    operation: UUID | None = None,
    until: datetime | None = None,
    refresh_began: datetime | None = None,
) -> SearchResult:
    request, ledger = state.request, state.ledger
    return await call(
        "find-submission",
        FindSubmission(
            push_id=request.push_id,
            target=request.target,
            kind=request.kind,
            data=request.data,
            record_id=request.record_id,
            file=request.file,
            attachment_id=request.attachment_id,
            digest=request.digest,
            since=ledger.submissions[0].first_scheduled
            if ledger.submissions
            else state.carried.requested_on_utc,
            until=until,
            own=ledger.operations,
            excluded=ledger.excluded,
            changed=ledger.has_changed(request.frozen_digest),
            purpose=purpose,
            adopt=operation,
            reads_records=state.policy.read_records is ReadRecords.AUTO,
            refresh_began=refresh_began,
            unique_field=request.unique_field or state.policy.unique_fields.get(request.data_type),
            twins=_twin_times(state) if purpose is Purpose.DECIDE else None,
        ),
        SearchResult,
        until=state.deadline.timer(),
        within=within,
        start_to_close_timeout=LOOK_TIMEOUT,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=READ_AGAIN,
        summary=f"{purpose.value} for the request",
    )


def _twin_times(state: PushState) -> TwinTimes:
    policy = state.policy
    return TwinTimes(
        settled_after=policy.find_for,
        taken_within=TAKEN_WITHIN,
        listed_within=policy.list_lag,
        key_age=KEY_AGE if state.idempotency is Idempotency.HONOURED else None,
    )
