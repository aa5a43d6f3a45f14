"""What the simulation found in the product, told again without chance."""

from bench.chaos.records import unique_record
from emulator import seeds
from simulation.choices import Choices
from simulation.plan import Item, Mode, RunPlan
from simulation.runner import run_plan


class Told(Choices):
    """Nothing goes wrong but what a test wants, by the name of the choice or its name and count."""

    def __init__(self, wanted):
        super().__init__(0)
        self._wanted = wanted

    def happens(self, name, probability):  # noqa: ARG002
        full, _ = self._draw(name)
        return bool(self._wanted.get(full, self._wanted.get(name)))

    def number(self, name, least, most):  # noqa: ARG002
        self._draw(name)
        return self._wanted.get(name, least)

    def pick(self, name, options):
        return self._wanted.get(name, options[0])


def a_push(*presses):
    return Item(
        number=0,
        at=0.0,
        connection=seeds.PROMPT,
        company=seeds.COMPANY,
        data_type="suppliers",
        data=unique_record("suppliers", 0),
        presses=list(presses),
    )


def run(item, mode="honoured", **wanted):
    named = {name.replace("_", " "): value for name, value in wanted.items()}
    workflow = item.request.workflow_id
    named = {name.replace("PUSH", workflow): value for name, value in named.items()}
    plan = RunPlan(Mode(mode, echo=True, rewrites=False), [item])
    return run_plan(plan, Told(named), keep_trace=True)


def test_an_adopted_operation_is_followed_by_the_next_run():
    # The run after an adoption that followed a 5xx sent the record again.
    item = a_push()
    post = f"fault at POST {item.connection[-8:]}"

    result = run(
        item,
        **{
            "posts fail": 0.5,
            f"{post}#1": True,
            "which fault": ("commit-then-5xx", {}),
            "suggest to continue PUSH#4": True,
        },
    )

    told = "\n".join(result.trace)
    assert "one adopted" in told
    assert "continued_as_new" in told
    assert result.report.violations == []


def test_runs_that_are_not_listed_yet_may_have_sent():
    # A push that was ended before its first run was listed was said to have sent nothing.
    item = a_push((0.6, "start over it"), (2.0, "terminate"))

    result = run(item, **{"lists lag": 0.5, "list lags for PUSH": True, "long list lag": 8.0})

    told = "\n".join(result.trace)
    assert "perhaps after it sent a request" in told
    assert result.report.violations == []


FIRST_RUN_LAGS = {
    "lists lag": 0.5,
    "long list lag": 8.0,
    "list lags for PUSH#1": True,
    "list lags for PUSH#2": True,
}


def test_an_earlier_run_may_be_listed_after_a_later_one():
    # The later run took itself for the first and sent the record again.
    result = run(a_push((0.6, "start over it")), mode="ignored", **FIRST_RUN_LAGS)

    assert result.report.violations == []


def test_a_short_run_may_be_listed_before_an_earlier_one():
    # It was said to have sent nothing, as the list showed it and none before it.
    result = run(a_push((0.6, "start over it"), (2.0, "terminate")), **FIRST_RUN_LAGS)

    assert "perhaps after it sent a request" in "\n".join(result.trace)
    assert result.report.violations == []
