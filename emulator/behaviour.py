"""The manners of an accounting platform: how it takes pushes, and what Codat can read from it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from typing import Any, Self

from emulator.clock import at, seconds, ticks
from emulator.errors import EmulatedError
from emulator.rewrites import WAYS

REFRESH_STATUSES = (
    *("Complete", "FetchError", "MapError", "ValidationError", "ProcessingError", "InternalError"),
    *("AuthError", "RateLimitError", "PermissionsError", "PrerequisiteNotMet", "NotSupported"),
    "Cancelled",
)
"""How a refresh may end (PullOperationStatus of Codat's platform client)."""

_LISTS = ("offers", "rewrites", "unreadable")
_CHOICES: Mapping[str, tuple[object, ...]] = {
    "rewrites": tuple(WAYS),
    "refresh_status": REFRESH_STATUSES,
    "refuses_reads": (None, 402, 403),
    "syncs_after_push": ("asked", "unless-refused", "never"),
}


@dataclass(frozen=True)
class Behaviour:
    """How the platform behind a connection takes a push; times in seconds of the clock."""

    delay: float = 0.1
    spread: float = 0.0
    """A random addition to the delay, up to this much; the same for the same operation."""
    synchronous: bool = False
    offline: bool = False
    """Switched off: nothing finishes until it is switched on again."""
    window: tuple[str, str] | None = None
    """A nightly window ("22:00", "05:00", UTC) outside of which nothing is written."""
    throttled: float = 0.0
    """The platform's own limit is reached: every push stays Pending so much longer."""
    refusing: str | None = None
    """Refuses every record with this message."""
    answer: int | None = None
    """Answers pushes with this HTTP status, although it accepts them."""
    echo_data: bool | None = None
    """Whether `data` is echoed; None leaves it to the settings."""
    stubborn: bool = False
    """Writes the record even when the operation has timed out meanwhile."""
    offers: tuple[str, ...] = ()
    """The data types whose records, as they are in the books, the options list as choices."""
    rewrites: tuple[str, ...] = ()
    """What it changes in a record, by `rewrites.WAYS`; a finished operation echoes that."""
    refresh_seconds: float = 1.0
    """How long a refresh of Codat's cache takes."""
    refresh_status: str = "Complete"
    """How refreshes end; by any other status than Complete the cache stays as it was."""
    unreadable: tuple[str, ...] = ()
    """The data types whose refreshes end NotSupported at once."""
    refuses_reads: int | None = None
    """Answers refreshes and reads with this HTTP status (402, 403); None allows them."""
    syncs_after_push: str = "asked"
    """Whether a push that ended well is followed by a refresh of its data type: when the request
    has asked for it, unless it has refused it (`unless-refused`), or `never`."""

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Read manners from JSON; an unknown one is refused by name.

        Raises: EmulatedError 400.
        """
        known = {field.name for field in fields(cls)}
        for name in document:
            if name not in known:
                raise EmulatedError(
                    400, f"No such manner: {name}. There are: {', '.join(sorted(known))}"
                )
        given = dict(document)
        if given.get("window"):
            given["window"] = tuple(given["window"])
        for name in _LISTS:
            given[name] = tuple(given.get(name) or ())
        _check(given)
        return cls(**given)

    def finish(self, now: int, key: str) -> int | None:
        """Tell when the platform will have written a push of this moment; None is never."""
        if self.offline:
            return None
        if self.synchronous:
            return now
        chance = random.Random(key).random()  # noqa: S311  # repeatable, not secret
        return self._opening(now + seconds(self.delay + self.spread * chance + self.throttled))

    def _opening(self, moment: int) -> int:
        if self.window is None:
            return moment
        first, last = (time.fromisoformat(text) for text in self.window)
        here = at(moment)
        inside = (
            first <= here.time() < last
            if first < last
            else here.time() >= first or here.time() < last
        )
        if inside:
            return moment
        opening = datetime.combine(here.date(), first, here.tzinfo)
        return ticks(opening if opening > here else opening + timedelta(days=1))


def _check(given: Mapping[str, Any]) -> None:
    for name, choices in _CHOICES.items():
        value = given.get(name, choices[0])
        for chosen in value if name in _LISTS else [value]:
            if chosen not in choices:
                raise EmulatedError(
                    400, f"{name} has no {chosen}. It has: {', '.join(map(str, choices))}"
                )
