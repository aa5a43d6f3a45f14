"""An operation as Codat tells it, made fit for history."""

from activities.models import OperationSnapshot
from activities.wire import Finding, cut, findings_of, fitting
from codat.exact_json import dumps
from codat.models import PushOperation, PushValidation, ValidationItem
from codat.validation.pointers import pointer_of

MAX_ECHO = 1024 * 1024
"""Bytes of the record as Codat gives it back: as many as a record may have."""

_FEW = 16 * 1024


def snapshot_of(operation: PushOperation) -> OperationSnapshot:
    """Keep what the push needs, as much as fits into a payload."""
    items = operation.validation
    kept, left_out = _kept(operation)
    return OperationSnapshot(
        operation=kept,
        errors=findings_of(items.errors, _finding),
        # First, so that it is not itself left out.
        warnings=[*left_out, *findings_of(items.warnings, _finding)],
    )


def _kept(operation: PushOperation) -> tuple[PushOperation, list[Finding]]:
    """Leave out what is too large, and say so; what goes on need not carry the record back."""
    data, messages = _echo(operation)
    changes = fitting(operation.changes)
    if len(changes) < len(operation.changes):
        messages.append(
            f"It changed {len(operation.changes):,} records; {len(changes):,} are named."
        )
    error = operation.error_message
    bounded = {
        "data": data,
        "changes": changes,
        "status_text": cut(operation.status_text),
        "error_message": error and cut(error),
        "data_type": operation.data_type and cut(operation.data_type),
        "validation": PushValidation(
            errors=_first(operation.validation.errors),
            warnings=_first(operation.validation.warnings),
        ),
    }
    left_out = [Finding(pointer="", message=message) for message in messages]
    return operation.model_copy(update=bounded), left_out


def _echo(operation: PushOperation) -> tuple[object, list[str]]:
    if operation.data is None or not operation.status.is_final:
        return None, []
    size = len(dumps(operation.data).encode())
    if size <= MAX_ECHO:
        return operation.data, []
    return None, [f"Codat's copy of the record ({size:,} bytes) is too large to be kept."]


def _first(items: list[ValidationItem]) -> list[ValidationItem]:
    return fitting((_short(item) for item in items), _FEW)


def _short(item: ValidationItem) -> ValidationItem:
    return item.model_copy(
        update={
            "item_id": item.item_id and cut(item.item_id),
            "message": item.message and cut(item.message),
            "validator_name": item.validator_name and cut(item.validator_name),
        }
    )


def _finding(item: ValidationItem) -> Finding:
    return Finding(
        pointer=pointer_of(item.item_id, None),
        message=item.message or "no reason was given",
        rule=item.validator_name,
    )
