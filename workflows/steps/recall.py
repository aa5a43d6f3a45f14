"""What a run that may not be the first does before anything else: remember, ask, obey."""

from datetime import timedelta
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

with workflow.unsafe.imports_passed_through():
    from activities.find_models import Purpose
    from activities.heartbeat import HEARTBEAT
    from activities.models import OperationSnapshot
    from activities.prior_runs import PastEvent, PastEventKind, PriorRuns, Recall
    from codat.models import PushOperation, PushStatus
    from workflows.activity_call import READ_AGAIN, CallFailed, call
    from workflows.attributes import upsert_earlier_success, upsert_start_attributes
    from workflows.ledger_rebuild import apply_resolution, rebuild_ledger
    from workflows.models import PushOutcome
    from workflows.no_proof import own_candidate, what_it_says, written_by_word
    from workflows.outcomes import Ended, check_deadline, end_of
    from workflows.state import PushState
    from workflows.steps.find import find, take
    from workflows.steps.poll import ask, final
    from workflows.steps.prepare import PAUSE
    from workflows.steps.proof import check_own_record
    from workflows.steps.search import search_list
    from workflows.submission import Judgement
    from workflows.waiting import show_stage, wait

RECALL_TIMEOUT = timedelta(minutes=5)
STILL_PENDING = "Surepush looked again: the accounting software has not finished."
RECALL_FOR = timedelta(minutes=5)
"""How long the past is asked for when the deadline has passed already."""


async def recall(state: PushState) -> None:
    """Enter what earlier runs did, and follow an operation that goes on; raises Ended."""
    upsert_start_attributes(state.request)
    show_stage(state, "recall", "Reading what earlier runs of this push did.")
    # Until the past is read, everything may have happened.
    state.ledger.unread = True
    prior = await _memory(state)
    state.carried.ledger = rebuild_ledger(prior)
    state.carried.policy = state.carried.policy or prior.policy
    if prior.success:
        _check_record(state, prior)
        raise Ended(PushOutcome.model_validate(prior.success.model_dump(by_alias=True)))
    snapshot = await _still_going(state)
    state.is_recalled = True
    if snapshot and _goes_on(state, snapshot.operation):
        if state.request.looks_only and state.ledger.held:
            raise end_of(state, state.ledger.held, STILL_PENDING)
        return
    settlement = state.request.settlement
    if settlement and settlement.adopt:
        await _adopt(state)
        return
    if settlement and settlement.not_written and _is_fresh(state, prior):
        await _settle(state, prior)
    # What was held may have turned out to have failed after all.
    if state.ledger.unread or (state.ledger.held and state.ledger.may_have_written):
        await _verify(state, snapshot)


def _check_record(state: PushState, prior: PriorRuns) -> None:
    """Raise ApplicationError when the push that succeeded wrote another record than this one.

    A retry is of the same push, whatever an operator made of its record.
    """
    request = state.request
    if request.retry_of or state.is_reset or request.digest in prior.success_digests:
        return
    # Whoever lists the push is told how it stands, not that this run was refused.
    upsert_earlier_success()
    raise ApplicationError(
        f"The idempotencyKey {request.idempotency_key} belongs to a push of another record, which "
        f"succeeded: this record's SHA-256 is {request.digest}, and it was not sent. Use a new key "
        "for a new record.",
        type="IdempotencyKeyConflict",
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )


async def _memory(state: PushState) -> PriorRuns:
    """Read the past, for five minutes at least: a deadline is judged by what is known then."""
    info = workflow.info()
    least = workflow.now() + RECALL_FOR
    while True:
        left = None if state.deadline.at is None else max(state.deadline.at, least) - workflow.now()
        if left is not None and left <= timedelta():
            check_deadline(state)
        try:
            return await call(
                "recall",
                Recall(workflow_id=info.workflow_id, run_id=info.run_id),
                PriorRuns,
                within=left,
                start_to_close_timeout=RECALL_TIMEOUT,
                heartbeat_timeout=HEARTBEAT,
                retry_policy=READ_AGAIN,
            )
        except CallFailed as failure:
            state.note(failure)
        why = f"reading the earlier runs again after: {state.trouble}"
        await wait(state, PAUSE, why, is_last=True)


