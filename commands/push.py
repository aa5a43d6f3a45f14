"""`push`: start a push, and wait for its end if told so."""

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Coroutine
from importlib import import_module
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer
from temporalio.client import Client
from temporalio.service import RPCError

from commands.exit_codes import (
    INTERRUPTED,
    NO_TEMPORAL,
    STARTED,
    WRONG_INPUT,
    CommandError,
)
from commands.inputs import read_minutes, read_record, read_request
from commands.output import print_note
from commands.push_status import exit_code_of, fetch_status, print_status, reach_temporal
from dispatch.connection_errors import AWAY
from dispatch.pushes import IdempotencyKeyConflict, Push, start_push
from workflows.models import PushOutcome, PushProgress, PushRequest

Company = Annotated[str, typer.Option(help="The company's id.")]
Connection = Annotated[str, typer.Option(help="The id of its connection.")]
DataType = Annotated[str, typer.Option(help="Such as bills, invoices or accounts.")]
_DATA = typer.Option(help="A file with the record as JSON; - is standard input.")
Data = Annotated[str, _DATA]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

Complete = Callable[[Client, PushRequest], Awaitable[PushRequest]]
"""Adds to a request what needs a connection."""


def push(  # noqa: PLR0913, PLR0917, the options of the command
    company: Company,
    connection: Connection,
    data_type: DataType,
    data: Annotated[str | None, _DATA] = None,
    record_id: Annotated[str | None, typer.Option(help="Update this record.")] = None,
    kind: Annotated[
        str | None,
        typer.Option(metavar="[delete]", help="Delete the record of that id; no --data then."),
    ] = None,
    timeout_in_minutes: Annotated[
        str | None, typer.Option(metavar="N", help="Whole minutes; without it, wait for ever.")
    ] = None,
    idempotency_key: Annotated[
        str | None, typer.Option(help="The same key is the same push; default: a new one.")
    ] = None,
    ordering: Annotated[
        str | None,
        typer.Option(metavar="[requested|latest]", help="Wait for older updates, or replace them."),
    ] = None,
    validation: Annotated[
        str | None, typer.Option(metavar="[enforce|advise|off]", help="Default: enforce.")
    ] = None,
    unique_field: Annotated[
        str | None, typer.Option(metavar="/POINTER", help="What is unique in the books.")
    ] = None,
    *,
    look_first: Annotated[
        bool | None,
        typer.Option("--look-first/--no-look-first", help="Look for it in the books first."),
    ] = None,
    read_back: Annotated[
        bool | None,
        typer.Option("--read-back/--no-read-back", help="Read the record after a success."),
    ] = None,
    force_update: Annotated[
        bool, typer.Option("--force-update", help="Overwrite what changed since it was read.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Only show what the update would change.")
    ] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the end.")] = False,
    as_json: Json = False,
) -> int:
    """Start a push of one record.

    The same idempotency key again joins the same push.

    Example: python starter.py push --company ID --connection ID --data-type bills --data bill.json
    """
    request = read_request(
        {
            "companyId": company,
            "connectionId": connection,
            "dataType": data_type,
            "kind": kind,
            "data": None if data is None else read_record(data),
            "recordId": record_id,
            "forceUpdate": force_update or None,
            "timeoutInMinutes": read_minutes(timeout_in_minutes),
            "idempotencyKey": str(uuid4()) if idempotency_key is None else idempotency_key,
            "ordering": ordering,
            "uniqueField": unique_field,
            "lookFirst": look_first,
            "readBack": read_back,
            "validation": validation,
        }
    )
    if diff:
        return import_module("commands.difference").show_difference(request, as_json=as_json)
    return until_interrupted(request.push_id, start_and_show(request, wait=wait, as_json=as_json))


async def _as_it_is(_: Client, request: PushRequest) -> PushRequest:
    return request


async def start_and_show(
    request: PushRequest, *, wait: bool, as_json: bool, complete: Complete = _as_it_is
) -> int:
    """Start a push and print how it stands, or wait for its end; give the exit code.

    `complete` is called once Temporal is reached.
    """
    client = await reach_temporal()
    started = await _start(client, await complete(client, request))
    if wait:
        print_started(started)
        outcome = await started.outcome()
        print_status(started, outcome, as_json=as_json)
        return exit_code_of(outcome)
    print_status(started, await _standing(started), as_json=as_json)
    if not as_json:
        print_note(f"Watch it: python starter.py wait {started.push_id}")
    return STARTED


async def _start(client: Client, request: PushRequest) -> Push:
    try:
        return await start_push(client, request)
    except IdempotencyKeyConflict as error:
        raise CommandError(str(error), WRONG_INPUT) from None
    except RPCError as error:
        if error.status not in AWAY:
            raise
        message = (
            f"Temporal does not answer, so push {request.push_id} may or may not have been "
            f"started; with --idempotency-key {shlex.quote(request.idempotency_key or '')} the "
            "same command starts or joins it."
        )
        raise CommandError(message, NO_TEMPORAL) from error


async def _standing(started: Push) -> PushOutcome | PushProgress:
    try:
        return await fetch_status(started)
    except RPCError as error:
        if not started.is_new or error.status not in AWAY:
            raise
        message = "The push was started; how it stands Temporal does not answer."
        return PushProgress(stage="start", message=message)


def print_started(push: Push) -> None:
    """Say which push is waited for, and how to come back to it."""
    print_note(
        f"Waiting for push {push.push_id} (workflow {push.workflow_id}); from elsewhere: "
        f"python starter.py status {push.push_id}"
    )


def until_interrupted(push_id: UUID, work: Coroutine[Any, Any, int]) -> int:
    """Run what is about a push and give its exit code; Ctrl-C ends the wait, not the push."""
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        print_note(
            f"Interrupted; once started, push {push_id} goes on. "
            f"See it: python starter.py status {push_id}"
        )
        return INTERRUPTED
