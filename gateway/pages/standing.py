"""The record that the form of an update begins with: as it stands in Codat's copy of the books."""

from datetime import datetime
from typing import Any

from codat.errors import CodatError, CodatRefreshInProgress
from codat.models import PushTarget
from codat.reads import CodatReads
from codat.record_difference import read_standing
from gateway.rendering import when

_OF_CODAT = frozenset({"metadata", "modifiedDate"})
"""What Codat adds to a record of its own: no update sends it."""

NOT_READ = "The record can't be read here: type all its fields."


async def standing(
    reads: CodatReads | None, target: PushTarget, record_id: str
) -> tuple[dict[str, Any], str]:
    """Read the record as an update sends it; an empty one with the reason where that fails."""
    if reads is None:
        return {}, NOT_READ
    try:
        record = await read_standing(reads, target, record_id)
    except CodatError as error:
        return {}, f"The record could not be read, so all its fields have to be typed: {error}"
    return {name: record.data[name] for name in record.data if name not in _OF_CODAT}, ""


async def begin_refresh(reads: CodatReads | None, target: PushTarget) -> str:
    """Have Codat read the data type anew; say why where it does not."""
    if reads is None:
        return NOT_READ
    try:
        await reads.refresh(target.company_id, target.operation_data_type, target.connection_id)
    except CodatRefreshInProgress:
        return ""
    except CodatError as error:
        return str(error)
    return ""


async def with_present_values(
    reads: CodatReads | None,
    target: PushTarget,
    record_id: str,
    sent: dict[str, Any],
    after: datetime | None,
) -> tuple[dict[str, Any], str]:
    """Put what an update sent over the record as Codat read it after a moment (UTC).

    Where there is no such copy yet: what was sent, and the reason.
    """
    if reads is None:
        return sent, NOT_READ
    try:
        status = await reads.data_status(target.company_id)
        known = status.get(target.operation_data_type)
        read = known.last_successful_sync if known else None
        if read is None or (after and read < after):
            return sent, _too_old(read)
        stands = await read_standing(reads, target, record_id)
    except CodatError as error:
        return sent, str(error)
    present = {name: stands.data[name] for name in stands.data if name not in _OF_CODAT}
    mine = {name: value for name, value in sent.items() if name != "sourceModifiedDate"}
    return present | mine, ""


def _too_old(read: datetime | None) -> str:
    since = f"is of {when(read)} UTC, from before the refusal" if read else "has no records yet"
    return f"Codat's copy {since}. A refresh takes a while: load this page again in a minute."
