"""Finding out what became of a request whose answer proves nothing."""

from contextlib import suppress

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.find_models import Purpose, SearchResult
    from activities.models import Idempotency, OperationSnapshot, Resend
    from codat.models import PushStatus
    from workflows.ledger import adopt, rule_out
    from workflows.no_proof import written_by_the_books
    from workflows.outcomes import Ended, end_of
    from workflows.state import PushState
    from workflows.steps.proof import reads_records, search_records
    from workflows.steps.search import TAKEN_WITHIN, search_list
    from workflows.submission import mark_not_written
    from workflows.waiting import show_stage, wait


MAX_NAMED = 5

LOOKS = (1.0, *(1.0 + part / 3 for part in range(1, 7)))
"""When to look, as parts of `PUSH_FIND_FOR` (180 s): a request counts as listed 120 s after the
last moment (10 s from now) at which a worker may still have sent it. An operation that nobody holds
before that may be a neighbour's, whose answer is still to come. The later looks are for keys that
are honoured, and for reading: a neighbour that lost its answer gets it again, or finds its record,
and that is worth waiting for."""


async def find(state: PushState) -> None:
    """Search until it is decided: adopted, or not written; raises Ended when it stays unclear."""
    begun, hindrance = workflow.now(), ""
    found = SearchResult(candidates=[])
    for part in LOOKS:
        if part > 1 and not _may_become_clear(state, found):
            break
        pause = begun + state.policy.find_for * part - workflow.now()
        why = f"looking again for the lost request: {state.trouble}"
        await wait(state, pause, why, cause="finding")
        show_stage(state, "find-submission", "Looking for what became of the request.")
        found = await search_list(state, Purpose.DECIDE, until=begun + TAKEN_WITHIN)
        if found.candidates and not hindrance:
            found, hindrance = await search_records(state, found, begun, begun + TAKEN_WITHIN)
        if found.adopted:
            break
    if found.adopted:
        take(
            state,
            found.adopted,
            "Codat's answer was lost. Surepush found this operation by comparing its contents.",
        )
        if found.stands:
            raise written_by_the_books(state, found.adopted)
        return
    if found.candidates:
        raise unclear(state, found, hindrance)
    if state.ledger.current:
        mark_not_written(state.ledger.current)
    _check_next(state, found)


def _may_become_clear(state: PushState, found: SearchResult) -> bool:
    """Tell whether a later look may show more: whose an operation is, or which record it names."""
    if found.twins_awaited:
        return True
    if found.awaited and state.policy.idempotency is Idempotency.HONOURED:
        return True
    if found.awaited and reads_records(state) and not state.request.looks_only:
        return True
    pending = any(PushStatus(candidate.status).is_pending for candidate in found.candidates)
    return pending and not state.request.push_kind.carries_record


async def confirm_not_written(state: PushState) -> None:
    """Look once more for numbers that were looked for, before the push is called Failed.

    No doubt is left where the list shows the operation that failed, together with its data, and
    still no other one: as late and as openly it would show theirs.
    """
    ledger, submission = state.ledger, state.ledger.current
    if submission is None or not ledger.can_be_ruled_out:
        return
    pause = submission.first_scheduled + state.policy.find_for - workflow.now()
    if state.deadline.left is not None and state.deadline.left <= pause:
        return
    await wait(state, pause, "making sure that no earlier request was written", cause="finding")
    with suppress(Ended):
        found = await search_list(state, Purpose.LOOK)
        if found.shows_own and not found.candidates:
            rule_out(ledger)


def take(state: PushState, snapshot: OperationSnapshot, why: str) -> None:
    """Follow an operation that no answer named."""
    adopt(state.ledger, snapshot.operation.push_operation_key, workflow.now())
    state.follow(snapshot)
    state.warn(why)


def unclear(state: PushState, found: SearchResult, unread: str = "") -> Ended:
    """Make the end of a push whose operation can't be told from others.

    `unread` says why the accounting software's records don't tell, where that is known.
    """
    named = ", ".join(
        str(candidate.push_operation_key) for candidate in found.candidates[:MAX_NAMED]
    )
    more = len(found.candidates) + found.more - MAX_NAMED
    named += f" and {more} more" if more > 0 else ""
    hindrance = f" ({found.hindrance})" if found.hindrance else ""
    return end_of(
        state,
        PushStatus.UNKNOWN,
        f"Surepush can't tell whether operation {named} belongs to this push{hindrance}. "
        f"{state.trouble}{f' {unread}' if unread else ''}",
        candidates=found.candidates,
    )


def _check_next(state: PushState, found: SearchResult) -> None:
    """Raise Ended when nothing was found and yet nothing may be sent."""
    if state.carried.is_rejected:
        reason = f"Codat refused the record: {state.trouble} An earlier request was not found."
    elif state.unclear_answers > 1:
        reason = (
            f"Two answers in a row did not come from Codat, and nothing was found. {state.trouble}"
        )
    elif state.policy.resend is Resend.NEVER:
        reason = (
            "Codat's list does not show the record, and PUSH_RESEND=never stops Surepush from "
            f"sending it again. {state.trouble}"
        )
    elif found.later_update:
        reason = f"A later update of the same record was started meanwhile. {state.trouble}"
    else:
        return
    raise end_of(state, PushStatus.UNKNOWN, reason)
