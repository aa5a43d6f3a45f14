"""What a run that may not be the first does before anything else: remember, ask, obey."""

from datetime import timedelta
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

with workflow.unsafe.imports_passed_through():
    from activities.heartbeat import HEARTBEAT
    from activities.models import Fact, Kind, Memory, Purpose, Reading, Recall
    from codat.models import PushOperation, PushStatus
    from workflows.activity_call import CallFailed, call
    from workflows.attributes import announce
    from workflows.ledger import Judgement
    from workflows.ledger_rebuild import remember, settle_all
    from workflows.models import PushOutcome
    from workflows.no_proof import own_candidate, what_it_says, written_by_word
    from workflows.state import Ended, Story
    from workflows.steps.find import find, look_up, take
    from workflows.steps.poll import ask, final
    from workflows.steps.prepare import PAUSE, READ_AGAIN

RECALL_TIMEOUT = timedelta(minutes=5)
RECALL_FOR = timedelta(minutes=5)
"""How long the past is asked for when the deadline has passed already."""


async def recall(story: Story) -> Reading | None:
    """Enter what earlier runs did; give the operation to follow, if one is; raises Ended."""
    story.enter("recall", "Reading what earlier runs of this push did.")
    # Until the past is read, everything may have happened.
    story.ledger.unread = True
    memory = await _memory(story)
    story.ledger = remember(memory)
    story.conduct = story.conduct or memory.conduct
    if memory.success:
        _check_record(story, memory)
        raise Ended(PushOutcome.model_validate(memory.success.model_dump(by_alias=True)))
    reading = await _still_going(story)
    if reading and _goes_on(story, reading.operation):
        return reading
    settlement = story.request.settlement
    if settlement and settlement.adopt:
        return await _adopt(story)
    if settlement and settlement.not_written and _is_fresh(story, memory):
        await _settle(story, memory)
    # What was held may have turned out to have failed after all.
    if story.ledger.unread or (story.ledger.held and story.ledger.may_have_written):
        return await _verify(story, reading)
    return None


def _check_record(story: Story, memory: Memory) -> None:
    """Raise ApplicationError when the push that succeeded wrote another record than this one.

    A retry is of the same push, whatever an operator made of its record.
    """
    request = story.request
    if request.retry_of or story.is_reset or request.digest in memory.success_digests:
        return
    # Whoever lists the push is told how it stands, not that this run was refused.
    announce(status=PushStatus.SUCCESS)
    raise ApplicationError(
        f"The idempotencyKey {request.idempotency_key} belongs to a push of another record, which "
        f"succeeded: this record's SHA-256 is {request.digest}, and it was not sent. Use a new key "
        "for a new record.",
        type="IdempotencyKeyConflict",
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )


async def _memory(story: Story) -> Memory:
    """Read the past, for five minutes at least: a deadline is judged by what is known then."""
    info = workflow.info()
    least = workflow.now() + RECALL_FOR
    while True:
        left = None if story.deadline is None else max(story.deadline, least) - workflow.now()
        if left is not None and left <= timedelta():
            story.check_deadline()
        try:
            return await call(
                "recall",
                Recall(workflow_id=info.workflow_id, run_id=info.run_id),
                Memory,
                within=left,
                start_to_close_timeout=RECALL_TIMEOUT,
                heartbeat_timeout=HEARTBEAT,
                retry_policy=READ_AGAIN,
            )
        except CallFailed as failure:
            story.note(failure)
        why = f"reading the earlier runs again after: {story.trouble}"
        await story.wait(PAUSE, why, is_last=True)


async def _still_going(story: Story) -> Reading | None:
    """Ask for each operation of ours; Ended if one succeeded.

    Gives the one to follow if one goes on, else one that ended without proof, if any.
    """
    doubtful = None
    for entry in story.ledger.entries:
        if entry.operation is None or entry.has_failed:
            continue
        reading = await _ask_for(story, entry.operation)
        if reading is None and (story.ledger.held or story.request.settlement):
            if entry.judgement is not Judgement.NOT_WRITTEN:
                story.ledger.held = story.ledger.held or PushStatus.UNKNOWN
            continue
        reading = reading or Reading.unread(entry.operation)
        story.settle(reading.operation)
        if reading.operation.status is PushStatus.SUCCESS:
            story.follow(entry.operation, is_over=True)
            raise final(story, reading)
        if _goes_on(story, reading.operation):
            story.follow(entry.operation)
            return reading
        if not entry.has_failed and entry.judgement is not Judgement.NOT_WRITTEN:
            story.ledger.held, doubtful = reading.operation.status, reading
    return doubtful


