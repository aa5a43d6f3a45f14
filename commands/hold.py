"""`hold`, `release`, `holds`: nothing new is sent to a company, and nothing fails by it."""

import asyncio
from typing import Annotated
from uuid import UUID

import typer

from activities.holds import Hold
from codat.clock import utc_now
from commands.exit_codes import NO_TEMPORAL, STARTED, WRONG_INPUT, CommandError
from commands.filters import OfConnection, OfDataType, read_selection
from commands.inputs import operator
from commands.output import print_json, print_note, print_result
from commands.push import Company, Json
from commands.push_status import reach_temporal
from dispatch import holds as kept
from dispatch.selection import Selection
from surepush_client.payloads import to_plain

_MAX_SAID = 200


def hold(
    company: Company,
    reason: Annotated[str, typer.Option(help="Why; the waiting pushes say so.")],
    connection: OfConnection = None,
    data_type: OfDataType = None,
) -> int:
    """Stop all workers from sending to a company.

    It takes effect immediately. Deadlines keep running.

    Pushes that were sent before are still followed. A hold fails no push, except at its deadline.

    Example: python starter.py hold --company ID --data-type bills --reason "books are closed"
    """
    if not reason.strip() or len(reason) > _MAX_SAID:
        raise CommandError(f"--reason must be 1 to {_MAX_SAID} characters.", WRONG_INPUT)
    scope = read_selection(None, company, connection, data_type)
    return asyncio.run(_hold(scope, reason))


def release(company: Company, connection: OfConnection = None, data_type: OfDataType = None) -> int:
    """Release holds.

    Waiting pushes restart gradually, within five minutes.

    Example: python starter.py release --company ID
    """
    return asyncio.run(_release(read_selection(None, company, connection, data_type)))


def holds(*, as_json: Json = False) -> int:
    """List all holds.

    By company: what is held, by whom, since when and why.

    Example: python starter.py holds --json
    """
    return asyncio.run(_holds(as_json=as_json))


async def _hold(scope: Selection, reason: str) -> int:
    wish = Hold(
        connection_id=scope.connection,
        data_type=scope.data_type,
        reason=reason,
        by=operator(),
        since=utc_now(),
    )
    company, client = _company(scope), await reach_temporal()
    try:
        _tell(company, await kept.hold(client, company, wish))
    except kept.HoldNotConfirmed as error:
        raise CommandError(str(error), NO_TEMPORAL) from None
    print_note(f"Let go: python starter.py release --company {company}")
    return STARTED


async def _release(scope: Selection) -> int:
    company, client = _company(scope), await reach_temporal()
    try:
        left = await kept.release(client, company, scope.connection, scope.data_type)
    except kept.HoldNotConfirmed as error:
        raise CommandError(str(error), NO_TEMPORAL) from None
    _tell(company, left)
    return STARTED


async def _holds(*, as_json: bool) -> int:
    held = await kept.all_holds(await reach_temporal())
    if as_json:
        print_json(
            {"holds": [_document(company, entry) for company in held for entry in held[company]]}
        )
        return STARTED
    for company, entries in held.items():
        print_result(f"company {company}")
        _tell(company, entries)
    if not held:
        print_note("Nothing is held.")
    return STARTED


def _document(company: UUID, entry: Hold) -> dict[str, object]:
    document = to_plain(entry)
    return {"companyId": str(company), **(document if isinstance(document, dict) else {})}


def _company(scope: Selection) -> UUID:
    if scope.company is None:
        raise CommandError("--company must not be empty.", WRONG_INPUT)
    return scope.company


def _tell(company: UUID, left: list[Hold]) -> None:
    if not left:
        print_result(f"Nothing is held of company {company}.")
    for entry in left:
        where = f"{entry.connection_id or 'all connections'}, {entry.data_type or 'all data types'}"
        print_result(
            f"held: {where}, by {entry.by} since {entry.since:%Y-%m-%d %H:%M} UTC: {entry.reason}"
        )
