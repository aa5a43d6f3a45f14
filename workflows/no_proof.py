"""Operations that are over, or unknown to Codat, and prove nothing about the record."""

from datetime import timedelta
from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.models import OperationSnapshot
    from codat.models import PushOperation, PushStatus
    from surepush_client.models import Candidate
    from workflows.models import PushRecord
    from workflows.outcomes import Ended, end_of
    from workflows.state import PushState


NOT_FOUND = "CodatNotFound"
"""The failure of a look at an operation that Codat does not know."""

MISSING_FOR = timedelta(hours=1)
"""How long an operation is asked for that Codat does not know: its company may be deleted."""


def note_missing(state: PushState, operation: UUID, message: str) -> None:
    """Note that Codat does not know an operation; raises Ended (Unknown) when that has lasted."""
    now = workflow.now()
    state.missing_since = state.missing_since or now
    if now - state.missing_since >= MISSING_FOR:
        raise end_of(
            state,
            PushStatus.UNKNOWN,
            f"Codat has not known operation {operation} for an hour; its company may "
            f"be deleted. {message}",
        )


def without_proof(state: PushState, snapshot: OperationSnapshot) -> Ended:
    """Make the end of a push whose operation proves neither success nor failure."""
    operation = snapshot.operation
    state.settle(operation)
    return end_of(
        state,
        PushStatus.UNKNOWN,
        what_it_says(operation),
        errors=snapshot.errors,
        warnings=state.carried.warnings + snapshot.warnings,
        candidates=[own_candidate(operation)],
        completed_on_utc=operation.completed_on_utc,
    )


def written_by_word(state: PushState, snapshot: OperationSnapshot, by: str) -> Ended:
    """Make the end of a push whose operation proves nothing, and of which a person says: written.

    `by` is who says so.
    """
    operation = snapshot.operation
    key, word = operation.push_operation_key, operation.status_text
    return end_of(
        state,
        PushStatus.SUCCESS,
        f"{by} says that operation {key} wrote the record; Codat says '{word}'.",
        records=records_in(operation),
        completed_on_utc=operation.completed_on_utc,
    )


def written_by_the_books(state: PushState, snapshot: OperationSnapshot) -> Ended:
    """Make the end of a push whose record stands, though its operation proves nothing."""
    operation = snapshot.operation
    key, word = operation.push_operation_key, operation.status_text
    return end_of(
        state,
        PushStatus.SUCCESS,
        f"Codat says '{word}' of operation {key}, but the record stands in the accounting "
        "software.",
        records=records_in(operation),
        completed_on_utc=operation.completed_on_utc,
        data=operation.data,
    )


def what_it_says(operation: PushOperation) -> str:
    """Say what Codat says of an operation and why that proves nothing."""
    key, word = operation.push_operation_key, operation.status_text
    if word != PushStatus.FAILED:
        return f"Codat reports status '{word}' for operation {key}, which Surepush does not know."
    about = ", ".join(record.id for record in records_in(operation) if record.id)
    if about:
        doubt = f"and names record {about}"
    elif operation.status_code:
        doubt = f"with status code {operation.status_code}"
    else:
        doubt = "without a reason"
    detail = f": {operation.reason}" if operation.reason else "."
    proof = "which does not prove that nothing was written"
    return f"Codat calls operation {key} Failed {doubt}, {proof}{detail}"


def records_in(operation: PushOperation) -> list[PushRecord]:
    """Give the records that an operation tells of, whatever its status."""
    return [
        PushRecord(
            id=change.record_ref.id,
            data_type=change.record_ref.data_type,
            change=change.type,
            attachment_id=change.attachment_id,
        )
        for change in operation.changes
        if change.record_ref
    ]


def own_candidate(operation: PushOperation) -> Candidate:
    """Give a person an operation that an answer named to decide about."""
    return Candidate(
        push_operation_key=operation.push_operation_key,
        requested_on_utc=operation.requested_on_utc,
        status=operation.status_text,
        match="answered",
    )
