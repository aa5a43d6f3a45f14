"""The options that say which pushes a command is about, read into a selection."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import typer

from codat.clock import utc_now
from codat.models import PushStatus
from codat.target import known_data_type
from commands.exit_codes import WRONG_INPUT, CommandError
from commands.inputs import refuse_empty
from dispatch.selection import Selection

Statuses = Annotated[
    list[str] | None,
    typer.Option("--status", help="Pending, Success, Failed, TimedOut or Unknown; repeatable."),
]
OfCompany = Annotated[str | None, typer.Option("--company", help="Only of this company.")]
OfConnection = Annotated[str | None, typer.Option("--connection", help="Only of this connection.")]
OfDataType = Annotated[str | None, typer.Option("--data-type", help="Only of this data type.")]
Since = Annotated[
    str | None,
    typer.Option(metavar="2d", help="Requested since: 90s, 30m, 6h, 2d, 1w, or a time in UTC."),
]
Query = Annotated[
    str | None,
    typer.Option(metavar="VISIBILITY", help="""Temporal's own, such as 'PushReference="A-1"'."""),
]

StartedBy = Annotated[
    str | None,
    typer.Option("--started-by", help="Started, retried or resolved with this API key."),
]

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_KNOWN = {status.value.lower(): status for status in PushStatus}


def read_selection(  # noqa: PLR0913, PLR0917, the options of the commands that select
    statuses: list[str] | None = None,
    company: str | None = None,
    connection: str | None = None,
    data_type: str | None = None,
    since: str | None = None,
    query: str | None = None,
    started_by: str | None = None,
) -> Selection:
    """Read what was given; CommandError names the first option that is wrong."""
    refuse_empty(
        company=company,
        connection=connection,
        data_type=data_type,
        since=since,
        query=query,
        started_by=started_by,
    )
    return Selection(
        statuses=tuple(_status(text) for text in statuses or ()),
        company=read_uuid("--company", company) if company is not None else None,
        connection=read_uuid("--connection", connection) if connection is not None else None,
        data_type=_data_type(data_type) if data_type is not None else None,
        since=read_since(since) if since is not None else None,
        visibility=query,
        started_by=started_by,
    )


def read_uuid(option: str, text: str) -> UUID:
    """Read an id; else CommandError."""
    try:
        return UUID(text)
    except ValueError:
        raise _wrong(f"{option} must be a UUID, not {text[:60]!r}.") from None


def read_since(text: str) -> datetime:
    """Read an age such as 2d, or a time; else CommandError."""
    age = re.fullmatch(r"([0-9]{1,6})([smhdw])", text.strip())
    try:
        if age:
            return utc_now() - timedelta(**{_UNITS[age[2]]: int(age[1])})
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise _wrong(
            f"--since must be an age such as 90s, 30m, 6h, 2d or 1w, or a time such as "
            f"2026-01-31T12:00:00Z, not {text[:60]!r}."
        ) from None


def _status(text: str) -> PushStatus:
    status = _KNOWN.get(text.lower())
    if status is None:
        names = ", ".join(member.value for member in PushStatus)
        raise _wrong(f"--status must be one of {names}, not {text[:60]!r}.")
    return status


def _data_type(text: str) -> str:
    try:
        return known_data_type(text)
    except ValueError as error:
        raise _wrong(f"--data-type: {str(error).rstrip('.')}.") from None


def _wrong(message: str) -> CommandError:
    return CommandError(message, WRONG_INPUT)
