"""The least that a workflow can be: what it costs is the floor of a server."""

from temporalio import workflow


@workflow.defn(name="empty")
class Empty:
    """Does nothing."""

    @workflow.run
    async def run(self) -> None:
        """Return."""
