"""Looking for what became of a request whose answer proves nothing."""

import asyncio
from datetime import timedelta
from uuid import UUID

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.adoption import adopted, hindered_elsewhere
from activities.attachment_proof import judged_by_attachments, other_with_such_a_file
from activities.candidates import MAX_CANDIDATES, named_candidates
from activities.failures import codat_failures
from activities.find_models import FindSubmission, Purpose, SearchResult
from activities.heartbeat import heartbeating
from activities.inputs import Inputs
from activities.later_updates import Update, later_update
from activities.matching import Match, OtherRecords
from activities.operation_list import list_operations
from activities.other_connections import OtherConnections
from activities.other_pushes import OtherPushes
from activities.ownership import Record, Sighting, our_operation, possible_owners
from activities.readings import snapshot_of
from activities.record_proof import RecordProof, is_mute, unread_since
from activities.server_time import ServerTime
from activities.sightings import match_of, possible, shows_openly
from activities.twin_share import TwinShare
from activities.wire import cut
from codat.client import CodatClient
from codat.errors import CodatReadRefused, CodatRefused
from codat.kinds import PushKind, kind_of
from codat.models import PushOperation
from codat.turns import caller, in_turn


class FindActivities:
    """Reads Codat's list beside what other pushes hold."""

    def __init__(self, codat: CodatClient, client: Client) -> None:
        self._codat = codat
        self._client = client
        self._inputs = Inputs(client)
        self._proof = RecordProof(codat)

    @activity.defn(name="find-submission")
    async def find_submission(self, ask: FindSubmission) -> SearchResult:
        """Say which operations might be ours; adopt one when told to decide or by order.

        Any failure is retried: an incomplete look proves nothing.
        """
        time = ServerTime()
        async with heartbeating():
            return await self._find(ask, OtherPushes(self._client, ask), time)

    async def _find(
        self, ask: FindSubmission, others: OtherPushes, time: ServerTime
    ) -> SearchResult:
        if ask.purpose is Purpose.ADOPT:
            return await self._adopt_by_order(ask, others)
        listed, elsewhere, ahead = await self._matched(ask, time)
        listed = await self._by_attachments(listed, ask)
        standing: set[UUID] = set()
        refusal = None
        if ask.refresh_began and not ask.changed:
            listed, standing, refusal = await self._by_records(listed, elsewhere, ask, others)
        # All before it is asked who holds them: whoever gets an operation in between holds it then.
        awaited = ask.purpose is Purpose.DECIDE and await others.any_without_operation()
        shown = {operation.push_operation_key: match for operation, match in listed}
        of_ours = possible(listed, ask)
        records = await self._other_records(of_ours, ask, others)
        free, holders = await _held(of_ours, others)
        # A push that has taken one of them has none of the others.
        records = [(push, record) for push, record in records if push not in holders]
        ours = our_operation(free, ask)
        sightings = free if ours else await _without_others(free, records, ask, others)
        look = SearchResult(
            candidates=named_candidates(sightings),
            more=max(len(sightings) - MAX_CANDIDATES, 0),
            shows_own=any(shows_openly(shown.get(key), ask) for key in ask.own[-1:]),
            unread=unread_since(sightings, ask),
            hindrance=refusal,
        )
        if ask.purpose not in (Purpose.DECIDE, Purpose.PROVE):
            return look
        if not sightings:
            return look.model_copy(update={"later_update": await self._is_overtaken(ask)})
        ours = ours or our_operation(sightings, ask)
        if ours:
            owners = possible_owners(ours, [operation for operation, _ in free], records, ask)
            alike = await other_with_such_a_file(self._client, ask, others)
            owners = [*owners, *filter(None, [alike])]
            stands = ours.push_operation_key in standing
            places = OtherConnections(self._client, self._inputs, ask)
            also = await places.possible_owner(ours.data, elsewhere) if stands else None
            if also:
                look = hindered_elsewhere(look, also)
            else:
                look = await adopted(look, ours, owners, others, stands=stands)
        if look.adopted:
            return look
        if ask.purpose is Purpose.DECIDE:
            twins = TwinShare(self._client, ask, others, of_ours, free, records, ahead)
            look = await twins.take(look, time.now())
        return look if look.adopted else look.model_copy(update={"awaited": awaited})

    async def _by_attachments(self, listed: list[Sighting], ask: FindSubmission) -> list[Sighting]:
        with codat_failures(final=()):
            return await judged_by_attachments(self._codat, listed, ask)

    async def _by_records(
        self,
        listed: list[Sighting],
        elsewhere: list[PushOperation],
        ask: FindSubmission,
        others: OtherPushes,
    ) -> tuple[list[Sighting], set[UUID], str | None]:
        """Judge what nobody holds by the records that it wrote; all else stays as it was.

        Gives also the operations that end without proof and whose record stands, and Codat's words
        where it refuses to show records: asked again it would refuse again.
        """
        free = await _not_held(possible(listed, ask), others)
        mute = _only_mute(free)
        everything = [*(operation for operation, _ in listed), *elsewhere]
        with codat_failures(final=()):
            try:
                judged = await self._proof.judged(free, ask, everything, mute)
            except (CodatReadRefused, CodatRefused) as error:
                return listed, set(), cut(str(error))
        by_key = {sighting[0].push_operation_key: sighting for sighting in judged}
        standing = {
            operation.push_operation_key
            for operation, match in free
            if match is Match.UNCLEAR
            and is_mute(operation)
            and by_key[operation.push_operation_key][1] is Match.EQUAL
        }
        everywhere = [by_key.get(sighting[0].push_operation_key, sighting) for sighting in listed]
        return everywhere, standing, None

    async def _other_records(
        self, possible: list[Sighting], ask: FindSubmission, others: OtherPushes
    ) -> list[Record]:
        """Read what the pushes carry that may have these operations, where that tells anything."""
        if ask.changed or not any(operation.data for operation, _ in possible):
            return []
        return await self._inputs.records(others.without_operation())

    async def _matched(
        self, ask: FindSubmission, time: ServerTime
    ) -> tuple[list[Sighting], list[PushOperation], timedelta]:
        """Give what the list shows of our place, compared, and of the company's other ones.

        Also how much Codat's clock is ahead.
        """
        with codat_failures(final=()):
            listed = await list_operations(self._codat, ask, time)
        everything = listed.by_key.values()
        here = [operation for operation in everything if operation.is_of(ask.target)]
        with caller(str(ask.target.company_id)):
            matched = [(operation, await in_turn(match_of, ask, operation)) for operation in here]
        elsewhere = [
            operation
            for operation in everything
            if operation.data_type == ask.target.operation_data_type
            and not operation.is_of(ask.target)
        ]
        return matched, elsewhere, listed.ahead

    async def _is_overtaken(self, ask: FindSubmission) -> bool:
        kind = kind_of(ask.kind, ask.record_id)
        if ask.record_id is None or kind in {PushKind.ATTACH, PushKind.DETACH}:
            return False
        own = f"push-{ask.push_id}"
        update = Update(own, ask.target, ask.record_id, ask.digest, ask.since)
        return await later_update(self._client, update) is not None

    async def _adopt_by_order(self, ask: FindSubmission, others: OtherPushes) -> SearchResult:
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
        return SearchResult(candidates=[], adopted=snapshot_of(operation))


