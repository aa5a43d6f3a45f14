"""Refreshes of Codat's cache: one serves all pushes of a company and data type."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from cachetools import TTLCache
from temporalio import activity

from activities.failures import codat_failures
from activities.heartbeat import heartbeating
from activities.refresh_models import RefreshData, RefreshResult
from codat.client import CodatClient
from codat.clock import seconds, utc_now
from codat.errors import CodatReadRefused, CodatRefreshInProgress, CodatRefused
from codat.pull_operations import PullOperation
from codat.target import PushTarget

ASK_EVERY = timedelta(seconds=4)
"""How often a refresh that runs is asked for, for all pushes that wait for it."""

CLOCK_MARGIN = timedelta(seconds=1)
"""So well is Codat's clock known."""

MAX_KNOWN = 1000
KNOWN_FOR = timedelta(hours=1)

Place = tuple[str, str, str]


@dataclass(frozen=True)
class KnownRefresh:
    """A refresh as it was last seen; `asked` in seconds of the monotonic clock."""

    operation: PullOperation
    asked: float

    def serves(self, not_before: datetime) -> bool:
        """Tell whether it began late enough, and has not failed."""
        began, status = self.operation.requested, self.operation.status
        is_fit = not status.is_over or status.is_successful
        return is_fit and began is not None and began >= not_before


class RefreshActivities:
    """Has Codat read the accounting software; remembers refreshes for all pushes of a worker."""

    def __init__(self, codat: CodatClient) -> None:
        self._codat = codat
        self._known: TTLCache[Place, KnownRefresh] = TTLCache(
            MAX_KNOWN, KNOWN_FOR.total_seconds(), timer=seconds
        )
        self._locks = WeakValueDictionary[Place, asyncio.Lock]()

    @activity.defn(name="refresh-data")
    async def refresh_data(self, ask: RefreshData) -> RefreshResult:
        """Begin a refresh, or say how one stands that will do."""
        place = _place(ask.target)
        lock = self._locks.setdefault(place, asyncio.Lock())
        async with heartbeating(), lock:
            with codat_failures(final=()):
                try:
                    return await self._refresh(ask, place)
                except (CodatReadRefused, CodatRefused) as error:
                    return RefreshResult(hindrance=str(error))

    async def _refresh(self, ask: RefreshData, place: Place) -> RefreshResult:
        known, not_before = self._known.get(place), ask.not_before
        if not_before is None:
            return await self._begin_anew(ask.target, place, known)
        if known is None or not known.serves(not_before):
            known = await self._begin(ask.target, not_before)
            if known is None:
                return RefreshResult()
        elif not known.operation.status.is_over and (ask.is_over or _is_due(known)):
            known = await self._ask(ask.target, known.operation)
        self._known[place] = known
        return _result(known.operation)

    async def _begin_anew(
        self, target: PushTarget, place: Place, known: KnownRefresh | None
    ) -> RefreshResult:
        """Begin one that shows what stands now; while another runs say from when on one does."""
        from_now = utc_now() - (self._codat.clock_ahead or timedelta()) + CLOCK_MARGIN
        is_running = known is not None and not known.operation.status.is_over
        begun = None if is_running else await self._begin(target, from_now)
        if begun is None:
            return RefreshResult(not_before=from_now)
        self._known[place] = begun
        not_before = begun.operation.requested
        return _result(begun.operation).model_copy(update={"not_before": not_before})

    async def _begin(self, target: PushTarget, not_before: datetime) -> KnownRefresh | None:
        """Begin one; None while another runs that began too early."""
        try:
            operation = await self._codat.reads.refresh(
                target.company_id, target.operation_data_type, target.connection_id
            )
        except CodatRefreshInProgress as error:
            if error.pull_operation_id is None:
                return None
            operation = await self._codat.reads.pull_operation(
                target.company_id, error.pull_operation_id
            )
            found = KnownRefresh(operation, seconds())
            return found if found.serves(not_before) else None
        return KnownRefresh(operation, seconds())

    async def _ask(self, target: PushTarget, operation: PullOperation) -> KnownRefresh:
        asked = await self._codat.reads.pull_operation(target.company_id, operation.id)
        began = asked.requested or operation.requested
        return KnownRefresh(asked.model_copy(update={"requested": began}), seconds())


def _is_due(known: KnownRefresh) -> bool:
    return seconds() - known.asked >= ASK_EVERY.total_seconds()


def _place(target: PushTarget) -> Place:
    return str(target.company_id), target.operation_data_type, str(target.connection_id)


def _result(operation: PullOperation) -> RefreshResult:
    if not operation.status.is_over:
        return RefreshResult()
    if not operation.status.is_successful:
        about = f": {operation.error_message}" if operation.error_message else "."
        return RefreshResult(
            hindrance=f"Codat could not read the accounting software ({operation.status}){about}"
        )
    if operation.requested is None:
        return RefreshResult(hindrance="Codat does not say when it read the accounting software.")
    return RefreshResult(began=operation.requested)
