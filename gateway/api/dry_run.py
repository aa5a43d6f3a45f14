"""`dryRun=true`: what an update would change; nothing is started."""

from starlette.responses import Response

from codat.errors import CodatRefused
from codat.record_difference import read_difference
from codat.turns import in_turn
from gateway.dependencies import Dependencies
from gateway.errors import HttpError, Json
from workflows.models import PushRequest


async def compared(dependencies: Dependencies, request: PushRequest) -> Response:
    """Say what an update would change of its record, as Codat has it; Refusal 409, 501."""
    if dependencies.reads is None or request.record_id is None:
        raise HttpError(501, "Records can't be read here.")
    try:
        found = await read_difference(
            dependencies.reads, request.target, request.record_id, request.data
        )
    except CodatRefused as error:
        raise HttpError(409, str(error)) from None
    shown = {**found.model_dump(by_alias=True), "warnings": found.sentences, "dryRun": True}
    return await in_turn(Json, shown)
