"""Pushes that did not succeed, grouped by what went wrong: the plan of a bulk of retries."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from temporalio.client import Client

from activities.bulk import REQUESTS_EACH
from dispatch.bulk import is_safe
from dispatch.ending import ending_of
from dispatch.listing import Listed
from dispatch.payloads.encryption import UndecryptablePayload
from dispatch.payloads.storage import PayloadMissing
from dispatch.pushes import InvalidPushRequest, NoSuchPush, Push
from workflows.cause import cause_of
from workflows.models import PushOutcome

_AT_ONCE = 20
_UNREADABLE = "How it ended can't be read: a key or the large records are missing here"


@dataclass
class FailureCause:
    """What several pushes have in common: their trouble, whatever the values in it."""

    message: str
    safe: list[Listed] = field(default_factory=list[Listed])
    unclear: list[Listed] = field(default_factory=list[Listed])

    @property
    def pushes(self) -> list[Listed]:
        """All of them."""
        return [*self.safe, *self.unclear]


@dataclass(frozen=True)
class BulkPlan:
    """What a bulk would do: the causes, the most frequent first."""

    causes: list[FailureCause]

    @property
    def safe(self) -> list[Listed]:
        """The pushes that may be retried without a person's word, the oldest first."""
        found = [push for cause in self.causes for push in cause.safe]
        return sorted(found, key=lambda push: push.requested)

    @property
    def unclear(self) -> list[Listed]:
        """The pushes that a person must look into."""
        return [push for cause in self.causes for push in cause.unclear]

    @property
    def requests(self) -> int:
        """What it will cost of the day's requests, about."""
        return REQUESTS_EACH * len(self.safe)

    @property
    def planned(self) -> datetime | None:
        """The last moment (UTC, the server's clock) at which one of them ended."""
        return max((push.closed for push in self.safe if push.closed), default=None)


async def make_plan(
    client: Client, pushes: Sequence[Listed], message: str | None = None
) -> BulkPlan:
    """Read how each push ended; only those whose trouble holds `message`, whatever the case."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def read(push: Listed) -> tuple[Listed, PushOutcome | None] | None:
        async with gate:
            try:
                outcome = await ending_of(Push(client, push.push_id), push.run_id)
            except (InvalidPushRequest, NoSuchPush):
                return None
            except (PayloadMissing, UndecryptablePayload):
                outcome = None
        words = _words(outcome) if outcome else _UNREADABLE
        return (push, outcome) if (message or "").lower() in words.lower() else None

    ended = await asyncio.gather(*(read(push) for push in pushes if push.closed))
    return BulkPlan(_grouped(ending for ending in ended if ending))


def _grouped(ended: Iterable[tuple[Listed, PushOutcome | None]]) -> list[FailureCause]:
    causes: dict[str, FailureCause] = {}
    for push, outcome in ended:
        message = cause_of(outcome) if outcome else _UNREADABLE
        cause = causes.setdefault(message, FailureCause(message))
        (cause.safe if outcome and is_safe(outcome) else cause.unclear).append(push)
    return sorted(causes.values(), key=lambda cause: -len(cause.pushes))


def _words(outcome: PushOutcome) -> str:
    return "\n".join(
        [outcome.message, *(f"{error.pointer} {error.message}" for error in outcome.errors)]
    )
