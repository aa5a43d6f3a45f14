"""What the records in the accounting software say of operations that nobody holds.

An operation that ended `Success` names the record that it wrote. Where Codat has read the software
since, that record is compared with the one that was sent.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from weakref import WeakValueDictionary

from cachetools import LRUCache

from activities.evidence import ReadContext, RecordVerdict, judge_record
from activities.find_models import FindSubmission
from activities.matching import Match, compare, fits
from activities.ownership import Sighting
from activities.unnamed_records import UnnamedRecords
from codat.client import CodatClient
from codat.errors import CodatNeverSynced
from codat.kinds import kind_of
from codat.models import PushOperation, PushStatus
from codat.operations import PushChange, RecordRef
from codat.records import CachedRecord
from codat.turns import caller, in_turn

MAX_RECORDS = 1000
"""Records that a worker remembers, each as one refresh has shown it."""

A_DAY = timedelta(days=1)
"""The software's own dates may be local to any zone."""

LANDS_WITHIN = timedelta(minutes=1)
"""By so much a record may come after the end of an operation that proves nothing."""

Key = tuple[str, str, datetime]

MATCHES = {
    RecordVerdict.OURS: Match.EQUAL,
    RecordVerdict.NOT_OURS: Match.DIFFERENT,
    RecordVerdict.UNCLEAR: Match.UNCLEAR,
}


class RecordProof:
    """Reads the records that operations name, each once for all pushes of a worker."""

    def __init__(self, codat: CodatClient) -> None:
        self._codat = codat
        self._unnamed = UnnamedRecords(codat)
        self._read: LRUCache[Key, CachedRecord | None] = LRUCache(MAX_RECORDS)
        self._locks = WeakValueDictionary[Key, asyncio.Lock]()

    async def judged(
        self,
        sightings: Sequence[Sighting],
        ask: FindSubmission,
        listed: Sequence[PushOperation],
        mute: PushOperation | None = None,
    ) -> list[Sighting]:
        """Judge what is unclear by its record, which becomes the operation's data.

        `listed` are all operations of the company's list; `mute` is the only one that may have
        written a record that none names. Raises: CodatError.
        """
        if ask.record_id is not None:
            return await self._updated(sightings, ask, ask.record_id)
        named = Counter(record for each in listed if (record := written_by(each, ask)))
        judged: list[Sighting] = []
        for operation, match in sightings:
            if match is not Match.UNCLEAR:
                judged.append((operation, match))
            elif mute and operation.push_operation_key == mute.push_operation_key:
                judged.append(await self._judged_mute(mute, ask, listed))
            else:
                judged.append(await self._judged(operation, ask, named))
        return judged

    async def _judged_mute(
        self, operation: PushOperation, ask: FindSubmission, listed: Sequence[PushOperation]
    ) -> Sighting:
        """Judge the records that no operation names: the only equal one is this one's."""
        if ask.refresh_began is None or not _is_read(operation, ask.refresh_began):
            return operation, Match.UNCLEAR
        found = [
            record
            for record in await self._unnamed.read(ask, ask.refresh_began, listed)
            if await _compared(record, ask, operation, is_named_by_another=False) is Match.EQUAL
        ]
        if len(found) != 1:
            return operation, Match.UNCLEAR
        return naming(operation, found[0], ask), Match.EQUAL

    async def _updated(
        self, sightings: Sequence[Sighting], ask: FindSubmission, record_id: str
    ) -> list[Sighting]:
        """Judge updates of one record by how it stands: only the last of them can have left it so.

        While one is not over, or ended after the reading began, nothing is known.
        """
        operations = [operation for operation, _ in sightings]
        began = ask.refresh_began
        if began is None or any(not _is_read(operation, began) for operation in operations):
            return list(sightings)
        record = await self._record(ask, record_id, began)
        last = _last_of(operations)
        if record is None or last is None:
            return list(sightings)
        if _was_left_alone(record, ask, operations):
            return [(operation, Match.DIFFERENT) for operation in operations]
        with caller(str(ask.target.company_id)):
            stands = await in_turn(fits, ask.data, record.data)
        return [
            (naming(operation, record, ask), Match.EQUAL)
            if stands and operation is last
            else (operation, match)
            for operation, match in sightings
        ]

    async def _judged(
        self, operation: PushOperation, ask: FindSubmission, named: Counter[str]
    ) -> Sighting:
        record_id = written_by(operation, ask)
        if record_id is None or ask.refresh_began is None:
            return operation, Match.UNCLEAR
        record = await self._record(ask, record_id, ask.refresh_began)
        if record is None:
            return operation, Match.UNCLEAR
        is_named = named[record_id] > 1
        match = await _compared(record, ask, operation, is_named_by_another=is_named)
        return operation.model_copy(update={"data": record.data}), match

    async def _record(
        self, ask: FindSubmission, record_id: str, began: datetime
    ) -> CachedRecord | None:
        key = f"{ask.target.company_id}/{ask.target.data_path}", record_id, began
        async with self._locks.setdefault(key, asyncio.Lock()):
            if key not in self._read:
                try:
                    self._read[key] = await self._codat.reads.read_record(ask.target, record_id)
                except CodatNeverSynced:
                    return None
            return self._read[key]


