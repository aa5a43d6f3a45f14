"""Slows those who guess API keys, by their address."""

import time
from collections.abc import Callable

from cachetools import LRUCache, TTLCache

from gateway.auth import ApiKey
from gateway.errors import HttpError

SECONDS = 60
"""After so long without a wrong key an address may guess again."""

MAX_ADDRESSES = 10_000


class WrongKeys:
    """Counts wrong keys of each address; beyond `most` only keys that it has used are let in.

    So whoever shares an address with a guesser, as behind a proxy, is not locked out.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._counts: TTLCache[str, int] = TTLCache(MAX_ADDRESSES, SECONDS, timer=clock)
        self._used: LRUCache[tuple[str, ApiKey], bool] = LRUCache(MAX_ADDRESSES)

    def note(self, address: str, key: ApiKey | None) -> None:
        """Take note of a key that was shown, None for a wrong one; Refusal 429.

        A right one is refused as well, so that a guess tells nothing then.
        """
        if key and self._used.get((address, key)):
            return
        if self._counts.get(address, 0) >= self._most:
            message = "Too many wrong API keys came from this address: wait a minute."
            raise HttpError(429, message, **{"Retry-After": str(SECONDS)})
        if key:
            self._used[address, key] = True
        else:
            self._counts[address] = self._counts.get(address, 0) + 1
