"""`bulk plan` and `bulk start`: retry many pushes that did not succeed."""

import asyncio
import sys
from dataclasses import dataclass, replace
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from temporalio.client import Client

from codat.models import PushStatus
from commands.exit_codes import STARTED, WRONG_INPUT, CommandError
from commands.filters import (
    OfCompany,
    OfConnection,
    OfDataType,
    Query,
    Since,
    Statuses,
    read_selection,
)
from commands.inputs import refuse_empty
from commands.jsonl import read_pace
from commands.list_pushes import find
from commands.output import print_note, print_result, printable
from commands.push_status import reach_temporal
from dispatch.bulk import MAX_PUSHES, start_bulk
from dispatch.bulk_plan import BulkPlan, make_plan
from dispatch.selection import Selection

Message = Annotated[str | None, typer.Option(help="Only pushes whose error contains this text.")]
Pace = Annotated[str, typer.Option(metavar="5/s", help="Retries a second, minute or hour.")]
Reason = Annotated[str | None, typer.Option(help="Why, for the record.")]


@dataclass(frozen=True)
class _Choice:
    """Which pushes to retry, and the seconds between two retries."""

    selection: Selection
    message: str | None
    gap: float


def plan(  # noqa: PLR0913, PLR0917, the options of the command
    status: Statuses = None,
    company: OfCompany = None,
    connection: OfConnection = None,
    data_type: OfDataType = None,
    since: Since = None,
    query: Query = None,
    message: Message = None,
    pace: Pace = "5/s",
) -> int:
    """Show what a bulk retry would do. Changes nothing.

    Example: python starter.py bulk plan --status Failed --since 1d --message "tax rate"
    """
    selection = read_selection(status, company, connection, data_type, since, query)
    return asyncio.run(_plan(_choice(selection, message, pace)))


def start(  # noqa: PLR0913, PLR0917, the options of the command
    status: Statuses = None,
    company: OfCompany = None,
    connection: OfConnection = None,
    data_type: OfDataType = None,
    since: Since = None,
    query: Query = None,
    message: Message = None,
    pace: Pace = "5/s",
    reason: Reason = None,
) -> int:
    """Retry the pushes that are safe to retry. See the plan first.

    Example: python starter.py bulk start --status Failed --since 1d --pace 90/m
    """
    refuse_empty(reason=reason)
    selection = read_selection(status, company, connection, data_type, since, query)
    return asyncio.run(_start(_choice(selection, message, pace), reason))


def _choice(selection: Selection, message: str | None, pace: str) -> _Choice:
    refuse_empty(message=message)
    if selection == Selection():
        raise CommandError("Say which pushes: --status, --since, --company ...", WRONG_INPUT)
    running = {PushStatus.PENDING, PushStatus.SUCCESS} & set(selection.statuses)
    if running:
        raise CommandError(
            f"--status {running.pop().value}: there is nothing to retry.", WRONG_INPUT
        )
    if not selection.statuses:
        selection = replace(selection, statuses=(PushStatus.FAILED,))
    return _Choice(selection, message, read_pace(pace))


async def _plan(choice: _Choice) -> int:
    made = await _print_plan(await reach_temporal(), choice)
    if made.safe:
        print_result("Nothing was done. Use `bulk start` with the same options to retry them.")
    return STARTED


async def _start(choice: _Choice, reason: str | None) -> int:
    client = await reach_temporal()
    made = await _print_plan(client, choice)
    if not made.safe or made.planned is None:
        return STARTED
    pushes = [push.push_id for push in made.safe]
    bulk = await start_bulk(client, pushes, made.planned, gap=choice.gap, reason=reason)
    print_result(f"bulk {bulk.bulk_id} has started")
    print_note(f"Watch it: python starter.py bulk show {bulk.bulk_id} --wait")
    return STARTED


async def _print_plan(client: Client, choice: _Choice) -> BulkPlan:
    listing = await find(choice.selection)
    if listing.is_cut or len(listing.pushes) > MAX_PUSHES:
        raise CommandError(
            f"More than {MAX_PUSHES} pushes match: select fewer, for example with --since.",
            WRONG_INPUT,
        )
    made = await make_plan(client, listing.pushes, choice.message)
    if made.causes:
        Console(width=None if sys.stdout.isatty() else 160).print(_table(made))
    minutes = len(made.safe) * choice.gap / 60
    print_result(
        f"{len(made.safe)} are safe to retry: about {made.requests} requests and "
        f"{minutes:.1f} minutes."
    )
    if made.unclear:
        print_result(
            f"{len(made.unclear)} are unclear and are left alone: someone must check the "
            "accounting software. Each: python starter.py show PUSH_ID"
        )
    if not made.safe:
        print_result("No push can be retried safely.")
    return made


def _table(made: BulkPlan) -> Table:
    table = Table()
    table.add_column("Error", overflow="fold")
    for name in ("Pushes", "Safe", "Unclear"):
        table.add_column(name, justify="right")
    table.add_column("Example", no_wrap=True, min_width=36)
    for cause in made.causes:
        counts = (len(cause.pushes), len(cause.safe), len(cause.unclear))
        example = str(cause.pushes[0].push_id)
        table.add_row(Text(printable(cause.message)), *(str(count) for count in counts), example)
    return table
