"""What happens just when an activity is scheduled or begins: operators act, workers are struck."""

import asyncio
from typing import TYPE_CHECKING

from simulation.plan import STORM, AimedCommand, Item
from simulation.server.activities import PendingActivity
from simulation.server.pollers import Poller

if TYPE_CHECKING:
    from simulation.world import SimulatedWorld

Key = tuple[str, str]


class Aim:
    """Lets others wait for the activities of a push, and strikes workers that send one."""

    def __init__(self, world: "SimulatedWorld") -> None:
        self._world = world
        self._counts: dict[Key, int] = {}
        self._waiting: dict[tuple[Key, int], list[asyncio.Future[None]]] = {}
        self.strikes = 0.0
        world.server.matching.watch = self._saw

    async def reached(self, item: Item, aimed: AimedCommand) -> bool:
        """Wait until that activity was scheduled; False when it was not before the faults stop."""
        key = item.request.workflow_id, aimed.activity
        future = self._world.loop.create_future()
        self._waiting.setdefault((key, aimed.count), []).append(future)
        try:
            async with asyncio.timeout(STORM - self._world.loop.time()):
                await future
        except TimeoutError:
            return False
        await asyncio.sleep(aimed.after)
        return True

    def _saw(self, pending: PendingActivity, poller: Poller | None) -> None:
        kind = pending.options.activity_type.name
        if poller is None:
            self._scheduled((pending.run.workflow_id, kind))
        elif kind == "push" and self._world.loop.time() < STORM:
            self._maybe_strike(poller)

    def _scheduled(self, key: Key) -> None:
        self._counts[key] = self._counts.get(key, 0) + 1
        for future in self._waiting.pop((key, self._counts[key]), []):
            if not future.done():
                future.set_result(None)

    def _maybe_strike(self, poller: Poller) -> None:
        choices = self._world.choices
        if not choices.happens("a worker is struck while it sends", self.strikes):
            return
        longest = choices.pick("how soon it is struck", (0.01, 0.1, 1.0))
        pause = choices.number("until it is struck", 0.0, longest)
        self._world.clock.later(pause, self._world.disasters.strike, poller.process)
