"""The front door in this process, before a worker and an emulator."""

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from temporalio.client import Client
from temporalio.common import MetricMeter
from temporalio.testing import WorkflowEnvironment

from codat.client import CodatClient
from codat.settings import CodatSettings
from codat.validation.cache import OptionsCache
from dispatch.pushes import Push
from dispatch.retries import retry_push
from emulator import Emulator, seeds
from gateway.app import build_app
from gateway.book_records import BookRecords
from gateway.dependencies import Dependencies
from gateway.directory import Directory
from gateway.references import References
from gateway.settings import GatewaySettings
from tests.support.cluster import Cluster, cluster

KEY, BOUND_KEY = "a-key-for-all-companies", "a-key-for-the-other-company"
BASE = "http://127.0.0.1"


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


API_KEYS = f"all:{digest(KEY)}:* other:{digest(BOUND_KEY)}:{seeds.OTHER_COMPANY}"
NAMES = {KEY: "all", BOUND_KEY: "other"}


def login(key: str = KEY, name: str | None = None) -> dict[str, str]:
    """The fields of the login form; a key that is none of these bears its own text as its name."""
    return {"name": name or NAMES.get(key, key), "key": key}


def basic(key: str) -> dict[str, str]:
    """The header that the push API's clients send."""
    return {"Authorization": f"Basic {base64.b64encode(key.encode()).decode()}"}


@dataclass
class FrontDoor:
    """What a test needs to ask the front door."""

    cluster: Cluster
    parts: Dependencies
    http: httpx.AsyncClient

    def path(self, data_type: str = "suppliers", connection: str = seeds.PROMPT) -> str:
        """Where a push of the first company is posted."""
        return f"/companies/{seeds.COMPANY}/connections/{connection}/push/{data_type}"

    async def mend(self, key: str, data: dict[str, Any]) -> None:
        """Retry a push with another record."""
        await retry_push(
            Push(self.cluster.client, UUID(key)), data=data, task_queue=self.cluster.task_queue
        )

    async def ended(self, key: str, company: str = seeds.COMPANY) -> dict[str, Any]:
        """Read a push until it is not pending any more."""
        while True:
            answer = (await self.http.get(f"/companies/{company}/push/{key}")).json()
            if answer["status"] != "Pending":
                return answer


@asynccontextmanager
async def front_door(
    environment: WorkflowEnvironment,
    *,
    client: Client | None = None,
    meter: MetricMeter = MetricMeter.noop,
    **settings: Any,
) -> AsyncIterator[FrontDoor]:
    """Serve the house through HTTP without a port."""
    known = GatewaySettings.model_validate(
        {"api_keys": API_KEYS, "most_wrong_keys": 1000, **settings}
    )
    async with cluster(environment) as home, a_codat(home.codat) as codat:
        temporal, cache = client or home.client, OptionsCache(codat)
        parts = Dependencies(
            temporal,
            cache,
            known,
            home.task_queue,
            reads=codat.reads,
            books=BookRecords(codat),
            directory=Directory(codat.reads),
            references=References(codat.reads),
            meter=meter,
        )
        transport = httpx.ASGITransport(build_app(parts), raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url=BASE, headers=basic(KEY), timeout=30
        ) as http:
            yield FrontDoor(home, parts, http)


def a_codat(emulator: Emulator) -> CodatClient:
    """A client of the emulator's."""
    settings = CodatSettings.model_validate(
        {"api_key": emulator.api_key, "base_url": emulator.base_url}
    )
    return CodatClient(settings, transport=emulator.transport)
