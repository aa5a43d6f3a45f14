"""The one place that touches the inside of the SDK (temporalio 1.35.0): its workflow instance.

What its core does around an instance, in Rust, is rebuilt in `simulation.core`.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import temporalio
from temporalio.bridge.proto.workflow_activation import InitializeWorkflow, WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.common import MetricMeter
from temporalio.converter import DataConverter
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowInstance
from temporalio.worker._workflow import _WorkflowWorker

PINNED = "1.35.0"
"""The SDK whose inside this was written for."""


REPLAYED_QUEUE = "replay-None"
"""The task queue of which the SDK's Replayer tells a workflow, whatever its history says. The turn
of an update is named after it, so what is simulated has it, too, or could not be replayed."""


def check_version() -> None:
    """Raise RuntimeError for another SDK than the one that this was written for."""
    if temporalio.service.__version__ != PINNED:
        raise RuntimeError(
            f"The simulation knows the inside of temporalio {PINNED}, "
            f"not of {temporalio.service.__version__}."
        )


class WorkflowSdk:
    """Makes workflow instances as a worker does, without sandbox and without threads."""

    def __init__(
        self, workflows: Sequence[type], converter: DataConverter, task_queue: str
    ) -> None:
        check_version()
        runner = UnsandboxedWorkflowRunner()
        self._worker = _WorkflowWorker(
            bridge_worker=_no_bridge,
            namespace="default",
            task_queue=task_queue,
            workflows=workflows,
            workflow_task_executor=None,
            max_concurrent_workflow_tasks=None,
            workflow_runner=runner,
            unsandboxed_workflow_runner=runner,
            data_converter=converter,
            interceptors=[],
            workflow_failure_exception_types=[],
            patch_activation_callback=None,
            debug_mode=False,
            disable_eager_activity_execution=True,
            metric_meter=MetricMeter.noop,
            on_eviction_hook=None,
            disable_safe_eviction=False,
            should_enforce_versioning_behavior=False,
            assert_local_activity_valid=lambda _: None,
            encode_headers=False,
            max_workflow_task_external_storage_concurrency=1,
        )

    def create(self, activation: WorkflowActivation, start: InitializeWorkflow) -> WorkflowInstance:
        """Make the instance of a run; it is not activated yet."""
        return self._worker._create_workflow_instance(activation, start)  # noqa: SLF001


def activate(
    instance: WorkflowInstance, activation: WorkflowActivation
) -> WorkflowActivationCompletion:
    """Let a workflow take one step. The instance leaves its thread without a running loop."""
    loop = asyncio._get_running_loop()  # noqa: SLF001
    try:
        return instance.activate(activation)
    finally:
        asyncio._set_running_loop(loop)  # noqa: SLF001


def _no_bridge() -> Any:
    raise RuntimeError("There is no bridge in a simulation.")
