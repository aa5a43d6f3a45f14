"""The storm itself: pushes, disasters and doors, each at its time, on all sides at once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

from bench.chaos.cluster import Cluster
from bench.chaos.commands import persist
from bench.chaos.doors import end_cron, pressed, start
from bench.chaos.items import Item
from bench.chaos.plan import CRON, Plan, Press
from bench.chaos.sides import Side

_FEW = 0.1
"""The part of the pushes that may outlast the faults."""


@dataclass
class ChaosRun:
    """What happened while it raged."""

    plan: Plan
    cluster: Cluster
    sides: list[Side]
    doors: Counter[str] = field(default_factory=Counter)
    _starts: dict[tuple[str, int], asyncio.Task[None]] = field(default_factory=dict)

    async def run(self) -> None:
        """Let everything happen at its time; over when the last of it is."""
        loop = asyncio.get_running_loop()
        self._began = loop.time()
        async with asyncio.TaskGroup() as tasks:
            for disaster in self.plan.disasters:
                tasks.create_task(self._later(disaster.at, partial(self.cluster.strike, disaster)))
            for side in self.sides:
                for item in self.plan.items:
                    begin = self._later(item.at, partial(start, side, item))
                    self._starts[side.name, item.number] = tasks.create_task(begin)
                for index, press in enumerate(self.plan.presses):
                    action = partial(self._press, side, press, index)
                    tasks.create_task(self._later(press.at, action))
            tasks.create_task(asyncio.sleep(self.plan.wanted.storm))
        numbers = {press.number for press in self.plan.presses if press.door == CRON}
        for side in self.sides:
            await asyncio.gather(*(end_cron(side, self.plan.items[number]) for number in numbers))

    async def calm(self, within: float) -> None:
        """Let the platform misbehave on until most pushes have ended, or for so many seconds."""
        end = asyncio.get_running_loop().time() + within
        while asyncio.get_running_loop().time() < end:
            running = await asyncio.gather(*(persist(side.running) for side in self.sides))
            if max(running) <= len(self.plan.items) * _FEW:
                return
            await asyncio.sleep(1)

    async def _later(self, at: float, action: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(self._began + at - asyncio.get_running_loop().time())
        await action()

    async def _press(self, side: Side, press: Press, index: int) -> None:
        item: Item = self.plan.items[press.number]
        await self._starts[side.name, press.number]
        dice = Random(f"{self.plan.wanted.seed} {index}")
        opened = await pressed(side, press, item, dice)
        if side.name == "ours":
            self.doors[f"{press.door}{'' if opened else ' (did not open)'}"] += 1
