"""Looking for what became of a request whose answer proves nothing."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.beating import beating
from activities.failures import codat_failures
from activities.matching import Match, compare
from activities.models import Candidate, FindSubmission, Look, Purpose
from activities.others import BEFORE, Others
from activities.readings import reading_of
from codat import CodatClient, PushOperation
from codat.turns import caller, in_turn

PAGE_SIZE = 1000

Sighting = tuple[PushOperation, Match]


class FindActivities:
    """Reads Codat's list beside what other pushes hold."""

    def __init__(self, codat: CodatClient, client: Client) -> None:
        self._codat = codat
        self._client = client

    @activity.defn(name="find-submission")
    async def find_submission(self, ask: FindSubmission) -> Look:
        """Say which operations might be ours; adopt one when told to decide or by order.

        Any failure is retried: an incomplete look proves nothing.
        """
        async with beating():
            return await self._find(ask, Others(self._client, ask))

    async def _find(self, ask: FindSubmission, others: Others) -> Look:
        if ask.purpose is Purpose.ADOPT:
            return await self._adopt_by_order(ask, others)
        listed = await self._matched(ask)
        # Before it is asked who holds them: whoever gets an operation in between holds it then.
        awaited = ask.purpose is Purpose.DECIDE and await others.any_without_operation()
        shown = {operation.push_operation_key: match for operation, match in listed}
        sightings = await _sightings(listed, ask, others)
        look = Look(
            candidates=[_candidate(*sighting) for sighting in sightings],
            shows_own=any(shown.get(key) is Match.EQUAL for key in ask.own[-1:]),
        )
        if ask.purpose is not Purpose.DECIDE:
            return look
        if not sightings:
            return look.model_copy(update={"later_update": await others.later_update()})
        if [match for _, match in sightings] == [Match.EQUAL]:
            look = await _adopt(look, sightings[0][0], others)
        return look if look.adopted else look.model_copy(update={"awaited": awaited})

    async def _matched(self, ask: FindSubmission) -> list[Sighting]:
        with codat_failures(final=()):
            # What is new pushes the rest from page to page, so that one may be seen twice.
            listed = {one.push_operation_key: one async for one in self._listed(ask)}
        with caller(str(ask.target.company_id)):
            return [(one, await in_turn(_match, ask, one)) for one in listed.values()]

    async def _listed(self, ask: FindSubmission) -> AsyncIterator[PushOperation]:
        page, window, last, is_sorted = 1, None, None, True
        while True:
            found = await self._codat.operations(
                ask.target.company_id, page=page, page_size=PAGE_SIZE
            )
            since, until = window = window or _window(ask, found.date)
            for operation in found.results:
                when = operation.requested_on_utc or since
                is_sorted = is_sorted and (last is None or when <= last)
                last = when
                if since <= when <= until and _is_of(operation, ask):
                    yield operation
            # Only a list that is seen to be newest first may be left before its end.
            is_past = is_sorted and last is not None and last < since
            if is_past or not found.has_next or not found.results:
                return
            page += 1

    async def _adopt_by_order(self, ask: FindSubmission, others: Others) -> Look:
        if ask.adopt is None:
            raise _refused("no operation was named")
        with codat_failures():
            operation = await self._codat.operation(ask.target.company_id, ask.adopt)
        if not _is_of(operation, ask):
            raise _refused(
                f"operation {ask.adopt} belongs to another company, connection or data type"
            )
        holder = (await others.holders([ask.adopt])).get(ask.adopt)
        if holder or not await others.claim(ask.adopt):
            raise _refused(f"operation {ask.adopt} belongs to {holder or 'another push'}")
        return Look(adopted=reading_of(operation))


async def _sightings(listed: list[Sighting], ask: FindSubmission, others: Others) -> list[Sighting]:
    """Leave out what can't be ours."""
    known = {*ask.own, *ask.excluded}
    possible = {
        operation.push_operation_key: (operation, match)
        for operation, match in listed
        if operation.push_operation_key not in known and match is not Match.DIFFERENT
    }
    held = await others.holders(list(possible))
    return [sighting for key, sighting in possible.items() if key not in held]


def _match(ask: FindSubmission, operation: PushOperation) -> Match:
    """Compare with what was sent; an update that wrote other records than ours is another's."""
    written = {one.id for one in operation.records}
    if ask.record_id and written and ask.record_id not in written:
        return Match.DIFFERENT
    return Match.UNCLEAR if ask.changed else compare(ask.data, operation.data)


async def _adopt(look: Look, operation: PushOperation, others: Others) -> Look:
    twin = await others.open_twin(operation.push_operation_key)
    if twin:
        hindrance = f"{twin} pushed an equal record, and this may be its operation"
        return look.model_copy(update={"hindrance": hindrance})
    if not await others.claim(operation.push_operation_key):
        return look.model_copy(update={"hindrance": "another push took it at the same moment"})
    return look.model_copy(update={"adopted": reading_of(operation)})


def _window(ask: FindSubmission, date: datetime | None) -> tuple[datetime, datetime]:
    """Say from when until when the list counts, by the platform's own clock."""
    skew = date - datetime.now(UTC) if date else timedelta()
    until = ask.until + skew if ask.until else datetime.max.replace(tzinfo=UTC)
    return ask.since + skew - BEFORE, until


def _is_of(operation: PushOperation, ask: FindSubmission) -> bool:
    target = ask.target
    return (
        operation.company_id in (None, target.company_id)
        and operation.data_connection_key in (None, target.connection_id)
        and operation.data_type in (None, target.operation_data_type)
    )


def _candidate(operation: PushOperation, match: Match) -> Candidate:
    return Candidate(
        push_operation_key=operation.push_operation_key,
        requested_on_utc=operation.requested_on_utc,
        status=operation.status_text,
        match=match.value,
    )


def _refused(reason: str) -> ApplicationError:
    return ApplicationError(
        f"{reason}.",
        type="AdoptionRefused",
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )
