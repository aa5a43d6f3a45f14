"""What befalls the workers of a simulated world: they are killed, freeze, or are gone for hours."""

import asyncio
from typing import TYPE_CHECKING

from simulation.plan import STORM, WORKERS
from simulation.processes import ProcessState, SimulatedProcess
from simulation.worker import SimulatedWorker

if TYPE_CHECKING:
    from simulation.world import SimulatedWorld


class Disasters:
    """Befalls one worker after the other."""

    def __init__(self, world: "SimulatedWorld") -> None:
        self._world = world
        self._process = SimulatedProcess("disasters")

    def begin(self) -> "asyncio.Task[None]":
        """Let them come."""
        return self._process.spawn(self.run())

    def strike(self, process: SimulatedProcess) -> None:
        """Kill or freeze the worker that is this process, if it still runs."""
        for worker in self._world.workers:
            if worker.process is process and process.condition is ProcessState.RUNNING:
                is_night = self._world.choices.happens("a night begins while it sends", 0.02)
                self._process.spawn(self._night() if is_night else self._befall(worker))

    async def run(self) -> None:
        """Kill and freeze workers for as long as the storm lasts."""
        pause = self._world.choices.pick("disasters each", (5.0, 20.0, 60.0, 1000.0))
        while True:
            await asyncio.sleep(self._world.choices.number("until disaster", pause / 5, pause * 2))
            if self._world.loop.time() >= STORM:
                return
            if not self._world.choices.happens("disaster", 0.9):
                continue
            if self._world.choices.happens("a night without workers", 0.02):
                await self._night()
                return
            living = [
                worker
                for worker in self._world.workers
                if worker.process.condition is ProcessState.RUNNING
            ]
            if not living:
                continue
            await self._befall(self._world.choices.pick("which worker", living))

    async def _befall(self, worker: SimulatedWorker) -> None:
        if self._world.choices.happens("it freezes", 0.4):
            await self._freeze(worker)
        else:
            await self._kill(worker)

    async def _kill(self, worker: SimulatedWorker) -> None:
        self._world.trace.tell(f"{worker.process.name} is killed")
        worker.kill()
        self._world.platform.connection_lost(worker.process)
        await asyncio.sleep(self._world.choices.number("until restart", 0.1, 6.0))
        born = self._world.start_worker()
        if self._world.loop.time() < STORM:
            born.evicts = self._world.choices.pick("evictions", (0.0, 0.0, 0.03, 0.2))

    async def _night(self) -> None:
        """Have no worker for longer than Codat keeps its answers."""
        for worker in list(self._world.workers):
            if worker.process.condition is ProcessState.DEAD:
                continue
            worker.kill()
            self._world.platform.connection_lost(worker.process)
        pause = self._world.choices.number("night", 4800.0, 6000.0)
        self._world.trace.tell(f"no worker for {pause:.0f} s")
        await asyncio.sleep(pause)
        for _ in range(WORKERS):
            self._world.start_worker()

    async def _freeze(self, worker: SimulatedWorker) -> None:
        longest = self._world.choices.pick("how long frozen", (3.0, 15.0, 90.0))
        pause = self._world.choices.number("frozen for", 0.5, longest)
        self._world.trace.tell(f"{worker.process.name} freezes for {pause:.1f} s")
        worker.process.freeze()

        def wake() -> None:
            self._world.trace.tell(f"{worker.process.name} wakes")
            worker.process.wake(self._world.loop.ready)

        self._world.clock.later(pause, wake)
