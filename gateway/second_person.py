"""Two people say that nothing was written, where GATEWAY_CONFIRM_NOT_WRITTEN asks for both."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from cachetools import TTLCache

SECONDS = 3600
"""How long a first word waits for the second."""

MAX_WORDS = 10_000


@dataclass(frozen=True)
class FirstWord:
    """Who says so, by the name of an API key, and how that one knows."""

    who: str
    reason: str


class FirstWords:
    """The words of this process that wait for a second person, by the run that they are about."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._words: TTLCache[str, FirstWord] = TTLCache(MAX_WORDS, SECONDS, timer=clock)

    def of(self, run_id: str) -> FirstWord | None:
        """Give the word that waits."""
        return self._words.get(run_id)

    def confirm(self, run_id: str, who: str, reason: str) -> FirstWord | None:
        """Give another's word, which this one confirms; without one keep this as the first."""
        first = self._words.get(run_id)
        if first and first.who != who:
            return self._words.pop(run_id)
        self._words[run_id] = FirstWord(who, reason)
        return None
