"""One look for many: looks at one company's operations that fall together share one list."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from activities.models import PollStatus
from codat import (
    CodatClient,
    CodatError,
    CodatThrottled,
    CodatUnauthorized,
    CodatUnreachable,
    NotSent,
    PushOperation,
)

GATHER = 0.1
"""How long the first look of a crowd waits for others, seconds."""

KEEP = 60.0
"""How long a list answers those that were due before it was read, seconds."""

LISTLESS = 300.0
"""How long operations are read singly after the list could not be read, seconds."""

SHORT_OF_REQUESTS = timedelta(minutes=15)
MOST_FOLLOWED = 20_000
MOST_PER_PAGE = 5000
LEAST_PER_PAGE = 1000

CLOCK_HOLDS = 60.0
"""How long the difference between the server's clock and this process's is believed, seconds."""


@dataclass
class _Crowd:
    """The operations of a company that this worker follows, and the last list of them."""

    followed: OrderedDict[UUID, datetime | None] = field(
        default_factory=OrderedDict[UUID, "datetime | None"]
    )
    waiting: list[tuple[PollStatus, asyncio.Future[PushOperation]]] = field(
        default_factory=list[tuple[PollStatus, asyncio.Future[PushOperation]]]
    )
    round: asyncio.Task[None] | None = None
    listed: dict[UUID, PushOperation] = field(default_factory=dict[UUID, PushOperation])
    listed_at: float = 0.0
    pages: int = 1
    listless_until: float = 0.0


class Looks:
    """Reads operations, by a list where several of a company are due and that costs less."""

    def __init__(self, codat: CodatClient) -> None:
        self._codat = codat
        self._crowds: dict[UUID, _Crowd] = {}
        self._difference, self._measured = float("inf"), 0.0

    def follow(self, company: UUID, operation: PushOperation) -> None:
        """Remember an operation that others may be read together with, until it is over."""
        crowd = self._crowds.setdefault(company, _Crowd())
        crowd.followed.pop(operation.push_operation_key, None)
        if not operation.status.is_final:
            crowd.followed[operation.push_operation_key] = operation.requested_on_utc
        if len(crowd.followed) > MOST_FOLLOWED:
            crowd.followed.popitem(last=False)
        if not crowd.followed and not crowd.waiting:
            del self._crowds[company]

    async def read(self, ask: PollStatus, started: datetime) -> PushOperation:
        """Read an operation as it stands since it was due; `started` is the server's now."""
        operation = await self._read(ask, started)
        self.follow(ask.target.company_id, operation)
        return operation

    async def _read(self, ask: PollStatus, started: datetime) -> PushOperation:
        company, key = ask.target.company_id, ask.push_operation_key
        if ask.due is None:
            return await self._codat.operation(company, key)
        if self._codat.limits.allowance.is_short:
            raise NotSent(
                "Not asked yet: the day's requests run out, and pushes go first.",
                retry_after=SHORT_OF_REQUESTS,
            )
        crowd = self._crowds.setdefault(company, _Crowd())
        crowd.followed.setdefault(key, ask.requested_on_utc)
        due = ask.due.timestamp() + self._ahead(started)
        if key in crowd.listed and crowd.listed_at >= due:
            return crowd.listed[key]
        if len(crowd.followed) == 1 or time.monotonic() < crowd.listless_until:
            return await self._codat.operation(company, key)
        answer = asyncio.get_running_loop().create_future()
        crowd.waiting.append((ask, answer))
        crowd.round = crowd.round or asyncio.create_task(self._serve(company, crowd))
        return await answer

    def _ahead(self, started: datetime) -> float:
        """Tell how far the clock of this process is ahead of the server's, seconds.

        A task says when the server started it; the one that came soonest knows best.
        """
        now = time.monotonic()
        seen = now - started.timestamp()
        if seen < self._difference or now - self._measured > CLOCK_HOLDS:
            self._difference, self._measured = seen, now
        return self._difference

    async def _serve(self, company: UUID, crowd: _Crowd) -> None:
        try:
            while crowd.waiting:
                await asyncio.sleep(GATHER)
                batch, crowd.waiting = crowd.waiting, []
                try:
                    await self._answer(company, crowd, batch)
                except Exception as error:  # noqa: BLE001, whoever waits must hear of it
                    _refuse(batch, error)
        finally:
            crowd.round = None

    async def _answer(
        self,
        company: UUID,
        crowd: _Crowd,
        batch: Sequence[tuple[PollStatus, asyncio.Future[PushOperation]]],
    ) -> None:
        wanted = {ask.push_operation_key for ask, _ in batch}
        try:
            if crowd.pages <= len(wanted):
                await self._list(company, crowd, wanted)
            else:
                crowd.pages -= 1  # what was true of an earlier list need not stay so
        except (CodatThrottled, CodatUnauthorized, CodatUnreachable, NotSent) as error:
            _refuse(batch, error)
            return
        except CodatError:
            crowd.listless_until = time.monotonic() + LISTLESS
        for ask, answer in batch:
            key = ask.push_operation_key
            if answer.done():
                continue
            try:
                listed = crowd.listed.get(key)
                answer.set_result(listed or await self._codat.operation(company, key))
            except CodatError as error:
                _refuse([(ask, answer)], error)

    async def _list(self, company: UUID, crowd: _Crowd, wanted: set[UUID]) -> None:
        """Read the list from the oldest operation on, while a page costs less than single reads."""
        since = [moment for moment in crowd.followed.values() if moment]
        oldest = min(since) if len(since) == len(crowd.followed) else None
        size = min(max(2 * len(crowd.followed), LEAST_PER_PAGE), MOST_PER_PAGE)
        begun, listed, number = time.monotonic(), dict[UUID, PushOperation](), 1
        crowd.listed = {}
        while True:
            page = await self._codat.operations(
                company,
                query=f"requestedOnUtc>={oldest.isoformat()}" if oldest else None,
                page=number,
                page_size=size,
            )
            listed |= {one.push_operation_key: one for one in page.results}
            crowd.pages = max(-(-page.total_results // size), 1)
            missing = len(wanted - listed.keys())
            if not page.has_next or not page.results or missing <= crowd.pages - number:
                break
            number += 1
        crowd.listed, crowd.listed_at = listed, begun
        asyncio.get_running_loop().call_later(KEEP, _forget, crowd, begun)


def _refuse(
    batch: Sequence[tuple[PollStatus, asyncio.Future[PushOperation]]], error: Exception
) -> None:
    for _, answer in batch:
        if not answer.done():
            answer.set_exception(error)


def _forget(crowd: _Crowd, listed_at: float) -> None:
    if crowd.listed_at == listed_at:
        crowd.listed = {}
