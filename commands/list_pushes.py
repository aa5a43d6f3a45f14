"""`list`: which pushes there are, one row each."""

import asyncio
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from temporalio.service import RPCError, RPCStatusCode

from commands.exit_codes import NO_TEMPORAL, STARTED, WRONG_INPUT, CommandError
from commands.filters import (
    OfCompany,
    OfConnection,
    OfDataType,
    Query,
    Since,
    StartedBy,
    Statuses,
    read_selection,
)
from commands.output import print_json, print_note, printable
from commands.push import Json
from commands.push_status import COLOURS, reach_temporal
from dispatch.listing import MAX_RUNS, Listed, Listing, list_pushes
from dispatch.selection import Selection

_WIDTH = 200
"""Columns where there is no terminal to ask."""

_WHOLE = 100


def list_(  # noqa: PLR0913, PLR0917, the options of the command
    status: Statuses = None,
    company: OfCompany = None,
    connection: OfConnection = None,
    data_type: OfDataType = None,
    since: Since = None,
    query: Query = None,
    started_by: StartedBy = None,
    limit: Annotated[int, typer.Option(min=1, max=MAX_RUNS, help="Rows at the most.")] = _WHOLE,
    *,
    as_json: Json = False,
) -> int:
    """List pushes, the newest first.

    One row each, as its latest run stands.

    Example: python starter.py list --status Failed --status Unknown --since 2d
    """
    selection = read_selection(status, company, connection, data_type, since, query, started_by)
    listing = asyncio.run(find(selection))
    shown = listing.pushes[:limit]
    if as_json:
        more = listing.is_cut or len(shown) < len(listing.pushes)
        print_json({"pushes": [_document(push) for push in shown], "isCut": more})
        return STARTED
    if shown:
        width = None if sys.stdout.isatty() else _WIDTH
        Console(width=width).print(_table(shown))
    _tell_the_rest(listing, len(shown))
    return STARTED


async def find(selection: Selection) -> Listing:
    """Ask for the pushes that are wanted; CommandError when the query is no query."""
    client = await reach_temporal()
    try:
        return await list_pushes(client, selection)
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT and selection.visibility:
            reason = error.message.splitlines()[0].rstrip(".")
            raise CommandError(f"--query: Temporal refused it: {reason}.", WRONG_INPUT) from None
        raise
    except TimeoutError:
        raise CommandError("Temporal took too long to list the pushes.", NO_TEMPORAL) from None


def _tell_the_rest(listing: Listing, shown: int) -> None:
    found = len(listing.pushes)
    if not found:
        print_note("No push matches.")
    elif shown < found:
        print_note(f"{shown} of {found} pushes; see more with --limit {found}.")
    if listing.is_cut:
        print_note(
            f"Only {MAX_RUNS} runs were looked through: narrow it, for example with --since."
        )


def _table(pushes: list[Listed]) -> Table:
    table = Table()
    table.add_column("Push", no_wrap=True, min_width=36)
    table.add_column("Status", no_wrap=True)
    for name in ("Data type", "Key", "Company", "Requested (UTC)", "Took"):
        table.add_column(name, overflow="fold")
    for push in pushes:
        table.add_row(
            str(push.push_id),
            Text(push.status.value, style=COLOURS.get(push.status, "")),
            Text(push.data_type),
            Text(printable(push.reference)),
            Text(push.company),
            f"{push.requested:%Y-%m-%d %H:%M:%S}",
            str(push.closed - push.requested).split(".")[0] if push.closed else "",
        )
    return table


def _document(push: Listed) -> dict[str, object]:
    return {
        "pushId": str(push.push_id),
        "status": push.status.value,
        "companyId": push.company,
        "connectionId": push.connection,
        "dataType": push.data_type,
        "idempotencyKey": push.reference,
        "pushOperationKey": push.operation,
        "requestedOnUtc": push.requested.isoformat(),
        "startedBy": push.started_by or None,
        "completedOnUtc": push.closed.isoformat() if push.closed else None,
    }
