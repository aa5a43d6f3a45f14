"""What a push says of its operation, in the words of its kind; and what a missing record means."""

import re

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from codat.kinds import PushKind
    from codat.models import PushOperation, PushStatus
    from workflows.outcomes import Ended, end_of
    from workflows.state import PushState

_NOUNS = {
    PushKind.DELETE: "deletion",
    PushKind.ATTACH: "file",
    PushKind.DETACH: "removal of the attachment",
}
_DONE = {
    PushKind.DELETE: "The record was deleted.",
    PushKind.ATTACH: "The file was attached.",
    PushKind.DETACH: "The attachment was removed.",
}
_GONE = re.compile(
    r"\b(not? (?:\w+ ){0,5}(?:found|exists?)|does(?:n't| not) exist|no (?:such|record|longer)"
    r"|already (?:been )?(?:deleted|voided|removed))\b",
    re.IGNORECASE,
)
"""How platforms say that there is no such record."""

_STALE = re.compile(
    r"source ?modified ?(?:date|time)|\bstale\b|out[ -]of[ -]date|sync ?token"
    r"|(?:changed|modified|updated|edited)(?: by \w+(?: \w+)?)? since|newer version"
    r"|(?:has|have) (?:since )?been (?:changed|modified|updated)"
    r"|refresh (?:and|then|the|before|first)",
    re.IGNORECASE,
)
"""How it is said that a record changed after it was read."""

_TWO_WAYS = (
    " The record changed in the accounting software after it was read. Refresh the data type, "
    "read the record, and retry with its present values and sourceModifiedDate; or retry with "
    "forceUpdate, which overwrites that change."
)


def ways_on(kind: PushKind, reason: str) -> str:
    """Name both ways on where an update was refused because the record had changed; else nothing.

    The reason is in the words of Codat or of the accounting software.
    """
    return _TWO_WAYS if kind is PushKind.UPDATE and _STALE.search(reason) else ""


def sentence_of(kind: PushKind, operation: PushOperation) -> str:
    """Say in a sentence how a finished operation ended."""
    match operation.status:
        case PushStatus.SUCCESS:
            ids = ", ".join(record.id or "" for record in operation.records)
            return _DONE.get(kind, f"The record was written{f' as {ids}' if ids else ''}.")
        case PushStatus.TIMED_OUT:
            return "Codat's time for this push ran out; the record may still be written."
        case _:
            reason = operation.reason or "no reason was given"
            what = _NOUNS.get(kind, "record")
            return f"The accounting software refused the {what}: {reason}{ways_on(kind, reason)}"


def gone_already(state: PushState, reason: str) -> Ended | None:
    """Make the end of a deletion that finds nothing left; None where this push did not do it.

    It may have: a request of this push before that one got no answer, or none that was proof.
    """
    may_be_ours = state.request.push_kind.removes and state.ledger.may_have_written
    if not may_be_ours or not _GONE.search(reason):
        return None
    state.warn(
        "The accounting software no longer has it. An earlier request of this push, whose answer "
        "was lost, probably removed it."
    )
    return end_of(state, PushStatus.SUCCESS, _DONE[state.request.push_kind])
