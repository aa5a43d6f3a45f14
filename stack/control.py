"""What the emulator says of itself: its journal, its books, and the faults it is told to have."""

from types import TracebackType
from typing import Any, Self

import httpx

from stack.ports import HOST

JournalEntry = dict[str, Any]


class EmulatorControl:
    """The emulator's own controls, over HTTP; use `async with`."""

    def __init__(self, port: int) -> None:
        base = f"http://{HOST}:{port}/_emulator"
        self._http = httpx.AsyncClient(base_url=base, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def fault(self, fault: str, **rule: object) -> None:
        """Let a fault happen to the requests that meet the rule."""
        answer = await self._http.post("/faults", json={"fault": fault, **rule})
        answer.raise_for_status()

    async def journal(self, path: str, method: str | None = None) -> list[JournalEntry]:
        """Give the requests whose path holds this text, in the order of their arrival."""
        entries = (await self._http.get("/journal")).json()
        return [
            entry
            for entry in entries
            if path in entry["path"] and method in (None, entry["method"])
        ]

    async def seed(self, company: str, connection: str, **behaviour: object) -> None:
        """Add a company with one connection."""
        place = {"id": connection, "platform": "cloudbooks", "manners": behaviour}
        seeds = {"companies": [{"id": company, "name": company, "connections": [place]}]}
        answer = await self._http.post("/seeds", json=seeds)
        answer.raise_for_status()

    async def change(self, what: str, **to: object) -> None:
        """Change the settings, or the manners of a connection."""
        answer = await self._http.put(f"/{what}", json=to)
        answer.raise_for_status()

    async def ledger(self, connection: str) -> list[JournalEntry]:
        """Give what was written into the books behind a connection."""
        return (await self._http.get("/ledger", params={"connection": connection})).json()

    async def invariants(self) -> JournalEntry:
        """Count what was written twice."""
        return (await self._http.get("/invariants")).json()
