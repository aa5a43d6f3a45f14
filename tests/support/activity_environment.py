"""The activities of a push at an emulator in this process, without a Temporal server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.models import Attempt, FetchOptions, PollStatus, PushPolicy, Validate
from activities.push import PushActivities
from codat.client import CodatClient
from codat.models import PushTarget
from codat.quota import DailyQuota
from codat.settings import CodatSettings
from emulator import Emulator, seeds
from emulator.examples import record

RUN = "run-1"


@dataclass
class Workbench:
    """Activities and the platform that they work on."""

    codat: Emulator
    client: CodatClient
    activities: PushActivities
    operation: UUID
    since: int

    @property
    def journal(self) -> list[dict[str, Any]]:
        """The requests that reached the platform."""
        return self.codat.journal(since=self.since)

    def forget_journal(self) -> None:
        """Count requests from now on."""
        entries = self.codat.journal()
        self.since = entries[-1]["number"] if entries else 0

    def tell_allowance(self, limit: int, remaining: int) -> None:
        """Let the client believe that so many of the day's requests are left."""
        self.client.limits.allowance = DailyQuota(limit, remaining, timedelta(hours=12))

    async def fetch_options(self, **fields: Any) -> Any:
        return await perform(self.activities.fetch_options, FetchOptions(target=target(**fields)))

    async def validate(self, data: dict[str, Any], **fields: Any) -> Any:
        ask = Validate(target=target(**fields), data=data, update=False)
        return await perform(self.activities.validate, ask)

    async def push(self, *, info: dict[str, Any] | None = None, **fields: Any) -> Any:
        return await perform(self.activities.push, attempt(**fields), **(info or {}))

    async def poll_status(self, operation: UUID | None = None, **fields: Any) -> Any:
        key = operation or self.operation
        ask = PollStatus(target=target(**fields), push_operation_key=key)
        return await perform(self.activities.poll_status, ask)

    async def failure(self, name: str) -> ApplicationError:
        """Give the failure that this activity ends in."""
        ways = {
            "fetch-options": self.fetch_options,
            "push": self.push,
            "poll-status": self.poll_status,
        }
        try:
            await ways[name]()
        except ApplicationError as error:
            return error
        raise AssertionError(f"{name} went well")


def target(
    connection_id: str = seeds.PROMPT,
    data_type: str = "chartOfAccounts",
    company: str = seeds.COMPANY,
) -> PushTarget:
    """Name the prompt connection's accounts, unless told otherwise."""
    return PushTarget.model_validate(
        {
            "company_id": company,
            "connection_id": connection_id,
            "data_type": data_type,
        }
    )


def attempt(**fields: Any) -> Attempt:
    """Make a first attempt that may be sent."""
    defaults = {
        "target": target(),
        "data": record("chartOfAccounts", number=uuid4().hex[:7]),
        "number": 1,
        "idempotency_key": uuid4(),
        "run_id": RUN,
        "not_after": datetime.now(UTC) + timedelta(minutes=85),
    }
    return Attempt.model_validate(defaults | fields)


async def perform(activity: Any, ask: Any, **info: Any) -> Any:
    """Run an activity as the first attempt of a run that began it just now."""
    environment = ActivityEnvironment()
    known = {"workflow_run_id": RUN, "attempt": 1, "started_time": datetime.now(UTC)}
    environment.info = replace(environment.info, **(known | info))
    return await environment.run(activity, ask)


@asynccontextmanager
async def workbench(
    transport: httpx.AsyncBaseTransport | None = None, *, impatient: bool = False
) -> AsyncIterator[Workbench]:
    """Set up the activities; `transport` takes the place of the emulator's own."""
    async with Emulator(impatient=impatient) as codat:
        key = await _an_operation(codat)
        since = codat.journal()[-1]["number"]
        settings = CodatSettings.model_validate(
            {"api_key": codat.api_key, "base_url": codat.base_url}
        )
        async with CodatClient(settings, transport=transport or codat.transport) as client:
            activities = PushActivities(client, PushPolicy())
            yield Workbench(codat, client, activities, key, since)


async def _an_operation(codat: Emulator) -> UUID:
    codat.seed(operations=[{"connection": seeds.PROMPT, "count": 1}])
    async with codat.client() as client:
        listed = (await client.get(f"/companies/{seeds.COMPANY}/push")).json()
    return UUID(listed["results"][0]["pushOperationKey"])
