"""What follows each kind of answer to a push."""

from datetime import timedelta

import pytest

from emulator import seeds
from tests.support.protocol import MODES, keys, protocol, sent, written_once

both = pytest.mark.parametrize("mode", MODES)


@both
async def test_an_operation_is_polled(devserver, mode):
    async with protocol(devserver, mode) as here:
        outcome = await here.end()

        assert written_once(here, outcome)
        assert (1, 1) == sent(here)


@both
async def test_a_busy_platform_is_sent_the_same_number_again(devserver, mode):
    async with protocol(devserver, mode) as here:
        here.codat.fault("throttle", method="POST", times=2)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert (3, 1) == sent(here)


@both
async def test_without_a_connection_the_same_number_is_sent_again(devserver, mode):
    async with protocol(devserver, mode) as here:
        here.codat.fault("refuse", method="POST", nth=1)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert 1 == len(set(keys(here)))


@both
async def test_retry_after_is_waited_for(devserver, mode):
    async with protocol(devserver, mode) as here:
        here.codat.fault("throttle", method="POST", nth=1, retry_after=2)
        await here.end()
        first, second = (one["receivedMonotonic"] for one in here.posts)

    assert 2 <= second - first


@both
@pytest.mark.parametrize("fault", ["unauthorized", "payment-required", "forbidden"])
async def test_who_is_not_let_in_tries_under_new_numbers(devserver, mode, fault):
    async with protocol(devserver, mode) as here:
        here.codat.fault(fault, method="POST", times=2)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert (3, 3) == sent(here)


@both
async def test_numbers_that_were_not_let_in_are_not_counted(devserver, mode):
    async with protocol(devserver, mode) as here:
        here.codat.fault("unauthorized", method="POST", times=10)
        outcome = await here.end()

        assert written_once(here, outcome)


@both
async def test_who_is_not_let_in_for_long_fails_without_having_sent(devserver, mode, monkeypatch):
    monkeypatch.setattr("workflows.outcomes.UNAUTHORIZED_FOR", timedelta(seconds=1))
    async with protocol(devserver, mode) as here:
        here.codat.fault("unauthorized", method="POST")
        outcome = await here.end()

        assert [] == here.records
    assert ("Failed", False) == (outcome.status, outcome.submitted)


@both
async def test_the_hour_begins_anew_when_we_were_let_in_meanwhile(devserver, mode, monkeypatch):
    monkeypatch.setattr("workflows.outcomes.UNAUTHORIZED_FOR", timedelta(seconds=1))
    async with protocol(devserver, mode) as here:
        here.codat.fault("unauthorized", method="POST", nth=1)
        here.codat.fault("throttle", method="POST", nth=2, retry_after=2)
        here.codat.fault("unauthorized", method="POST", nth=3)
        outcome = await here.end()

        assert written_once(here, outcome)


REFUSALS = [
    {"fault": "not-found"},
    {"fault": "error-before-commit", "status": 400},
    {"fault": "error-before-commit", "status": 413},
]


@both
@pytest.mark.parametrize("rule", REFUSALS)
async def test_a_refused_record_fails_and_nothing_was_sent(devserver, mode, rule):
    async with protocol(devserver, mode) as here:
        here.codat.fault(**rule, method="POST")
        outcome = await here.end()

        assert (1, 1) == sent(here)
    assert ("Failed", False, False) == (
        outcome.status,
        outcome.submitted,
        outcome.may_still_land,
    )


@pytest.mark.parametrize("rule", REFUSALS)
async def test_a_refusal_after_a_lost_answer_is_unknown(devserver, rule):
    async with protocol(devserver) as here:
        here.codat.fault("drop-before-commit", method="POST", nth=1)
        here.codat.fault(**rule, method="POST")
        outcome = await here.end()

    assert ("Unknown", True, True) == (
        outcome.status,
        outcome.submitted,
        outcome.may_still_land,
    )


async def test_a_refusal_after_an_unseen_commit_finds_the_record(devserver):
    async with protocol(devserver, platform="ignored", echo_data=True) as here:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        here.codat.fault("error-before-commit", status=400, method="POST")
        outcome = await here.end()

        assert written_once(here, outcome)
    assert "by comparing its contents" in outcome.warnings[-1].message


async def test_a_lost_answer_is_asked_for_under_the_same_key(devserver):
    async with protocol(devserver) as here:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert (2, 1) == sent(here)


