"""Where the sides push to: one company each on the emulator, and what its journal says of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self
from uuid import UUID, uuid5

import httpx

from bench.compare.sides.api import Order
from emulator.examples import record

_SPACE = UUID("5f5d4c1e-7c3b-5a0d-9d59-1d1e7c0a8f22")
TWO_HOURS = 7200
SYNCHRONOUS: dict[str, Any] = {"synchronous": True}


@dataclass
class Ground:
    """The emulator as a measurement uses it; use `async with`."""

    address: str
    _numbers: Iterator[int] = field(default_factory=count)
    _last: int = 0

    async def __aenter__(self) -> Self:
        base = f"{self.address}/_emulator"
        self._http = httpx.AsyncClient(base_url=base, trust_env=False, timeout=60)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def open(self, name: str, **behaviour: object) -> str:
        """Add a company with one connection; gives the path of its pushes but for the type."""
        company, connection = uuid5(_SPACE, name), uuid5(_SPACE, f"{name}/connection")
        platform = "instabooks" if behaviour.get("synchronous") else "cloudbooks"
        places = [{"id": str(connection), "platform": platform, "manners": behaviour}]
        companies = [{"id": str(company), "name": name, "connections": places}]
        (await self._http.post("/seeds", json={"companies": companies})).raise_for_status()
        await self._http.put("/settings", json={"rules": "off"})
        return f"/companies/{company}/connections/{connection}/push/"

    async def finish(self) -> None:
        """Let two hours pass there, so that what was pending has ended."""
        await self._http.post("/clock/advance", json={"seconds": TWO_HOURS})

    async def entries(self, since: int = 0) -> list[dict[str, Any]]:
        """Give the requests of all companies after an entry, in the order of their arrival."""
        answer = await self._http.get("/journal", params={"since": since})
        return answer.raise_for_status().json()

    async def journal(self, name: str, since: int = 0) -> list[dict[str, Any]]:
        """Give the requests of one company after an entry, in the order of their arrival."""
        company = str(uuid5(_SPACE, name))
        return [entry for entry in await self.entries(since) if company in entry["path"]]

    async def last(self) -> int:
        """Give the number of the last entry."""
        answer = await self._http.get("/journal", params={"since": self._last})
        entries = answer.raise_for_status().json()
        self._last = entries[-1]["number"] if entries else self._last
        return self._last

    def orders(
        self, label: str, path: str, many: int, lines: int = 1, every: float = 2.0
    ) -> list[Order]:
        """Make orders for new pushes."""
        data_type = "invoices" if lines > 1 else "suppliers"
        made: list[Order] = []
        for number in (next(self._numbers) for _ in range(many)):
            data = record(data_type, number=f"{number}")
            if lines > 1:
                data["lineItems"] = data["lineItems"] * lines
            made.append(Order(f"{label} {number}", path + data_type, data, every=every))
        return made
