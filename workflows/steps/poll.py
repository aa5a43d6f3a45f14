"""From a pending operation to its ending."""

from datetime import datetime, timedelta
from uuid import UUID

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.heartbeat import HEARTBEAT
    from activities.models import PollStatus, Reading
    from codat.models import PushOperation, PushStatus
    from workflows.activity_call import CallFailed, call
    from workflows.no_proof import NOT_FOUND, note_missing, records_in, without_proof
    from workflows.poll_schedule import next_look, stretched
    from workflows.state import Ended, Story
    from workflows.steps.find import make_sure

READ_TIMEOUT = timedelta(seconds=40)
READ_AGAIN = RetryPolicy(
    initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)
)

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


async def poll(story: Story, reading: Reading) -> Ended:
    """Ask until the operation is over or the deadline has struck."""
    strange_since = None
    while not reading.operation.is_over:
        if story.is_late:
            return await _last_question(story, reading)
        if reading.operation.status is PushStatus.UNKNOWN:
            strange_since = strange_since or workflow.now()
            if workflow.now() - strange_since >= STRANGE_FOR:
                return without_proof(story, reading)
        story.renew()
        due = await wait_for_look(story, reading)
        key, requested_on = reading.operation.push_operation_key, reading.operation.requested_on_utc
        told = await ask(story, key, requested_on=requested_on, due=due)
        reading = told or reading
    if reading.operation.status is PushStatus.FAILED:
        story.settle(reading.operation)
        await make_sure(story)
    return final(story, reading)


async def wait_for_look(story: Story, reading: Reading) -> datetime | None:
    """Wait for the next look and give the moment it was planned for; None if a hint came."""
    now, company = workflow.now(), story.request.company_id
    planned = next_look(story.manners, company, _origin(story), now)
    said = f"the platform says {reading.operation.status_text}"
    if story.missing_since:
        said = f"Codat has not known the operation since {story.missing_since:%H:%M:%S} UTC (404)"
    if reading.patience > 1:
        planned = stretched(story.manners, company, now, planned, reading.patience)
    planned = max(planned, story.saved_until)
    if reading.patience > 1 or story.saved_until > now:
        said += "; Codat's requests for today run low"
    story.enter("poll-status", f"Asked {story.looks} times: {said}.")
    await story.wait(planned - now, said, cause="platform", for_hint=True)
    return None if story.hinted else min(planned, workflow.now())


def _origin(story: Story) -> datetime:
    """Say from when the push's age counts: its request, or its sending when that was held up."""
    entry = story.ledger.current
    sent = (entry.last_scheduled or entry.first_scheduled) if entry else story.requested
    return story.requested if sent - story.requested < HELD_UP else sent


async def ask(
    story: Story,
    operation: UUID,
    *,
    requested_on: datetime | None = None,
    due: datetime | None = None,
    last_chance: timedelta | None = None,
) -> Reading | None:
    """One look, which was due then; None when there is no answer by the deadline.

    At the deadline (`last_chance`): none in that time.
    """
    is_last = last_chance is not None
    if last_chance <= timedelta() if last_chance is not None else story.is_late:
        return None
    story.looks += 1
    story.hinted = False
    try:
        reading = await call(
            "poll-status",
            PollStatus(
                target=story.request.target,
                push_operation_key=operation,
                requested_on_utc=requested_on,
                due=due,
                is_last=is_last,
            ),
            Reading,
            until=None if is_last else story.until_deadline(),
            within=last_chance,
            start_to_close_timeout=READ_TIMEOUT,
            heartbeat_timeout=HEARTBEAT,
            retry_policy=ASK_TO_THE_LAST if is_last else READ_AGAIN,
            summary=f"look {story.looks}",
        )
    except CallFailed as failure:
        story.note(failure)
        if failure.kind == SAVED_FOR_PUSHES:
            story.saved_until = workflow.now() + failure.retry_after
        if failure.kind == NOT_FOUND:
            note_missing(story, operation, failure.message)
        return None
    story.missing_since = None
    return reading


async def _last_question(story: Story, before: Reading) -> Ended:
    reading = await _ask_to_the_last(story, before)
    if reading is None:
        return story.ending(
            PushStatus.UNKNOWN,
            "The time is over and the platform could not be asked for five minutes: "
            f"{story.trouble}",
        )
    if reading.operation.is_over:
        return final(story, reading)
    return story.ending(
        PushStatus.TIMED_OUT,
        f"The accounting software did not finish within {story.minutes}; the record may still "
        "be written.",
        warnings=story.warnings + reading.warnings,
    )


async def _ask_to_the_last(story: Story, before: Reading) -> Reading | None:
    """Ask for five minutes, however often it takes, and once more at their very end."""
    key, requested_on = before.operation.push_operation_key, before.operation.requested_on_utc
    struck = workflow.now()
    end = struck + LAST_QUESTION
    for until in (end - LAST_CALL, end):
        while (left := until - workflow.now()) > timedelta():
            reading = await ask(story, key, requested_on=requested_on, due=struck, last_chance=left)
            if reading:
                return reading
            pause = min(until - workflow.now(), LAST_PAUSE)
            await story.wait(
                pause, f"asking for the last time after: {story.trouble}", is_last=True
            )
    return None


def final(story: Story, reading: Reading) -> Ended:
    """Make the end that a finished operation means."""
    operation = reading.operation
    if operation.status is PushStatus.UNKNOWN:
        return without_proof(story, reading)
    story.settle(operation)
    return story.ending(
        operation.status,
        _sentence(operation),
        errors=reading.errors,
        warnings=story.warnings + reading.warnings,
        records=records_in(operation) if operation.status is PushStatus.SUCCESS else [],
        completed_on_utc=operation.completed_on_utc,
        data=operation.data if operation.status is PushStatus.SUCCESS else None,
    )


def _sentence(operation: PushOperation) -> str:
    match operation.status:
        case PushStatus.SUCCESS:
            ids = ", ".join(record.id or "" for record in operation.records)
            return f"The record was written{f' as {ids}' if ids else ''}."
        case PushStatus.TIMED_OUT:
            return "Codat's time for this push ran out; the record may still be written."
        case _:
            reason = operation.reason or "no reason was given"
            return f"The accounting software refused the record: {reason}"
