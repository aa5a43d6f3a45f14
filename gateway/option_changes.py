"""Changes of the options since last week, as the pages tell them and as a metric."""

from cachetools import LRUCache
from temporalio.client import Client
from temporalio.common import MetricMeter

from codat.models import PushTarget
from codat.validation.cache import FRESH, CachedOptions
from codat.validation.changes import OptionChanges
from dispatch.option_history import ChangesSince, OptionHistory
from gateway.cached_reading import CachedReading

CHANGES = "push_options_changes"
WAIT = 0.2
"""Seconds that a form waits for them; then it is shown without."""

MAX_KNOWN = 1000


class OptionChangesReader:
    """Looks for changes in the background, once for all who see a form."""

    def __init__(self, client: Client, task_queue: str, meter: MetricMeter) -> None:
        self._history = OptionHistory(client, task_queue, self._count)
        self._counter = meter.create_counter(
            CHANGES, "Fields of options that came, went or became required."
        )
        self._known: LRUCache[tuple[PushTarget, str], CachedReading[ChangesSince | None]] = (
            LRUCache(MAX_KNOWN)
        )

    async def of(self, target: PushTarget, cached: CachedOptions) -> ChangesSince | None:
        """Return what is known to have changed; None without any change."""
        place = target, cached.sha256
        if place not in self._known:
            self._known[place] = CachedReading(
                lambda: self._history.look(target, cached.document), FRESH
            )
        reading = await self._known[place].get(WAIT)
        return reading.value if reading and reading.value and reading.value.changes else None

    def _count(self, target: PushTarget, changes: OptionChanges) -> None:
        where = {"data_type": target.operation_data_type}
        for change in ("came", "went", "required"):
            if count := len(getattr(changes, change)):
                self._counter.add(count, {**where, "change": change})
