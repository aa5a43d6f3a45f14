"""A push that deletes a record: proven by Codat's list as a create is."""

import pytest

from dispatch.retries import retry_push
from emulator import seeds
from emulator.examples import record
from tests.support.protocol import protocol

DELETE = {"data_type": "bills", "kind": "delete", "record_id": "b/7", "data": ()}
LOST = ("drop-before-commit", "commit-then-drop", "commit-then-5xx")


def with_bill(here):
    here.codat.connection(seeds.PROMPT).add_record("bills", record("bills"), record_id="b/7")
    return here


def deletes(here):
    return [one["path"].rpartition("/")[2] for one in here.codat.journal(method="DELETE")]


def deleted(here):
    return [one["recordId"] for one in here.records if one["change"] == "Deleted"]


async def test_a_record_is_deleted_with_one_request(devserver):
    async with protocol(devserver, rules="enforced") as here:
        outcome = await with_bill(here).end(**DELETE)

        assert (["b%2F7"], ["b/7"]) == (deletes(here), deleted(here))
    assert ("Success", "Deleted") == (outcome.status, outcome.records[0].change)


@pytest.mark.parametrize("fault", LOST)
async def test_a_deletion_whose_answer_is_lost_is_proven_by_the_list(devserver, fault):
    async with protocol(devserver, rules="enforced", find_for=1) as here:
        here.codat.fault(fault, method="DELETE", nth=1)
        outcome = await with_bill(here).end(**DELETE)

        assert (1 + (fault == LOST[0]), ["b/7"]) == (len(deletes(here)), deleted(here))
    assert "Success" == outcome.status


async def test_what_this_push_may_have_deleted_is_gone_with_a_remark(devserver):
    async with protocol(devserver, rules="enforced") as here:
        here.codat.fault("commit-then-drop", method="DELETE", nth=1)
        here.codat.fault("listed-late", method="DELETE", nth=1, seconds=600)
        outcome = await with_bill(here).end(**DELETE)

        assert (2, ["b/7"]) == (len(deletes(here)), deleted(here))
    assert "Success" == outcome.status
    assert "An earlier request of this push" in outcome.warnings[-1].message


async def test_what_was_gone_before_fails_in_the_words_of_the_platform(devserver):
    async with protocol(devserver, rules="enforced") as here:
        outcome = await here.end(**DELETE)

    assert ("Failed", False) == (outcome.status, outcome.may_still_land)
    assert "No record of bills has the identifier 'b/7'" in outcome.message


async def test_the_deletion_of_another_record_is_not_ours(devserver):
    async with protocol(devserver) as here:
        await here.end(**DELETE | {"record_id": "8"})
        here.codat.fault("drop-before-commit", method="DELETE", nth=1)
        outcome = await here.end(**DELETE)

        assert ["8", "b/7"] == deleted(here)
    assert "Success" == outcome.status


async def test_two_pushes_that_delete_one_record_are_not_told_apart(devserver):
    async with protocol(devserver, find_for=1) as here:
        here.codat.fault("commit-then-drop", method="DELETE", nth=1)
        here.codat.fault("drop-before-commit", method="DELETE", nth=2)
        first = await here.push(**DELETE)
        second = await here.push(**DELETE)
        outcomes = [await first.outcome(), await second.outcome()]

    assert "Failed" not in [one.status for one in outcomes]


async def test_a_failed_deletion_is_retried(devserver):
    async with protocol(devserver, rules="enforced") as here:
        push = await here.push(**DELETE)
        first = await push.outcome()
        with_bill(here)
        await retry_push(push, task_queue=here.task_queue)
        outcome = await push.outcome()

        assert ["b/7"] == deleted(here)
    assert ("Failed", "Success") == (first.status, outcome.status)


async def test_a_create_does_not_take_a_deletion_for_its_own(devserver):
    async with protocol(devserver, "ignored") as here:
        here.codat.fault("drop-before-commit", method="POST", nth=1)
        push = await here.push(data_type="bills", data=record("bills"))
        await here.codat.arrival(method="POST")
        await here.end(**DELETE)
        outcome = await push.outcome()

    assert "Success" == outcome.status