async def _still_going(state: PushState) -> OperationSnapshot | None:
    """Ask for each operation of ours; Ended if one succeeded.

    Gives the one to follow if one goes on, else one that ended without proof, if any.
    """
    doubtful = None
    for submission in state.ledger.submissions:
        if submission.operation is None or submission.has_failed:
            continue
        snapshot = await _ask_for(state, submission.operation)
        if snapshot is None and (state.ledger.held or state.request.settlement):
            if submission.judgement is not Judgement.NOT_WRITTEN:
                state.ledger.held = state.ledger.held or PushStatus.UNKNOWN
            continue
        snapshot = snapshot or OperationSnapshot.unread(submission.operation)
        state.settle(snapshot.operation)
        if snapshot.operation.status is PushStatus.SUCCESS:
            state.follow(snapshot, at_the_end=True)
            raise final(state, snapshot)
        if _goes_on(state, snapshot.operation):
            state.follow(snapshot)
            return snapshot
        if not submission.has_failed and submission.judgement is not Judgement.NOT_WRITTEN:
            state.ledger.held, doubtful = snapshot.operation.status, snapshot
    return doubtful


async def _ask_for(state: PushState, operation: UUID) -> OperationSnapshot | None:
    """Ask until there is an answer; None: Codat does not know the operation."""
    state.missing_since = None
    while True:
        check_deadline(state)
        snapshot = await ask(state, operation)
        if snapshot or state.missing_since:
            return snapshot
        await wait(state, PAUSE, f"asking again after: {state.trouble}")


def _goes_on(state: PushState, operation: PushOperation) -> bool:
    """Tell whether to follow an operation; a word that nobody knows yields to a person's."""
    return operation.status.is_pending or not (operation.is_over or state.request.settlement)


async def _adopt(state: PushState) -> None:
    settlement = state.request.settlement
    operation = settlement.adopt if settlement else None
    try:
        found = await search_list(state, Purpose.ADOPT, operation)
    except CallFailed as failure:
        raise _as_before(state, f"It was not adopted: {failure.message}") from None
    if found.adopted is None:
        raise _as_before(state, f"Operation {operation} could not be adopted.")
    by = settlement.by if settlement and settlement.by else "an operator"
    why = f"Adopted on the word of {by}: {state.request.reason or '-'}."
    take(state, found.adopted, why)
    snapshot = found.adopted
    if snapshot.operation.is_over and snapshot.operation.status is PushStatus.UNKNOWN:
        raise written_by_word(state, snapshot, by)


def _is_fresh(state: PushState, prior: PriorRuns) -> bool:
    """Tell whether nothing has happened since a person's word was given: it is good for one run.

    A reset, or a start with the same input, repeats the request without anybody having looked.
    """
    retry_of, run_id = state.request.retry_of, workflow.info().run_id
    again = [run for run, other in prior.retries.items() if other == retry_of and run != run_id]
    return retry_of is not None and not state.is_reset and not again


async def _settle(state: PushState, prior: PriorRuns) -> None:
    """Take a person's word that nothing was written, when find could have seen it."""
    if prior.facts:
        quiet = prior.facts[-1].at + state.policy.find_for
        why = "waiting until Codat's list shows late requests"
        await wait(state, quiet - workflow.now(), why, cause="finding")
    found = await search_list(state, Purpose.SETTLE)
    pending = [
        candidate for candidate in found.candidates if PushStatus(candidate.status).is_pending
    ]
    if pending:
        key = pending[0].push_operation_key
        raise _as_before(state, f"Operation {key} is pending and may be this push: wait for it.")
    seen = [candidate.push_operation_key for candidate in found.candidates]
    apply_resolution(
        state.ledger, PastEvent(at=workflow.now(), kind=PastEventKind.SETTLED, excluded=seen)
    )


async def _verify(state: PushState, doubtful: OperationSnapshot | None) -> None:
    """Search once more for what an earlier run left open; it sends nothing whatever is found."""
    if state.is_unclear:
        await find(state)
        if state.snapshot:
            return
    if doubtful is None:
        missing = f" {state.trouble}" if state.missing_since else ""
        message = "The second check found nothing new. Nothing was sent."
        raise _as_before(state, message + missing)
    operation = doubtful.operation
    await check_own_record(state, operation)
    if operation.status is PushStatus.UNKNOWN:
        message = f"{what_it_says(operation)} Nothing was sent."
        raise _as_before(state, message, candidates=[own_candidate(operation)])
    message = (
        "Codat's time for this push ran out; the record may still be written, so nothing was sent."
    )
    raise _as_before(state, message, completed_on_utc=operation.completed_on_utc)


def _as_before(state: PushState, message: str, **more: object) -> Ended:
    advice = " Retry it with --adopt OPERATION_KEY or, if it was not written, with --not-written."
    return end_of(state, state.ledger.held or PushStatus.UNKNOWN, message + advice, **more)
