"""What the changes that an operation names say of the push that may have made it."""

from collections.abc import Collection

from activities.find_models import FindSubmission
from activities.matching import Match
from codat.kinds import PushKind, kind_of
from codat.models import PushOperation

_CHANGES = {
    PushKind.CREATE: "Created",
    PushKind.UPDATE: "Modified",
    PushKind.DELETE: "Deleted",
    PushKind.ATTACH: "AttachmentUploaded",
    PushKind.DETACH: "Deleted",
}
_WITHOUT_RECORD = {"Deleted", "AttachmentUploaded"}
"""What no create or update does. Whether they are told from each other is the platform's affair."""


def match_by_change(ask: FindSubmission, operation: PushOperation) -> Match | None:
    """Compare by kind and record where a push has no record of its own; None: by the record."""
    kind = kind_of(ask.kind, ask.record_id)
    named = {change.type for change in operation.changes} & {*_CHANGES.values(), *_WITHOUT_RECORD}
    if kind.carries_record:
        return Match.DIFFERENT if named and named <= _WITHOUT_RECORD else None
    if named and _CHANGES[kind] not in named:
        return Match.DIFFERENT
    of = {change.record_ref.id for change in operation.changes if change.record_ref}
    ids = {record_id for record_id in of if record_id}
    if ids and ask.record_id not in ids:
        return Match.DIFFERENT
    attachments = {change.attachment_id for change in operation.changes if change.attachment_id}
    if attachments and _is_of_another(kind, ask.attachment_id, attachments):
        return Match.DIFFERENT
    if kind is PushKind.ATTACH or (kind is PushKind.DETACH and not attachments):
        return Match.UNCLEAR  # of which file is not said
    return Match.EQUAL if named and ids else Match.UNCLEAR


def _is_of_another(kind: PushKind, ours: str | None, attachments: Collection[str]) -> bool:
    """Tell whether what these attachments had done to them is not what our push does."""
    return kind is PushKind.DELETE or (kind is PushKind.DETACH and ours not in attachments)
