"""Reading a record after its push has succeeded: how it stands, and what the platform changed."""

from typing import Any

from temporalio import activity

from activities.changed_fields import changed_fields
from activities.failures import codat_failures
from activities.heartbeat import heartbeating
from activities.readings import MAX_ECHO
from activities.wire import Sentence, Wire
from codat.client import CodatClient
from codat.errors import CodatNeverSynced, CodatReadRefused, CodatRefused
from codat.exact_json import dumps
from codat.records import CachedRecord
from codat.target import PushTarget
from codat.turns import caller, in_turn
from surepush_client.models import ChangedField

MAX_CHANGES = 50

NOT_READ_YET = "Codat has no copy of the record yet."


class ReadRecord(Wire):
    """Read a record and compare it with the one that was sent."""

    target: PushTarget
    record_id: str
    sent: dict[str, Any]


class ReadRecordResult(Wire):
    """The record as it stands, and the fields that differ; or `hindrance` says why there is none.

    `more` fields differ than `changes` has.
    """

    is_read: bool
    data: Any = None
    changes: list[ChangedField] = []
    more: int = 0
    hindrance: Sentence | None = None


class ReadBackActivities:
    """Reads records of the books."""

    def __init__(self, codat: CodatClient) -> None:
        self._codat = codat

    @activity.defn(name="read-record")
    async def read_record(self, ask: ReadRecord) -> ReadRecordResult:
        """Read one record from Codat's copy of the books; one request."""
        async with heartbeating():
            record = await self._read(ask)
        if isinstance(record, str):
            return ReadRecordResult(is_read=False, hindrance=record)
        with caller(str(ask.target.company_id)):
            return await in_turn(_compared, ask.sent, record)

    async def _read(self, ask: ReadRecord) -> CachedRecord | str:
        """Give the record, or say why there is none."""
        with codat_failures(final=()):
            try:
                record = await self._codat.reads.read_record(ask.target, ask.record_id)
            except (CodatNeverSynced, CodatReadRefused, CodatRefused) as error:
                return str(error)
        return NOT_READ_YET if record is None else record


def _compared(sent: dict[str, Any], record: CachedRecord) -> ReadRecordResult:
    if record.is_deleted:
        return ReadRecordResult(is_read=False, hindrance="The record was deleted since.")
    size = len(dumps(record.data).encode())
    if size > MAX_ECHO:
        hindrance = f"It is too large to be kept ({size:,} bytes)."
        return ReadRecordResult(is_read=False, hindrance=hindrance)
    changes, more = changed_fields(sent, record.data, MAX_CHANGES)
    return ReadRecordResult(is_read=True, data=record.data, changes=changes, more=more)
