"""One look for many: looks at one company's operations that fall together share one list."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from activities.models import PollStatus
from codat import clock
from codat.client import CodatClient
from codat.errors import (
    CodatError,
    CodatLost,
    CodatThrottled,
    CodatUnauthorized,
    CodatUnreachable,
    NotSent,
    SavedForPushes,
)
from codat.models import PushOperation
from codat.pages import Pager

GATHER = 0.1
"""How long the first look of a crowd waits for others, seconds."""

KEEP = 60.0
"""How long a list answers those that were due before it was read, seconds."""

LISTLESS = 300.0
"""How long operations are read singly after the list could not be read, seconds."""

SHORT_OF_REQUESTS = timedelta(minutes=15)

HOLD = 2.0
"""How long a look waits for a list that is being read, seconds; then others may have its slot."""

COME_AGAIN = timedelta(seconds=5)

FOLLOWED_FOR = 5 * 3600.0
"""How long an operation is followed that nobody asks for, seconds: looks stretch to four hours."""

MAX_FOLLOWED = 20_000
MAX_PER_PAGE = 5000
MIN_PER_PAGE = 1000

CLOCK_HOLDS = 60.0
"""How long the difference between the server's clock and this process's is believed, seconds."""


_Waiting = tuple[UUID, asyncio.Future[None]]
"""An operation that is looked at, and the end of the round that may list it."""


@dataclass(frozen=True)
class _Followed:
    """When an operation was requested, and when this process heard of it last (seconds)."""

    requested: datetime | None
    heard: float


@dataclass
class CompanyBatch:
    """The operations of a company that this worker follows, and the last list of them."""

    followed: OrderedDict[UUID, _Followed] = field(default_factory=OrderedDict[UUID, _Followed])
    waiting: list[_Waiting] = field(default_factory=list[_Waiting])
    round: asyncio.Task[None] | None = None
    listed: dict[UUID, PushOperation] = field(default_factory=dict[UUID, PushOperation])
    listed_at: float = 0.0
    pages: int = 1
    most_per_page: int = field(default_factory=lambda: MAX_PER_PAGE)
    listless_until: float = 0.0

    def follow(self, key: UUID, requested: datetime | None) -> None:
        """Remember an operation; what nobody has asked for in a long time is forgotten."""
        now = clock.monotonic()
        known = self.followed.pop(key, None)
        self.followed[key] = _Followed(requested or (known and known.requested), now)
        while self._oldest.heard < now - FOLLOWED_FOR or len(self.followed) > MAX_FOLLOWED:
            self.followed.popitem(last=False)

    def was_listed_since(self, due: float) -> bool:
        """Whether the last list tells how operations stood then or later."""
        return self.listed_at >= due

    @property
    def _oldest(self) -> _Followed:
        return next(iter(self.followed.values()))


class PollBatcher:
    """Reads operations, by a list where several of a company are due and that costs less."""

    def __init__(self, codat: CodatClient) -> None:
        self._codat = codat
        self._crowds: dict[UUID, CompanyBatch] = {}
        self._difference, self._measured = float("inf"), 0.0

    def follow(self, company: UUID, operation: PushOperation) -> None:
        """Remember an operation that others may be read together with, until it is over."""
        crowd = self._crowds.setdefault(company, CompanyBatch())
        if operation.is_over:
            crowd.followed.pop(operation.push_operation_key, None)
        else:
            crowd.follow(operation.push_operation_key, operation.requested_on_utc)
        if not crowd.followed and not crowd.waiting:
            del self._crowds[company]

    async def read(self, ask: PollStatus, started: datetime) -> PushOperation:
        """Read an operation as it stands since it was due; `started` is the server's now."""
        operation = await self._read(ask, started)
        if not operation.is_of(ask.target):
            raise CodatLost("Codat told of another company, connection or data type.")
        self.follow(ask.target.company_id, operation)
        return operation

    async def _read(self, ask: PollStatus, started: datetime) -> PushOperation:
        company, key = ask.target.company_id, ask.push_operation_key
        if ask.due is None:
            return await self._codat.operation(company, key)
        if not ask.is_last:
            self._check_day()
        crowd = self._crowds.setdefault(company, CompanyBatch())
        crowd.follow(key, ask.requested_on_utc)
        due = ask.due.timestamp() + self._ahead(started)
        if not crowd.was_listed_since(due) and self._may_list(crowd):
            await self._join(company, crowd, key)
        listed = crowd.listed.get(key) if crowd.was_listed_since(due) else None
        return listed or await self._codat.operation(company, key)

    def _check_day(self) -> None:
        """Raise SavedForPushes when what can wait has to."""
        allowance = self._codat.limits.allowance
        if allowance.is_short:
            raise SavedForPushes(
                "Status check delayed: today's Codat quota is nearly used up, and new pushes "
                "go first.",
                retry_after=min(SHORT_OF_REQUESTS, allowance.until_reset),
            )

    @staticmethod
    def _may_list(crowd: CompanyBatch) -> bool:
        return len(crowd.followed) > 1 and clock.monotonic() >= crowd.listless_until

    async def _join(self, company: UUID, crowd: CompanyBatch, key: UUID) -> None:
        """Wait for the end of a round, but not for long: a list that hangs holds up nobody else."""
        over = asyncio.get_running_loop().create_future()
        crowd.waiting.append((key, over))
        crowd.round = crowd.round or asyncio.create_task(self._serve(company, crowd))
        try:
            async with asyncio.timeout(HOLD):
                await over
        except TimeoutError:
            message = "Not read yet: Codat's list of operations takes long."
            raise NotSent(message, retry_after=COME_AGAIN) from None

    def _ahead(self, started: datetime) -> float:
        """Tell how far the clock of this process is ahead of the server's, seconds.

        A task says when the server started it; the one that came soonest knows best.
        """
        now = clock.monotonic()
        seen = now - started.timestamp()
        if seen < self._difference or now - self._measured > CLOCK_HOLDS:
            self._difference, self._measured = seen, now
        return self._difference

    async def _serve(self, company: UUID, crowd: CompanyBatch) -> None:
        try:
            while crowd.waiting:
                await asyncio.sleep(GATHER)
                batch, crowd.waiting = crowd.waiting, []
                try:
                    await self._look(
                        company, crowd, {key for key, over in batch if not over.done()}
                    )
                except Exception as error:  # noqa: BLE001, whoever waits must hear of it
                    _end(batch, error)
                else:
                    _end(batch)
        finally:
            crowd.round = None

    async def _look(self, company: UUID, crowd: CompanyBatch, wanted: set[UUID]) -> None:
        """Read the list if that costs less than reading these operations singly."""
        if not wanted:
            return
        if crowd.pages > len(wanted):
            crowd.pages -= 1  # what was true of an earlier list need not stay so
            return
        try:
            await self._list(company, crowd, wanted)
        except (CodatThrottled, CodatUnauthorized, CodatUnreachable, NotSent):
            raise
        except CodatError:
            crowd.listless_until = clock.monotonic() + LISTLESS

    async def _list(self, company: UUID, crowd: CompanyBatch, wanted: set[UUID]) -> None:
        """Read the list from the oldest operation on, while a page costs less than single reads."""
        since = [followed.requested for followed in crowd.followed.values() if followed.requested]
        oldest = min(since) if len(since) == len(crowd.followed) else None
        query = f"requestedOnUtc>={oldest.isoformat()}" if oldest else None
        size = min(max(2 * len(crowd.followed), MIN_PER_PAGE), crowd.most_per_page)
        pager = Pager(self._codat, company, query, size)
        begun, listed = clock.monotonic(), dict[UUID, PushOperation]()
        while not pager.is_over:
            page = await pager.read()
            listed |= {operation.push_operation_key: operation for operation in page.results}
            left = -(-(page.total_results - pager.begin) // pager.size)
            crowd.pages = max(-(-page.total_results // pager.size), 1)
            if len(wanted - listed.keys()) <= left:
                break
        if pager.size < size:
            crowd.most_per_page = pager.size
        crowd.listed, crowd.listed_at = listed, begun
        asyncio.get_running_loop().call_later(KEEP, _forget, crowd, begun)


def _end(batch: Sequence[_Waiting], error: Exception | None = None) -> None:
    for _, over in batch:
        if over.done():
            continue
        if error:
            over.set_exception(error)
        else:
            over.set_result(None)


def _forget(crowd: CompanyBatch, listed_at: float) -> None:
    if crowd.listed_at == listed_at:
        crowd.listed, crowd.listed_at = {}, 0.0
