"""What operators hold back: kept by one tiny workflow a company, read by describing it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cachetools import TTLCache
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.models import Attempt
from activities.server_time import ServerTime
from activities.wire import Wire
from codat import clock
from codat.errors import NotSent
from codat.models import PushTarget

HOLDS = "PushHolds"
"""The memo that lists a company's holds."""

KNOWN_FOR = 2.0
"""Seconds for which a worker believes what it read; so soon every worker obeys."""

SOONEST, LATEST = timedelta(seconds=15), timedelta(minutes=5)
"""When a held push asks again: the longer the hold, the later, and each at its own moment."""

MAX_COMPANIES = 1000
KEEPER = "push-hold-"
"""How the id of the workflow begins that keeps a company's holds."""


class Hold(Wire):
    """Nothing new is sent to a company, or a connection or data type of it; `since` is UTC."""

    connection_id: UUID | None = None
    data_type: str | None = None
    reason: str
    by: str
    since: datetime

    @property
    def scope(self) -> tuple[UUID | None, str | None]:
        """What it names; a later hold of the same takes its place."""
        return self.connection_id, self.data_type

    def covers(self, target: PushTarget) -> bool:
        """Whether a push to there is held back."""
        return self.connection_id in (None, target.connection_id) and self.data_type in (
            None,
            target.data_type,
        )

    def lies_within(self, connection: UUID | None, data_type: str | None) -> bool:
        """Whether releasing that releases this."""
        return connection in (None, self.connection_id) and data_type in (None, self.data_type)


def hold_workflow_id(company: UUID) -> str:
    """Name the workflow that keeps a company's holds."""
    return f"{KEEPER}{company}"


async def read_holds(client: Client, company: UUID) -> list[Hold]:
    """Ask Temporal what is held; this is no billed action. RPCError."""
    try:
        description = await client.get_workflow_handle(hold_workflow_id(company)).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return []
        raise
    if description.status is not WorkflowExecutionStatus.RUNNING:
        return []
    memo: Any = (await description.memo()).get(HOLDS) or []
    return [Hold.model_validate(hold) for hold in memo]


class Holds:
    """What one worker knows of all holds."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: TTLCache[UUID, list[Hold]] = TTLCache(
            MAX_COMPANIES, KNOWN_FOR, timer=clock.seconds
        )

    async def check(self, attempt: Attempt, time: ServerTime) -> None:
        """Raise NotSent when pushes to there are held, or when that can't be found out."""
        for hold in await self._holds(attempt.target.company_id):
            if hold.covers(attempt.target):
                raise NotSent(
                    f"Held by {hold.by} since {hold.since:%Y-%m-%d %H:%M} UTC: {hold.reason}",
                    retry_after=_patience(time.now() - hold.since),
                )

    async def _holds(self, company: UUID) -> list[Hold]:
        known = self._known.get(company)
        if known is not None:
            return known
        try:
            holds = await read_holds(self._client, company)
        except RPCError as error:
            raise NotSent(
                "Not sent: Temporal does not say whether this company is held.",
                retry_after=SOONEST,
            ) from error
        self._known[company] = holds
        return holds


def _patience(age: timedelta) -> timedelta:
    # Released after an hour, a thousand pushes come back over five minutes, not at once.
    return min(max(age / 4, SOONEST), LATEST) * clock.between(0.5, 1.0)
