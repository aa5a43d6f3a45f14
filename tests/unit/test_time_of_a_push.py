"""What a push does with its time, at the edges."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from temporalio import workflow

from activities.models import OperationSnapshot, PushPolicy
from codat.models import PushOperation, PushStatus
from tests.support.cluster import a_request
from workflows import waiting
from workflows.carried_state import CarriedState
from workflows.deadline import Deadline
from workflows.ledger import Ledger
from workflows.lifecycle import begin
from workflows.models import PushRequest
from workflows.outcomes import Ended, check_deadline, check_time
from workflows.state import PushState
from workflows.steps import poll
from workflows.waiting import wait

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)
PENDING = OperationSnapshot(
    operation=PushOperation(
        push_operation_key=uuid4(), status=PushStatus.PENDING, status_text="Pending"
    )
)


@pytest.fixture(name="waits")
def _waits(monkeypatch):
    """Let it be noon, and note how long is waited instead of waiting."""
    waits = []

    async def wait_condition(_condition, *, timeout, **_more):
        waits.append(timeout)

    monkeypatch.setattr(workflow, "now", lambda: NOON)
    monkeypatch.setattr(workflow, "wait_condition", wait_condition)
    monkeypatch.setattr(workflow, "set_current_details", lambda _: None)
    monkeypatch.setattr(waiting, "count_wait", lambda *_: None)
    return waits


def with_left(left: timedelta | None) -> PushState:
    """A push of ten minutes that has so much time left; None: a push without a deadline."""
    if left is None:
        return state_of(a_request(), NOON)
    return state_of(a_request(timeout_in_minutes=10), NOON + left - 10 * MINUTE)


def state_of(request: PushRequest, requested: datetime) -> PushState:
    carried = CarriedState(requested_on_utc=requested, ledger=Ledger())
    return PushState(request, carried, Deadline(requested, request.timeout_in_minutes))


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(
    ("left", "is_late"), [(TICK, False), (timedelta(), True), (-TICK, True), (None, False)]
)
def test_the_time_is_over_exactly_at_the_deadline(left, is_late):
    assert is_late == with_left(left).deadline.has_passed


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("left", [60, 59, 30])
def test_with_half_a_minute_left_it_is_sent(left):
    check_time(with_left(timedelta(seconds=left)))


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("left", [29.999999, 29, 0, -1])
def test_with_less_than_half_a_minute_left_it_is_not_sent(left):
    with pytest.raises(Ended) as ended:
        check_time(with_left(timedelta(seconds=left)))

    assert ("TimedOut", False) == (ended.value.outcome.status, ended.value.outcome.submitted)


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize(("left", "is_over"), [(TICK, False), (timedelta(), True)])
def test_it_may_be_looked_for_until_the_deadline_itself(left, is_over):
    try:
        check_deadline(with_left(left))
    except Ended:
        assert is_over
    else:
        assert not is_over


@pytest.mark.parametrize("left", [MINUTE, 2 * MINUTE - TICK, 2 * MINUTE, 3 * MINUTE, None])
async def test_no_wait_lasts_beyond_the_deadline(waits, left):
    await wait(with_left(left), 2 * MINUTE, "why")

    assert [min(left or 2 * MINUTE, 2 * MINUTE)] == waits


@pytest.mark.parametrize("left", [timedelta(), -MINUTE])
async def test_after_the_deadline_nothing_is_waited_for(waits, left):
    await wait(with_left(left), MINUTE, "why")

    assert [] == waits


async def test_the_wait_for_a_poll_ends_at_the_deadline(waits):
    pushed = with_left(timedelta(seconds=3))
    pushed.carried.policy = PushPolicy(poll_first=timedelta(seconds=4))
    await poll.wait_for_look(pushed, PENDING)

    assert [timedelta(seconds=3)] == waits


@pytest.mark.usefixtures("waits")
@pytest.mark.parametrize("within", [timedelta(), -TICK])
async def test_in_no_time_nothing_is_asked(within):
    assert await poll.ask(with_left(None), uuid4(), last_chance=within) is None
    assert await poll.ask(with_left(within), uuid4()) is None


async def test_a_push_waits_as_many_times_longer_as_patience_says(waits):
    await poll.wait_for_look(with_left(None), PENDING)
    await poll.wait_for_look(with_left(None), PENDING.model_copy(update={"patience": 10.0}))

    usual, stretched = waits
    assert 10 * usual <= stretched <= 15 * usual


@pytest.mark.usefixtures("waits")
async def test_a_hint_is_heard_once(monkeypatch):
    async def read(*_given, **_named):
        return PENDING

    monkeypatch.setattr(poll, "call", read)
    monkeypatch.setattr(poll, "priority_of", lambda _: None)
    state = with_left(None)
    state.carried.hinted = True
    await poll.ask(state, uuid4())

    assert not state.carried.hinted


async def test_what_is_saved_for_pushes_is_not_asked_for_sooner(waits):
    state = with_left(None)
    state.saved_until = NOON + 15 * MINUTE
    await poll.wait_for_look(state, PENDING)

    assert [15 * MINUTE] == waits


@pytest.mark.usefixtures("waits")
def test_a_reset_begins_a_new_clock():
    request = a_request(timeout_in_minutes=10)

    assert NOON + 10 * MINUTE == begin(request, is_reset=True).deadline.at


def info_of(**how):
    return SimpleNamespace(
        **{"workflow_start_time": NOON, "continued_run_id": None, "attempt": 1}
        | {"cron_schedule": None}
        | how
    )


@pytest.mark.parametrize("requested", [NOON - 9 * MINUTE, None])
def test_a_continued_run_keeps_its_deadline_a_retry_has_its_own(monkeypatch, requested):
    started = info_of(continued_run_id=requested and "a run")
    monkeypatch.setattr(workflow, "info", lambda: started)
    resume = CarriedState(requested_on_utc=requested, ledger=Ledger()) if requested else None
    request = a_request(timeout_in_minutes=10, resume=resume)

    began = begin(request, is_reset=False)
    assert (requested or NOON) + 10 * MINUTE == began.deadline.at


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"continued_run_id": "a run", "attempt": 2},
        {"continued_run_id": "a run", "cron_schedule": "@daily"},
    ],
    ids=["by hand", "by a retry policy", "by a cron schedule"],
)
def test_carried_state_counts_only_if_a_run_was_continued(monkeypatch, how):
    alone = info_of(**how)
    monkeypatch.setattr(workflow, "info", lambda: alone)
    request = a_request(resume=CarriedState(requested_on_utc=NOON - MINUTE, ledger=Ledger()))

    began = begin(request, is_reset=False)
    assert (NOON, None) == (began.carried.requested_on_utc, began.request.resume)
