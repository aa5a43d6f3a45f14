"""Remembering what earlier runs of a push did, out of their histories."""

from collections.abc import Sequence
from datetime import timedelta

from temporalio import activity
from temporalio.api.enums.v1 import WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.service import RPCError, RPCStatusCode

from activities.heartbeat import heartbeating
from activities.models import PushPolicy
from activities.prior_runs import PastEvent, PastEventKind, PriorOutcome, PriorRuns, Recall
from activities.run_history import Reader
from activities.server_time import ServerTime
from activities.visibility import equals

LISTED_SOON = timedelta(seconds=1)

MAX_MEMORY = 512 * 1024
"""Bytes of what is told of earlier runs, besides the outcome of one that succeeded."""

MAX_UNREADABLE = 100


class RecallActivities:
    """Reads the histories of all runs of one push."""

    def __init__(self, client: Client, policy: PushPolicy) -> None:
        self._client = client
        self._policy = policy

    @activity.defn(name="recall")
    async def recall(self, ask: Recall) -> PriorRuns:
        """Tell all that the histories of all runs prove; what can't be read is said so."""
        async with heartbeating():
            runs = await self._runs(ask, ServerTime())
            prior = _fitting(await prior_runs_of(self._client, ask.workflow_id, runs), runs)
        return prior.model_copy(update={"policy": self._policy})

    async def _runs(self, ask: Recall, server: ServerTime) -> list[str]:
        """Name all runs, once the asking run is listed and older than the list may lag behind."""
        query = equals("WorkflowId", ask.workflow_id)
        runs = {run.run_id: run async for run in self._client.list_workflows(query)}
        left = LISTED_SOON
        if asking := runs.get(ask.run_id):
            # The server writes its list in any order: an earlier run may come after a later one.
            left = asking.start_time + self._policy.list_lag - server.now()
        if left > timedelta():
            raise ApplicationError(
                "The runs of this push are not all listed yet.",
                type="NotListedYet",
                next_retry_delay=left,
                category=ApplicationErrorCategory.BENIGN,
            )
        return list(runs)


async def prior_runs_of(client: Client, workflow_id: str, runs: Sequence[str]) -> PriorRuns:
    """Read the histories of these runs; those that are gone are named as unreadable."""
    past = _Past(client, workflow_id)
    for run_id in runs:
        await past.read(run_id)
    successes = [ending for ending in past.told if ending[0].status == "Success"]
    success, digests = successes[0] if successes else (None, [])
    return PriorRuns(
        facts=_last_readings(_not_carried(sorted(past.facts, key=lambda fact: fact.at))),
        success=success,
        success_digests=digests,
        unreadable=past.unreadable,
        retries=past.retries,
    )


def _fitting(prior: PriorRuns, runs: Sequence[str]) -> PriorRuns:
    """Call runs unreadable that left more behind than a payload holds: all may have happened."""
    without_success = prior.model_copy(update={"success": None})
    if len(without_success.model_dump_json()) > MAX_MEMORY:
        prior = prior.model_copy(update={"facts": [], "retries": {}, "unreadable": list(runs)})
    return prior.model_copy(update={"unreadable": prior.unreadable[:MAX_UNREADABLE]})


class _Past:
    """Gathers what the runs of one push have left behind."""

    def __init__(self, client: Client, workflow_id: str) -> None:
        self._client = client
        self._workflow_id = workflow_id
        self._known: set[str] = set()
        self.facts: list[PastEvent] = []
        self.told: list[tuple[PriorOutcome, list[str]]] = []
        self.unreadable: list[str] = []
        self.retries: dict[str, str] = {}

    async def read(self, run_id: str) -> bool:
        """Read a run and those that it was reset from, listed or not; tell if it is readable."""
        if run_id in self._known:
            return run_id not in self.unreadable
        self._known.add(run_id)
        reader = Reader(self._client, self._workflow_id, run_id)
        try:
            handle = self._client.get_workflow_handle(self._workflow_id, run_id=run_id)
            events = [event async for event in handle.fetch_history_events()]
            bases = {event_id: await self.read(base) for event_id, base in _resets(events)}
            cut = max((event_id for event_id, is_read in bases.items() if is_read), default=0)
            await reader.read(events, cut)
        except (RPCError, ValueError) as error:
            if isinstance(error, RPCError) and error.status is not RPCStatusCode.NOT_FOUND:
                raise
            self.unreadable.append(run_id)
        self.facts += reader.facts
        self.told += [(outcome, reader.digests) for outcome in reader.told]
        if reader.retry_of:
            self.retries[run_id] = reader.retry_of
        return run_id not in self.unreadable


def _not_carried(facts: Sequence[PastEvent]) -> Sequence[PastEvent]:
    """Leave out what the last run that was continued has carried on itself."""
    carried = [place for place, fact in enumerate(facts) if fact.kind is PastEventKind.CARRIED]
    return facts[carried[-1] :] if carried else facts


def _last_readings(facts: Sequence[PastEvent]) -> list[PastEvent]:
    """Leave out all readings of an operation but the last: there may be thousands."""
    last = {fact.operation: fact for fact in facts if fact.kind is PastEventKind.READ}
    return [
        fact
        for fact in facts
        if fact.kind is not PastEventKind.READ or fact is last[fact.operation]
    ]


def _resets(events: Sequence[HistoryEvent]) -> list[tuple[int, str]]:
    """Name the events at which a reset cut the history, and the run that it was copied from."""
    cause = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW
    failed = [(event.event_id, event.workflow_task_failed_event_attributes) for event in events]
    return [
        (event_id, failure.base_run_id) for event_id, failure in failed if failure.cause == cause
    ]
