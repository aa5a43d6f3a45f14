"""Codat's last report of the day's requests: a memo that every worker and front door reads."""

from typing import Any

from temporalio import workflow


@workflow.defn(name="push-quota")
class QuotaReportWorkflow:
    """`push-quota`: a later report takes its place, and the server ends it with the day."""

    @workflow.run
    async def run(self, *_inputs: Any) -> None:  # noqa: ANN401, anybody may start it
        """Wait: the memo has all."""
        await workflow.wait_condition(lambda: False)
