"""Telling a backend how a push ended: a small workflow of its own, patient for days."""

from datetime import timedelta
from uuid import UUID

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.notification import (
        SUCCESSFUL,
        UNSUCCESSFUL,
        Notice,
        NoticeCompany,
        NoticePayload,
        NoticeRecord,
        NoticeRemarks,
    )
    from codat.models import PushStatus
    from workflows.activity_call import CallFailed, call
    from workflows.models import PushOutcome, PushRequest
    from workflows.other_workflow import done_apart
    from workflows.state import PushState

DELIVERY = timedelta(seconds=30)
DELIVER_FOR = timedelta(days=4)
AGAIN = RetryPolicy(
    initial_interval=timedelta(seconds=5),
    backoff_coefficient=3,
    maximum_interval=timedelta(hours=6),
)


@workflow.defn(name="push-notify")
class NotifyWorkflow:
    """Delivers one message, at least once; fails after four days of trying."""

    @workflow.run
    async def run(self, notice: Notice) -> bool:
        """Take the message, and say whether anybody was to be told."""
        try:
            return await call(
                "notify",
                notice,
                bool,
                start_to_close_timeout=DELIVERY,
                schedule_to_close_timeout=DELIVER_FOR,
                retry_policy=AGAIN,
            )
        except CallFailed as failure:
            raise ApplicationError(failure.message, type=failure.kind) from None


async def start_notification(state: PushState, outcome: PushOutcome) -> None:
    """Start telling the backend, if it is to be told; the push waits only for the start.

    A push that ended before a worker said how it is to behave can't know, and is told in any case.
    """
    if state.carried.policy and not state.carried.policy.notify:
        return
    if state.request.looks_only and outcome.may_still_land:
        return  # it has been told so before
    push_id = UUID(workflow.info().workflow_id.removeprefix("push-"))
    # Not the run's id: replayed after a reset, the past would name another child.
    message_id = f"{push_id}-{workflow.uuid4()}"
    failure = await done_apart(
        workflow.start_child_workflow(
            NotifyWorkflow.run,
            _notice(state.request, outcome, push_id, message_id),
            id=f"push-notify-{message_id}",
            # The server starts no child of a parent that ends in the same task, whatever this says.
            parent_close_policy=ParentClosePolicy.ABANDON,
            static_summary=f"tell how push {push_id} ended",
        )
    )
    if failure:
        workflow.logger.error("The backend is not told: %s", failure)


def _notice(request: PushRequest, outcome: PushOutcome, push_id: UUID, message_id: str) -> Notice:
    succeeded = outcome.status is PushStatus.SUCCESS
    data_type = request.target.operation_data_type
    now = workflow.now()
    return Notice(
        id=message_id,
        event_type=f"{data_type}.{SUCCESSFUL if succeeded else UNSUCCESSFUL}",
        generated_date=now,
        payload=NoticePayload(
            id=push_id,
            platform_push_operation_key=outcome.push_operation_key,
            type=data_type,
            reference_company=NoticeCompany(id=request.company_id),
            connection_id=request.connection_id,
            idempotency_key=request.idempotency_key,
            requested_on_date=outcome.requested_on_utc,
            completed_on_date=outcome.completed_on_utc or now,
            status=outcome.status.value,
            record=next(
                (NoticeRecord(id=record.id) for record in outcome.records if record.id), None
            ),
            error_message=None if succeeded else outcome.message,
            validation=NoticeRemarks(errors=outcome.errors, warnings=outcome.warnings),
            submitted=outcome.submitted,
            may_still_land=outcome.may_still_land,
        ),
    )
