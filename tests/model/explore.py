"""Breadth-first search through all states of a model: the first trace to a state is a shortest."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

S = TypeVar("S")

DOOR = "DOOR: "
"""How the label of a step begins that only a person takes: no push may need one to end."""

Step = tuple[str, S]


@dataclass
class Found(Generic[S]):
    """What a search has found: each broken promise and each sight with a shortest trace to it."""

    states: int = 0
    is_complete: bool = True
    broken: dict[str, list[str]] = field(default_factory=dict)
    seen: dict[str, list[str]] = field(default_factory=dict)
    stuck: list[str] | None = None


class Explorer(Generic[S]):
    """Walks from a state to all that can follow; stops at `most` states."""

    def __init__(self, begin: S, steps: Callable[[S], Iterable[Step[S]]], most: int) -> None:
        self._steps = steps
        self._most = most
        self._places = {begin: 0}
        self._states = [begin]
        self._came_from: list[tuple[int, str]] = [(-1, "")]
        self._leads_to: dict[int, list[int]] = {}
        self.is_complete = True

    def walk(
        self,
        broken: Callable[[S], list[str]],
        has_ended: Callable[[S], bool],
        sights: Callable[[S], list[str]] | None = None,
        *,
        until: str = "",
    ) -> Found[S]:
        """Search, or only `until` that promise is broken; a state that breaks one is not left."""
        found: Found[S] = Found()
        queue, ended, bad = deque([0]), set[int](), set[int]()
        while queue and until not in found.broken:
            place = queue.popleft()
            state = self._states[place]
            for name in sights(state) if sights else ():
                found.seen.setdefault(name, self._trace(place))
            names = broken(state)
            for name in names:
                found.broken.setdefault(name, self._trace(place))
            if names:
                bad.add(place)
                continue
            if has_ended(state):
                ended.add(place)
            queue.extend(self._follow(place, state))
        found.states = len(self._states)
        found.is_complete = self.is_complete and not queue
        if found.is_complete:
            found.stuck = self._stuck(ended, bad)
        return found

    def _follow(self, place: int, state: S) -> Iterable[int]:
        for label, following in self._steps(state):
            there = self._places.get(following)
            if there is None:
                there = len(self._states)
                if there >= self._most:
                    self.is_complete = False
                    continue
                self._places[following] = there
                self._states.append(following)
                self._came_from.append((place, label))
                yield there
            if not label.startswith(DOOR):
                self._leads_to.setdefault(there, []).append(place)

    def _trace(self, place: int) -> list[str]:
        labels: list[str] = []
        while place:
            place, label = self._came_from[place]
            labels.append(label)
        return labels[::-1]

    def _stuck(self, ended: set[int], bad: set[int]) -> list[str] | None:
        """Give a shortest trace to a state from which no end is reached unless a person acts."""
        good, waiting = set(ended), list(ended)
        while waiting:
            for before in self._leads_to.get(waiting.pop(), ()):
                if before not in good:
                    good.add(before)
                    waiting.append(before)
        good |= bad
        first = next((place for place in range(len(self._states)) if place not in good), None)
        return None if first is None else self._trace(first)
