"""One push, from the request to its ending: this page is the product."""

from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

with workflow.unsafe.imports_passed_through():
    from codat.models import PushStatus
    from workflows.attributes import announce
    from workflows.models import PushOutcome, check_workflow_id, read_request
    from workflows.poll import poll
    from workflows.prepare import prepare
    from workflows.story import Ended, PushProgress, Story
    from workflows.submit import submit


@workflow.defn(name="push")
class PushWorkflow:
    """Carries one record into the company's accounting software, once."""

    def __init__(self) -> None:
        self._story: Story | None = None

    # Any arguments: what is no push request must fail the push, not its workflow task for ever.
    @workflow.run
    async def run(self, *arguments: Any) -> PushOutcome:  # noqa: ANN401
        """One push request in; the outcome out, as an error unless it is a success."""
        request = read_request(arguments)
        check_workflow_id(request, workflow.info().workflow_id)
        self._story = Story(request, requested=workflow.info().workflow_start_time)
        ended = await self._tell(self._story)
        announce(status=ended.outcome.status)
        if ended.outcome.status is PushStatus.SUCCESS:
            return ended.outcome
        raise ApplicationError(
            ended.outcome.message,
            ended.outcome,
            type=f"Push{ended.outcome.status.value}",
            non_retryable=True,
            category=ApplicationErrorCategory.BENIGN,
        )

    async def _tell(self, story: Story) -> Ended:
        try:
            await prepare(story)
            reading = await submit(story)
            return await poll(story, reading)
        except Ended as ended:
            return ended

    @workflow.signal(name="operation-updated")
    def operation_updated(self, *_hint: Any) -> None:  # noqa: ANN401
        """Take the hint that the platform has news of the operation: look now."""
        if self._story:
            self._story.hinted = True

    @workflow.query(name="progress")
    def progress(self) -> PushProgress | None:
        """Where the push stands."""
        return self._story.progress if self._story else None
