"""Places for requests: so many at once, and so many of them for each owner."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from gateway.errors import HttpError


class Slots:
    """`most` places, of which one owner has at most `share`."""

    def __init__(self, most: int, share: int) -> None:
        self._most = most
        self._share = share
        self._taken: Counter[str] = Counter()

    @contextmanager
    def hold(self, owner: str) -> Generator[None]:
        """Take a place for the length of a block; Refusal 503 when there is none."""
        if self._taken[owner] >= self._share:
            raise _crowded(f"Too many requests at once: you may have {self._share}.")
        if self._taken.total() >= self._most:
            raise _crowded("Too many requests at once.")
        self._taken[owner] += 1
        try:
            yield
        finally:
            self._taken[owner] -= 1
            self._taken += Counter()  # drops those that have none


def share_of(most: int, owners: int) -> int:
    """Give each owner the same part of all places, one at least."""
    return max(1, most // max(1, owners))


def _crowded(message: str) -> HttpError:
    return HttpError(503, message, **{"Retry-After": "1"})
