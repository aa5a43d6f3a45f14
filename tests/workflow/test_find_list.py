"""Which operations of the list may be ours, and when the list proves that none is."""

import asyncio
from datetime import timedelta

import pytest

from activities import other_pushes
from activities.other_pushes import OtherPushes
from dispatch.retries import retry_push
from emulator import seeds
from tests.support.eventually import eventually
from tests.support.protocol import MODES, held_up, keys, protocol, sent, written_once
from tests.support.temporal_commands import start_like, terminate
from workflows.models import Resolution

FAILING = {"fault": "commit-then-5xx", "method": "POST", "nth": 1}
LOST = {"fault": "drop-before-commit", "method": "POST", "nth": 1}
LIST = f"^/companies/{seeds.COMPANY}/push$"


def seeded(here, count, connection=seeds.PROMPT):
    batch = {"connection": connection, "count": count, "dataType": "chartOfAccounts"}
    here.codat.seed(operations=[batch])


def lists(here):
    return [one for one in here.codat.journal(method="GET") if one["did"] == "listed"]


async def has_looked(here, times):
    return len(lists(here)) >= times


async def test_all_pages_are_read(devserver, monkeypatch):
    monkeypatch.setattr("activities.operation_list.PAGE_SIZE", 2)
    async with protocol(devserver, "ignored") as here:
        async with held_up(answer=True) as gate:
            push = await here.push()
            await gate.reached.wait()
            await terminate(push)
        seeded(here, 7)
        await start_like(push, here.task_queue)
        outcome = await push.outcome()

        assert 1 == len(here.posts)
    assert 8 == len(outcome.candidates)


async def test_a_page_that_is_too_large_to_read_is_halved(devserver, monkeypatch):
    monkeypatch.setattr("codat.exchange._LARGEST_BODY", 4000)
    async with protocol(devserver, "ignored") as here:
        seeded(here, 9)
        here.codat.fault(**LOST)
        outcome = await here.end()

    assert 9 == len(outcome.candidates)


@pytest.mark.parametrize(("minutes", "candidates"), [(9, 3), (11, 0)])
async def test_what_was_requested_long_before_is_not_ours(devserver, minutes, candidates):
    async with protocol(devserver, "ignored") as here:
        seeded(here, 3)
        here.codat.advance(minutes * 60)
        here.codat.fault(**LOST)
        outcome = await here.end()

    assert candidates == len(outcome.candidates)


async def test_what_was_requested_long_after_is_not_ours(devserver, monkeypatch):
    monkeypatch.setattr("workflows.steps.find.TAKEN_WITHIN", timedelta(seconds=1))
    async with protocol(devserver, "ignored") as here:
        here.codat.fault(**LOST)
        here.codat.fault("error-before-commit", method="GET", path=LIST, status=503)
        push = await here.push()
        await here.codat.arrival(method="GET")
        await asyncio.sleep(4)  # the window must have closed, however fast the machine is
        seeded(here, 1)
        here.codat.forget_faults()
        outcome = await push.outcome()

        assert written_once(here, outcome)


async def test_a_neighbour_whose_answer_is_still_to_come_is_waited_for(devserver):
    async with protocol(devserver, find_for=3) as here:
        async with held_up(answer=True) as gate:
            neighbour = await here.push()
            await gate.reached.wait()
            here.codat.fault("error-before-commit", method="POST", nth=1)
            failing = await here.push()
            await eventually(lambda: has_looked(here, 4))
        outcomes = [await failing.outcome(), await neighbour.outcome()]

    assert ["Success", "Success"] == [outcome.status for outcome in outcomes]


async def test_the_platforms_own_clock_counts(devserver):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        here.codat.advance(5 * 3600)
        here.codat.fault(**FAILING)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert 1 == len(here.posts)


@pytest.mark.parametrize("other", [seeds.SYNCHRONOUS, seeds.OTHER_PROMPT])
async def test_operations_of_other_connections_are_not_ours(devserver, other):
    async with protocol(devserver, "ignored") as here:
        seeded(here, 3, other)
        here.codat.fault(**LOST)
        outcome = await here.end()

        assert written_once(here, outcome)


@pytest.mark.parametrize("mode", MODES)
async def test_our_own_earlier_operations_are_not_found_again(devserver, mode):
    async with protocol(devserver, mode) as here:
        push = await here.push(connection_id=seeds.REFUSING)
        await push.outcome()
        here.codat.connection(seeds.REFUSING).set(refusing=None)
        here.codat.fault("error-before-commit", method="POST", nth=1, status=500)
        await start_like(push, here.task_queue)
        outcome = await push.outcome()

        assert (3, 1) == (len(here.posts), len(here.records))
    assert "Success" == outcome.status


async def test_a_list_that_cannot_be_read_is_waited_for(devserver):
    async with protocol(devserver, echo_data=True) as here:
        here.codat.fault(**FAILING)
        here.codat.fault("error-before-commit", method="GET", path=LIST, times=2, status=503)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert 1 == len(here.posts)


