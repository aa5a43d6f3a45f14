"""Reading the accounting software's records, where Codat's list alone decides nothing."""

from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.find_models import Purpose, SearchResult
    from activities.models import ReadRecords
    from codat.models import PushOperation, PushStatus
    from workflows.no_proof import written_by_the_books
    from workflows.outcomes import Ended
    from workflows.state import PushState
    from workflows.steps.refresh import FIRST_PAUSE, now_by_codat, refresh
    from workflows.steps.search import search_list
    from workflows.waiting import wait

MAX_REFRESHES = 3
"""How often the records are read for one search: meanwhile other operations may end."""

REFRESH_FOR = timedelta(minutes=30)
"""How long a refresh is waited for."""

LOOK_FOR = timedelta(minutes=3)
"""How long by a run that only looks: there will be another one."""

PENDING_FOR = timedelta(minutes=30)
"""How long the end of a pending operation is waited for, each time twice as long."""


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
            refreshed = await refresh(state, found.unread, _patience(state))
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
        refreshed = await refresh(state, now_by_codat(state, operation), _patience(state))
        if refreshed.began is None:
            return
        found = await search_list(state, Purpose.PROVE, refresh_began=refreshed.began)
    except Ended:
        return
    if found.adopted and found.stands:
        state.follow(found.adopted, at_the_end=True)
        raise written_by_the_books(state, found.adopted)


def _is_any_pending(found: SearchResult) -> bool:
    return any(PushStatus(candidate.status).is_pending for candidate in found.candidates)


def _patience(state: PushState) -> timedelta:
    return LOOK_FOR if state.request.looks_only else REFRESH_FOR
