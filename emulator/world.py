"""Everything that one emulator is made of."""

import asyncio
import base64
from collections.abc import Callable
from datetime import datetime

from emulator import seeds
from emulator.clock import Clock
from emulator.connections import ConnectionStore
from emulator.faults import Faults
from emulator.journal import Journal
from emulator.quota import Quota
from emulator.settings import Settings
from emulator.store import Store


class World:
    """The parts of one emulator, over one file."""

    def __init__(
        self,
        database: str | None = None,
        *,
        clock: Callable[[], datetime] | None = None,
        speed: float = 1.0,
        api_key: str = seeds.API_KEY,
    ) -> None:
        self.store = Store(database)
        self.clock = Clock(clock, speed)
        self.authorization = f"Basic {base64.b64encode(api_key.encode()).decode()}"
        self.in_flight: set[str] = set()
        self.stirred = asyncio.Event()
        self._resume_clock(speed)
        self.settings = Settings().changed(self.store.recall("settings") or {})
        self.directory = ConnectionStore(self.store)
        if not self.directory.companies:
            self.directory.seed(seeds.SEEDED)
        self.faults = Faults(self.store)
        self.journal = Journal(self.store, self.clock)
        self.quota = Quota(self.store, self.clock)

    def _resume_clock(self, speed: float) -> None:
        kept = self.store.recall("clock")
        if kept is not None:
            self.clock.restore(kept)
            if not self.clock.borrowed and self.clock.speed != speed:
                self.clock.run_at(speed)
        self.keep_clock()

    def stir(self) -> None:
        """Tell the background that something may have fallen due."""
        self.stirred.set()

    def keep_clock(self) -> None:
        """Write the clock's state down, after every change of it."""
        self.store.remember("clock", self.clock.state())
        self.stir()

    def change_settings(self, settings: Settings) -> None:
        """Change the settings and write them down."""
        self.settings = settings
        self.store.remember("settings", settings.document())

    def reset(self) -> None:
        """Begin anew: the seeded world, default settings, no faults, no journal, a new day."""
        self.store.empty()
        self.keep_clock()
        self.settings = Settings()
        self.directory.load()
        self.directory.seed(seeds.SEEDED)
        self.faults.load()
        self.journal.rewind()
        self.quota.load()

    def close(self) -> None:
        """Close the file."""
        self.store.close()
