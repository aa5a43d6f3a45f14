"""One seed that makes every choice of a run; each choice can be dropped by its name.

A choice is drawn from its own name and count, so that dropping one leaves all others as they were.
"""

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")

_STEPS = 2**64


class Choices:
    """What happens in a run: benign unless chance says otherwise.

    `taken` lists the choices that were not benign, `dropped` those that are benign by order.
    """

    def __init__(self, seed: int, dropped: frozenset[str] = frozenset()) -> None:
        self.seed = seed
        self.dropped = dropped
        self.taken: list[str] = []
        self._counts: Counter[str] = Counter()
        self._salt = f"{seed}/".encode()

    def _draw(self, name: str) -> tuple[str, float]:
        """Give the name of this choice, and a number from 0 to 1."""
        self._counts[name] += 1
        full = f"{name}#{self._counts[name]}"
        digest = blake2b(self._salt + full.encode(), digest_size=8).digest()
        return full, int.from_bytes(digest, "big") / _STEPS

    def happens(self, name: str, probability: float) -> bool:
        """Tell whether something that need not happen does."""
        full, drawn = self._draw(name)
        if drawn >= probability or full in self.dropped:
            return False
        self.taken.append(full)
        return True

    def number(self, name: str, least: float, most: float) -> float:
        """Draw a number."""
        return least + self._draw(name)[1] * (most - least)

    def pick(self, name: str, options: Sequence[T]) -> T:
        """Draw one of some."""
        return options[int(self._draw(name)[1] * len(options))]

    def uuid(self, name: str) -> UUID:
        """Draw an id."""
        self._counts[name] += 1
        digest = blake2b(self._salt + f"{name}#{self._counts[name]}".encode(), digest_size=16)
        return UUID(bytes=digest.digest(), version=4)
