"""Has the steps of a plan started: at once where that works, else patiently."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.heartbeat import HEARTBEAT
    from activities.plan_steps import StartSteps, StepsStarted
    from workflows.activity_call import CallFailed, call
    from workflows.markdown import plain

START_AT_ONCE = timedelta(seconds=5)
START_WITHIN = timedelta(minutes=2)
ONCE = RetryPolicy(maximum_attempts=1)
AGAIN = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1))
REPEAT_AFTER = timedelta(seconds=15)

_MAX_SUMMARY = 200


async def ask_for(ask: StartSteps, summary: str) -> StepsStarted:
    """Start or look at steps, however long that takes; repeated, it joins what was started."""
    patient = ask.model_copy(update={"may_wait": None})
    return await _at_once(ask) or await _patiently(patient, summary)


async def _at_once(ask: StartSteps) -> StepsStarted | None:
    """Ask in this very task of the workflow, which saves a round; None where that fails."""
    try:
        return await workflow.execute_local_activity(
            "start-steps",
            ask.model_copy(update={"task_began": workflow.now()}),
            result_type=StepsStarted,
            start_to_close_timeout=START_AT_ONCE,
            retry_policy=ONCE,
        )
    except FailureError as error:  # a local activity's failure is wrapped in no ActivityError
        if is_cancelled_exception(error):
            raise
        return None


async def _patiently(ask: StartSteps, summary: str) -> StepsStarted:
    while True:
        try:
            return await call(
                "start-steps",
                ask,
                StepsStarted,
                start_to_close_timeout=START_WITHIN,
                heartbeat_timeout=HEARTBEAT,
                retry_policy=AGAIN,
                summary=plain(summary[:_MAX_SUMMARY]),
            )
        except CallFailed as failure:
            workflow.logger.warning("Steps are asked for again: %s", failure.message)
        await workflow.sleep(REPEAT_AFTER)
