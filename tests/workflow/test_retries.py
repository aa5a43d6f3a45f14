"""Asking again for a push that did not succeed, on the real server."""

import pytest

from dispatch.pushes import IdempotencyKeyConflict, start_push
from dispatch.retries import StillRunning, retry_push
from emulator import seeds
from emulator.examples import record
from tests.support.cluster import a_request, cluster
from workflows.models import Resolution, Validation

OFF = {"validation": Validation.OFF}


async def test_a_failed_push_is_mended_and_retried_under_its_id(devserver):
    async with cluster(devserver) as here:
        push = await here.push(data={"name": "Fuel"}, validation=Validation.OFF)
        first = await push.outcome()
        again = await retry_push(push, data=record("chartOfAccounts", number="42"))
        outcome = await again.outcome()

        assert ("Failed", "Success") == (first.status, outcome.status)
        assert 1 == len(here.records)


async def test_retrying_a_success_returns_it(devserver):
    async with cluster(devserver) as here:
        push = await here.push()
        first = await push.outcome()
        outcome = await (await retry_push(push)).outcome()

        assert first == outcome
        assert 1 == len(here.posts)


async def test_a_running_push_is_not_retried(devserver):
    async with cluster(devserver) as here:
        push = await here.push(connection_id=seeds.OFFLINE)

        with pytest.raises(StillRunning, match="still running"):
            await retry_push(push)
        await push.handle.terminate()


async def test_a_retry_of_an_unknown_push_that_was_sent_sends_nothing(devserver):
    async with cluster(devserver) as here:
        push = await here.push(connection_id=seeds.SHAKY)
        first = await push.outcome()
        outcome = await (await retry_push(push)).outcome()

        assert ("Unknown", "Unknown") == (first.status, outcome.status)
        assert 1 == len(here.posts)


async def test_an_operator_adopts_the_operation_that_was_found(devserver):
    async with cluster(devserver) as here:
        push = await here.push(connection_id=seeds.SHAKY)
        key = (await push.outcome()).candidates[0].push_operation_key
        settlement = Resolution(adopt=key, by="ann")
        outcome = await (await retry_push(push, settlement=settlement)).outcome()

        assert ("Success", key) == (outcome.status, outcome.push_operation_key)
        assert "ann" in outcome.warnings[0].message
        assert 1 == len(here.posts)


async def test_an_operation_of_another_connection_is_not_adopted(devserver):
    async with cluster(devserver) as here:
        other = await (await here.push()).outcome()
        push = await here.push(connection_id=seeds.SHAKY)
        await push.outcome()
        settlement = Resolution(adopt=other.push_operation_key)
        outcome = await (await retry_push(push, settlement=settlement)).outcome()

    assert "Unknown" == outcome.status
    assert "another company, connection or data type" in outcome.message


async def test_an_operation_of_another_push_is_not_adopted(devserver):
    async with cluster(devserver) as here:
        other = await here.push()
        key = (await other.outcome()).push_operation_key
        here.codat.fault("error-before-commit", method="POST", connection=seeds.PROMPT, nth=1)
        here.codat.fault("error-before-commit", method="GET", path="/push", times=1)
        push = await here.push(data=record("chartOfAccounts", number="77"))
        await push.handle.terminate()
        outcome = await (await retry_push(push, settlement=Resolution(adopt=key))).outcome()

    assert f"belongs to {other.workflow_id}" in outcome.message


async def test_what_was_not_written_is_sent_again_on_an_operators_word(devserver):
    async with cluster(devserver) as here:
        async with here.codat.client() as foreign:
            path = f"/companies/{seeds.COMPANY}/connections/{seeds.PROMPT}/push/accounts"
            await foreign.post(path, json=record("chartOfAccounts", number="7"))
        here.codat.fault("error-before-commit", method="POST", nth=1)
        push = await here.push()
        first = await push.outcome()
        settlement = Resolution(not_written=True, by="ann")
        outcome = await (await retry_push(push, settlement=settlement)).outcome()

        assert ("Unknown", "Success") == (first.status, outcome.status)
        assert 2 == len(here.records)


async def test_the_payload_of_a_key_is_that_of_the_first_request(devserver):
    async with cluster(devserver) as here:
        bad = {"name": "Fuel"}
        request = a_request(data=bad, validation=Validation.OFF)
        push = await start_push(here.client, request, task_queue=here.task_queue)
        await push.outcome()
        mended = record("chartOfAccounts", number="43")
        await (await retry_push(push, data=mended)).outcome()
        joined = await start_push(here.client, request, task_queue=here.task_queue)

        assert push.push_id == joined.push_id
        with pytest.raises(IdempotencyKeyConflict, match=request.digest):
            await start_push(here.client, request.model_copy(update={"data": mended}))


async def test_a_deployment_that_ignores_keys_is_found_out(devserver):
    async with cluster(devserver, idempotency="ignored", rules="off") as here:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        outcome = await here.end()

    assert "Success" == outcome.status
    assert "Codat ignored the idempotency key" in outcome.warnings[-1].message


async def test_a_replayed_answer_raises_no_suspicion(devserver):
    async with cluster(devserver) as here:
        here.codat.fault("commit-then-drop", method="POST", nth=1)
        outcome = await here.end()

        assert ("Success", []) == (outcome.status, outcome.warnings)
        assert (2, 1) == (len(here.posts), len(here.records))