async def test_a_list_of_which_one_page_cannot_be_read_proves_nothing(devserver, monkeypatch):
    monkeypatch.setattr("activities.operation_list.PAGE_SIZE", 2)
    async with protocol(devserver, "ignored") as here:
        seeded(here, 3)
        here.codat.fault(**LOST)
        here.codat.fault("cut-body", method="GET", path=LIST, nth=2)
        outcome = await here.end()

        assert 1 == len(here.posts)
    assert 3 == len(outcome.candidates)


async def test_an_operation_that_is_listed_late_is_found(devserver):
    async with protocol(devserver, echo_data=True, find_for=3) as here:
        here.codat.fault(**FAILING)
        here.codat.fault("listed-late", method="POST", nth=1, seconds=1.5)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert 1 == len(here.posts)


async def test_the_list_is_read_once_and_late(devserver):
    async with protocol(devserver, echo_data=True, find_for=2) as here:
        here.codat.fault(**FAILING)
        outcome = await here.end()
        (post,) = here.posts
        (look,) = lists(here)

        assert written_once(here, outcome)
    assert 2 <= look["receivedMonotonic"] - post["answeredMonotonic"]


async def test_a_matched_operation_that_failed_is_read_beside_the_list(devserver):
    async with protocol(devserver, echo_data=True) as here:
        here.codat.fault(**FAILING)
        outcome = await here.end(connection_id=seeds.REFUSING)

        assert 2 == len(lists(here))
    assert ("Failed", False) == (outcome.status, outcome.may_still_land)


async def test_nothing_is_sent_before_the_last_look(devserver):
    async with protocol(devserver, find_for=2) as here:
        here.codat.fault("error-before-commit", method="POST", nth=1, status=500)
        await here.end()
        first, second = (one["receivedMonotonic"] for one in here.posts)

    assert 2 <= second - first


async def test_an_operation_that_echoes_nothing_is_named_not_adopted(devserver):
    async with protocol(devserver, "ignored") as here:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        outcome = await here.end()
        (written,) = here.codat.journal(method="POST")

    (candidate,) = outcome.candidates
    assert written["pushOperationKey"] == str(candidate.push_operation_key)
    assert ("Unknown", "unclear", True) == (
        outcome.status,
        candidate.match,
        outcome.may_still_land,
    )


async def test_operations_of_other_running_pushes_make_nothing_unclear(devserver, monkeypatch):
    monkeypatch.setattr(other_pushes, "AT_ONCE", 3)
    async with protocol(devserver, "ignored", find_for=6) as here:
        here.codat.fault(**LOST)
        first = await here.push()
        neighbours = [await here.push() for _ in range(8)]
        outcomes = await asyncio.gather(*(push.outcome() for push in (first, *neighbours)))

    assert {"Success"} == {outcome.status for outcome in outcomes}


async def test_two_cannot_take_one_operation_at_the_same_moment(devserver, monkeypatch):
    async def nobody(_others, _operations):
        return {}

    monkeypatch.setattr(OtherPushes, "holders", nobody)
    async with protocol(devserver, "ignored") as here:
        here.codat.fault("commit-then-5xx", method="POST", times=2)
        pushes = [await here.push(), await here.push()]
        for push in pushes:
            await push.outcome()
        operation = here.codat.journal(method="POST")[0]["pushOperationKey"]
        for push in pushes:
            word = Resolution(adopt=operation)
            await retry_push(push, task_queue=here.task_queue, settlement=word)
        outcomes = [await push.outcome() for push in pushes]

    assert {"Success", "Unknown"} == {outcome.status for outcome in outcomes}


async def test_a_key_that_is_too_old_is_not_sent_again(devserver, monkeypatch):
    monkeypatch.setattr("workflows.submission.KEY_AGE", timedelta(seconds=1))
    async with protocol(devserver, echo_data=True) as here:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        here.codat.fault("throttle", method="POST", nth=2, retry_after=2)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert (2, 1) == sent(here)


async def test_an_old_key_of_an_earlier_run_is_not_sent_again(devserver, monkeypatch):
    monkeypatch.setattr("workflows.submission.KEY_AGE", timedelta(seconds=1))
    async with protocol(devserver, echo_data=True) as here:
        async with held_up(answer=True) as gate:
            push = await here.push()
            await gate.reached.wait()
            await terminate(push)
        await asyncio.sleep(1)
        await start_like(push, here.task_queue)
        outcome = await push.outcome()

        assert written_once(here, outcome)
        assert 1 == len(here.posts)


async def test_an_old_number_that_sent_nothing_is_followed_by_the_next(devserver, monkeypatch):
    monkeypatch.setattr("workflows.submission.KEY_AGE", timedelta(seconds=1))
    async with protocol(devserver) as here:
        here.codat.fault("throttle", method="POST", nth=1, retry_after=2)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert 2 == len(set(keys(here)))