async def _ask_for(story: Story, operation: UUID) -> Reading | None:
    """Ask until there is an answer; None: Codat does not know the operation."""
    story.missing_since = None
    while True:
        story.check_deadline()
        reading = await ask(story, operation)
        if reading or story.missing_since:
            return reading
        await story.wait(PAUSE, f"asking again after: {story.trouble}")


def _goes_on(story: Story, operation: PushOperation) -> bool:
    """Tell whether to follow an operation; a word that nobody knows yields to a person's."""
    return operation.status.is_pending or not (operation.is_over or story.request.settlement)


async def _adopt(story: Story) -> Reading:
    settlement = story.request.settlement
    operation = settlement.adopt if settlement else None
    try:
        look = await look_up(story, Purpose.ADOPT, operation)
    except CallFailed as failure:
        raise _as_before(story, f"It was not adopted: {failure.message}") from None
    if look.adopted is None:
        raise _as_before(story, f"Operation {operation} could not be adopted.")
    by = settlement.by if settlement and settlement.by else "an operator"
    why = f"Adopted on the word of {by}: {story.request.reason or '-'}."
    reading = take(story, look.adopted, why)
    if reading.operation.is_over and reading.operation.status is PushStatus.UNKNOWN:
        raise written_by_word(story, reading, by)
    return reading


def _is_fresh(story: Story, memory: Memory) -> bool:
    """Tell whether nothing has happened since a person's word was given: it is good for one run.

    A reset, or a start with the same input, repeats the request without anybody having looked.
    """
    retry_of, run_id = story.request.retry_of, workflow.info().run_id
    again = [one for one, other in memory.retries.items() if other == retry_of and one != run_id]
    return retry_of is not None and not story.is_reset and not again


async def _settle(story: Story, memory: Memory) -> None:
    """Take a person's word that nothing was written, when find could have seen it."""
    if memory.facts:
        quiet = memory.facts[-1].at + story.manners.find_for
        why = "letting late requests appear in the list"
        await story.wait(quiet - workflow.now(), why, cause="finding")
    look = await look_up(story, Purpose.SETTLE)
    pending = [one for one in look.candidates if PushStatus(one.status).is_pending]
    if pending:
        key = pending[0].push_operation_key
        raise _as_before(story, f"Operation {key} is pending and may be this push: wait for it.")
    seen = [one.push_operation_key for one in look.candidates]
    settle_all(story.ledger, Fact(at=workflow.now(), kind=Kind.SETTLED, excluded=seen))


async def _verify(story: Story, doubtful: Reading | None) -> Reading | None:
    """Look once more for what an earlier run left open; it sends nothing whatever is seen."""
    entry = story.ledger.current
    if entry and entry.is_unclear:
        reading = await find(story, entry)
        if reading:
            return reading
    if doubtful is None:
        missing = f" {story.trouble}" if story.missing_since else ""
        message = "Asked for again, it is as unclear as before, so nothing was sent."
        raise _as_before(story, message + missing)
    operation = doubtful.operation
    if operation.status is PushStatus.UNKNOWN:
        message = f"{what_it_says(operation)} Nothing was sent."
        raise _as_before(story, message, candidates=[own_candidate(operation)])
    message = (
        "Codat's time for this push ran out; the record may still be written, so nothing was sent."
    )
    raise _as_before(story, message, completed_on_utc=operation.completed_on_utc)


def _as_before(story: Story, message: str, **more: object) -> Ended:
    advice = " Retry it with --adopt OPERATION_KEY or, if it was not written, with --not-written."
    return story.ending(story.ledger.held or PushStatus.UNKNOWN, message + advice, **more)
