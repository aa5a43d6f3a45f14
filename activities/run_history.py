"""One run's history, read event by event."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from temporalio.api.enums.v1 import ContinueAsNewInitiator, EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from activities.find_models import FindSubmission, Purpose, SearchResult
from activities.models import Attempt, OperationSnapshot, digest_of
from activities.payload_context import converter_of
from activities.prior_runs import PastEvent, PastEventKind, PriorOutcome
from activities.wire import Wire
from codat.kinds import PushKind, kind_of, path_of
from surepush_client.attached_file import AttachedFile

T = TypeVar("T")

_CONTINUED = ContinueAsNewInitiator.CONTINUE_AS_NEW_INITIATOR_WORKFLOW
"""Why a run began: its workflow went on in it; a retry policy and a cron schedule have others."""


class _Carried(Wire):
    """The part of what a run carries to the next one that tells the past."""

    ledger: dict[str, Any]


class _RunStart(Wire):
    """The part of a push request that tells of earlier runs."""

    kind: PushKind | None = None
    record_id: str | None = None
    data: dict[str, Any] = {}
    file: AttachedFile | None = None
    attachment_id: str | None = None
    retry_of: str | None = None
    first_digest: str | None = None
    resume: _Carried | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of what the run was asked to push."""
        path = path_of(kind_of(self.kind, self.record_id), self.record_id, self.attachment_id)
        return digest_of(path, self.file.facts if self.file else self.data)


class Reader:
    """Turns the events of one run into facts."""

    def __init__(self, client: Client, workflow_id: str, run_id: str) -> None:
        self._converter = converter_of(client, workflow_id)
        self._run_id = run_id
        self._scheduled: dict[int, Attempt | FindSubmission | None] = {}
        self._foreign: set[int] = set()
        self.facts: list[PastEvent] = []
        self.told: list[PriorOutcome] = []
        self.retry_of: str | None = None
        self.digests: list[str] = []

    async def read(self, events: Sequence[HistoryEvent], cut: int) -> None:
        """Take in how the run began, and its events from `cut` on, which no other run has."""
        for event in events[:1]:
            await self._has_begun(event, is_copy=cut > 0)
        for event in events[cut:]:
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
                    self._was_answered(event, attributes.scheduled_event_id, "Lost")
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
                    PastEvent(
                        at=_time(event),
                        kind=PastEventKind.SCHEDULED,
                        number=attempt.number,
                        minutes=attempt.timeout_in_minutes,
                        digest=attempt.frozen_digest,
                    )
                )
                self._scheduled[event.event_id] = attempt
                # Of a run that can't be read: only an operation proves how it ended.
                if attempt.run_id != self._run_id:
                    self._foreign.add(event.event_id)
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
        ask, given = self._scheduled[attributes.scheduled_event_id], attributes.result.payloads
        try:
            result = await self._decode(
                given, SearchResult if isinstance(ask, FindSubmission) else OperationSnapshot
            )
        except ValueError:
            return  # an operator completed it by hand: it tells no more than no answer
        if isinstance(ask, FindSubmission):
            self.facts += _looked(_time(event), ask, cast("SearchResult", result))
            return
        snapshot = cast("OperationSnapshot", result)
        operation = snapshot.operation
        self.facts.append(
            PastEvent(
                at=_time(event),
                kind=PastEventKind.ANSWERED if isinstance(ask, Attempt) else PastEventKind.READ,
                number=ask.number if isinstance(ask, Attempt) else 0,
                operation=operation.push_operation_key,
                status=operation.status.value,
                is_new=snapshot.is_new,
            )
        )

    def _was_answered(self, event: HistoryEvent, scheduled: int, error: str) -> None:
        ask = self._scheduled.get(scheduled)
        if isinstance(ask, Attempt) and scheduled not in self._foreign:
            self.facts.append(
                PastEvent(
                    at=_time(event), kind=PastEventKind.ANSWERED, number=ask.number, error=error
                )
            )

    async def _has_ended(self, event: HistoryEvent, payloads: Sequence[object]) -> None:
        outcome = await self._decode(payloads, PriorOutcome)
        self.told.append(outcome)
        if outcome.submitted and outcome.status in ("TimedOut", "Unknown"):
            self.facts.append(
                PastEvent(at=_time(event), kind=PastEventKind.HELD, status=outcome.status)
            )

    async def _has_begun(self, event: HistoryEvent, *, is_copy: bool) -> None:
        """Take in what a run was begun with; what is no push request tells nothing.

        What the run before knew counts only where the server continued it: else it is a copy.
        """
        begun = event.workflow_execution_started_event_attributes
        try:
            start = await self._decode(begun.input.payloads, _RunStart)
        except (ValueError, ApplicationError):
            return
        self.retry_of = start.retry_of
        self.digests = [start.digest, *([start.first_digest] if start.first_digest else [])]
        if start.resume and begun.initiator == _CONTINUED and not is_copy:
            carried = start.resume.ledger
            self.facts.append(
                PastEvent(at=_time(event), kind=PastEventKind.CARRIED, ledger=carried)
            )

    async def _decode(self, payloads: Sequence[object], kind: type[T]) -> T:
        (value,) = await self._converter.decode(payloads, [kind])  # pyright: ignore[reportArgumentType]
        return value


def _looked(at: datetime, ask: FindSubmission, found: SearchResult) -> list[PastEvent]:
    if found.adopted:
        operation = found.adopted.operation
        return [
            PastEvent(
                at=at,
                kind=PastEventKind.ADOPTED,
                operation=operation.push_operation_key,
                status=operation.status.value,
            )
        ]
    if ask.purpose is Purpose.SETTLE:
        seen = [candidate.push_operation_key for candidate in found.candidates]
        return [PastEvent(at=at, kind=PastEventKind.SETTLED, excluded=seen)]
    if found.candidates:
        return []
    return [
        PastEvent(
            at=at,
            kind=PastEventKind.NOT_FOUND if ask.purpose is Purpose.DECIDE else PastEventKind.ALONE,
        )
    ]


def _time(event: HistoryEvent) -> datetime:
    return event.event_time.ToDatetime(tzinfo=UTC)
