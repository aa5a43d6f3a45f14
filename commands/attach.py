"""`attach` and `detach`: files to records, and away from them."""

import mimetypes
from pathlib import Path
from typing import IO, Annotated, Any
from uuid import uuid4

import typer
from temporalio.client import Client

from commands.exit_codes import WRONG_INPUT, CommandError
from commands.inputs import read_request
from commands.push import (
    Company,
    Complete,
    Connection,
    DataType,
    Json,
    start_and_show,
    until_interrupted,
)
from dispatch.attachments import fields_of, with_file
from surepush_client.files import WrongFile
from workflows.models import PushRequest

RecordId = Annotated[str, typer.Option(help="The record that has the file.")]
Key = Annotated[str | None, typer.Option(help="The same key is the same push; default: a new one.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for the end.")]


def attach(  # noqa: PLR0913, PLR0917, the options of the command
    company: Company,
    connection: Connection,
    data_type: DataType,
    record_id: RecordId,
    file: Annotated[str, typer.Option(help="The file to attach.")],
    content_type: Annotated[
        str | None, typer.Option(metavar="TYPE", help="Default: by the file's name.")
    ] = None,
    idempotency_key: Key = None,
    *,
    wait: Wait = False,
    as_json: Json = False,
) -> int:
    """Attach a file to a record.

    The file is kept in PUSH_LARGE_DIRECTORY or PUSH_LARGE_BUCKET until Temporal forgets the push.

    Example: python starter.py attach --company ID --connection ID --data-type bills --record-id 7 \
--file receipt.pdf
    """
    path = Path(file)
    kind = content_type or mimetypes.guess_type(path.name)[0]
    where = {"companyId": company, "connectionId": connection, "dataType": data_type}
    request = _request(
        {**where, "recordId": record_id, **fields_of(path.name, kind)}, idempotency_key
    )
    try:
        source = path.open("rb")
    except OSError as error:
        raise CommandError(
            f"--file: {file} can't be read: {error.strerror}.", WRONG_INPUT
        ) from None
    with source:
        work = start_and_show(request, wait=wait, as_json=as_json, complete=_storing(source))
        return until_interrupted(request.push_id, work)


def detach(  # noqa: PLR0913, PLR0917, the options of the command
    company: Company,
    connection: Connection,
    data_type: DataType,
    record_id: RecordId,
    attachment_id: Annotated[str, typer.Option(help="The file to remove, by its id.")],
    idempotency_key: Key = None,
    *,
    wait: Wait = False,
    as_json: Json = False,
) -> int:
    """Remove a file from a record.

    Example: python starter.py detach --company ID --connection ID --data-type bills --record-id 7 \
--attachment-id ID
    """
    where = {"companyId": company, "connectionId": connection, "dataType": data_type}
    about = {"kind": "detach", "recordId": record_id, "attachmentId": attachment_id}
    request = _request(where | about, idempotency_key)
    return until_interrupted(request.push_id, start_and_show(request, wait=wait, as_json=as_json))


def _request(fields: dict[str, Any], key: str | None) -> PushRequest:
    return read_request({**fields, "idempotencyKey": str(uuid4()) if key is None else key})


def _storing(source: IO[bytes]) -> Complete:
    async def store(client: Client, request: PushRequest) -> PushRequest:
        try:
            return await with_file(client, request, source)
        except WrongFile as error:
            raise CommandError(f"--file: {error}", WRONG_INPUT) from None

    return store
