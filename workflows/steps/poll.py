"""Asks for the status of an operation, until it is over or the deadline has passed."""

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.heartbeat import HEARTBEAT
    from activities.models import OperationSnapshot, PollStatus
    from codat.models import PushStatus
    from workflows.activity_call import READ_AGAIN, READ_TIMEOUT, CallFailed, call
    from workflows.kind_words import gone_already, sentence_of
    from workflows.no_proof import NOT_FOUND, note_missing, records_in, without_proof
    from workflows.outcomes import Ended, end_of
    from workflows.poll_schedule import next_learned_poll, next_poll, next_poll_slowed
    from workflows.priorities import Urgency, priority_of
    from workflows.state import PushState
    from workflows.steps.find import confirm_not_written
    from workflows.steps.proof import check_own_record
    from workflows.waiting import show_stage, wait

SAVED_FOR_PUSHES = "SavedForPushes"
"""The failure of a look that is put off, as the day's requests run out."""

LAST_QUESTION = timedelta(minutes=5)
"""How long the platform is asked for the truth at the deadline."""

LAST_PAUSE = timedelta(seconds=15)
LAST_CALL = timedelta(seconds=2)

ASK_TO_THE_LAST = RetryPolicy(maximum_attempts=1)
"""Else the server would keep for itself why it failed."""

HELD_UP = timedelta(minutes=1)

STRANGE_FOR = timedelta(hours=1)
"""How long a status word that nobody knows is watched before the push ends Unknown."""


async def poll(state: PushState) -> None:
    """Wait for the next look and take it; raises Ended when the operation is over, or the time."""
    snapshot = cast("OperationSnapshot", state.snapshot)
    if snapshot.operation.is_over:
        if snapshot.operation.status is PushStatus.FAILED:
            state.settle(snapshot.operation)
            await confirm_not_written(state)
        if snapshot.operation.status is PushStatus.UNKNOWN:
            await check_own_record(state, snapshot.operation)
        raise final(state, snapshot)
    if state.deadline.has_passed:
        raise await _last_question(state, snapshot)
    _check_strange(state, snapshot)
    due = await wait_for_look(state, snapshot)
    key, requested_on = snapshot.operation.push_operation_key, snapshot.operation.requested_on_utc
    state.snapshot = await ask(state, key, requested_on=requested_on, due=due) or snapshot


def _check_strange(state: PushState, snapshot: OperationSnapshot) -> None:
    """Raise Ended (Unknown) when Codat has given a status that nobody knows for an hour."""
    if snapshot.operation.status is not PushStatus.UNKNOWN:
        return
    state.strange_since = state.strange_since or workflow.now()
    if workflow.now() - state.strange_since >= STRANGE_FOR:
        raise without_proof(state, snapshot)


async def wait_for_look(state: PushState, snapshot: OperationSnapshot) -> datetime | None:
    """Wait for the next look and give the moment it was planned for; None if a hint came."""
    now, company = workflow.now(), state.request.company_id
    planned = _planned(state, now)
    reason = f"the platform says {snapshot.operation.status_text}"
    if state.missing_since:
        reason = f"Codat has not known the operation since {state.missing_since:%H:%M:%S} UTC (404)"
    if snapshot.patience > 1:
        planned = next_poll_slowed(state.policy, company, now, planned, snapshot.patience)
    planned = max(planned, state.saved_until)
    if snapshot.patience > 1 or state.saved_until > now:
        reason += "; Codat's requests for today run low"
    show_stage(state, "poll-status", f"Asked {state.carried.looks} times: {reason}.")
    await wait(state, planned - now, reason, cause="platform", for_hint=True)
    return None if state.carried.hinted else min(planned, workflow.now())


def _planned(state: PushState, now: datetime) -> datetime:
    """Say when to look next: when the software is usually done, else by the push's age."""
    policy, company, sent = state.policy, state.request.company_id, _sent(state)
    looked = state.looked_at or (now if state.carried.looks else sent)
    learned = next_learned_poll(policy, company, sent, looked, state.carried.looks_at)
    return max(learned, now) if learned else next_poll(policy, company, _origin(state), now)


