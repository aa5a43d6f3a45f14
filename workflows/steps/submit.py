"""Sending until there is an operation to follow: never twice, never lost.

`submit` looks at the ledger and takes the one step that it allows, again and again. Whatever comes
back is entered in the ledger before the next step. Raises `Ended` when the push is over without an
operation to follow.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.models import Attempt, Idempotency, Reading, UpdateOrder
    from codat.models import PushStatus
    from workflows.activity_call import DEADLINE, TIMED_OUT, CallFailed, call
    from workflows.attributes import announce_anew
    from workflows.ledger import (
        CONFLICT_IS_KEPT_AFTER,
        Answer,
        Entry,
        Judgement,
        answer_to,
        idempotency_key,
        may_resend,
        record,
    )
    from workflows.poll_schedule import back_off, minutes_left
    from workflows.state import Story
    from workflows.steps.find import find, glance
    from workflows.steps.prepare import prepare

CALL_TIMEOUT = timedelta(seconds=60)
"""The activity cuts its call at 30 s; what has not reported after 60 s is lost."""

MOST_PAUSE = timedelta(minutes=5)

ASK_AGAIN = timedelta(seconds=30)
"""The longest pause while an answer is owed: asked for again under its key, it is told."""

ONCE = RetryPolicy(maximum_attempts=1)


async def submit(story: Story) -> Reading:
    """Fetch options, validate and push until there is an operation; raises Ended."""
    while True:
        story.renew()
        entry = story.ledger.current
        if entry and _may_resend(story, entry):
            story.check_time()
            reading = await _send(story, entry)
        elif entry and entry.is_unclear:
            reading = await find(story, entry)
        else:
            reading = await _send_next(story)
        if reading:
            return reading


def _may_resend(story: Story, entry: Entry) -> bool:
    digest = story.request.frozen_digest
    if story.is_cancelled or story.unclear_answers > 1:
        return False
    return may_resend(entry, story.mode, workflow.now(), digest)


async def _send_next(story: Story) -> Reading | None:
    """Open the next number; what was looked for in vain makes the waits longer."""
    if story.is_cancelled:
        raise story.cancelled()
    if story.ledger.is_used_up:
        raise story.ending(
            PushStatus.UNKNOWN, f"Given up after many submissions without a result. {story.trouble}"
        )
    doubtful = sum(one.judgement is Judgement.NOT_WRITTEN for one in story.ledger.entries)
    if doubtful:
        why = f"sending anew, as nothing was written: {story.trouble}"
        await story.wait(back_off(2 * doubtful, MOST_PAUSE), why)
    await prepare(story)
    story.check_time()
    if story.ledger.operations:
        announce_anew()
    now = workflow.now()
    minutes = minutes_left(now, story.deadline)
    return await _send(story, story.ledger.begin(now, minutes, story.request.frozen_digest))


async def _send(story: Story, entry: Entry) -> Reading | None:
    story.enter("push", f"Sending the record (submission {entry.number}).")
    is_again = entry.open > 0
    attempt = _attempt(story, entry)
    entry.open += 1
    entry.last_scheduled = workflow.now()
    try:
        # No time-out but its own: one of the server's can strike after it has sent.
        reading = await call(
            "push",
            attempt,
            Reading,
            until=story.until_deadline(),
            grace=CALL_TIMEOUT,
            start_to_close_timeout=CALL_TIMEOUT,
            retry_policy=ONCE,
            summary=f"submission {entry.number}",
        )
    except CallFailed as failure:
        await _after(story, entry, failure)
        return None
    record(entry, Answer.ACCEPTED, reading.operation.push_operation_key)
    operation = reading.operation
    story.follow(operation.push_operation_key, is_over=operation.status.is_final)
    if is_again and reading.is_new:
        await _check_keys(story, entry)
    return reading


async def _check_keys(story: Story, entry: Entry) -> None:
    """Look whether the lost request made an operation too: then keys are not honoured here.

    Where that can't be seen soon it stays open, for nobody asks for our own operation meanwhile.
    """
    entry.open = 1
    look = await glance(story)
    if look and look.candidates:
        # A neighbour's operation is held as soon as its push has had its answer.
        why = "looking whether keys are honoured"
        await story.wait(story.manners.find_for / 3, why, cause="finding")
        look = await glance(story)
    if look is None:
        return
    if not look.candidates:
        entry.open = 0
        return
    key = look.candidates[0].push_operation_key
    workflow.logger.error("Idempotency keys are not honoured: operation %s stands beside ours", key)
    story.conduct = story.manners.model_copy(update={"idempotency": Idempotency.IGNORED})
    story.warn(
        f"Codat does not honour idempotency keys: operation {key} may be a second copy of this "
        "record. Set CODAT_IDEMPOTENCY=ignored."
    )


def _attempt(story: Story, entry: Entry) -> Attempt:
    request = story.request
    is_create = request.record_id is None
    return Attempt(
        target=request.target,
        data=request.data,
        record_id=request.record_id,
        number=entry.number,
        idempotency_key=idempotency_key(request.push_id, entry.number) if is_create else None,
        timeout_in_minutes=entry.minutes,
        allow_sync_on_push_complete=request.allow_sync_on_push_complete,
        force_update=request.force_update,
        run_id=workflow.info().run_id,
        not_after=min(entry.not_after, story.deadline or entry.not_after),
        order=None if is_create else _order(story),
    )


def _order(story: Story) -> UpdateOrder:
    was_scheduled = any(one.last_scheduled for one in story.ledger.entries)
    is_first = not (was_scheduled or story.may_not_be_first)
    return UpdateOrder(requested_on_utc=story.requested, is_first=is_first)


async def _after(story: Story, entry: Entry, failure: CallFailed) -> None:
    """Enter an attempt that brought no operation, and wait before the next step if need be."""
    answer = answer_to(failure.kind)
    record(entry, answer, at=workflow.now())
    story.note(failure)
    if failure.kind in (DEADLINE, TIMED_OUT):
        story.trouble = "The worker that sent the record did not report back."
    story.is_rejected = answer is Answer.REJECTED
    if failure.kind == "Superseded" and not entry.is_unclear:
        raise story.ending(PushStatus.FAILED, story.trouble)
    story.unclear_answers = story.unclear_answers + 1 if failure.kind == "CodatUnclear" else 0
    if story.is_rejected and not entry.is_unclear:
        raise story.ending(PushStatus.FAILED, f"Codat refused the record: {story.trouble}")
    if answer is Answer.UNAUTHORIZED:
        story.check_unauthorized()
    else:
        story.unauthorized_since = None
    story.failures += 1
    if not entry.is_unclear or _may_resend(story, entry):
        pause = failure.retry_after or _pause(story, entry)
        await story.wait(pause, f"sending again after: {story.trouble}")


def _pause(story: Story, entry: Entry) -> timedelta:
    if entry.has_kept_conflict:
        # A minute went by while it was judged; the next number may be answered otherwise.
        kept = sum(one.has_kept_conflict for one in story.ledger.entries)
        return back_off(kept, MOST_PAUSE)
    if entry.open:
        return back_off(story.failures, ASK_AGAIN)
    most = CONFLICT_IS_KEPT_AFTER if entry.conflict_since else MOST_PAUSE
    return back_off(story.failures, most)