async def _compared(
    record: CachedRecord,
    ask: FindSubmission,
    operation: PushOperation,
    *,
    is_named_by_another: bool,
) -> Match:
    context = ReadContext(
        data_type=ask.target.data_type,
        requested_at=ask.since,
        unique_field=ask.unique_field,
        is_named_by_another=is_named_by_another,
        refresh_began=ask.refresh_began,
        operation_over=operation.completed_on_utc,
    )
    with caller(str(ask.target.company_id)):
        return await in_turn(_match, ask.data, record.data, context)


def _match(sent: object, read: object, context: ReadContext) -> Match:
    """Take the verdict; of an unclear one, what a platform's answer with this record would prove.

    That needs a record that is new, and in which nothing contradicts.
    """
    evidence = judge_record(sent, read, context)
    is_open = evidence.verdict is RecordVerdict.UNCLEAR and evidence.is_new
    if is_open and not evidence.contradictions and compare(sent, read) is Match.EQUAL:
        return Match.EQUAL
    return MATCHES[evidence.verdict]


def _is_read(operation: PushOperation, began: datetime) -> bool:
    """Tell whether an operation had ended well before Codat began to read."""
    return operation.is_over and _over(operation) <= began


def _was_left_alone(
    record: CachedRecord, ask: FindSubmission, operations: Sequence[PushOperation]
) -> bool:
    """Tell whether the software last changed a record long before our update of it.

    It counts only well after the end of all that may have changed it.
    """
    changed, began = record.source_modified_date, ask.refresh_began
    return (
        changed is not None
        and began is not None
        and changed < ask.since - A_DAY
        and all(
            operation.status is PushStatus.UNKNOWN and _over(operation) <= began - LANDS_WITHIN
            for operation in operations
        )
    )


def _last_of(operations: Sequence[PushOperation]) -> PushOperation | None:
    """Give the last update that names its record; where none does, the only one."""
    naming_it = [operation for operation in operations if not is_mute(operation)]
    if naming_it:
        return max(naming_it, key=_over)
    return operations[0] if len(operations) == 1 else None


def _over(operation: PushOperation) -> datetime:
    return operation.completed_on_utc or datetime.max.replace(tzinfo=UTC)


def written_by(operation: PushOperation, ask: FindSubmission) -> str | None:
    """Give the id of the only record that a successful operation names; None without one."""
    ids = {record.id for record in operation.records if record.id}
    is_success = operation.status is PushStatus.SUCCESS and operation.is_of(ask.target)
    return ids.pop() if is_success and len(ids) == 1 else None


def is_mute(operation: PushOperation) -> bool:
    """Tell whether an operation may have written a record and names none."""
    return operation.status is not PushStatus.FAILED and not operation.records


def naming(operation: PushOperation, record: CachedRecord, ask: FindSubmission) -> PushOperation:
    """Give an operation as if it named this record and showed it."""
    if not is_mute(operation):
        return operation.model_copy(update={"data": record.data})
    written = RecordRef(id=record.id, data_type=ask.target.operation_data_type)
    kind = "Created" if ask.record_id is None else "Modified"
    changes = [PushChange(type=kind, record_ref=written)]
    return operation.model_copy(update={"data": record.data, "changes": changes})


def unread_since(sightings: Iterable[Sighting], ask: FindSubmission) -> datetime | None:
    """Give when a refresh has to begin to show the records that have not been read late enough."""
    if ask.changed or not kind_of(ask.kind, ask.record_id).carries_record:
        return None
    ended = [
        operation.completed_on_utc
        for operation, match in sightings
        if match is Match.UNCLEAR
        and operation.completed_on_utc
        and (written_by(operation, ask) or is_mute(operation))
    ]
    began = ask.refresh_began
    late = [moment for moment in ended if began is None or moment > began]
    return max(late, default=None)
