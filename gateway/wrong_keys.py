"""Slows those who guess API keys: by their address, and by the key name that they guess at."""

import time
from collections.abc import Callable

from cachetools import LRUCache, TTLCache

from gateway.auth import ApiKey
from gateway.errors import HttpError

SECONDS = 60
"""After so long without a wrong key an address may guess again."""

MAX_ADDRESSES = 10_000
MAX_NAMES = 10_000

MAX_LETTERS = 64
"""Of a name that is counted; no key has a longer one."""


class WrongKeys:
    """Counts wrong keys of each address, and at the login page those for each key name.

    Beyond `most` of an address only keys that it has used are let in. So whoever shares an
    address with a guesser, as behind a proxy, is not locked out. Beyond `most` for a name an
    address that has shown a wrong key is refused, so that its owner is not locked out.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._addresses: TTLCache[str, int] = TTLCache(MAX_ADDRESSES, SECONDS, timer=clock)
        self._names: TTLCache[str, int] = TTLCache(MAX_NAMES, SECONDS, timer=clock)
        self._used: LRUCache[tuple[str, ApiKey], bool] = LRUCache(MAX_ADDRESSES)

    def note(self, address: str, key: ApiKey | None, name: str = "") -> None:
        """Take note of a key that was shown, None for a wrong one; Refusal 429.

        `name` is what was typed at the login page. A right key is refused as well, so that a
        guess tells nothing then.
        """
        if key and self._used.get((address, key)):
            return
        name = name[:MAX_LETTERS]
        wrong, for_name = self._addresses.get(address, 0), self._names.get(name, 0)
        if wrong >= (self._most if for_name < self._most else 1):
            message = "Too many wrong API keys: wait a minute."
            raise HttpError(429, message, **{"Retry-After": str(SECONDS)})
        if key:
            self._used[address, key] = True
            return
        self._addresses[address] = wrong + 1
        if name:
            self._names[name] = for_name + 1
