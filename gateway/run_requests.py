"""What runs were asked; a run's input never changes, so it is read once."""

from cachetools import LRUCache
from temporalio.client import Client

from codat.turns import is_large
from dispatch.runs import asked_of
from workflows.models import PushRequest

MAX_KNOWN = 4_000
"""Runs, none of whose requests is large."""


class RunRequests:
    """Reads the requests of runs, and keeps the small ones."""

    def __init__(self) -> None:
        self._known: LRUCache[str, PushRequest] = LRUCache(MAX_KNOWN)

    async def read(self, client: Client, workflow_id: str, run_id: str) -> PushRequest | None:
        """Give what a run was asked; None when that is no such push.

        Raises: RPCError, also for a run that the namespace has forgotten.
        """
        if run_id in self._known:
            return self._known[run_id]
        request = await asked_of(client, workflow_id, run_id)
        if request and not is_large(request):
            self._known[run_id] = request
        return request
