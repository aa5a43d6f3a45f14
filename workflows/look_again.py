"""Looking again, for a day, at a push that ended in doubt: a small workflow of its own.

It begins an ordinary retry of the push that sends nothing. The newest run speaks for the push.
"""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.look_again import LookAgain
    from workflows.activity_call import CallFailed, call
    from workflows.models import PushOutcome
    from workflows.other_workflow import done_apart
    from workflows.state import PushState

LOOK_FOR = timedelta(days=1)
START_TIMEOUT = timedelta(minutes=1)
TRY_AGAIN = RetryPolicy(maximum_interval=timedelta(minutes=5))


@workflow.defn(name="push-look-again")
class LookAgainWorkflow:
    """`push-look-again-<push id>`: looks again, each time after twice as long."""

    @workflow.run
    async def run(self, ask: LookAgain) -> bool:
        """Say whether the push is out of doubt."""
        pause = ask.after
        while workflow.now() - workflow.info().workflow_start_time + pause <= LOOK_FOR:
            await workflow.sleep(pause, summary="until the next look")
            if await _look(ask):
                return True
            pause *= 2
        return False


async def _look(ask: LookAgain) -> bool:
    try:
        return await call(
            "look-again",
            ask,
            bool,
            start_to_close_timeout=START_TIMEOUT,
            retry_policy=TRY_AGAIN,
        )
    except CallFailed as failure:
        workflow.logger.warning("The push was not looked at: %s", failure)
        return False


async def start_looking_again(state: PushState, outcome: PushOutcome) -> None:
    """Have a push looked at again that ended in doubt after it sent a request."""
    after = state.policy.look_again_after
    if after is None or state.request.looks_only or not outcome.may_still_land:
        return
    push = workflow.info().workflow_id
    failure = await done_apart(
        workflow.start_child_workflow(
            LookAgainWorkflow.run,
            LookAgain(workflow_id=push, after=after),
            id=f"push-look-again-{push.removeprefix('push-')}",
            parent_close_policy=ParentClosePolicy.ABANDON,
            static_summary="look again at a push that ended in doubt",
        )
    )
    if failure:  # an earlier run's looks go on
        workflow.logger.info("No further looks are begun: %s", failure)
