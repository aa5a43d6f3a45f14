"""What the records in the accounting software say of operations that nobody holds.

An operation that ended `Success` names the record that it wrote. Where Codat has read the software
since, that record is compared with the one that was sent.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from cachetools import LRUCache

from activities.evidence import Evidence, ReadContext, RecordVerdict, judge_record
from activities.find_models import FindSubmission
from activities.matching import Match, compare, fits
from activities.ownership import Sighting
from codat.client import CodatClient
from codat.errors import CodatNeverSynced
from codat.kinds import kind_of
from codat.models import PushOperation, PushStatus
from codat.records import CachedRecord
from codat.turns import caller, in_turn

MAX_RECORDS = 1000
"""Records that a worker remembers, each as one refresh has shown it."""

MATCHES = {
    RecordVerdict.OURS: Match.EQUAL,
    RecordVerdict.NOT_OURS: Match.DIFFERENT,
    RecordVerdict.UNCLEAR: Match.UNCLEAR,
}


class RecordProof:
    """Reads the records that operations name, each once for all pushes of a worker."""

    def __init__(self, codat: CodatClient) -> None:
        self._codat = codat
        self._read: LRUCache[tuple[str, str, datetime], CachedRecord | None] = LRUCache(MAX_RECORDS)

    async def judged(
        self, sightings: Sequence[Sighting], ask: FindSubmission, listed: Iterable[PushOperation]
    ) -> list[Sighting]:
        """Judge what is unclear by its record, which becomes the operation's data.

        `listed` are all operations of the list. Raises: CodatError.
        """
        if ask.record_id is not None:
            return await self._updated(sightings, ask, ask.record_id)
        named = Counter(record for each in listed if (record := written_by(each, ask)))
        return [
            sighting
            if sighting[1] is not Match.UNCLEAR
            else await self._judged(sighting[0], ask, named)
            for sighting in sightings
        ]

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
        if record is None:
            return list(sightings)
        last = max(operations, key=_over)
        with caller(str(ask.target.company_id)):
            stands = await in_turn(fits, ask.data, record.data)
        return [
            (operation.model_copy(update={"data": record.data}), Match.EQUAL)
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
        context = ReadContext(
            data_type=ask.target.data_type,
            requested_at=ask.since,
            unique_field=ask.unique_field,
            is_named_by_another=named[record_id] > 1,
            refresh_began=ask.refresh_began,
            operation_over=operation.completed_on_utc,
        )
        with caller(str(ask.target.company_id)):
            evidence = await in_turn(judge_record, ask.data, record.data, context)
            match = await in_turn(_match, ask.data, record.data, evidence)
        return operation.model_copy(update={"data": record.data}), match

    async def _record(
        self, ask: FindSubmission, record_id: str, began: datetime
    ) -> CachedRecord | None:
        key = f"{ask.target.company_id}/{ask.target.data_path}", record_id, began
        if key not in self._read:
            try:
                self._read[key] = await self._codat.reads.read_record(ask.target, record_id)
            except CodatNeverSynced:
                return None
        return self._read[key]


def _match(sent: object, read: object, evidence: Evidence) -> Match:
    """Take the verdict; of an unclear one, what a platform's answer with this record would prove.

    That needs a record that is new, and in which nothing contradicts.
    """
    is_open = evidence.verdict is RecordVerdict.UNCLEAR and evidence.is_new
    if is_open and not evidence.contradictions and compare(sent, read) is Match.EQUAL:
        return Match.EQUAL
    return MATCHES[evidence.verdict]


def _is_read(operation: PushOperation, began: datetime) -> bool:
    """Tell whether an operation had ended well before Codat began to read."""
    return operation.status is PushStatus.SUCCESS and _over(operation) <= began


def _over(operation: PushOperation) -> datetime:
    return operation.completed_on_utc or datetime.max.replace(tzinfo=UTC)


def written_by(operation: PushOperation, ask: FindSubmission) -> str | None:
    """Give the id of the only record that a successful operation names; None without one."""
    ids = {record.id for record in operation.records if record.id}
    is_success = operation.status is PushStatus.SUCCESS and operation.is_of(ask.target)
    return ids.pop() if is_success and len(ids) == 1 else None


def unread_since(sightings: Iterable[Sighting], ask: FindSubmission) -> datetime | None:
    """Give when a refresh has to begin to show the records that have not been read late enough."""
    if ask.changed or not kind_of(ask.kind, ask.record_id).carries_record:
        return None
    ended = [
        operation.completed_on_utc
        for operation, match in sightings
        if match is Match.UNCLEAR and operation.completed_on_utc and written_by(operation, ask)
    ]
    began = ask.refresh_began
    late = [moment for moment in ended if began is None or moment > began]
    return max(late, default=None)
