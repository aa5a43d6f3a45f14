"""A worker of ours against an emulator in this process, on either server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from activities.models import PushPolicy
from activities.notify import NotifyActivities
from codat.client import CodatClient
from codat.limits import RequestLimits
from codat.responses import CodatResponse
from codat.settings import CodatSettings
from dispatch.pushes import Push, start_push
from emulator import Emulator, seeds
from emulator.examples import record
from worker import build_worker
from workflows.models import PushOutcome, PushRequest
from workflows.state import PushState

QUICK = PushPolicy(
    poll_first=timedelta(milliseconds=200), find_for=timedelta(seconds=3), list_lag=timedelta()
)
"""Waits for a server whose time is real; the protocol's own waits are minutes."""


@dataclass
class Cluster:
    """What a test needs to push something."""

    environment: WorkflowEnvironment
    codat: Emulator
    task_queue: str
    patch: pytest.MonkeyPatch

    @property
    def client(self) -> Client:
        """A client of the server."""
        return self.environment.client

    async def ending(self, push: Push) -> PushOutcome:
        """Let time pass until the push is over."""
        if not self.environment.supports_time_skipping:
            return await push.outcome()
        # The class of both servers knows nothing of it.
        async with self.environment.time_skipping_unlocked():  # pyright: ignore[reportAttributeAccessIssue]
            while True:
                try:
                    return await push.outcome()
                except RuntimeError as error:
                    # This server ends a long poll after 20 real seconds, which the SDK can't read.
                    if "No completion event" not in str(error):
                        raise

    async def end(self, **fields: Any) -> PushOutcome:
        """Push something and let time pass until it is over."""
        return await self.ending(await self.push(**fields))

    async def push(self, **fields: Any) -> Push:
        """Start a push; each has a key and a record of its own unless told otherwise."""
        return await start_push(self.client, a_request(**fields), task_queue=self.task_queue)

    @property
    def posts(self) -> list[dict[str, Any]]:
        """The push requests that reached the platform."""
        return [one for one in self.codat.journal() if one["method"] in ("POST", "PUT")]

    @property
    def records(self) -> list[dict[str, Any]]:
        """The records in the books that a push wrote."""
        return self.codat.ledger()


async def took(push: Push) -> float:
    """Give the seconds from the start of a push's latest run to its end."""
    told = await push.describe()
    assert told.close_time
    return (told.close_time - told.start_time).total_seconds()


def a_request(**fields: Any) -> PushRequest:
    """A push of an account to the prompt connection, unless told otherwise."""
    number = uuid4().hex[:7]
    defaults = {
        "company_id": seeds.COMPANY,
        "connection_id": seeds.PROMPT,
        "data_type": "chartOfAccounts",
        "data": record("chartOfAccounts", number=number),
        "idempotency_key": f"key-{number}",
    }
    return PushRequest.model_validate(defaults | fields)


@asynccontextmanager
async def cluster(  # noqa: PLR0913, each has a default
    environment: WorkflowEnvironment,
    *,
    policy: PushPolicy = QUICK,
    skipping: bool = False,
    read_timeout: timedelta = timedelta(seconds=2),
    notify: NotifyActivities | None = None,
    webhooks_through: httpx.AsyncBaseTransport | None = None,
    company_concurrency: int = 10,
    requests_per_minute: int = 100_000,
    task_queue: str | None = None,
    **settings: Any,
) -> AsyncIterator[Cluster]:
    """Run a worker against a fresh emulator; with `skipping` both live on the server's clock."""
    clock = ServerClock(environment)
    async with Emulator(
        clock=clock.read if skipping else None, impatient=True, webhooks_through=webhooks_through
    ) as codat:
        if settings:
            codat.settings(**settings)
        known = CodatSettings.model_validate(
            {
                "api_key": codat.api_key,
                "base_url": codat.base_url,
                "read_timeout": read_timeout,
                "company_concurrency": company_concurrency,
                "requests_per_minute": requests_per_minute,
            }
        )
        task_queue = task_queue or f"push-{uuid4()}"
        async with (
            Clocked(known, codat.transport, clock if skipping else None) as client,
            build_worker(environment.client, client, policy, notify=notify, task_queue=task_queue),
        ):
            await clock.look()
            with pytest.MonkeyPatch.context() as patch:
                if skipping:
                    # Its time is not that of whoever starts a push.
                    patch.setattr("workflows.run_origin.BELIEVED_FOR", timedelta.max)
                if skipping and notify is None:
                    # A child that outlives its parent stops this server's time for good.
                    patch.setattr("workflows.push.start_notification", _tell_nobody)
                yield Cluster(environment, codat, task_queue, patch)


async def _tell_nobody(_state: PushState, _outcome: PushOutcome) -> None:
    """Take the place of telling a backend."""


class ServerClock:
    """The time of a Temporal server, as it was when last looked at."""

    def __init__(self, environment: WorkflowEnvironment) -> None:
        self._environment = environment
        self._now = datetime.now(UTC)

    def read(self) -> datetime:
        return self._now

    async def look(self) -> None:
        self._now = await self._environment.get_current_time()


class Clocked(CodatClient):
    """A client whose limits live on the server's clock; it looks at it before each request."""

    def __init__(
        self, known: CodatSettings, transport: httpx.AsyncBaseTransport, clock: ServerClock | None
    ) -> None:
        super().__init__(known, transport=transport)
        self._clock = clock
        if clock:
            self.limits = RequestLimits(
                known.company_concurrency,
                known.requests_per_minute,
                clock=lambda: clock.read().timestamp(),
            )

    async def _send(self, *arguments: Any, **more: Any) -> CodatResponse:
        if self._clock:
            await self._clock.look()
        return await super()._send(*arguments, **more)
