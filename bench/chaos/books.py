"""The emulator as the chaos run sees it: set up before the storm, read after it."""

from base64 import b64encode
from typing import Any, Self
from uuid import uuid4

import httpx

from bench.chaos.faults import Rule
from bench.chaos.places import PLACES, company, connection
from emulator import seeds

JournalEntry = dict[str, Any]

ROOM = 20
"""Thousands of requests that a side adds to the day: all sides share it."""


class EmulatorClient:
    """The emulator's controls; use `async with`."""

    def __init__(self, port: int) -> None:
        self._root = f"http://127.0.0.1:{port}"
        base = f"{self._root}/_emulator"
        self._http = httpx.AsyncClient(base_url=base, trust_env=False, timeout=30)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def open(self, side: str, *, rewrite: bool = False) -> None:
        """Add a side's company with its connections, which rewrite records or not."""
        places = [
            {
                "id": connection(side, place),
                "platform": place.platform,
                "manners": place.behaviour | {"rewrites": place.rewrites if rewrite else ()},
            }
            for place in PLACES
        ]
        companies = [{"id": company(side), "name": side, "connections": places}]
        # Each adds a thousand requests to the day; while few are left, ours puts looking off.
        companies += [{"id": str(uuid4()), "connections": []} for _ in range(ROOM)]
        await self._ask("POST", "/seeds", {"companies": companies})

    async def add_record(
        self, connection_id: str, data_type: str, record_id: str, data: dict[str, Any]
    ) -> None:
        """Put a record into the books."""
        place = {"connection": connection_id, "dataType": data_type}
        await self._ask("POST", "/records", {**place, "id": record_id, "record": data})

    async def ask_codat(self, method: str, path: str, **body: Any) -> Any:  # noqa: ANN401
        """Ask the emulated API itself."""
        known = {"Authorization": f"Basic {b64encode(seeds.API_KEY.encode()).decode()}"}
        answer = await self._http.request(method, self._root + path, headers=known, **body)
        answer.raise_for_status()
        return answer.json()

    async def report(self, side: str, address: str) -> None:
        """Have a side's operations reported there."""
        consumer = {"url": address, "eventTypes": [], "companyId": company(side)}
        known = {"Authorization": f"Basic {b64encode(seeds.API_KEY.encode()).decode()}"}
        answer = await self._http.post(self._root + "/webhooks", json=consumer, headers=known)
        answer.raise_for_status()

    async def settings(self, **changes: object) -> None:
        """Change how this deployment behaves."""
        await self._ask("PUT", "/settings", changes)

    async def misbehave(self, rules: list[Rule]) -> None:
        """Put the faults in force."""
        for rule in rules:
            await self._ask("POST", "/faults", rule)

    async def behave(self) -> list[Rule]:
        """Take the faults away; gives them with their counts."""
        rules = await self._ask("GET", "/faults")
        await self._ask("DELETE", "/faults")
        return rules

    async def land(self) -> None:
        """Let two hours pass there, so that whatever may still be written is written."""
        await self._ask("POST", "/clock/advance", {"seconds": 7200})

    async def journal(self, side: str) -> list[JournalEntry]:
        """Give a side's requests in the order of their arrival."""
        entries: list[JournalEntry] = await self._ask("GET", "/journal")
        return [entry for entry in entries if company(side) in entry["path"]]

    async def ledger(self, side: str) -> list[JournalEntry]:
        """Give what a side's pushes wrote."""
        entries: list[JournalEntry] = await self._ask("GET", "/ledger")
        return [entry for entry in entries if entry["companyId"] == company(side)]

    async def _ask(self, method: str, path: str, document: object = None) -> Any:  # noqa: ANN401
        answer = await self._http.request(method, path, json=document)
        answer.raise_for_status()
        return answer.json()