async def test_a_lost_request_is_sent_again_under_the_same_key(devserver):
    async with protocol(devserver) as here:
        here.codat.fault("drop-before-commit", method="POST", nth=1)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert (2, 1) == sent(here)


async def test_a_key_in_flight_is_waited_for(devserver):
    async with protocol(devserver) as here:
        here.codat.fault("processed-late", method="POST", nth=1, seconds=1)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert 1 == len(set(keys(here)))


async def test_a_retry_after_is_kept_after_a_lost_answer(devserver):
    async with protocol(devserver) as here:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        here.codat.fault("throttle", method="POST", nth=2, retry_after=2)
        outcome = await here.end()
        times = [one["receivedMonotonic"] for one in here.posts]

        assert written_once(here, outcome)
    assert 2 <= times[2] - times[1]


@both
@pytest.mark.parametrize("fault", ["cut-body", "wrong-json", "hang"])
async def test_an_answer_that_cannot_be_read_counts_as_lost(devserver, mode, fault):
    async with protocol(devserver, mode, echo_data=True) as here:
        here.codat.fault(fault, method="POST", nth=1)
        outcome = await here.end()

        assert written_once(here, outcome)


@both
@pytest.mark.parametrize("status", [500, 502, 503, 422])
async def test_an_answer_that_proves_nothing_is_looked_for(devserver, mode, status):
    async with protocol(devserver, mode, echo_data=True) as here:
        here.codat.fault("commit-then-5xx", method="POST", nth=1, status=status)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert (1, 1) == sent(here)


@both
async def test_trouble_before_the_commit_leads_to_the_next_number(devserver, mode):
    async with protocol(devserver, mode) as here:
        here.codat.fault("error-before-commit", method="POST", nth=1, status=500)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert (2, 2) == sent(here)


@both
async def test_trouble_is_never_answered_with_the_same_key(devserver, mode):
    async with protocol(devserver, mode) as here:
        here.codat.fault("error-before-commit", method="POST", times=3, status=503)
        outcome = await here.end()

        assert written_once(here, outcome)
        assert (4, 4) == sent(here)


@both
async def test_the_eighth_number_without_a_result_is_the_last(devserver, mode):
    async with protocol(devserver, mode, find_for=0.1) as here:
        here.codat.fault("error-before-commit", method="POST", status=500)
        outcome = await here.end()

        assert (8, 8) == sent(here)
    assert ("Unknown", True) == (outcome.status, outcome.may_still_land)


@both
async def test_a_refusal_after_a_search_in_vain_is_unknown(devserver, mode):
    async with protocol(devserver, mode) as here:
        here.codat.fault("error-before-commit", method="POST", nth=1, status=500)
        here.codat.fault("error-before-commit", method="POST", status=400)
        outcome = await here.end()

    assert ("Unknown", True, True) == (
        outcome.status,
        outcome.submitted,
        outcome.may_still_land,
    )


@both
async def test_a_failed_operation_after_a_search_in_vain_is_unknown(devserver, mode):
    async with protocol(devserver, mode) as here:
        here.codat.fault("error-before-commit", method="POST", nth=1, status=500)
        outcome = await here.end(connection_id=seeds.REFUSING)

    assert ("Unknown", True, True) == (
        outcome.status,
        outcome.submitted,
        outcome.may_still_land,
    )


@both
async def test_a_search_in_vain_of_a_list_with_data_rules_it_out(devserver, mode):
    async with protocol(devserver, mode, echo_data=True) as here:
        here.codat.fault("error-before-commit", method="POST", nth=1, status=500)
        outcome = await here.end(connection_id=seeds.REFUSING)

    assert ("Failed", True, False) == (
        outcome.status,
        outcome.submitted,
        outcome.may_still_land,
    )


async def test_what_turns_up_after_all_is_not_ruled_out(devserver):
    async with protocol(devserver, "ignored", find_for=2, echo_data=True) as here:
        here.codat.fault("processed-late", method="POST", nth=1, seconds=3)
        outcome = await here.end(connection_id=seeds.REFUSING)

        assert 2 == len(here.posts)
    assert ("Unknown", True) == (outcome.status, outcome.may_still_land)


@both
async def test_without_leave_to_resend_nothing_found_is_unknown(devserver, mode):
    async with protocol(devserver, mode, resend="never") as here:
        here.codat.fault("error-before-commit", method="POST", nth=1, status=500)
        outcome = await here.end()

        assert (1, 1) == sent(here)
    assert ("Unknown", True) == (outcome.status, outcome.submitted)
