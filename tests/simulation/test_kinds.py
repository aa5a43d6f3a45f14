"""Runs of pushes that delete, attach and detach."""

from dataclasses import replace

import pytest

from simulation.choices import Choices
from simulation.plan import Mode
from simulation.random_plan import make_plan
from simulation.runner import run_plan

MODE = Mode("honoured", echo=False, rewrites=False)


class OfLaterKinds(Choices):
    """Has every push delete, attach or detach."""

    def pick(self, name, options):
        return 1.0 if name == "share of later kinds" else super().pick(name, options)


@pytest.mark.parametrize("knows_books", [True, False])
def test_a_run_of_later_kinds_breaks_no_promise(knows_books):
    choices = OfLaterKinds(11)
    plan = replace(make_plan(choices, 12, MODE), knows_books=knows_books)

    result = run_plan(plan, choices)

    assert {"delete", "attach", "detach"} == {item.kind for item in plan.items}
    assert result.report.violations == []
    assert result.report.statuses["Success"]
