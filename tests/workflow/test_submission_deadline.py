"""The deadline strikes while a request is under way or looked for; the ledger over many runs."""

import pytest

from dispatch.retries import retry_push
from emulator import seeds
from tests.support.protocol import (
    MODES,
    held_up,
    protocol,
    seconds_for_minutes,
    sent,
    written_once,
)
from tests.support.temporal_commands import check, names_of_activities, start_like

both = pytest.mark.parametrize("mode", MODES)


@both
async def test_a_request_under_way_at_the_deadline_counts_as_sent(devserver, mode, monkeypatch):
    seconds_for_minutes(monkeypatch)
    async with protocol(devserver, mode) as here, held_up(answer=True):
        outcome = await here.end(timeout_in_minutes=2)

        check(here, outcome)
    assert ("TimedOut", True, True) == (
        outcome.status,
        outcome.submitted,
        outcome.may_still_land,
    )


@both
async def test_the_deadline_ends_a_search_too(devserver, mode, monkeypatch):
    seconds_for_minutes(monkeypatch)
    async with protocol(devserver, mode, echo_data=True, find_for=30) as here:
        here.codat.fault("commit-then-5xx", method="POST", nth=1)
        outcome = await here.end(timeout_in_minutes=2)

        check(here, outcome)
    assert ("TimedOut", True, True) == (
        outcome.status,
        outcome.submitted,
        outcome.may_still_land,
    )


@both
async def test_what_was_never_let_through_was_not_sent(devserver, mode, monkeypatch):
    seconds_for_minutes(monkeypatch)
    async with protocol(devserver, mode) as here:
        here.codat.fault("throttle", method="POST", retry_after=1)
        outcome = await here.end(timeout_in_minutes=2)

        check(here, outcome)
    assert ("TimedOut", False, False) == (
        outcome.status,
        outcome.submitted,
        outcome.may_still_land,
    )


@both
async def test_a_lost_request_is_found_by_a_retry_after_the_deadline(devserver, mode, monkeypatch):
    seconds_for_minutes(monkeypatch)
    async with protocol(devserver, mode, echo_data=True) as here:
        async with held_up(answer=True):
            push = await here.push(timeout_in_minutes=2)
            first = await push.outcome()
        await retry_push(push, task_queue=here.task_queue, timeout_in_minutes=60)
        outcome = await push.outcome()

        assert 1 == len(here.posts)
        assert written_once(here, outcome)
    assert "TimedOut" == first.status


def one_run_more(monkeypatch):
    """Have the server suggest a new run as long as there was none."""

    def suggested(info):
        return info.continued_run_id is None

    monkeypatch.setattr("temporalio.workflow.Info.is_continue_as_new_suggested", suggested)


async def test_a_new_run_knows_under_which_key_a_request_was_lost(devserver, monkeypatch):
    async with protocol(devserver) as here:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        monkeypatch.setattr("workflows.push.continue_as_new_if_long", _after_the_first())
        push = await here.push()
        outcome = await push.outcome()

        assert (2, 1) == sent(here)
        assert written_once(here, outcome)
        assert "recall" not in await names_of_activities(push)


async def test_a_new_run_looks_for_what_was_lost_before(devserver, monkeypatch):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        monkeypatch.setattr("workflows.push.continue_as_new_if_long", _after_the_first())
        outcome = await here.end()

        assert (1, 1) == sent(here)
        assert written_once(here, outcome)


@pytest.mark.parametrize("door", ["retry", "start like"])
async def test_a_retry_that_goes_on_in_a_new_run_sends_its_record(devserver, monkeypatch, door):
    async with protocol(devserver) as here:
        push = await here.push(connection_id=seeds.REFUSING)
        await push.outcome()
        here.codat.connection(seeds.REFUSING).set(refusing=None)
        one_run_more(monkeypatch)
        if door == "retry":
            await retry_push(push, task_queue=here.task_queue)
        else:
            await start_like(push, here.task_queue)
        outcome = await push.outcome()

        assert (2, 1) == (len(here.posts), len(here.records))
    assert "Success" == outcome.status


def _after_the_first():
    """Go on in a new run once a request has been sent."""
    from workflows.push import continue_as_new_if_long  # noqa: PLC0415  # before it is patched

    def patched(state):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                "temporalio.workflow.Info.is_continue_as_new_suggested",
                lambda info: bool(state.ledger.submissions) and info.continued_run_id is None,
            )
            continue_as_new_if_long(state)

    return patched
