"""What was asked for on the command line of a chaos run, and what follows from it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line."""

    pushes: int
    seed: int
    mode: str
    echo: bool
    plain: bool
    brief: bool
    outage: float = 0
    only: str | None = None
    rewrite: bool = False
    read_records: bool = False
    later_kinds: bool = True

    @property
    def storm(self) -> float:
        """How many seconds the disasters last."""
        return self.outage or self.pushes * (0.3 if self.brief else 0.5)

    @property
    def patience(self) -> float:
        """For how many seconds people wait for a push before they leave its door alone."""
        return 30 if self.brief else 120

    @property
    def at_least(self) -> int:
        """How often each fault must have happened for the run to count."""
        return 0 if self.outage or self.only else self.pushes // 30

    @property
    def door_at_least(self) -> int:
        """How often each door must have opened: half as often, for many find nothing to act on."""
        return self.at_least // 2

    @property
    def has_webhooks(self) -> bool:
        """Whether the platform reports operations too, through a front door of ours."""
        return not (self.brief or self.outage or self.only)

    @property
    def freezes_long(self) -> bool:
        """Whether workers freeze for longer than the time-outs of activities.

        Such a worker keeps its connection, and with it a request that is processed only after its
        client has left: it would be later than PUSH_FIND_FOR of this run allows. So a seed has
        either the one or the other.
        """
        return not self.brief and self.seed % 2 == 0
