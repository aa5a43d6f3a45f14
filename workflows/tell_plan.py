"""How a push that is a step of a plan tells the plan of its end."""

from uuid import UUID

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.plan_steps import PlanLink, StepEnd, end_of_step
    from workflows.models import PushOutcome
    from workflows.other_workflow import done_apart
    from workflows.state import PushState

STEP_ENDED = "step-ended"


def step_end(link: PlanLink, push_id: UUID, outcome: PushOutcome) -> StepEnd:
    """Make what a plan is told of a push's outcome."""
    known = outcome.model_dump(mode="json", by_alias=True, exclude={"data"}, exclude_none=True)
    return end_of_step(link, push_id, known | {"data": outcome.data})


async def tell_plan(state: PushState, outcome: PushOutcome) -> None:
    """Signal the plan, once, if the push has one that does not wait for the end itself.

    A plan that is over need not know.
    """
    link = state.request.plan
    if link is None or state.is_plan_told or not state.must_tell_plan:
        return
    state.is_plan_told = True
    plan = workflow.get_external_workflow_handle(f"plan-{link.plan_id}")
    end = step_end(link, state.request.push_id, outcome)
    failure = await done_apart(plan.signal(STEP_ENDED, end))
    if failure:
        workflow.logger.warning("The plan is not told: %s", failure)
