"""Runs that an operator paused: a status of Temporal 1.32 that SDK 1.35 does not know.

Without this module the SDK raises ValueError for each description and for each list that holds one.
"""

from temporalio.client import WorkflowExecution, WorkflowExecutionStatus

PAUSED = 8
"""`WORKFLOW_EXECUTION_STATUS_PAUSED`."""


def _running_if_paused(
    cls: type[WorkflowExecutionStatus], value: object
) -> WorkflowExecutionStatus | None:
    return cls.RUNNING if value == PAUSED else None


# A member can't be added to an enum; a paused run is one that runs, and goes on when it may.
WorkflowExecutionStatus._missing_ = classmethod(_running_if_paused)  # pyright: ignore[reportAttributeAccessIssue]


def is_paused(run: WorkflowExecution) -> bool:
    """Whether an operator paused this run, listed or described."""
    return run.raw_info.status == PAUSED
