"""The limits that every answer tells: requests a day, and ten at a time per company."""

from collections import Counter

from emulator.clock import TICKS_PER_SECOND, http_date
from emulator.errors import EmulatedResponse, refusal
from emulator.quota import DAY
from emulator.world import World

_PER_COMPANY = 1000
_AT_ONCE = 10


class EmulatedLimits:
    """Counts requests: 1,000 x (1 + companies) a day until 00:00 UTC, 10 at once per company."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._running: Counter[str | None] = Counter()

    @property
    def limit(self) -> int:
        """The requests that the client may make in a day."""
        return _PER_COMPANY * (1 + len(self._world.directory.companies))

    def start_request(self, company: str | None, now: int) -> EmulatedResponse | None:
        """Count a request in; gives the 429 it deserves, if the limits are enforced."""
        self._world.quota.count(now)
        self._running[company] += 1
        if self._world.settings.limits != "enforced":
            return None
        if self._world.quota.spent > self.limit:
            wait = (DAY - now % DAY) // TICKS_PER_SECOND + 1
            return refusal(429, headers={"retry-after": str(wait)}, did="over the day's quota")
        if company is not None and self._running[company] > _AT_ONCE:
            return refusal(429, headers={"retry-after": "1"}, did="over ten at once")
        return None

    def end_request(self, company: str | None) -> None:
        """Count a request out."""
        self._running[company] -= 1

    def headers(self, now: int) -> dict[str, str]:
        """Give the headers that tell how much is left of the day."""
        limit = self.limit
        return {
            "x-rate-limit-limit": str(limit),
            "x-rate-limit-remaining": str(max(0, limit - self._world.quota.spent)),
            "x-rate-limit-reset": http_date((now // DAY + 1) * DAY),
        }
