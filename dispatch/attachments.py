"""Starting a push that attaches a file."""

from collections.abc import Mapping
from typing import IO, Any

from temporalio.client import Client

from codat.clock import new_uuid
from dispatch.pushes import Push, start_push
from dispatch.settings import DispatchSettings
from surepush_client.attached_file import not_stored
from surepush_client.files import store_file
from workflows.models import PushRequest


def fields_of(name: str, content_type: str | None = None) -> dict[str, Any]:
    """Give the fields of a request that attaches a file which is still to be stored."""
    file = {"name": name} | ({"contentType": content_type} if content_type else {})
    unstored = not_stored("-").model_dump(by_alias=True, exclude={"content_type"})
    return {"kind": "attach", "file": unstored | file}


async def with_file(client: Client, request: PushRequest, source: IO[bytes]) -> PushRequest:
    """Store the file of a request with the `fields_of` it, and name it there.

    Raises: WrongFile for an empty or too large one, and where there is no place for files.
    """
    asked = request.file or not_stored("-")
    content_type = asked.content_type if "content_type" in asked.model_fields_set else None
    largest = DispatchSettings().largest_file
    stored = await store_file(
        client, request.workflow_id, source, asked.name, content_type, largest=largest
    )
    return request.model_copy(update={"file": stored})


async def start_attach(  # noqa: PLR0913, what makes the push
    client: Client,
    fields: Mapping[str, Any],
    source: IO[bytes],
    name: str,
    content_type: str | None = None,
    *,
    task_queue: str | None = None,
    started_by: str | None = None,
) -> Push:
    """Store a file and start the push that attaches it, or join the one that has its key.

    `fields` are those of a request, by alias; without an idempotency key it gets one.
    Raises: ValidationError, WrongFile, and what start_push raises.
    """
    key = {"idempotencyKey": fields.get("idempotencyKey") or str(new_uuid())}
    asked = PushRequest.model_validate({**fields, **key, **fields_of(name, content_type)})
    request = await with_file(client, asked, source)
    return await start_push(client, request, task_queue=task_queue, started_by=started_by)
