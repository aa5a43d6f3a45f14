"""The claim on an operation: its id is all that matters, and it can be taken only once."""

from temporalio import workflow


@workflow.defn(name="push-claim")
class ClaimWorkflow:
    """`push-claim-<operationKey>` says which push adopted the operation."""

    @workflow.run
    async def run(self, holder: str) -> str:
        """Take the id of the push's workflow and give it back."""
        return holder
