"""Backends of a chaos run that start their pushes through the front door."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from bench.chaos.items import Item
from bench.chaos.wanted import Wanted
from stack.ports import HOST, Ports
from workflows.models import PushRequest

ONE_OF = 3
"""Of so many creates and updates one goes through the front door."""

_LATER = (429, 503)
"""Answers after which a backend repeats its request."""


@dataclass
class FrontDoorBackend:
    """Repeats a request under its key until it is answered; counts how often it was put off."""

    http: httpx.AsyncClient
    started: int = 0
    put_off: int = 0

    def takes(self, item: Item) -> bool:
        """Tell whether a push is started here."""
        return item.kind is None and item.number % ONE_OF == 0

    async def start(self, request: PushRequest) -> None:
        """Start a push; AssertionError for an answer that is neither a start nor `later`."""
        path = f"/companies/{request.company_id}/connections/{request.connection_id}/push"
        path = f"{path}/{request.data_type}"
        minutes = request.timeout_in_minutes
        while True:
            answer = await self.http.request(
                "PUT" if request.record_id else "POST",
                f"{path}/{request.record_id}" if request.record_id else path,
                json=request.data,
                params={"timeoutInMinutes": minutes} if minutes else {},
                headers={"Idempotency-Key": request.idempotency_key or ""},
            )
            if answer.is_success:
                self.started += 1
                return
            assert answer.status_code in _LATER, f"{answer.status_code}: {answer.text}"
            self.put_off += 1
            await asyncio.sleep(float(answer.headers.get("retry-after", 1)))


@asynccontextmanager
async def backend(wanted: Wanted, ports: Ports) -> AsyncGenerator[FrontDoorBackend | None]:
    """Give a backend of the front door; None in a run that has none."""
    if not wanted.has_webhooks:
        yield None
        return
    base = f"http://{HOST}:{ports.gateway}"
    async with httpx.AsyncClient(base_url=base, timeout=60, trust_env=False) as http:
        yield FrontDoorBackend(http)
