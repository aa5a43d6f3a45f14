"""Runs of plans: pushes that depend on each other."""

import pytest

from simulation.choices import Choices
from simulation.plan import Mode
from simulation.random_plan import make_plan
from simulation.replays import disagreements
from simulation.runner import run_plan

MODE = Mode("honoured", echo=False, rewrites=False)


class OfPlans(Choices):
    """Has every push be the step of a plan."""

    def pick(self, name, options):
        fixed = {"share of plans": 1.0, "share of later kinds": 0.0}
        return fixed.get(name, super().pick(name, options))


@pytest.fixture(scope="module", name="run")
def _run():
    choices = OfPlans(4)
    plan = make_plan(choices, 12, MODE)
    return plan, run_plan(plan, choices)


def test_a_run_of_plans_breaks_no_promise(run):
    plan, result = run

    assert all(item.plan for item in plan.items)
    assert any(item.needs for item in plan.items)
    assert result.report.violations == []
    assert result.report.statuses["Success"]


async def test_the_real_core_replays_simulated_plans(run):
    histories = [each for each in run[1].histories if each.workflow_id.startswith("plan-")]

    assert histories
    assert await disagreements(histories) == []
