"""The emulator in a test's hands: the whole API in this process, no port needed."""

from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import httpx

from emulator import seeds
from emulator.app import App
from emulator.commands import ControlCommands
from emulator.platform import Platform
from emulator.reads.commands import ReadCommands
from emulator.store import JsonObject
from emulator.transport import InProcess
from emulator.webhooks.delivery import WebhookDelivery
from emulator.world import World


class Emulator:
    """`async with Emulator() as codat`: hand `codat.transport` to any httpx client.

    `clock` gives the time (aware, UTC), for instance that of a time-skipping server; without
    one the machine's clock runs at `speed`. `impatient` turns a hanging request into a
    ReadTimeout at once instead of after the client's own time-out. `webhooks_through` carries
    the webhooks, for instance to an ASGI application that has no port either.
    """

    base_url = "http://codat.test"
    """Any address will do; this one says what it is."""

    def __init__(  # noqa: PLR0913  # each has a default
        self,
        clock: Callable[[], datetime] | None = None,
        speed: float = 1.0,
        database: str | None = None,
        *,
        api_key: str = seeds.API_KEY,
        impatient: bool = False,
        webhooks_through: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._world = World(database, clock=clock, speed=speed, api_key=api_key)
        self._commands = ControlCommands(self._world)
        self._read_commands = ReadCommands(self._world)
        self.api_key = api_key
        self._courier = WebhookDelivery(self._world, webhooks_through)
        self.app = App(self._world, self._commands, self._courier)
        self._transport = InProcess(self.app, impatient=impatient)

    @property
    def transport(self) -> httpx.AsyncBaseTransport:
        """What an `httpx.AsyncClient` takes as its transport."""
        return self._transport

    async def __aenter__(self) -> Self:
        self.app.background.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._transport.end()
        await self.app.background.stop()
        self._world.close()

    def client(self) -> httpx.AsyncClient:
        """Give a plain HTTP client with the right key."""
        headers = {"Authorization": self._world.authorization}
        return httpx.AsyncClient(transport=self._transport, base_url=self.base_url, headers=headers)

    def fault(self, fault: str, **rule: Any) -> JsonObject:  # noqa: ANN401  # JSON
        """Add a fault rule, as `POST /_emulator/faults` does."""
        return self._commands.fault({"fault": fault, **rule})

    def faults(self) -> list[JsonObject]:
        """Show the rules and how often each has fired."""
        return self._commands.faults()

    def forget_faults(self) -> None:
        """Remove all rules."""
        self._commands.forget_faults()

    def connection(self, connection: str) -> Platform:
        """Take hold of the platform behind a connection."""
        return Platform(self._commands, self._read_commands, connection)

    def platform(self, connection: str) -> str:
        """Name the kind of platform behind a connection."""
        return self._world.directory.connections[connection].platform

    def settings(self, **changes: Any) -> JsonObject:  # noqa: ANN401  # JSON
        """Change settings, and show them all."""
        return self._commands.change_settings(changes)

    def advance(self, seconds: float) -> None:
        """Jump ahead."""
        self._commands.advance(seconds)

    async def catch_up(self) -> None:
        """Do now what is due: late requests, webhooks."""
        await self.app.background.catch_up()

    def webhooks(self) -> JsonObject:
        """Show consumers and deliveries."""
        return self._commands.webhooks()

    def seed(self, **seeds: Any) -> JsonObject:  # noqa: ANN401  # JSON
        """Add companies, records or operations, as `POST /_emulator/seeds` does."""
        return self._commands.seed(seeds)

    def journal(self, since: int = 0, method: str | None = None) -> list[JsonObject]:
        """Give every request and what was done with it."""
        return self._world.journal.entries(since, method)

    async def arrival(
        self, since: int = 0, method: str | None = None, longest: float = 5.0
    ) -> list[JsonObject]:
        """Wait for a journal entry above `since`, up to `longest` real seconds."""
        return await self._world.journal.wait(since, method, longest)

    def ledger(self, **wanted: str) -> list[JsonObject]:
        """Give what has landed in the books; filters: connection, dataType, recordId."""
        return self._commands.ledger(wanted)

    def refreshes(self) -> list[JsonObject]:
        """Give all refreshes of Codat's cache, the oldest first."""
        return self._read_commands.refreshes()

    def invariants(self) -> JsonObject:
        """Count what was written twice."""
        return self._commands.invariants()

    def reset(self) -> None:
        """Begin anew."""
        self._world.reset()
