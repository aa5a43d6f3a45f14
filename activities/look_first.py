"""Looking for a record in the books before it is sent: by a field that the caller calls unique."""

from collections.abc import Mapping
from typing import Any, cast

from temporalio import activity

from activities.evidence import NEEDED_AGAINST
from activities.failures import codat_failures
from activities.heartbeat import heartbeating
from activities.json_pointer import tokens_of, value_at
from activities.kept_facts import observe
from activities.observations import Observation, Topic, independent
from activities.readings import MAX_ECHO
from activities.unique_field import is_equal_at
from activities.wire import Sentence, Wire, Word
from codat.client import CodatClient
from codat.errors import CodatNeverSynced, CodatReadRefused, CodatRefused
from codat.exact_json import dumps
from codat.query import Condition, QueryValue
from codat.records import CachedRecord
from codat.target import PushTarget
from codat.turns import caller, in_turn

MAX_FOUND = 100
"""Records with an equal field that are looked at; more are not one record's."""

GONE = frozenset({"void", "deleted"})
"""Statuses of a record that stands in the books only as a memory."""


class LookFirst(Wire):
    """Look for a record that has the same value as ours at `unique_field` (a JSON pointer)."""

    target: PushTarget
    sent: dict[str, Any]
    unique_field: str


class LookFirstResult(Wire):
    """The record that stands already, or none; `hindrance` says why that can't be told.

    `conflict` says in what it differs, where it may be another record.
    """

    is_read: bool
    record_id: Word | None = None
    data: Any = None
    conflict: Sentence | None = None
    hindrance: Sentence | None = None


class LookFirstActivities:
    """Asks the books, as Codat has read them last."""

    def __init__(self, codat: CodatClient) -> None:
        self._codat = codat

    @activity.defn(name="look-first")
    async def look_first(self, ask: LookFirst) -> LookFirstResult:
        """Look once: one request, and a second one where a record is found."""
        async with heartbeating():
            with codat_failures(final=()):
                try:
                    return await self._look(ask)
                except (ValueError, CodatNeverSynced, CodatReadRefused, CodatRefused) as error:
                    return LookFirstResult(is_read=False, hindrance=str(error))

    async def _look(self, ask: LookFirst) -> LookFirstResult:
        page = await self._codat.reads.read_records(
            ask.target, [condition_of(ask)], page_size=MAX_FOUND
        )
        if page.has_next:
            hindrance = f"More than {MAX_FOUND} records have that value."
            return LookFirstResult(is_read=False, hindrance=hindrance)
        with caller(str(ask.target.company_id)):
            found = await in_turn(judged, ask, page.results)
        if found.record_id is None or await self._is_only_connection(ask.target):
            return found
        hindrance = f"Codat does not say to which connection record {found.record_id} belongs."
        return LookFirstResult(is_read=False, hindrance=hindrance)

    async def _is_only_connection(self, target: PushTarget) -> bool:
        """Tell whether what was read can only be of this connection."""
        if target.data_path.startswith("connections/"):
            return True
        company = await self._codat.reads.company(target.company_id)
        return len(company.data_connections) == 1


def condition_of(ask: LookFirst) -> Condition:
    """Write the question. Raises: CodatRefused, ValueError where that value can't be asked for."""
    steps = tokens_of(ask.unique_field)
    value = value_at(ask.sent, steps)
    if value is None or value == "":
        raise CodatRefused(f"The record has nothing at {ask.unique_field}.")
    return Condition(".".join(steps), "=", cast("QueryValue", value))


def judged(ask: LookFirst, records: list[CachedRecord]) -> LookFirstResult:
    """Take the record whose field is equal letter by letter, the likeliest first."""
    standing = [
        record
        for record in records
        if is_equal_at(ask.unique_field, ask.sent, record.data)
        and not record.is_deleted
        and not (_is_gone(record.data) and not _is_gone(ask.sent))
    ]
    against = {record.id: _against(ask.sent, record) for record in standing}
    ours = sorted(
        (record for record in standing if not _is_another(against[record.id])),
        key=lambda record: len(against[record.id]),
    )
    if not ours:
        return LookFirstResult(is_read=True)
    record = ours[0]
    data = record.data if len(dumps(record.data).encode()) <= MAX_ECHO else None
    return LookFirstResult(
        is_read=True, record_id=record.id, data=data, conflict=_conflict(against[record.id])
    )


def _against(sent: dict[str, Any], record: CachedRecord) -> list[Observation]:
    return [fact for fact in observe(sent, record.data) if not fact.speaks_for]


def _is_another(against: list[Observation]) -> bool:
    """Tell whether it is another party's record, which may have the same number."""
    return _names_another(against) and independent(against) >= NEEDED_AGAINST


def _names_another(against: list[Observation]) -> bool:
    return any(fact.topic in {Topic.PARTY, Topic.NAME} for fact in against)


def _conflict(against: list[Observation]) -> str | None:
    """Say what speaks against; one fact besides the party may be a change of the platform's."""
    if independent(against) < NEEDED_AGAINST and not _names_another(against):
        return None
    return " ".join(fact.sentence for fact in against)


def _is_gone(record: Mapping[str, Any]) -> bool:
    status = cast("object", record.get("status"))
    return isinstance(status, str) and status.casefold() in GONE
