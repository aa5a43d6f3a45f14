"""Reading the accounting software's records, where Codat's list alone decides nothing."""

from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.find_models import Purpose, SearchResult
    from activities.heartbeat import HEARTBEAT
    from activities.models import ReadRecords
    from activities.refresh_models import RefreshData, RefreshResult
    from codat.models import PushOperation, PushStatus
    from workflows.activity_call import READ_AGAIN, READ_TIMEOUT, CallFailed, call
    from workflows.no_proof import written_by_the_books
    from workflows.outcomes import Ended, check_deadline
    from workflows.state import PushState
    from workflows.steps.search import search_list
    from workflows.waiting import show_stage, wait

MAX_REFRESHES = 3
"""How often the records are read for one search: meanwhile other operations may end."""

REFRESH_FOR = timedelta(minutes=30)
"""How long a refresh is waited for."""

LOOK_FOR = timedelta(minutes=3)
"""How long by a run that only looks: there will be another one."""

PENDING_FOR = timedelta(minutes=30)
"""How long the end of a pending operation is waited for, each time twice as long."""

FIRST_PAUSE = timedelta(seconds=4)
MAX_PAUSE = timedelta(minutes=1)


def reads_records(state: PushState) -> bool:
    """Tell whether the accounting software's records may be read."""
    return state.policy.read_records is ReadRecords.AUTO


async def search_records(
    state: PushState, found: SearchResult, begun: datetime, until: datetime
) -> tuple[SearchResult, str]:
    """Search again with the records that candidates name; give what hinders that in a sentence.

    `begun` is when the search began.
    """
    if not reads_records(state):
        return found, ""
    patience = timedelta() if state.request.looks_only else PENDING_FOR
    pause, began, refreshes = FIRST_PAUSE, None, 0
    while not found.adopted:
        if found.unread is not None and refreshes < MAX_REFRESHES:
            refreshed = await _refresh(state, found.unread)
            if refreshed.began is None:
                return found, refreshed.hindrance or "Codat did not read the accounting software."
            began, refreshes = refreshed.began, refreshes + 1
        elif _is_any_pending(found) and workflow.now() - begun < patience:
            await wait(state, pause, "waiting for an operation that may belong to this push")
            pause *= 2
        else:
            break
        found = await search_list(state, Purpose.DECIDE, until=until, refresh_began=began)
    return found, ""


async def check_own_record(state: PushState, operation: PushOperation) -> None:
    """Raise Ended (Success) where the record stands that an operation of ours wrote.

    For one that has ended without proof; without a word where reading is refused, or too late.
    """
    if not (reads_records(state) and state.request.push_kind.carries_record and operation.is_over):
        return
    try:
        refreshed = await _refresh(state, _now_by_codat(state, operation))
        if refreshed.began is None:
            return
        found = await search_list(state, Purpose.PROVE, refresh_began=refreshed.began)
    except Ended:
        return
    if found.adopted and found.stands:
        state.follow(found.adopted, at_the_end=True)
        raise written_by_the_books(state, found.adopted)


def _now_by_codat(state: PushState, operation: PushOperation) -> datetime:
    """Say what time it is there: as much later than the operation as here than its request."""
    now, sent = workflow.now(), state.ledger.find(operation.push_operation_key)
    if sent is None or operation.requested_on_utc is None:
        return now
    since = now - (sent.last_scheduled or sent.first_scheduled)
    return operation.requested_on_utc + since


def _is_any_pending(found: SearchResult) -> bool:
    return any(PushStatus(candidate.status).is_pending for candidate in found.candidates)


async def _refresh(state: PushState, not_before: datetime) -> RefreshResult:
    """Have Codat read the software; wait for it, as long as the deadline allows."""
    begun, pause = workflow.now(), FIRST_PAUSE
    patience = LOOK_FOR if state.request.looks_only else REFRESH_FOR
    ask = RefreshData(target=state.request.target, not_before=not_before)
    while workflow.now() - begun < patience:
        check_deadline(state)
        show_stage(state, "find-submission", "Codat is reading the accounting software.")
        try:
            result = await call(
                "refresh-data",
                ask,
                RefreshResult,
                until=state.deadline.timer(),
                start_to_close_timeout=READ_TIMEOUT,
                heartbeat_timeout=HEARTBEAT,
                retry_policy=READ_AGAIN,
                summary="read the accounting software",
            )
        except CallFailed as failure:
            state.note(failure)
            result = RefreshResult()
        if result.began or result.hindrance:
            return result
        await wait(state, pause, "waiting until Codat has read the accounting software")
        pause = min(pause * 2, MAX_PAUSE)
    return RefreshResult(hindrance="Codat did not finish reading the accounting software.")
