"""One run of a push, told event by event."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from temporalio.api.enums.v1 import EventType, PendingActivityState
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import (
    PendingActivityInfo,
    PendingWorkflowTaskInfo,
    WorkflowExecutionPauseInfo,
)
from temporalio.converter import DataConverter

from activities.find_models import FindSubmission, SearchResult
from activities.models import Attempt, OperationSnapshot, OptionsDigest, Prepared, ValidationResult
from activities.start_memo import CALLER_MEMO
from dispatch.timeline import book_reading
from dispatch.timeline.book_reading import what_was_read
from dispatch.timeline.external_events import (
    TASK_FAILED,
    asked,
    from_outside,
    paused_activity,
    paused_run,
    told_end,
)
from dispatch.timeline.resend_reasons import ResendReasons
from dispatch.timeline.timeline import (
    Timeline,
    TimelineEvent,
    decoded,
    remarks,
    timeline_event,
    words,
)
from workflows.models import PushRequest

_FAILED = {
    "fetch-options": "fetching the options failed",
    "validate": "checked the record, in vain",
    "push": "sent the record, or tried to",
    "poll-status": "asked how the operation stands, in vain",
    "find-submission": "looked for the request in Codat's list, in vain",
    "recall": "read what other runs did, in vain",
    **book_reading.FAILED,
}
_RESULTS = {
    "fetch-options": OptionsDigest,
    "validate": ValidationResult,
    "push": OperationSnapshot,
    "poll-status": OperationSnapshot,
    "find-submission": SearchResult,
    **book_reading.RESULTS,
}


@dataclass
class _Step:
    """An activity under way; `ask` is its input where that matters, `begun` its last attempt."""

    name: str = ""
    ask: Any = None
    who: str = ""
    begun: datetime | None = None

    def seconds(self, end: HistoryEvent) -> float | None:
        """Return how long it ran until its end; None for one that never began."""
        ended = end.event_time.ToDatetime(tzinfo=UTC)
        return (ended - self.begun).total_seconds() if self.begun else None


@dataclass
class HistoryReader:
    """Reads the events of one run into the story of its push."""

    told: Timeline
    safety: ResendReasons
    converter: DataConverter
    run: int
    steps: dict[int, _Step] = field(default_factory=dict[int, _Step])

    async def read(self, event: HistoryEvent) -> None:
        """Take in one event; those that a person need not know are passed over."""
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
                moment = await self._started(event)
            case EventType.EVENT_TYPE_MARKER_RECORDED:
                moment = await self._prepared(event)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                moment = await self._scheduled(event)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED:
                begun = event.activity_task_started_event_attributes
                step = self._step(begun.scheduled_event_id)
                step.who, step.begun = begun.identity, event.event_time.ToDatetime(tzinfo=UTC)
                moment = None
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                moment = await self._completed(event)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED:
                failed = event.activity_task_failed_event_attributes
                moment = await self._failed(event, failed.scheduled_event_id, failed.failure)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT:
                late = event.activity_task_timed_out_event_attributes
                moment = await self._failed(event, late.scheduled_event_id, late.failure)
            case _:
                moment = await from_outside(self.converter, event, self.run)
                moment = moment or await told_end(self.converter, event, self.run)
        if moment:
            self.told.moments.append(moment)

    async def look_at(self, pending: PendingActivityInfo) -> None:
        """Take in an activity that the server repeats: of its failures no event tells."""
        paused = paused_activity(pending, self.run)
        if paused:
            self.told.moments.append(paused)
        if not pending.HasField("last_failure") or pending.activity_type.name not in _FAILED:
            return
        what = _FAILED[pending.activity_type.name]
        if pending.state == PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED:
            what += f"; it is asked again at {pending.scheduled_time.ToDatetime():%H:%M:%S}"
        text = await words(self.converter, pending.last_failure)
        at = pending.last_attempt_complete_time.ToDatetime(tzinfo=UTC)
        who = pending.last_worker_identity
        times = pending.attempt - 1
        self.told.moments.append(TimelineEvent(at, self.run, what, who, said=(text,), times=times))

    def look_at_pause(self, pause: WorkflowExecutionPauseInfo) -> None:
        """Take in that the whole run is paused."""
        paused = paused_run(pause, self.run)
        if paused:
            self.told.moments.append(paused)

    def look_at_task(self, pending: PendingWorkflowTaskInfo) -> None:
        """Take in how often a workflow task failed: only the first time is an event."""
        last = self.told.moments[-1] if self.told.moments else None
        if last and last.what == TASK_FAILED:
            times, until = pending.attempt - 1, pending.scheduled_time.ToDatetime(tzinfo=UTC)
            if times > last.times:
                self.told.moments[-1] = replace(last, times=times, until=until)

    def _step(self, scheduled: int) -> _Step:
        return self.steps.setdefault(scheduled, _Step())

    async def _started(self, event: HistoryEvent) -> TimelineEvent:
        begun = event.workflow_execution_started_event_attributes
        request = await decoded(self.converter, begun.input.payloads, PushRequest)
        caller = [begun.memo.fields[CALLER_MEMO]] if CALLER_MEMO in begun.memo.fields else []
        before = self.told.request
        if request:
            self.told.requests[self.run] = request
        return asked(event, self.run, request, before, await decoded(self.converter, caller, str))

    async def _prepared(self, event: HistoryEvent) -> TimelineEvent | None:
        payloads = event.marker_recorded_event_attributes.details["result"].payloads
        result = await decoded(self.converter, payloads, Prepared)
        if result is None or not result.options.sha256:
            return None
        what, texts = self._result(_Step(), result.verdict)
        wanted, _ = self._result(_Step(), result.options)
        return timeline_event(event, self.run, f"{wanted}; {what}", texts=texts)

    async def _scheduled(self, event: HistoryEvent) -> TimelineEvent | None:
        planned = event.activity_task_scheduled_event_attributes
        step = self._step(event.event_id)
        step.name = planned.activity_type.name
        if step.name == "find-submission":
            step.ask = await decoded(self.converter, planned.input.payloads, FindSubmission)
        if step.name != "push":
            return None
        step.ask = attempt = await decoded(self.converter, planned.input.payloads, Attempt)
        if attempt is None:
            return None
        key = f", idempotency key {attempt.idempotency_key}" if attempt.idempotency_key else ""
        why = self.safety.before(attempt)
        return timeline_event(event, self.run, f"submission {attempt.number}{key}", why=why)

    async def _completed(self, event: HistoryEvent) -> TimelineEvent | None:
        done = event.activity_task_completed_event_attributes
        step = self._step(done.scheduled_event_id)
        took = step.seconds(event)
        if step.name == "recall":
            what = "read what all runs of this push did"
            return timeline_event(event, self.run, what, step.who, seconds=took)
        kind = _RESULTS.get(step.name)
        result = await decoded(self.converter, done.result.payloads, kind) if kind else None
        what, texts = self._result(step, result)
        if not what:
            return None
        return timeline_event(event, self.run, what, step.who, texts=texts, seconds=took)

    def _result(self, step: _Step, result: object) -> tuple[str, list[str]]:
        match result:
            case OptionsDigest():
                fields = f"{result.fields} fields, {result.required} required"
                return f"asked what the accounting software wants: {fields}", []
            case ValidationResult():
                counts = f"{_some(result.errors, 'error')}, {_some(result.warnings, 'warning')}"
                return f"checked the record: {counts}", remarks(result.errors)
            case OperationSnapshot():
                return self._reading(step, result)
            case SearchResult() if isinstance(step.ask, FindSubmission):
                self.safety.looked(step.ask.purpose, result)
                return _look(result)
            case _:
                return what_was_read(result)

    def _reading(self, step: _Step, snapshot: OperationSnapshot) -> tuple[str, list[str]]:
        self.safety.answered(snapshot)
        operation = snapshot.operation
        status = operation.status_text or operation.status.value
        texts = [operation.error_message or "", *remarks(snapshot.errors)]
        key = operation.push_operation_key
        if step.name == "push":
            texts += remarks(snapshot.warnings)
            return f"Codat took it: operation {key}, {status}", texts
        return f"asked how operation {key} stands: {status}", texts

    async def _failed(
        self, event: HistoryEvent, scheduled: int, failure: Failure
    ) -> TimelineEvent | None:
        step = self._step(scheduled)
        if step.name not in _FAILED:
            return None
        if step.name == "push":
            self.safety.refused(failure.application_failure_info.type)
        is_late = failure.HasField("timeout_failure_info")
        text = "The worker did not report back in time."
        if not is_late:
            text = await words(self.converter, failure)
        what, took = _FAILED[step.name], step.seconds(event)
        return timeline_event(event, self.run, what, step.who, texts=[text], seconds=took)


def _some(findings: Sequence[object], what: str) -> str:
    return f"{len(findings)} {what}{'' if len(findings) == 1 else 's'}"


def _look(look: SearchResult) -> tuple[str, list[str]]:
    what = "looked for the request in Codat's list: "
    texts = [f"it may be operation {candidate.push_operation_key}" for candidate in look.candidates]
    if look.adopted:
        return f"{what}it is operation {look.adopted.operation.push_operation_key}", []
    found = f"candidates: {len(texts) + look.more}" if texts else "it is not there"
    return what + found, [*texts, look.hindrance or ""]
