"""Makes a failing run small: drops what went wrong in it, as long as it still fails alike."""

from collections.abc import Callable, Sequence

from simulation.runner import Result, simulate

MAX_TRIES = 80


class Shrinker:
    """Drops choices of a failing seed; a run fails alike when it shares a kind of violation."""

    def __init__(self, failing: Result, pushes: int, run: Callable[..., Result] = simulate) -> None:
        self.smallest = failing
        self.dropped: frozenset[str] = frozenset()
        self._kinds = failing.report.kinds
        self._pushes = pushes
        self._run = run
        self._tries = 0

    def shrink(self) -> frozenset[str]:
        """Give the choices that can be dropped; `smallest` is the run without them."""
        size = max(len(self.smallest.taken) // 2, 1)
        while size and self._tries < MAX_TRIES:
            if not self._drop_any(size):
                size //= 2
        return self.dropped

    def _drop_any(self, size: int) -> bool:
        """Drop the first chunk of choices that is not needed; False when each is."""
        taken = self.smallest.taken
        for begin in range(0, len(taken), size):
            if self._tries >= MAX_TRIES:
                return False
            if self._still_fails(taken[begin : begin + size]):
                return True
        return False

    def _still_fails(self, chunk: Sequence[str]) -> bool:
        self._tries += 1
        dropped = self.dropped | frozenset(chunk)
        result = self._run(
            self.smallest.seed, pushes=self._pushes, keep_trace=True, dropped=dropped
        )
        if not result.report.kinds & self._kinds:
            return False
        self.smallest, self.dropped = result, dropped
        return True
