"""Pushes through the front door: started, repeated, read, told in Codat's shapes."""

import asyncio
import re
import shutil
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from jsonschema import Draft202012Validator
from temporalio.testing import WorkflowEnvironment

from codat.exact_json import loads
from dispatch.payloads.converter import CONVERTER
from dispatch.pushes import Push, request_of
from dispatch.runs import asked_of
from emulator import seeds
from emulator.examples import record
from tests.support.front_door import front_door

BINARIES = str(Path(sys.executable).parent)


def a_supplier():
    return record("suppliers", number=uuid4().hex[:7])


async def test_a_push_is_answered_at_once_and_told_to_its_end(door):
    sent = a_supplier()
    answer = await door.http.post(door.path(), json=sent)
    ended = await door.ended(answer.json()["pushOperationKey"])

    assert (200, "Pending", 202) == (
        answer.status_code,
        answer.json()["status"],
        answer.json()["statusCode"],
    )
    assert ("Success", 200, sent) == (ended["status"], ended["statusCode"], ended["data"])
    assert ["Created"] == [change["type"] for change in ended["changes"]]


async def test_a_push_is_found_by_the_platforms_key_too(door):
    ours = (await door.http.post(door.path(), json=a_supplier())).json()["pushOperationKey"]
    ended = await door.ended(ours)
    theirs = ended["platformPushOperationKey"]

    async def by_theirs():
        return await door.http.get(f"/companies/{seeds.COMPANY}/push/{theirs}")

    while (answer := await by_theirs()).status_code == 404:
        await asyncio.sleep(0.05)
    assert ended == answer.json()


async def test_a_push_that_is_read_again_tells_its_input_once(door, monkeypatch):
    reads = []

    async def counted(client, workflow_id, run_id):
        reads.append(run_id)
        return await asked_of(client, workflow_id, run_id)

    monkeypatch.setattr("gateway.run_requests.asked_of", counted)
    sent = a_supplier()
    key = (await door.http.post(door.path(), json=sent)).json()["pushOperationKey"]
    ended = [await door.ended(key) for _ in range(3)]

    assert [sent] * 3 == [answer["data"] for answer in ended]
    assert len(set(reads)) == len(reads) == 1


async def test_a_failure_says_why_and_where(door):
    sent = a_supplier() | {"status": "Sleeping"}
    key = (await door.http.post(door.path(), json=sent)).json()["pushOperationKey"]
    ended = await door.ended(key)

    assert ("Failed", 400) == (ended["status"], ended["statusCode"])
    assert ["Status"] == [error["itemId"] for error in ended["validation"]["errors"]]
    assert ended["errorMessage"].startswith("The record failed validation; nothing was sent")


async def test_repeats_under_one_key_are_one_push(door):
    sent, key = a_supplier(), {"Idempotency-Key": f"Ключ {uuid4()}".encode()}
    answers = await asyncio.gather(
        *(door.http.post(door.path(), json=sent, headers=key) for _ in range(10))
    )
    ended = await door.ended(answers[0].json()["pushOperationKey"])
    after = (await door.http.post(door.path(), json=sent, headers=key)).json()

    assert 1 == len({answer.json()["pushOperationKey"] for answer in answers})
    assert ended == after
    assert 1 == sum(sent["supplierName"] in one["body"] for one in door.cluster.posts)


async def test_another_record_under_a_key_is_refused_with_both_digests(door):
    key = {"Idempotency-Key": str(uuid4())}
    await door.http.post(door.path(), json=a_supplier(), headers=key)
    answer = await door.http.post(door.path(), json=a_supplier(), headers=key)

    assert 422 == answer.status_code
    assert 2 == len(re.findall("[0-9a-f]{64}", answer.json()["error"]))


async def test_without_a_key_each_request_is_a_push_of_its_own(door):
    sent = a_supplier()
    first, second = [await door.http.post(door.path(), json=sent) for _ in range(2)]

    assert first.json()["pushOperationKey"] != second.json()["pushOperationKey"]
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]


async def test_numbers_keep_their_digits_both_ways(door):
    text = '{"supplierName":"Digits","status":"Active","supplementalData":1.2300E+2}'
    answer = await door.http.post(door.path(), content=text)

    assert '"supplementalData":1.2300E+2' in answer.text
    assert "1.2300E+2" == str(loads(answer.content)["data"]["supplementalData"])


async def test_accounts_and_chart_of_accounts_are_the_same(door):
    sent, key = record("chartOfAccounts", number=uuid4().hex[:7]), {"Idempotency-Key": uuid4().hex}
    names = ("accounts", "chartOfAccounts")
    first, second = [await door.http.post(door.path(n), json=sent, headers=key) for n in names]

    assert first.json()["pushOperationKey"] == second.json()["pushOperationKey"]
    assert "chartOfAccounts" == first.json()["dataType"]


async def test_bank_transactions_have_their_path(door):
    answer = await door.http.post(
        door.path("bankAccounts/bank-1/bankTransactions"), json=record("bankTransactions")
    )
    options = await door.http.get(
        door.path("bankAccounts/bank-1/bankTransactions").replace("/push/", "/options/")
    )

    assert "bankTransactions" == answer.json()["dataType"]
    assert "Object" == options.json()["type"]


async def test_an_update_names_any_record_id(door):
    path = f"{door.path()}/a%2Fb%20%C3%A9"
    answer = await door.http.put(path, params={"forceUpdate": True}, json=a_supplier())
    ended = await door.ended(answer.json()["pushOperationKey"])
    (put,) = [
        one for one in door.cluster.posts if one["method"] == "PUT" and "a%2Fb" in one["path"]
    ]

    assert "Failed" == ended["status"]
    assert "forceUpdate=true" in put["query"]


