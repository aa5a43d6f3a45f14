"""Taking the operation that is our share where several pushes carry the very same record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio.client import Client

from activities.equal_pushes import EqualPushes, read_equal_pushes
from activities.equal_twins import EqualOperation, Share, share_of
from activities.find_models import FindSubmission, SearchResult, TwinTimes
from activities.matching import Match, is_exact
from activities.other_pushes import OtherPushes
from activities.ownership import Record, Sighting, possible_owners
from activities.readings import snapshot_of
from activities.record_proof import written_by
from codat.models import PushOperation, PushStatus

TAKEN_JUST_NOW = "another push took it at the same moment"


@dataclass(frozen=True)
class TwinShare:
    """What a look has gathered.

    `listed` are the operations that may be ours, `free` those that nobody was seen to have,
    `records` what other pushes without an operation carry, `ahead` how much Codat's clock is ahead
    of Temporal's.
    """

    client: Client
    ask: FindSubmission
    others: OtherPushes
    listed: Sequence[Sighting]
    free: Sequence[Sighting]
    records: Sequence[Record]
    ahead: timedelta

    async def take(self, look: SearchResult, now: datetime) -> SearchResult:
        """Take our share, or say what hinders that; `now` is UTC. Raises: RPCError.

        The pushes are read before the claims: what another one takes meanwhile leaves an operation
        too few, never a push.
        """
        times, shown = self.ask.twins, _equal(self.listed, self.ask)
        if times is None or not shown or self.ask.changed or self.ask.record_id is not None:
            return look
        twins = await read_equal_pushes(self.client, self.ask, self.others, times, now)
        if twins is None:
            return look
        share = await self._share(shown, twins, times, now)
        if share.operation is None:
            hindrance = look.hindrance or share.hindrance or None
            return look.model_copy(
                update={"hindrance": hindrance, "twins_awaited": share.is_awaited}
            )
        if not await self.others.claim(share.operation):
            return look.model_copy(update={"hindrance": TAKEN_JUST_NOW, "twins_awaited": True})
        ours = next(each for each in shown if each.push_operation_key == share.operation)
        return look.model_copy(update={"hindrance": None, "adopted": snapshot_of(ours)})

    async def _share(
        self, shown: Sequence[PushOperation], twins: EqualPushes, times: TwinTimes, now: datetime
    ) -> Share:
        claims = await self.others.claims([each.push_operation_key for each in shown])
        own = f"push-{self.ask.push_id}"
        # A look that was cut short may have left its claim.
        ours = [key for key, holder in claims.items() if holder == own]
        if ours:
            return Share(operation=ours[0])
        unseen = {operation.push_operation_key for operation, _ in self.free}
        taken = twins.held | claims.keys()
        free = [
            each
            for each in shown
            if each.push_operation_key in unseen and each.push_operation_key not in taken
        ]
        hindrance = await self._hindrance(free, {twin.push for twin in twins.pushes})
        if hindrance:
            return hindrance
        # What has an operation since its history was read is not counted with those without.
        pushes = [
            twin
            for twin in twins.pushes
            if all(claims[key] != twin.push or key in twin.held for key in claims)
        ]
        operations = [
            EqualOperation(each.push_operation_key, each.requested_on_utc - self.ahead)
            for each in free
            if each.requested_on_utc
        ]
        return share_of(own, pushes, operations, times, now)

    async def _hindrance(self, free: Sequence[PushOperation], twins: set[str]) -> Share | None:
        """Say why operations can't be shared: one is not over, or may be of another record."""
        count = f"{len(twins)} pushes sent an identical record"
        if any(each.status.is_pending for each in free):
            return Share(is_awaited=True, hindrance=f"{count}, and one operation is not over")
        written = {written_by(each, self.ask) for each in free}
        if None in written or len(written) < len(free) or not all(e.requested_on_utc for e in free):
            return Share(hindrance=f"{count}, and not each operation names a record of its own")
        records = [(push, record) for push, record in self.records if push not in twins]
        for operation in free:
            beside = [each for each, _ in self.free]
            for push in possible_owners(operation, beside, records, self.ask):
                if await self.others.may_have(push, operation.push_operation_key):
                    sent = f"push {push.removeprefix('push-')} sent a similar one"
                    return Share(hindrance=f"{count}, and {sent}")
        return None


def _equal(listed: Sequence[Sighting], ask: FindSubmission) -> list[PushOperation]:
    """Give the operations that show our record and may have written it; letter by letter, if any.

    What was plainly refused wrote nothing, and what changed a record is an update's.
    """
    equal = [
        operation
        for operation, match in listed
        if match is Match.EQUAL
        and operation.status is not PushStatus.FAILED
        and not any(change.type == "Modified" for change in operation.changes)
    ]
    return [each for each in equal if is_exact(ask.data, each.data)] or equal
