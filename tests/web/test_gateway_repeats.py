"""A request that is repeated: after an answer that left things open, or by another door."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from dispatch.pushes import IdempotencyKeyConflict, start_push
from emulator import seeds
from emulator.examples import record
from gateway.middleware import request_limits
from gateway.middleware.request_limits import OF_A_KEY
from tests.support.cluster import a_request


def a_supplier():
    return record("suppliers", number=uuid4().hex[:7])


async def never():
    await asyncio.Event().wait()


async def broken():
    raise ZeroDivisionError


@pytest.mark.parametrize(("then", "status"), [(never, 503), (broken, 500)])
async def test_an_unconfirmed_start_is_repeated_with_its_answers_key(
    door, monkeypatch, then, status
):
    temporal = type(door.parts.temporal)
    start = temporal.start_workflow

    async def unconfirmed(*arguments, **more):
        await start(*arguments, **more)
        await then()

    sent = a_supplier()
    with monkeypatch.context() as patch:
        patch.setattr(request_limits, "OF_A_KEY", replace(OF_A_KEY, answer_within=0.5))
        patch.setattr(temporal, "start_workflow", unconfirmed)
        answer = await door.http.post(door.path(), json=sent)
    key = {"Idempotency-Key": answer.headers["idempotency-key"]}
    again = await door.http.post(door.path(), json=sent, headers=key)
    await door.ended(again.json()["pushOperationKey"])

    assert status == answer.status_code
    assert "Repeat the request with this answer's Idempotency-Key." in answer.json()["error"]
    assert 1 == sum(sent["supplierName"] in one["body"] for one in door.cluster.posts)


async def test_an_answer_that_started_nothing_makes_no_key_known(door):
    answer = await door.http.post(door.path(), content=b"{")

    assert 400 == answer.status_code
    assert "idempotency-key" not in answer.headers


@pytest.mark.parametrize(
    ("key", "complaint"),
    [
        ("INV-1\u00a0".encode(), "it must not begin or end with a blank"),
        (b"INV\t1", "it must hold no control characters"),
    ],
)
async def test_a_key_that_others_might_read_otherwise_is_refused(door, key, complaint):
    answer = await door.http.post(
        door.path(), json=a_supplier(), headers=[(b"Idempotency-Key", key)]
    )

    assert 400 == answer.status_code
    assert f"idempotencyKey: {complaint}" in answer.json()["error"]


@pytest.mark.parametrize("by_hand", [False, True])
async def test_two_pushes_with_one_workflow_id_are_not_taken_for_one(door, by_hand):
    name, sent = uuid4().hex, a_supplier()
    first = a_request(
        data_type="suppliers",
        record_id=name,
        data=sent,
        idempotency_key="1/2",
        timeout_in_minutes=5,
    )
    if by_hand:
        start = {"id": first.workflow_id, "task_queue": door.cluster.task_queue}
        await door.cluster.client.start_workflow("push", first, **start)
    else:
        await door.cluster.push(**first.model_dump())
    answer = await door.http.put(
        f"{door.path()}/{name}%2F1", json=sent, headers={"Idempotency-Key": "2"}
    )

    assert 422 == answer.status_code
    assert f"update/{name}/1 of suppliers" in answer.json()["error"]
    assert f"(update/{name} of suppliers)" in answer.json()["error"]
    assert "Use another key" in answer.json()["error"]


async def test_a_data_type_that_is_cut_elsewhere_is_another_push_too(door):
    account, cut = uuid4().hex, "bankTransactions/create/k"
    sent = a_request(
        data_type=f"bankAccounts/{account}/bankTransactions",
        idempotency_key="k/bankTransactions/create/1",
    )
    longer = {"data_type": f"bankAccounts/{account}/{cut}/bankTransactions"}
    other = sent.model_copy(update=longer | {"idempotency_key": "1"})
    push = await start_push(door.cluster.client, sent, task_queue="nobody's")

    assert sent.push_id == other.push_id
    with pytest.raises(IdempotencyKeyConflict, match="Use another key"):
        await start_push(door.cluster.client, other, task_queue="nobody's")
    await push.handle.terminate()


async def test_a_push_started_by_hand_is_told_before_it_has_begun(door):
    request = a_request(data_type="suppliers", data=a_supplier())
    start = {"id": request.workflow_id, "task_queue": "nobody's"}
    handle = await door.cluster.client.start_workflow("push", request, **start)
    key = {"Idempotency-Key": request.idempotency_key}
    answer = await door.http.post(door.path(), json=request.data, headers=key)
    await handle.terminate()

    assert (200, "Pending") == (answer.status_code, answer.json()["status"])
    assert (seeds.PROMPT, "suppliers") == (
        answer.json()["dataConnectionKey"],
        answer.json()["dataType"],
    )
