"""Remembering what earlier runs of a push did: their histories, read event by event."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from temporalio import activity
from temporalio.api.enums.v1 import EventType, TimeoutType, WorkflowTaskFailedCause
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.service import RPCError, RPCStatusCode

from activities.beating import beating
from activities.models import (
    Attempt,
    Conduct,
    Fact,
    FindSubmission,
    Kind,
    Look,
    Memory,
    Purpose,
    Reading,
    Recall,
    Told,
)

LISTED_SOON = timedelta(seconds=1)

T = TypeVar("T")


class RecallActivities:
    """Reads the histories of all runs of one push."""

    def __init__(self, client: Client, conduct: Conduct) -> None:
        self._client = client
        self._conduct = conduct

    @activity.defn(name="recall")
    async def recall(self, ask: Recall) -> Memory:
        """Tell all that the histories of all runs prove; what can't be read is said so."""
        async with beating():
            runs = await self._runs(ask)
            memory = await memory_of(self._client, ask.workflow_id, runs)
        return memory.model_copy(update={"conduct": self._conduct})

    async def _runs(self, ask: Recall) -> list[str]:
        query = f'WorkflowId="{ask.workflow_id}"'
        runs = [run.run_id async for run in self._client.list_workflows(query)]
        # The list lags behind: only when it shows the asking run does it show those before it.
        if ask.run_id not in runs:
            raise ApplicationError(
                "The runs of this push are not all listed yet.",
                type="NotListedYet",
                next_retry_delay=LISTED_SOON,
                category=ApplicationErrorCategory.BENIGN,
            )
        return runs


async def memory_of(client: Client, workflow_id: str, runs: Sequence[str]) -> Memory:
    """Read the histories of these runs; those that are gone are named as unreadable."""
    facts: list[Fact] = []
    told: list[Told] = []
    unreadable: list[str] = []
    for run_id in runs:
        reader = _Reader(client, run_id)
        try:
            handle = client.get_workflow_handle(workflow_id, run_id=run_id)
            await reader.read([event async for event in handle.fetch_history_events()], runs)
        except (RPCError, ValueError) as error:
            if isinstance(error, RPCError) and error.status is not RPCStatusCode.NOT_FOUND:
                raise
            unreadable.append(run_id)
        facts += reader.facts
        told += reader.told
    return Memory(
        facts=sorted(facts, key=lambda fact: fact.at),
        success=next((one for one in told if one.status == "Success"), None),
        unreadable=unreadable,
    )


class _Reader:
    """Turns the events of one run into facts."""

    def __init__(self, client: Client, run_id: str) -> None:
        self._converter = client.data_converter
        self._run_id = run_id
        self._scheduled: dict[int, Attempt | FindSubmission | None] = {}
        self.facts: list[Fact] = []
        self.told: list[Told] = []

    async def read(self, events: Sequence[HistoryEvent], runs: Sequence[str]) -> None:
        for event in _own(events, runs):
            match event.event_type:
                case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                    await self._was_scheduled(event)
                case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                    await self._was_completed(event)
                case EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED:
                    attributes = event.activity_task_failed_event_attributes
                    kind = attributes.failure.application_failure_info.type
                    self._was_answered(event, attributes.scheduled_event_id, kind or "Lost")
                case EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
                    attributes = event.activity_task_timed_out_event_attributes
                    error = _timed_out(attributes.failure)
                    self._was_answered(event, attributes.scheduled_event_id, error)
                case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
                    payloads = event.workflow_execution_completed_event_attributes.result.payloads
                    await self._has_ended(event, payloads)
                case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
                    failure = event.workflow_execution_failed_event_attributes.failure
                    info = failure.application_failure_info
                    if info.type.startswith("Push"):
                        await self._has_ended(event, info.details.payloads)
                case _:
                    pass

    async def _was_scheduled(self, event: HistoryEvent) -> None:
        attributes = event.activity_task_scheduled_event_attributes
        payloads = attributes.input.payloads
        match attributes.activity_type.name:
            case "push":
                attempt = await self._decode(payloads, Attempt)
                self.facts.append(
                    Fact(
                        at=_time(event),
                        kind=Kind.SCHEDULED,
                        number=attempt.number,
                        minutes=attempt.timeout_in_minutes,
                        digest=attempt.frozen_digest,
                    )
                )
                # An attempt of a run that can't be read: its end isn't known here.
                own = attempt.run_id == self._run_id
                self._scheduled[event.event_id] = attempt if own else None
            case "find-submission":
                ask = await self._decode(payloads, FindSubmission)
                self._scheduled[event.event_id] = ask
            case "poll-status":
                self._scheduled[event.event_id] = None
            case _:
                pass

    async def _was_completed(self, event: HistoryEvent) -> None:
        attributes = event.activity_task_completed_event_attributes
        if attributes.scheduled_event_id not in self._scheduled:
            return
        ask = self._scheduled[attributes.scheduled_event_id]
        if isinstance(ask, FindSubmission):
            look = await self._decode(attributes.result.payloads, Look)
            self.facts += _looked(_time(event), ask, look)
            return
        operation = (await self._decode(attributes.result.payloads, Reading)).operation
        self.facts.append(
            Fact(
                at=_time(event),
                kind=Kind.ANSWERED if isinstance(ask, Attempt) else Kind.READ,
                number=ask.number if isinstance(ask, Attempt) else 0,
                operation=operation.push_operation_key,
                status=operation.status.value,
            )
        )

    def _was_answered(self, event: HistoryEvent, scheduled: int, error: str) -> None:
        ask = self._scheduled.get(scheduled)
        if isinstance(ask, Attempt):
            self.facts.append(
                Fact(at=_time(event), kind=Kind.ANSWERED, number=ask.number, error=error)
            )

    async def _has_ended(self, event: HistoryEvent, payloads: Sequence[object]) -> None:
        told = await self._decode(payloads, Told)
        self.told.append(told)
        if told.submitted and told.status in ("TimedOut", "Unknown"):
            self.facts.append(Fact(at=_time(event), kind=Kind.HELD, status=told.status))

    async def _decode(self, payloads: Sequence[object], kind: type[T]) -> T:
        (value,) = await self._converter.decode(payloads, [kind])  # pyright: ignore[reportArgumentType]
        return value


def _own(events: Sequence[HistoryEvent], runs: Sequence[str]) -> Sequence[HistoryEvent]:
    """Leave out what a reset copied from a run that is read itself."""
    for index in range(len(events) - 1, -1, -1):
        failed = events[index].workflow_task_failed_event_attributes
        cause = WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW
        if failed.cause == cause and failed.base_run_id in runs:
            return events[index + 1 :]
    return events


def _looked(at: datetime, ask: FindSubmission, look: Look) -> list[Fact]:
    if look.adopted:
        operation = look.adopted.operation
        return [
            Fact(
                at=at,
                kind=Kind.ADOPTED,
                operation=operation.push_operation_key,
                status=operation.status.value,
            )
        ]
    if ask.purpose is Purpose.SETTLE:
        seen = [candidate.push_operation_key for candidate in look.candidates]
        return [Fact(at=at, kind=Kind.SETTLED, excluded=seen)]
    if ask.purpose is Purpose.DECIDE and not look.candidates:
        return [Fact(at=at, kind=Kind.NOT_FOUND)]
    return []


def _timed_out(failure: Failure) -> str:
    never_started = TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START
    return "NotSent" if failure.timeout_failure_info.timeout_type == never_started else "Lost"


def _time(event: HistoryEvent) -> datetime:
    return event.event_time.ToDatetime(tzinfo=UTC)