def _only_mute(free: list[Sighting]) -> PushOperation | None:
    """Give the only operation here that may have written a record that none names."""
    mute = [operation for operation, _ in free if is_mute(operation)]
    return mute[0] if len(mute) == 1 and mute[0].is_over else None


async def _not_held(sightings: list[Sighting], others: OtherPushes) -> list[Sighting]:
    free, _ = await _held(sightings, others)
    return free


async def _held(
    sightings: list[Sighting], others: OtherPushes
) -> tuple[list[Sighting], frozenset[str]]:
    """Give the operations that nobody holds, and the pushes that hold the rest."""
    held = await others.holders([operation.push_operation_key for operation, _ in sightings])
    free = [sighting for sighting in sightings if sighting[0].push_operation_key not in held]
    return free, frozenset(held.values())


async def _without_others(
    sightings: list[Sighting], records: list[Record], ask: FindSubmission, others: OtherPushes
) -> list[Sighting]:
    """Leave out the operations that show another push's record, which ours can't have become."""
    known = OtherRecords(record for _, record in records)
    left: list[Sighting] = []
    for sighting in sightings:
        if not known.include(sighting[0].data, ask.data):
            left.append(sighting)
        await asyncio.sleep(0)  # there may be many
    if len(left) == len(sightings):
        return sightings
    # Of many operations not all are asked for their claims: these may be new among the first.
    return await _not_held(left, others)


def _refused(reason: str) -> ApplicationError:
    return ApplicationError(
        f"{reason}.",
        type="AdoptionRefused",
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )
