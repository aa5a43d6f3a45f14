"""What a plan starts next, whatever comes back in whatever order."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from activities.plan_steps import MAX_VALUES_BYTES, PlanLink, StepEnd, StepStarted, end_of_step
from dispatch.plan_difference import differences
from tests.support.plans import THREE, a_bill, a_step, plan_of
from workflows.plan.models import ENDINGS, StepStatus
from workflows.plan.progress import MAX_PENDING, MAX_STARTS, Progress

BAD = ("Failed", "TimedOut", "Unknown")


def an_end(name, status="Success", push_id=None, **values):
    return StepEnd(step=name, push_id=push_id or uuid4(), status=status, values=values)


@st.composite
def plans(draw):
    """A plan without cycles: a step may wait for those before it."""
    number = draw(st.integers(1, 8))
    steps = [
        a_step(f"s{n}", after=[f"s{b}" for b in range(n) if draw(st.booleans())])
        for n in range(number)
    ]
    return plan_of(*steps, onFailure=draw(st.sampled_from(["wait", "stop", "skip"])))


@given(plans(), st.data())
def test_a_step_starts_once_and_after_all_that_it_waits_for(plan, data):
    progress, started, succeeded = Progress(plan), set(), set()
    before = {step.name: set(step.after) for step in plan.steps}
    pending = []
    while not progress.is_over:
        for name in progress.startable():
            assert name not in started
            assert before[name] <= succeeded
            started.add(name)
            pending.append(name)
            progress.take_start(StepStarted(name=name, push_id=uuid4(), is_linked=True))
        if not pending:
            break
        name = data.draw(st.sampled_from(pending))
        status = data.draw(st.sampled_from(["Success", *BAD]))
        progress.take_end(an_end(name, status, progress.push_of(name).push_id))
        pending.remove(name)
        succeeded |= {name} if status == "Success" else set()
        # What is carried to the next run is all that counts.
        carried = plan.model_copy(update={"resume": progress.state})
        assert progress.report == Progress(carried).report
        progress = Progress(carried)
    assert progress.report.is_over == (progress.word in ENDINGS)
    if plan.on_failure.value == "skip":
        assert progress.is_over
    assert sum(progress.counts.values()) == len(plan.steps)


def test_a_success_stays_whatever_comes_later():
    progress = Progress(plan_of(a_step("a")))
    progress.take_end(an_end("a"))
    progress.take_end(an_end("a", "Failed"))
    progress.take_start(StepStarted(name="a", push_id=uuid4()))

    assert [StepStatus.SUCCESS] == [step.status for step in progress.report.steps]


def test_the_end_of_another_push_or_step_is_passed_over():
    progress = Progress(plan_of(a_step("a")))
    progress.take_start(StepStarted(name="a", push_id=uuid4(), is_linked=True))
    progress.take_end(an_end("a"))
    progress.take_end(an_end("nobody"))

    assert {"Pending": 1} == progress.counts


def test_starts_and_pending_pushes_are_bounded():
    progress = Progress(plan_of(*(a_step(f"s{n}") for n in range(300))))
    most = 0
    while names := progress.startable():
        most = max(most, len(names))
        for name in names:
            progress.take_start(StepStarted(name=name, push_id=uuid4(), is_linked=True))

    assert (MAX_STARTS, MAX_PENDING) == (most, progress.counts["Pending"])


def test_a_value_that_lacks_fails_the_step_that_needs_it():
    progress = Progress(plan_of(*THREE))
    progress.take_end(an_end("supplier"))

    assert ["bill"] == progress.startable()
    assert progress.values_for("bill") is None
    assert "supplier#/records/0/id: the outcome has no such value" in progress.troubles["bill"]
    assert [] == progress.startable()


def test_values_are_kept_until_all_that_needs_them_has_succeeded():
    progress = Progress(plan_of(a_step("supplier"), a_bill("b1"), a_bill("b2")))
    progress.take_end(an_end("supplier", **{"/records/0/id": "17"}))
    progress.take_end(an_end("b1"))

    assert {"supplier#/records/0/id": "17"} == progress.values_for("b2")
    progress.take_end(an_end("b2"))
    assert {} == progress.push_of("supplier").values


def test_an_end_has_what_is_wanted_and_no_more():
    link = PlanLink(
        plan_id=uuid4(), step="a", wants=["/records/0/id", "/data/none", "/data/long", "/status"]
    )
    outcome = {
        "status": "Success",
        "records": [{"id": "17"}],
        "data": {"none": None, "long": "x" * MAX_VALUES_BYTES},
    }

    assert {"/records/0/id": "17", "/status": "Success"} == (
        end_of_step(link, uuid4(), outcome).values
    )


def test_a_difference_names_its_places_and_quotes_nothing():
    other = a_step("supplier", data={"supplierName": "secret"}, recordId="9")
    found = list(differences(plan_of(*THREE), plan_of(other, a_bill(), a_step("more"))))

    assert "the step payment is gone" in found
    assert "the step more is new" in found
    assert "of the step supplier, /recordId differs" in found
    assert not any("secret" in place for place in found)


def test_a_large_plan_is_reported_without_asking_for_each_step(monkeypatch):
    progress, asked = Progress(plan_of(*(a_step(f"s{n}") for n in range(50)))), []
    is_over = Progress.is_over.fget
    monkeypatch.setattr(Progress, "is_over", property(lambda one: asked.append(0) or is_over(one)))
    counts, report = progress.counts, progress.report

    assert {"Waiting": 50} == counts == report.counts
    assert len(asked) < 10
