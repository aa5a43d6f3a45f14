"""What the simulation found in the product, told again without chance."""

from dataclasses import replace

from bench.chaos.records import unique_record
from emulator import seeds
from simulation.choices import Choices
from simulation.plan import Item, Mode, RunPlan
from simulation.plans.step_plan import StepPlan
from simulation.runner import run_plan, simulate


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


def test_a_retried_update_follows_no_newer_one():
    # The newer one was sent and terminated. Its retry, which had just begun, hid that.
    older, newer = (
        replace(a_push(press), number=number, at=at, connection=place, record_id="supplier-1")
        for number, at, press, place in (
            (0, 0.0, (0.004, "terminate"), seeds.SLOW),
            (1, 1.0, (2.0, "terminate"), seeds.SLOW),
        )
    )
    items = [replace(item, data=unique_record("suppliers", item.number)) for item in (older, newer)]
    plan = RunPlan(
        Mode("ignored", echo=True, rewrites=False), [replace(item, retries=1) for item in items]
    )

    result = run_plan(plan, Told({"until retry": 30.0}), keep_trace=True)

    assert "push 0 is Failed: Superseded by push" in "\n".join(result.trace)
    assert result.report.violations == []


def test_a_plan_knows_of_a_step_that_a_lost_task_started():
    # Its worker died with the task that had started the step; the next task knew of a cancellation.
    step = replace(a_push(), connection=seeds.OFFLINE, minutes=1, plan="plan 0")
    steps = [replace(step, number=number) for number in range(2)]
    plan = StepPlan(0, 0.0, [steps[0], replace(steps[1], needs=(0,))], wishes=[(1.5, "cancel")])
    run = RunPlan(Mode("honoured", echo=True, rewrites=False), plan.steps, [plan])
    dies_before_it_is_complete = {
        "slow worker": 0.1,
        "worker 1 is slow#1": True,
        "worker 1 slow": 2.5,
        "disaster#1": True,
        "until disaster": 1.0,
    }

    result = run_plan(run, Told(dies_before_it_is_complete), keep_trace=True)

    told = "\n".join(result.trace)
    assert "push 0 starts" in told
    assert "plan 0 cancelled" in told
    assert result.report.violations == []


def test_a_push_that_people_start_by_name_has_the_same_record():
    # Its amounts were written as text: its plan then took it for a push of another record.
    assert simulate(2100096).report.violations == []
