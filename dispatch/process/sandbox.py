"""The sandbox that pushes run in; a worker and replay use the same."""

from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions


class Sandbox(SandboxedWorkflowRunner):
    """The SDK's own, without asking each workflow in whose context its payloads are converted.

    No converter of ours asks for it, and the SDK enters the sandbox once for each payload to learn
    it: a fifth of a worker's processor time.
    """

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """Make the sandbox of one run."""
        instance = super().create_instance(det)
        instance.get_serialization_context = lambda command_info: None  # noqa: ARG005, the SDK's name
        return instance


RUNNER = Sandbox(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(
        "activities", "codat", "surepush_client", "workflows"
    )
)
