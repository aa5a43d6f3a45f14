"""Starting a workflow: whether it may be, and what its first event says."""

from temporalio.api.common.v1 import GrpcStatus
from temporalio.api.enums.v1 import WorkflowExecutionStatus, WorkflowIdReusePolicy
from temporalio.api.errordetails.v1 import WorkflowExecutionAlreadyStartedFailure
from temporalio.api.history.v1 import WorkflowExecutionStartedEventAttributes
from temporalio.api.workflowservice import v1 as api
from temporalio.service import RPCError, RPCStatusCode

from simulation.server.run import Run


def may_start_again(latest: Run, policy: int) -> bool:
    """Tell whether the id of an ended run may be used again."""
    if policy == WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE:
        return False
    if policy == WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY:
        return latest.status != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED
    return True


def already_started(run: Run) -> RPCError:
    """Make the error of a start whose id is taken."""
    message = "Workflow execution already started"
    status = GrpcStatus(code=RPCStatusCode.ALREADY_EXISTS, message=message)
    detail = WorkflowExecutionAlreadyStartedFailure(
        run_id=run.run_id, first_execution_run_id=run.start.first_execution_run_id
    )
    status.details.add().Pack(detail)
    return RPCError(message, RPCStatusCode.ALREADY_EXISTS, status.SerializeToString())


def started_attributes(
    request: api.StartWorkflowExecutionRequest | api.SignalWithStartWorkflowExecutionRequest,
) -> WorkflowExecutionStartedEventAttributes:
    """Give what the first event of the run says."""
    attributes = WorkflowExecutionStartedEventAttributes(
        workflow_type=request.workflow_type,
        task_queue=request.task_queue,
        cron_schedule=request.cron_schedule,
    )
    for name in ("input", "memo", "search_attributes", "header", "priority", "retry_policy"):
        if request.HasField(name):
            getattr(attributes, name).CopyFrom(getattr(request, name))
    if request.HasField("workflow_run_timeout"):
        attributes.workflow_run_timeout.CopyFrom(request.workflow_run_timeout)
    return attributes
