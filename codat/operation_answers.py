"""What Codat's answers about push operations contain; what they lack is said as a CodatError."""

from pydantic import ValidationError

from codat.models import OperationPage, PushOperation, PushTarget
from codat.responses import CodatResponse
from codat.turns import in_turn


def operation_page_of(answer: CodatResponse) -> OperationPage:
    """Give a page of push operations."""
    try:
        return OperationPage.model_validate(answer.document())
    except ValidationError as error:
        raise answer.unusable("no list of push operations") from error


async def pushed_operation_of(answer: CodatResponse, target: PushTarget) -> PushOperation:
    """Give the operation of a target that an answer shows, with the answer's date."""
    operation = await in_turn(operation_of, answer)
    if not operation.is_of(target):
        raise answer.unusable("a push operation of another company, connection or data type")
    return operation


def operation_of(answer: CodatResponse) -> PushOperation:
    """Give the operation that an answer shows, with the answer's date."""
    try:
        operation = PushOperation.model_validate(answer.document())
    except ValidationError as error:
        raise answer.unusable("no push operation") from error
    return operation.model_copy(update={"date": answer.date})
