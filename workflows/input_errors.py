"""Reads the input of a push, and says in one sentence what is wrong with it."""

from collections.abc import Sequence
from typing import Any, cast

from pydantic import ValidationError
from temporalio.exceptions import ApplicationError

from activities.wire import cut
from workflows.models import MAX_KEY_LENGTH, MAX_TIMEOUT_MINUTES, PushRequest

_MAX_SAID = 10


def read_request(arguments: Sequence[Any]) -> PushRequest:
    """Read the one argument of a push.

    Raises ApplicationError `InvalidInput`, one sentence naming the field and what would be right.
    """
    if len(arguments) != 1 or not isinstance(arguments[0], dict):
        raise _invalid(
            "A push takes exactly one argument, a JSON object with companyId, connectionId, "
            f"dataType, data and idempotencyKey; got {_described(arguments)}."
        )
    request = _read(cast("object", arguments[0]))
    if request.idempotency_key is None:
        raise _invalid("idempotencyKey is missing: give the key that makes this push one push.")
    return request


def _read(given: object) -> PushRequest:
    try:
        return PushRequest.model_validate(given)
    except ValidationError as error:
        raise _invalid(sentence_of(error)) from None


def check_workflow_id(request: PushRequest, workflow_id: str) -> None:
    """Raise ApplicationError `InvalidInput` unless the id belongs to the request."""
    if workflow_id != request.workflow_id:
        raise _invalid(
            f"The workflow id {workflow_id} does not belong to this input: start it as "
            f"{request.workflow_id}, or give another idempotencyKey."
        )


def sentence_of(error: ValidationError) -> str:
    """Say what is wrong with a request, in one sentence, without quoting the record."""
    complaints = [
        _complaint(detail["loc"], detail["type"], detail["msg"]) for detail in error.errors()
    ]
    more = f"; and {len(complaints) - _MAX_SAID:,} more" if len(complaints) > _MAX_SAID else ""
    return cut("; ".join(complaints[:_MAX_SAID])) + more + "."


def _complaint(where: tuple[int | str, ...], kind: str, message: str) -> str:
    field = ".".join(str(part) for part in where) or "the request"
    name = str(where[0]) if where else ""
    if kind == "missing":
        return f"{field} is missing"
    if kind == "extra_forbidden":
        return f"{field} is not a field of a push request"
    expected = EXPECTED.get(name)
    if expected and kind != "value_error":
        return f"{field} must be {expected}"
    reason = message.removeprefix("Value error, ")
    return f"{field}: {reason}" if where else reason


EXPECTED = {
    "companyId": "a UUID, such as 8a210b68-6988-11ed-a1eb-0242ac120002",
    "connectionId": "a UUID, such as 2e9d2c44-f675-40ba-8049-353bfcb5e171",
    "data": "a JSON object, the record to push",
    "kind": "create, update, delete, attach or detach",
    "idempotencyKey": f"text of 1 to {MAX_KEY_LENGTH} characters",
    "attachmentId": f"text of 1 to {MAX_KEY_LENGTH} characters",
    "recordId": f"text of 1 to {MAX_KEY_LENGTH} characters",
    "timeoutInMinutes": f"a whole number of minutes from 1 to {MAX_TIMEOUT_MINUTES}",
    "allowSyncOnPushComplete": "true or false",
    "forceUpdate": "true or false",
    "ordering": "requested or latest",
    "validation": "enforce, advise or off",
}
"""What each field of a push request has to be."""


def _described(arguments: Sequence[Any]) -> str:
    if len(arguments) != 1:
        return f"{len(arguments)} arguments"
    return "null" if arguments[0] is None else f"a {type(arguments[0]).__name__}"


def _invalid(message: str) -> ApplicationError:
    return ApplicationError(message, type="InvalidInput", non_retryable=True)