async def test_minutes_are_passed_on_and_told(door):
    answer = await door.http.post(door.path(), params={"timeoutInMinutes": 7}, json=a_supplier())

    assert 7 == (await door.ended(answer.json()["pushOperationKey"]))["timeoutInMinutes"]


@pytest.mark.parametrize(
    ("status", "how"),
    [
        (400, {"content": b"{"}),
        (400, {"content": b"[]"}),
        (400, {"content": b'{"a": NaN}'}),
        (400, {"content": b'{"a": 1, "a": 2}'}),
        (400, {"content": b'{"a":' * 900 + b"1" + b"}" * 900}),
        (400, {"content": b'{"a":' * 9000 + b"1" + b"}" * 9000}),
        (400, {"json": {}, "params": {"timeoutInMinutes": "soon"}}),
        (400, {"json": {}, "params": {"timeoutInMinutes": 0}}),
        (400, {"json": {}, "headers": {"Idempotency-Key": ""}}),
        (400, {"json": {}, "headers": {"Idempotency-Key": "k" * 256}}),
        (413, {"content": b" " * (2 * 1024 * 1024 + 1)}),
        (431, {"json": {}, "headers": {"X-Long": "x" * 17_000}}),
    ],
)
async def test_a_wrong_request_is_told_in_codats_shape(door, status, how):
    answer = await door.http.post(door.path(), **how)

    assert (status, status) == (answer.status_code, answer.json()["statusCode"])
    assert {"service", "error", "correlationId", "canBeRetried", "detailedErrorCode"} < set(
        answer.json()
    )


@pytest.mark.parametrize("path", ["push/unicorns", "push/bills/x/unicorns", "options/unicorns"])
async def test_what_is_not_there_is_404_or_405(door, path):
    there = f"/companies/{seeds.COMPANY}/connections/{seeds.PROMPT}/{path}"
    method = "GET" if "options" in path else "POST"

    assert (await door.http.request(method, there, json={})).status_code in {404, 405}


async def test_options_come_as_the_platform_wrote_them(door):
    path = door.path("bills").replace("/push/", "/options/")
    there = await door.http.get(path)
    async with door.cluster.codat.client() as codat:
        written = (await codat.get(path)).json()

    assert written == there.json()


async def test_what_was_ended_from_outside_is_unknown(devserver):
    async with front_door(devserver, unknown_as="TimedOut") as door:
        path = door.path(connection=seeds.SLOW)
        key = (await door.http.post(path, json=a_supplier())).json()["pushOperationKey"]
        await door.cluster.client.get_workflow_handle(f"push-{key}").terminate()
        ended = await door.ended(key)

        assert ("TimedOut", "Unknown", 408) == (
            ended["status"],
            ended["outcome"],
            ended["statusCode"],
        )
        assert "Unknown" in ended["errorMessage"]


async def test_without_temporal_a_start_is_503_and_says_how_to_repeat(devserver):
    path = shutil.which("temporal", path=BINARIES)
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=path, data_converter=CONVERTER
    ) as gone:
        away = gone.client
    async with front_door(devserver, client=away) as door:
        answer = await door.http.post(door.path(), json=a_supplier())

        assert (503, "5") == (answer.status_code, answer.headers["retry-after"])
        assert UUID(answer.headers["idempotency-key"])


async def test_options_are_told_as_json_schema_for_any_form_library(door):
    path = door.path().replace("/push/", "/options/")
    answer = await door.http.get(path, params={"as": "json-schema"})
    plain = (await door.http.get(path)).json()

    assert "application/schema+json" == answer.headers["content-type"]
    Draft202012Validator.check_schema(answer.json())
    assert set(plain["properties"]) == set(answer.json()["properties"])
    assert 400 == (await door.http.get(path, params={"as": "xml"})).status_code


async def test_a_record_is_deleted_at_codats_own_path(door):
    bill = door.cluster.codat.connection(seeds.PROMPT).add_record("bills", record("bills"))
    key = {"Idempotency-Key": "gone-for-good"}
    begun = [(await door.http.delete(f"{door.path('bills')}/{bill}", headers=key)) for _ in "ab"]
    told = await door.ended(begun[0].json()["pushOperationKey"])

    assert 1 == len({answer.json()["pushOperationKey"] for answer in begun})
    assert ("bills", None) == (begun[0].json()["dataType"], begun[0].json().get("data"))
    assert ("Success", "Deleted", bill) == (
        told["status"],
        told["changes"][0]["type"],
        told["changes"][0]["recordRef"]["id"],
    )


async def test_a_deletion_with_a_body_is_refused(door):
    answer = await door.http.request("DELETE", f"{door.path('bills')}/7", json={"a": 1})

    assert (400, "A deletion has no body: send none.") == (
        answer.status_code,
        answer.json()["error"],
    )


async def test_an_update_says_how_it_is_ordered(door):
    path = f"{door.path()}/supplier-1"
    asked = []
    for params in ({}, {"ordering": "latest"}):
        key = (await door.http.put(path, params=params, json=a_supplier())).json()
        push = Push(door.cluster.client, UUID(key["pushOperationKey"]))
        asked.append((await request_of(push)).ordering)
    wrong = await door.http.put(path, params={"ordering": "first"}, json=a_supplier())

    assert [None, "latest"] == asked
    assert 400 == wrong.status_code
