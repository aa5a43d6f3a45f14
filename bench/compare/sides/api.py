"""What the sides share: an order, the three requests that each makes, and how they are driven."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

AUTHORIZED = {"Authorization": "Basic ZW11bGF0b3I="}
OWN = ("id", "modifiedDate", "sourceModifiedDate", "metadata")
"""Fields that Codat sets itself, though its documents may call them required."""

LOOK_EVERY = 0.2
"""Seconds between two questions for the endings."""


@dataclass
class Order:
    """What is to be sent, where to, and how often one looks for its ending (seconds)."""

    id: str
    path: str
    data: dict[str, Any]
    method: str = "POST"
    minutes: int | None = None
    every: float = 2.0

    @property
    def company(self) -> str:
        """The path of its company."""
        return "/".join(self.path.split("/")[:3])


@dataclass
class Sent:
    """An operation and where it stood at last."""

    order: Order
    operation: str
    status: str
    completed: str | None = None

    @classmethod
    def read(cls, order: Order, answer: httpx.Response) -> "Sent":
        """Read an answer; httpx.HTTPStatusError if it is none."""
        operation = answer.raise_for_status().json()
        return cls(
            order,
            operation["pushOperationKey"],
            operation["status"],
            operation.get("completedOnUtc"),
        )


def options(order: Order) -> httpx.Request:
    """Ask what the platform wants to have."""
    return _request("GET", order.path.replace("/push/", "/options/"))


def wanted(answer: httpx.Response) -> list[str]:
    """Read which fields the platform demands; httpx.HTTPStatusError."""
    fields: dict[str, dict[str, Any]] = answer.raise_for_status().json()["properties"]
    return [name for name, field in fields.items() if field.get("required") and name not in OWN]


def check(order: Order, demanded: list[str]) -> None:
    """Judge a new record before it is sent; ValueError names what is missing."""
    missing = [name for name in demanded if name not in order.data]
    if missing and order.method == "POST":
        raise ValueError(f"missing: {', '.join(missing)}")


def send(order: Order, *, key: bool = True) -> httpx.Request:
    """Send the record, with a key that is the same each time."""
    headers = {"Idempotency-Key": str(uuid5(NAMESPACE_URL, order.id))} if key else {}
    minutes = {} if order.minutes is None else {"timeoutInMinutes": order.minutes}
    return _request(order.method, order.path, headers=headers, json=order.data, params=minutes)


def look(sent: Sent) -> httpx.Request:
    """Ask how the operation stands."""
    return _request("GET", f"{sent.order.company}/push/{sent.operation}")


def _request(method: str, path: str, headers: dict[str, str] | None = None, **rest: Any) -> Any:  # noqa: ANN401
    known = {**AUTHORIZED, **(headers or {})}
    return httpx.Request(method, os.environ["CODAT_BASE_URL"] + path, headers=known, **rest)


def http() -> httpx.AsyncClient:
    """Make the client that a worker keeps."""
    return httpx.AsyncClient(timeout=3, trust_env=False)


@dataclass
class Desk:
    """Takes orders as lines of JSON, and prints each ending as one."""

    start: Callable[[Order], Awaitable[object]]
    endings: Callable[[list[str]], Awaitable[Iterable[tuple[str, str]]]]
    _open: set[str] = field(default_factory=set[str])
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def serve(self) -> None:
        """Go on until killed."""
        lines = asyncio.StreamReader(limit=2**24)
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
        )
        telling = asyncio.create_task(self._tell())
        print("ready", flush=True)
        while line := await lines.readline():
            task = asyncio.create_task(self._begin(Order(**json.loads(line))))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        telling.cancel()

    async def _begin(self, order: Order) -> None:
        await persistently(lambda: self.start(order))
        self._open.add(order.id)

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if self._open:
                await persistently(self._look)

    async def _look(self) -> None:
        for name, status in await self.endings(sorted(self._open)):
            self._open.discard(name)
            print(json.dumps({"id": name, "status": status}), flush=True)


@dataclass
class Waits:
    """Waits for each push by itself, for stacks that tell endings as they come."""

    ending: Callable[[str], Awaitable[str]]
    _waiting: dict[str, asyncio.Task[str]] = field(default_factory=dict[str, asyncio.Task[str]])

    async def ended(self, names: list[str]) -> list[tuple[str, str]]:
        """Give those that have ended; one whose server died meanwhile is asked for again."""
        for name in names:
            if name not in self._waiting:
                self._waiting[name] = asyncio.ensure_future(self._patiently(name))
        done = [name for name in names if self._waiting[name].done()]
        return [(name, self._waiting.pop(name).result()) for name in done]

    async def _patiently(self, name: str) -> str:
        endings: list[str] = []

        async def ask() -> None:
            endings.append(await self.ending(name))

        await persistently(ask)
        return endings[0]


async def persistently(ask: Callable[[], Awaitable[object]]) -> None:
    """Ask a server until it is there, as a backend does that does not give up."""
    while True:
        try:
            await ask()
        except Exception as error:  # noqa: BLE001, each stack has its own words for it
            print(repr(error), file=sys.stderr, flush=True)
            await asyncio.sleep(0.5)
        else:
            return


def fields(order: Order) -> dict[str, Any]:
    """Give an order as JSON."""
    return asdict(order)
