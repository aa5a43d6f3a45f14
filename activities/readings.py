"""An operation as Codat tells it, made fit for history."""

from activities.models import Finding, Reading
from codat.itemids import pointer_of
from codat.models import PushOperation, ValidationItem


def reading_of(operation: PushOperation) -> Reading:
    """Keep what the push needs; an operation that goes on need not carry the record back."""
    kept = operation if operation.status.is_final else operation.model_copy(update={"data": None})
    return Reading(
        operation=kept,
        errors=[_finding(item) for item in operation.validation.errors],
        warnings=[_finding(item) for item in operation.validation.warnings],
    )


def _finding(item: ValidationItem) -> Finding:
    return Finding(
        pointer=pointer_of(item.item_id, None),
        message=item.message or "no reason was given",
        rule=item.validator_name,
    )
