"""Which pushes are a company's; a 404 tells nothing of another company's push."""

import asyncio
import time
from uuid import UUID

from cachetools import LRUCache
from temporalio.client import Client

from activities.visibility import equals
from dispatch.pushes import NoSuchPush, Push
from workflows.attributes import COMPANY_ID

MAX_KNOWN = 50_000

STEP = 0.05
"""Seconds. A 404 is answered after a whole number of steps: Temporal is slower where a push is."""


class OwnedPushes:
    """Finds a company's pushes by our key or Codat's, and remembers them.

    Whether another company has a push of that key shows neither in the answer nor in its time.
    """

    def __init__(self) -> None:
        self._known: LRUCache[tuple[UUID, UUID], UUID] = LRUCache(MAX_KNOWN)

    def add(self, company: UUID, push_id: UUID) -> None:
        """Remember a push that was just started."""
        self._known[company, push_id] = push_id

    async def find(self, client: Client, company: UUID, key: UUID) -> Push:
        """Find a company's push; NoSuchPush, after the same calls for any key."""
        begun = time.monotonic()
        push_id = (
            self._known.get((company, key))
            or await _listed(client, company, key)
            or await _described(client, company, key)
        )
        if push_id is None:
            await asyncio.sleep(seconds_to_step(time.monotonic() - begun))
            raise NoSuchPush(f"There is no push {key}.")
        self._known[company, key] = push_id
        return Push(client, push_id)


def seconds_to_step(seconds: float) -> float:
    """Give the seconds that are left until the next step."""
    return STEP - seconds % STEP


async def _listed(client: Client, company: UUID, key: UUID) -> UUID | None:
    # By our key too: its latest run may have been started by hand, and bear no company.
    names = f"({equals('PushOperationKey', key)} OR {equals('WorkflowId', f'push-{key}')})"
    query = f"{equals('WorkflowType', 'push')} AND {equals('CompanyId', company)} AND {names}"
    async for found in client.list_workflows(query, limit=1):
        return UUID(found.id.removeprefix("push-"))
    return None


async def _described(client: Client, company: UUID, key: UUID) -> UUID | None:
    """Look where the list lags behind a push that was just started."""
    try:
        description = await Push(client, key).describe()
    except NoSuchPush:
        return None
    owner = description.typed_search_attributes.get(COMPANY_ID)
    return key if owner == str(company) else None
