"""What a state of the model of a few pushes holds, and the rules and bounds of a search."""

from dataclasses import dataclass
from typing import NamedTuple

RULES = {
    "TWIN": "Nothing is adopted while an equal push is open without an operation of its own.",
    "CLAIM": "An operation is claimed by one push for good before it is followed.",
    "SHARE_LATE": "Twins share operations only when no attempt of theirs can be answered any more.",
    "SHARE_COUNT": "They share only as many operations as twins may have sent without having one.",
}
SPARING = {"SHARE": "Twins that lost their answers take one of their operations each."}

NOBODY = -1
FOREIGN = 9


class Push(NamedTuple):
    """One of them; `operation` is what it follows, NOBODY while it has none."""

    phase: str = "ready"  # or again, sent, find, poll, end
    number: int = 1
    operation: int = NOBODY
    outcome: str = ""


class Request(NamedTuple):
    """A request of a push, on the wire or answered."""

    owner: int
    number: int
    at: str
    awaited: bool


class Operation(NamedTuple):
    """An operation: whose it is, whether it is listed, and how it stands."""

    owner: int
    listed: bool
    status: str
    claimed_by: int = NOBODY


class State(NamedTuple):
    """All pushes and what they meet."""

    pushes: tuple[Push, ...]
    keys: tuple[tuple[str, ...], ...]
    faults: int
    foreign: int
    requests: tuple[Request, ...] = ()
    operations: tuple[Operation, ...] = ()


@dataclass(frozen=True)
class Setup:
    """A search; `equal`: all push the same record, `reads`: records of operations are read."""

    mode: str = "honoured"
    pushes: int = 2
    echo: bool = True
    equal: bool = True
    reads: bool = False
    without: frozenset[str] = frozenset()
    faults: int = 1
    foreign: int = 0
    numbers: int = 2
    operations: int = 4

    def has(self, rule: str) -> bool:
        """Tell whether a rule holds."""
        return rule not in self.without
