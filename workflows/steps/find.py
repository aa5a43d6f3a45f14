"""Finding out what became of a request whose answer proves nothing."""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.heartbeat import HEARTBEAT
    from activities.models import FindSubmission, Idempotency, Look, Purpose, Reading, Resend
    from codat.models import PushStatus
    from workflows.activity_call import DEADLINE, CallFailed, call
    from workflows.ledger import Entry, adopt, rule_out, settle_as_not_written
    from workflows.state import Ended, Story
    from workflows.steps.prepare import PAUSE, READ_AGAIN

LOOK_TIMEOUT = timedelta(minutes=5)

GLANCE = timedelta(minutes=1)
"""How long a look may take that nothing has to wait for."""

TAKEN_WITHIN = timedelta(minutes=5)
"""After this Codat has taken a request of ours, or never will: what it took later is another's."""

MOST_NAMED = 5

LOOKS = (1.0, *(1.0 + part / 3 for part in range(1, 7)))
"""When to look, as parts of `PUSH_FIND_FOR` (180 s): a request counts as listed 120 s after the
last moment (10 s from now) at which a worker may still have sent it. An operation that nobody holds
before that may be a neighbour's, whose answer is still to come. The later looks are for keys that
are honoured: a neighbour that lost its answer gets it again, and that is worth waiting for."""


async def find(story: Story, entry: Entry) -> Reading | None:
    """Look until it is decided: adopted, or not written (None); raises Ended when it stays open."""
    begun = workflow.now()
    look = Look(candidates=[])
    for part in LOOKS:
        if part > 1 and not (look.awaited and story.manners.idempotency is Idempotency.HONOURED):
            break
        pause = begun + story.manners.find_for * part - workflow.now()
        why = f"looking again for the lost request: {story.trouble}"
        await story.wait(pause, why, cause="finding")
        story.enter("find-submission", "Looking for what became of the request.")
        look = await look_up(story, Purpose.DECIDE, until=begun + TAKEN_WITHIN)
        if look.adopted:
            return take(story, look.adopted, "It was matched by its content: no answer named it.")
    if look.candidates:
        raise unclear(story, look)
    settle_as_not_written(entry)
    _check_next(story, look)
    return None


async def make_sure(story: Story) -> None:
    """Look once more for numbers that were looked for, before the push is called Failed.

    No doubt is left where the list shows the operation that failed, together with its data, and
    still no other one: as late and as openly it would show theirs.
    """
    ledger, entry = story.ledger, story.ledger.current
    if entry is None or not ledger.can_be_ruled_out:
        return
    pause = entry.first_scheduled + story.manners.find_for - workflow.now()
    if story.left is not None and story.left <= pause:
        return
    await story.wait(pause, "making sure that no earlier request was written", cause="finding")
    with suppress(Ended):
        look = await look_up(story, Purpose.LOOK)
        if look.shows_own and not look.candidates:
            rule_out(ledger)


async def look_up(
    story: Story,
    purpose: Purpose,
    operation: UUID | None = None,
    until: datetime | None = None,
) -> Look:
    """Read the list once, whole; raises Ended when the time is over before that worked."""
    while True:
        story.check_deadline()
        try:
            return await _read_list(story, purpose, operation=operation, until=until)
        except CallFailed as failure:
            if purpose is Purpose.ADOPT and failure.kind != DEADLINE:
                raise
            story.note(failure)
        await story.wait(PAUSE, f"looking again after: {story.trouble}")


async def glance(story: Story) -> Look | None:
    """Read the list once, whole; None when that can't be done soon."""
    if story.is_late:
        return None
    try:
        return await _read_list(story, Purpose.LOOK, within=GLANCE)
    except CallFailed as failure:
        story.note(failure)
        return None


async def _read_list(
    story: Story,
    purpose: Purpose,
    *,
    within: timedelta | None = None,
    operation: UUID | None = None,
    until: datetime | None = None,
) -> Look:
    request, ledger = story.request, story.ledger
    return await call(
        "find-submission",
        FindSubmission(
            push_id=request.push_id,
            target=request.target,
            data=request.data,
            record_id=request.record_id,
            digest=request.digest,
            since=ledger.entries[0].first_scheduled if ledger.entries else story.requested,
            until=until,
            own=ledger.operations,
            excluded=ledger.excluded,
            changed=ledger.has_changed(request.frozen_digest),
            purpose=purpose,
            adopt=operation,
        ),
        Look,
        until=story.until_deadline(),
        within=within,
        start_to_close_timeout=LOOK_TIMEOUT,
        heartbeat_timeout=HEARTBEAT,
        retry_policy=READ_AGAIN,
        summary=f"{purpose.value} for the request",
    )


def take(story: Story, reading: Reading, why: str) -> Reading:
    """Follow an operation that no answer named."""
    operation = reading.operation.push_operation_key
    adopt(story.ledger, operation, workflow.now())
    story.follow(operation)
    story.warn(why)
    return reading


def unclear(story: Story, look: Look) -> Ended:
    """Make the end of a push whose operation can't be told from others."""
    named = ", ".join(str(one.push_operation_key) for one in look.candidates[:MOST_NAMED])
    more = len(look.candidates) + look.more - MOST_NAMED
    named += f" and {more} more" if more > 0 else ""
    hindrance = f" ({look.hindrance})" if look.hindrance else ""
    return story.ending(
        PushStatus.UNKNOWN,
        f"It can't be told whether operation {named} is this push{hindrance}. {story.trouble}",
        candidates=look.candidates,
    )


def _check_next(story: Story, look: Look) -> None:
    """Raise Ended when nothing was found and yet nothing may be sent."""
    if story.is_rejected:
        reason = f"Codat refused the record: {story.trouble} An earlier request was not found."
    elif story.unclear_answers > 1:
        reason = f"Twice no answer of Codat's own came, and nothing was found. {story.trouble}"
    elif story.manners.resend is Resend.NEVER:
        reason = f"It was not found, and PUSH_RESEND forbids to send it again. {story.trouble}"
    elif look.later_update:
        reason = f"A later update of the same record was started meanwhile. {story.trouble}"
    else:
        return
    raise story.ending(PushStatus.UNKNOWN, reason)
