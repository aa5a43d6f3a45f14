"""Sends one request: the current submission again under its key, or the next submission.

Whatever comes back is entered in the ledger before anything else is decided.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.models import Attempt, Idempotency, OperationSnapshot, PollPlan, UpdateOrder
    from activities.stored_files import FILE_MISSING
    from codat.kinds import PushKind
    from codat.models import PushStatus
    from workflows.activity_call import DEADLINE, TIMED_OUT, CallFailed, call
    from workflows.attributes import clear_operation_attribute
    from workflows.kind_words import gone_already, ways_on
    from workflows.outcomes import check_time, check_unauthorized, end_of
    from workflows.poll_schedule import back_off, minutes_left
    from workflows.priorities import Urgency, priority_of
    from workflows.state import PushState
    from workflows.steps.search import search_list_once
    from workflows.steps.turn import take_turn
    from workflows.submission import (
        CONFLICT_IS_KEPT_AFTER,
        AttemptResult,
        Judgement,
        Submission,
        answer_to,
        idempotency_key,
        record,
    )
    from workflows.waiting import show_stage, wait

CALL_TIMEOUT = timedelta(seconds=60)
"""The activity cuts its call at 30 s; what has not reported after 60 s is lost."""

MAX_PAUSE = timedelta(minutes=5)

ASK_AGAIN = timedelta(seconds=30)
"""The longest pause while an answer is owed: asked for again under its key, it is told."""

ONCE = RetryPolicy(maximum_attempts=1)


async def send(state: PushState) -> None:
    """Send the current submission again or open the next; enter what comes back; raises Ended."""
    await take_turn(state)
    current = state.ledger.current
    if current is None or not state.may_resend(workflow.now()):
        current = await _next_submission(state)
    check_time(state)
    await _send(state, current)


async def _next_submission(state: PushState) -> Submission:
    """Open the next submission; each that was searched for in vain makes the wait longer."""
    doubtful = sum(
        submission.judgement is Judgement.NOT_WRITTEN for submission in state.ledger.submissions
    )
    if doubtful:
        why = f"sending anew, as nothing was written: {state.trouble}"
        await wait(state, back_off(2 * doubtful, MAX_PAUSE), why)
    check_time(state)
    if state.ledger.operations:
        clear_operation_attribute()
    now = workflow.now()
    minutes = minutes_left(now, state.deadline.at)
    return state.ledger.begin(now, minutes, state.request.frozen_digest)


async def _send(state: PushState, submission: Submission) -> None:
    show_stage(state, "push", f"Sending the record (submission {submission.number}).")
    is_again = submission.open > 0
    attempt = _attempt(state, submission)
    submission.open += 1
    submission.last_scheduled = workflow.now()
    try:
        # No time-out but its own: one of the server's can strike after it has sent.
        snapshot = await call(
            "push",
            attempt,
            OperationSnapshot,
            until=state.deadline.timer(),
            grace=CALL_TIMEOUT,
            start_to_close_timeout=CALL_TIMEOUT,
            retry_policy=ONCE,
            summary=f"submission {submission.number}",
            priority=priority_of(Urgency.SEND),
        )
    except CallFailed as failure:
        await _after(state, submission, failure)
        return
    record(submission, AttemptResult.ACCEPTED, snapshot.operation.push_operation_key)
    if state.policy.poll_plan is PollPlan.LEARNED:
        state.carried.looks_at = snapshot.looks
    state.follow(snapshot, at_the_end=snapshot.operation.status.is_final)
    if is_again and snapshot.is_new:
        await _check_keys(state, submission)


async def _check_keys(state: PushState, submission: Submission) -> None:
    """Look whether the lost request made an operation too: then keys are not honoured here.

    Where that can't be seen soon it stays open, for nobody asks for our own operation meanwhile.
    """
    submission.open = 1
    found = await search_list_once(state)
    if found and found.candidates:
        # A neighbour's operation is held as soon as its push has had its answer.
        why = "looking whether keys are honoured"
        await wait(state, state.policy.find_for / 3, why, cause="finding")
        found = await search_list_once(state)
    if found is None:
        return
    if not found.candidates:
        submission.open = 0
        return
    key = found.candidates[0].push_operation_key
    workflow.logger.error("Idempotency keys are not honoured: operation %s stands beside ours", key)
    state.carried.policy = state.policy.model_copy(update={"idempotency": Idempotency.IGNORED})
    state.warn(
        f"Codat ignored the idempotency key. Operation {key} may be a duplicate of this record; "
        "check it. Set CODAT_IDEMPOTENCY=ignored on the workers."
    )


def _attempt(state: PushState, submission: Submission) -> Attempt:
    request = state.request
    is_create = request.push_kind is PushKind.CREATE
    return Attempt(
        target=request.target,
        kind=request.kind,
        data=request.data,
        record_id=request.record_id,
        file=request.file,
        attachment_id=request.attachment_id,
        number=submission.number,
        idempotency_key=idempotency_key(request.push_id, submission.number) if is_create else None,
        timeout_in_minutes=submission.minutes,
        allow_sync_on_push_complete=request.allow_sync_on_push_complete,
        force_update=request.force_update,
        run_id=workflow.info().run_id,
        not_after=min(submission.not_after, state.deadline.at or submission.not_after),
        order=_order(state) if request.push_kind is PushKind.UPDATE else None,
    )


def _order(state: PushState) -> UpdateOrder:
    was_scheduled = any(submission.last_scheduled for submission in state.ledger.submissions)
    is_first = not (was_scheduled or state.may_not_be_first)
    return UpdateOrder(requested_on_utc=state.carried.requested_on_utc, is_first=is_first)


async def _after(state: PushState, submission: Submission, failure: CallFailed) -> None:
    """Enter an attempt that brought no operation, and wait before the next step if need be."""
    answer = answer_to(failure.kind)
    record(submission, answer, at=workflow.now())
    state.note(failure)
    if failure.kind in (DEADLINE, TIMED_OUT):
        state.carried.trouble = "The worker that sent the record did not report back."
    state.carried.is_rejected = answer is AttemptResult.REJECTED
    if failure.kind == "Superseded" and not submission.is_unclear:
        raise end_of(state, PushStatus.FAILED, state.trouble)
    state.unclear_answers = state.unclear_answers + 1 if failure.kind == "CodatUnclear" else 0
    gone = state.carried.is_rejected and gone_already(state, state.trouble)
    if gone:
        raise gone
    if state.carried.is_rejected and not submission.is_unclear:
        who = "Nothing was sent" if failure.kind == FILE_MISSING else "Codat refused the record"
        more = ways_on(state.request.push_kind, state.trouble)
        raise end_of(state, PushStatus.FAILED, f"{who}: {state.trouble}{more}")
    if answer is AttemptResult.UNAUTHORIZED:
        check_unauthorized(state)
    else:
        state.carried.unauthorized_since = None
    state.carried.failures += 1
    if not submission.is_unclear or state.may_resend(workflow.now()):
        pause = failure.retry_after or _pause(state, submission)
        await wait(state, pause, f"sending again after: {state.trouble}")


def _pause(state: PushState, submission: Submission) -> timedelta:
    if submission.has_kept_conflict:
        # A minute went by while it was judged; the next number may be answered otherwise.
        kept = sum(known.has_kept_conflict for known in state.ledger.submissions)
        return back_off(kept, MAX_PAUSE)
    if submission.open:
        return back_off(state.carried.failures, ASK_AGAIN)
    most = CONFLICT_IS_KEPT_AFTER if submission.conflict_since else MAX_PAUSE
    return back_off(state.carried.failures, most)
