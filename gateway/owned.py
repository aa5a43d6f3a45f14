"""Which pushes are a company's: nothing is asked about a push before it is known to be its own."""

import asyncio
from uuid import UUID

from cachetools import LRUCache
from temporalio.client import Client

from activities.visibility import equals
from dispatch.pushes import NoSuchPush, Push

MOST_KNOWN = 50_000

AGAIN = (0.3, 1.0)
"""Seconds after which the list is asked again: it lags behind a push that was just started."""


class OwnedPushes:
    """Finds a company's pushes by our key or Codat's, and remembers them.

    Whether another company has a push of that key shows neither in the answer nor in its time.
    """

    def __init__(self) -> None:
        self._known: LRUCache[tuple[UUID, UUID], UUID] = LRUCache(MOST_KNOWN)

    def add(self, company: UUID, push_id: UUID) -> None:
        """Remember a push that was just started."""
        self._known[company, push_id] = push_id

    async def find(self, client: Client, company: UUID, key: UUID) -> Push:
        """Find a company's push; NoSuchPush, always after the same waits."""
        push_id = self._known.get((company, key)) or await _listed(client, company, key)
        for seconds in AGAIN:
            if push_id:
                break
            await asyncio.sleep(seconds)
            push_id = await _listed(client, company, key)
        if push_id is None:
            raise NoSuchPush(f"There is no push {key}.")
        self._known[company, key] = push_id
        return Push(client, push_id)


async def _listed(client: Client, company: UUID, key: UUID) -> UUID | None:
    # By our key too: its latest run may have been started by hand, and bear no company.
    names = f"({equals('PushOperationKey', key)} OR {equals('WorkflowId', f'push-{key}')})"
    query = f"{equals('WorkflowType', 'push')} AND {equals('CompanyId', company)} AND {names}"
    async for found in client.list_workflows(query, limit=1):
        return UUID(found.id.removeprefix("push-"))
    return None
