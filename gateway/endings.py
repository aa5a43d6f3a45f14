"""How runs ended, each in one sentence; what was read once is kept, since an ending stays."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

from cachetools import LRUCache
from temporalio.client import Client
from temporalio.service import RPCError

from dispatch.ending import ending_of
from dispatch.payloads.encryption import UndecryptablePayload
from dispatch.payloads.storage import PayloadMissing
from dispatch.pushes import InvalidPushRequest, NoSuchPush, Push

MAX_KNOWN = 20_000
_AT_ONCE = 10
_UNREADABLE = "How it ended can't be read here: a key or a large record is missing."


class Endings:
    """Reads the messages of runs that are over."""

    def __init__(self) -> None:
        self._known: LRUCache[str, str] = LRUCache(MAX_KNOWN)

    async def reasons(self, client: Client, runs: Mapping[str, UUID]) -> dict[str, str]:
        """Give the reason of each run, by run id, for the push ids of closed runs by run id."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def read(run_id: str, push_id: UUID) -> tuple[str, str]:
            async with gate:
                return run_id, await self._reason(client, push_id, run_id)

        return dict(await asyncio.gather(*(read(*item) for item in runs.items())))

    async def _reason(self, client: Client, push_id: UUID, run_id: str) -> str:
        if run_id in self._known:
            return self._known[run_id]
        try:
            outcome = await ending_of(Push(client, push_id), run_id)
        except InvalidPushRequest as error:
            reason = f"Nothing was sent: {error}"
        except (PayloadMissing, UndecryptablePayload):
            return _UNREADABLE
        except (NoSuchPush, RPCError):
            return ""
        else:
            first = outcome.errors[0] if outcome.errors else None
            reason = first.message if first else outcome.message
        self._known[run_id] = reason
        return reason
