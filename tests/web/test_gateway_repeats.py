"""A request that is repeated: after an answer that left things open, or by another door."""

import asyncio
from uuid import uuid4

import pytest

from emulator.examples import record


def a_supplier():
    return record("suppliers", number=uuid4().hex[:7])


async def never():
    await asyncio.Event().wait()


async def broken():
    raise ZeroDivisionError


@pytest.mark.parametrize(("then", "status"), [(never, 503), (broken, 500)])
async def test_a_request_whose_start_was_not_confirmed_is_repeated_by_the_key_of_its_answer(
    door, monkeypatch, then, status
):
    temporal = type(door.parts.temporal)
    start = temporal.start_workflow

    async def unconfirmed(*arguments, **more):
        await start(*arguments, **more)
        await then()

    sent = a_supplier()
    with monkeypatch.context() as patch:
        patch.setattr("gateway.limits.ANSWER_WITHIN", 0.5)
        patch.setattr(temporal, "start_workflow", unconfirmed)
        answer = await door.http.post(door.path(), json=sent)
    key = {"Idempotency-Key": answer.headers["idempotency-key"]}
    again = await door.http.post(door.path(), json=sent, headers=key)
    await door.ended(again.json()["pushOperationKey"])

    assert status == answer.status_code
    assert "Repeat the request with this answer's Idempotency-Key." in answer.json()["error"]
    assert 1 == sum(sent["supplierName"] in one["body"] for one in door.house.posts)


async def test_an_answer_that_started_nothing_makes_no_key_known(door):
    answer = await door.http.post(door.path(), content=b"{")

    assert 400 == answer.status_code
    assert "idempotency-key" not in answer.headers