def _sent(state: PushState) -> datetime:
    current = state.ledger.current
    requested = state.carried.requested_on_utc
    return (current.last_scheduled or current.first_scheduled) if current else requested


def _origin(state: PushState) -> datetime:
    """Say from when the push's age counts: its request, or its sending when that was held up."""
    requested, sent = state.carried.requested_on_utc, _sent(state)
    return requested if sent - requested < HELD_UP else sent


async def ask(
    state: PushState,
    operation: UUID,
    *,
    requested_on: datetime | None = None,
    due: datetime | None = None,
    last_chance: timedelta | None = None,
) -> OperationSnapshot | None:
    """One look, which was due then; None when there is no answer by the deadline.

    At the deadline (`last_chance`): none in that time.
    """
    is_last = last_chance is not None
    if last_chance <= timedelta() if last_chance is not None else state.deadline.has_passed:
        return None
    state.carried.looks += 1
    state.looked_at = workflow.now()
    state.carried.hinted = False
    try:
        snapshot = await call(
            "poll-status",
            PollStatus(
                target=state.request.target,
                push_operation_key=operation,
                requested_on_utc=requested_on,
                due=due,
                is_last=is_last,
            ),
            OperationSnapshot,
            until=None if is_last else state.deadline.timer(),
            within=last_chance,
            start_to_close_timeout=READ_TIMEOUT,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=ASK_TO_THE_LAST if is_last else READ_AGAIN,
            summary=f"look {state.carried.looks}",
            priority=priority_of(Urgency.POLL if due and not is_last else Urgency.READ_NOW),
        )
    except CallFailed as failure:
        _note_failure(state, operation, failure)
        return None
    state.missing_since = None
    return snapshot


def _note_failure(state: PushState, operation: UUID, failure: CallFailed) -> None:
    state.note(failure)
    if failure.kind == SAVED_FOR_PUSHES:
        state.saved_until = workflow.now() + failure.retry_after
    if failure.kind == NOT_FOUND:
        note_missing(state, operation, failure.message)


async def _last_question(state: PushState, before: OperationSnapshot) -> Ended:
    snapshot = await _ask_to_the_last(state, before)
    if snapshot is None:
        return end_of(
            state,
            PushStatus.UNKNOWN,
            f"The deadline passed, and Codat did not answer for five minutes: {state.trouble}",
        )
    if snapshot.operation.is_over:
        return final(state, snapshot)
    return end_of(
        state,
        PushStatus.TIMED_OUT,
        f"The accounting software did not finish within {state.deadline.words}; the record may "
        "still be written.",
        warnings=state.carried.warnings + snapshot.warnings,
    )


async def _ask_to_the_last(state: PushState, before: OperationSnapshot) -> OperationSnapshot | None:
    """Ask for five minutes, however often it takes, and once more at their very end."""
    key, requested_on = before.operation.push_operation_key, before.operation.requested_on_utc
    struck = workflow.now()
    end = struck + LAST_QUESTION
    for until in (end - LAST_CALL, end):
        while (left := until - workflow.now()) > timedelta():
            snapshot = await ask(
                state, key, requested_on=requested_on, due=struck, last_chance=left
            )
            if snapshot:
                return snapshot
            pause = min(until - workflow.now(), LAST_PAUSE)
            await wait(
                state, pause, f"asking for the last time after: {state.trouble}", is_last=True
            )
    return None


def final(state: PushState, snapshot: OperationSnapshot) -> Ended:
    """Make the end that a finished operation means."""
    operation = snapshot.operation
    if operation.status is PushStatus.UNKNOWN:
        return without_proof(state, snapshot)
    state.settle(operation)
    gone = operation.status is PushStatus.FAILED and gone_already(state, operation.reason)
    if gone:
        return gone
    return end_of(
        state,
        operation.status,
        sentence_of(state.request.push_kind, operation),
        errors=snapshot.errors,
        warnings=state.carried.warnings + snapshot.warnings,
        records=records_in(operation) if operation.status is PushStatus.SUCCESS else [],
        completed_on_utc=operation.completed_on_utc,
        data=operation.data if operation.status is PushStatus.SUCCESS else None,
    )
