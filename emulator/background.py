"""What goes on between requests: late processing, announcements, deliveries."""

import asyncio
import contextlib

from emulator.clock import TICKS_PER_SECOND
from emulator.due import process_due
from emulator.webhooks.delivery import WebhookDelivery
from emulator.world import World

_MAX_NAP = 1.0
_NAP_BY_A_BORROWED_CLOCK = 0.05


class Background:
    """Wakes when something falls due; operations need no waking, they are read off the clock."""

    def __init__(self, world: World, courier: WebhookDelivery) -> None:
        self._world = world
        self._courier = courier
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, on the running loop."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End, leaving what is due for the next start."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._courier.close()

    async def catch_up(self) -> None:
        """Do all that is due at this moment."""
        process_due(self._world)
        await self._courier.flush()

    async def _run(self) -> None:
        while True:
            self._world.stirred.clear()
            await self.catch_up()
            nap = self._nap()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(nap):
                    await self._world.stirred.wait()

    def _nap(self) -> float | None:
        due, clock = self._courier.next_due(), self._world.clock
        if due is None:
            return None
        if clock.borrowed:
            return _NAP_BY_A_BORROWED_CLOCK
        left = (due - clock.now()) / TICKS_PER_SECOND / clock.speed
        return min(max(left, 0), _MAX_NAP)
