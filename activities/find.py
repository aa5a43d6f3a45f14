"""Looking for what became of a request whose answer proves nothing."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.beating import beating
from activities.failures import codat_failures
from activities.later_updates import Update, later_update
from activities.matching import Match, compare
from activities.models import Candidate, FindSubmission, Look, Purpose
from activities.others import BEFORE, Others
from activities.readings import reading_of
from activities.server_time import ServerTime
from codat import CodatClient, PushOperation
from codat.pages import Pager
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
        time = ServerTime()
        async with beating():
            return await self._find(ask, Others(self._client, ask), time)

    async def _find(self, ask: FindSubmission, others: Others, time: ServerTime) -> Look:
        if ask.purpose is Purpose.ADOPT:
            return await self._adopt_by_order(ask, others)
        listed = await self._matched(ask, time)
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
            return look.model_copy(update={"later_update": await self._is_overtaken(ask)})
        if [match for _, match in sightings] == [Match.EQUAL]:
            look = await _adopt(look, sightings[0][0], others)
        return look if look.adopted else look.model_copy(update={"awaited": awaited})

    async def _matched(self, ask: FindSubmission, time: ServerTime) -> list[Sighting]:
        with codat_failures(final=()):
            # What is new pushes the rest from page to page, so that one may be seen twice.
            listed = {one.push_operation_key: one async for one in self._listed(ask, time)}
        with caller(str(ask.target.company_id)):
            return [(one, await in_turn(_match, ask, one)) for one in listed.values()]

    async def _listed(self, ask: FindSubmission, time: ServerTime) -> AsyncIterator[PushOperation]:
        pager = Pager(self._codat, ask.target.company_id, size=PAGE_SIZE)
        window, last, is_sorted = None, None, True
        while not pager.is_over:
            found = await pager.read()
            since, until = window = window or _window(ask, found.date, time.now())
            for operation in found.results:
                when = operation.requested_on_utc or since
                is_sorted = is_sorted and (last is None or when <= last)
                last = when
                if since <= when <= until and operation.is_of(ask.target):
                    yield operation
            # Only a list that is seen to be newest first may be left before its end.
            if is_sorted and last is not None and last < since:
                return

    async def _is_overtaken(self, ask: FindSubmission) -> bool:
        if ask.record_id is None:
            return False
        own = f"push-{ask.push_id}"
        update = Update(own, ask.target, ask.record_id, ask.digest, ask.since)
        return await later_update(self._client, update) is not None

    async def _adopt_by_order(self, ask: FindSubmission, others: Others) -> Look:
        if ask.adopt is None:
            raise _refused("no operation was named")
        with codat_failures():
            operation = await self._codat.operation(ask.target.company_id, ask.adopt)
        if not operation.is_of(ask.target):
            raise _refused(
                f"operation {ask.adopt} belongs to another company, connection or data type"
            )
        holder = (await others.holders([ask.adopt])).get(ask.adopt)
        if holder or not await others.claim(ask.adopt):
            raise _refused(f"operation {ask.adopt} belongs to {holder or 'another push'}")
        return Look(candidates=[], adopted=reading_of(operation))


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


def _window(ask: FindSubmission, date: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """Say from when until when the list counts, by Codat's clock; the rest is by Temporal's."""
    difference = date - now if date else timedelta()
    until = ask.until + difference if ask.until else datetime.max.replace(tzinfo=UTC)
    return ask.since + difference - BEFORE, until


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
