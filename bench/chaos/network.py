"""The network of a chaos run: a relay for each connection between two kinds of processes."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bench.chaos.disasters import DOOR_TEMPORAL, WORKER_PLATFORM, WORKER_TEMPORAL, Disaster
from bench.relay import Relay
from stack.ports import HOST, Ports

WORKERS = range(2)


@dataclass
class Network:
    """Relays by link and worker (0 for the front door), and the partitions that there were."""

    relays: dict[tuple[str, int], Relay]
    partitions: Counter[str] = field(default_factory=Counter[str])
    _silenced: list[tuple[str, float, Relay]] = field(
        default_factory=list[tuple[str, float, Relay]]
    )

    def of_worker(self, worker: int) -> dict[str, str]:
        """Give the variables that lead a worker through its relays."""
        temporal = self.relays[WORKER_TEMPORAL, worker]
        platform = self.relays[WORKER_PLATFORM, worker]
        return {
            "TEMPORAL_ADDRESS": temporal.address,
            "CODAT_BASE_URL": f"http://{platform.address}",
        }

    def of_door(self) -> dict[str, str]:
        """Give the variables that lead the front door through its relay."""
        return {"TEMPORAL_ADDRESS": self.relays[DOOR_TEMPORAL, 0].address}

    async def strike(self, disaster: Disaster) -> None:
        """Partition one link for as long as the disaster lasts."""
        fault, link = disaster.what.split()
        relay = self.relays[link, 0 if link == DOOR_TEMPORAL else disaster.worker]
        self.partitions[disaster.what] += 1
        if fault in {"half-open", "one-way"}:
            self._silenced.append((disaster.what, time.time(), relay))
        async with relay.struck(fault):
            await asyncio.sleep(disaster.lasts)

    def deaf(self) -> dict[str, list[float]]:
        """Give how many seconds went by until somebody connected anew after each silence."""
        found: dict[str, list[float]] = defaultdict(list)
        for what, since, relay in self._silenced:
            later = [moment - since for moment in relay.opened if moment > since]
            found[f"{what}: next connection"] += later[:1]
        return dict(found)

    @asynccontextmanager
    async def refusing(self, target: str) -> AsyncGenerator[None]:
        """Refuse connections to a process that is dead, as its port does."""
        to_server = {WORKER_TEMPORAL, DOOR_TEMPORAL}
        struck = [
            relay
            for (link, _), relay in self.relays.items()
            if (link in to_server) == (target == "server")
        ]
        for relay in struck:
            relay.hang_up()
        yield
        for relay in struck:
            await relay.listen()


@asynccontextmanager
async def network(ports: Ports) -> AsyncGenerator[Network]:
    """Put relays before the server and the emulator for the length of a block."""
    temporal, platform = f"{HOST}:{ports.temporal}", f"{HOST}:{ports.emulator}"
    relays = {(DOOR_TEMPORAL, 0): Relay(temporal)}
    for worker in WORKERS:
        relays[WORKER_TEMPORAL, worker] = Relay(temporal)
        relays[WORKER_PLATFORM, worker] = Relay(platform)
    try:
        for relay in relays.values():
            await relay.listen()
        yield Network(relays)
    finally:
        for relay in relays.values():
            await relay.close()
