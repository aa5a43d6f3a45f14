"""How a push ends: `Ended` carries the outcome from any step up to `run`."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from codat.models import PushStatus
    from workflows.models import PushOutcome
    from workflows.state import PushState

UNAUTHORIZED_FOR = timedelta(hours=1)
"""How long a wrong key, plan or right may be put right before the push fails."""


class Ended(Exception):
    """The push is over; carries the outcome up to `run`."""

    def __init__(self, outcome: PushOutcome) -> None:
        super().__init__(outcome.message)
        self.outcome = outcome


def end_of(state: PushState, status: PushStatus, message: str, **more: object) -> Ended:
    """Make the end of a push; what was sent and may still land is read off the ledger."""
    is_open = state.ledger.may_have_written and status is not PushStatus.SUCCESS
    if is_open and status is PushStatus.FAILED:
        status = PushStatus.UNKNOWN
        message += " An earlier request may still have written the record."
    return Ended(
        PushOutcome.model_validate(
            {
                "status": status,
                "message": message,
                "warnings": state.carried.warnings,
                "push_operation_key": state.ledger.operation,
                "submitted": state.ledger.was_sent,
                "may_still_land": is_open,
                "requested_on_utc": state.carried.requested_on_utc,
                **more,
            }
        )
    )


def check_time(state: PushState) -> None:
    """Raise Ended (TimedOut) when too little time is left to send."""
    if state.deadline.is_too_near_to_send:
        raise _timed_out(state)


def check_deadline(state: PushState) -> None:
    """Raise Ended (TimedOut) when the deadline has passed; until then one may look and ask."""
    if state.deadline.has_passed:
        raise _timed_out(state)


def _timed_out(state: PushState) -> Ended:
    minutes = state.deadline.words
    before = f" The last problem: {state.trouble}" if state.trouble else ""
    if state.request.looks_only:
        status = state.ledger.held or PushStatus.UNKNOWN
        return end_of(state, status, "Surepush looked again, and it is still unclear." + before)
    message = f"The deadline of {minutes} passed before the record was sent."
    if state.ledger.was_sent:
        message = f"The deadline of {minutes} passed. It is unclear whether the record was written."
    return end_of(state, PushStatus.TIMED_OUT, message + before)


def check_superseded(state: PushState) -> None:
    """Raise Ended (Failed) when a newer update takes the place of this one, which was not sent."""
    by = state.superseded_by
    if by is None:
        return
    push = by.workflow_id.removeprefix("push-")
    raise end_of(
        state,
        PushStatus.FAILED,
        f"Superseded by push {push}, an update of the same record that was requested at "
        f"{by.since:%Y-%m-%d %H:%M:%S} UTC. Nothing was written.",
    )


def check_unauthorized(state: PushState) -> None:
    """Raise Ended (Failed) when Codat has not let us in for an hour."""
    carried = state.carried
    carried.unauthorized_since = carried.unauthorized_since or workflow.now()
    if workflow.now() - carried.unauthorized_since >= UNAUTHORIZED_FOR:
        raise end_of(
            state, PushStatus.FAILED, f"Codat rejected the API key for an hour: {state.trouble}"
        )


def cancelled(state: PushState) -> Ended:
    """Make the end of a push that was cancelled and must not send any more."""
    if not state.ledger.was_sent:
        return end_of(state, PushStatus.FAILED, "Cancelled before anything was sent.")
    return end_of(
        state,
        PushStatus.UNKNOWN,
        f"Cancelled before it was clear what became of it. {state.trouble}",
    )


def give_up(state: PushState) -> Ended:
    """Make the end of a push that may send nothing more: cancelled, or tried too often."""
    if state.carried.is_cancelled:
        return cancelled(state)
    if state.request.looks_only:
        message = "Surepush looked again: the accounting software has refused the record."
        return end_of(state, PushStatus.FAILED, message)
    return end_of(
        state,
        PushStatus.UNKNOWN,
        f"Surepush stopped after 8 requests without a result. {state.trouble}",
    )
