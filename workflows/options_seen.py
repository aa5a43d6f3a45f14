"""A document of options as it was seen: the memo of a run that ends at once."""

from typing import Any

from temporalio import workflow


@workflow.defn(name="push-options")
class OptionsSeenWorkflow:
    """`push-options-<connection>/<data type>`: its runs are kept as long as those of pushes."""

    @workflow.run
    async def run(self, *_inputs: Any) -> None:  # noqa: ANN401, anybody may start it
        """Do nothing: the memo has all."""
