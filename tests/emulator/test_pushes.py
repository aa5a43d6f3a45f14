import json

import pytest

from emulator import seeds
from emulator.examples import record
from emulator.platforms.documents import DOCUMENTS
from emulator.platforms.platforms import PLATFORMS

COMPANY = f"/companies/{seeds.COMPANY}"


def path(connection: str, rest: str) -> str:
    return f"{COMPANY}/connections/{connection}/{rest}"


async def push(client, connection, data_type="suppliers", number="1", **query):
    answer = await client.post(
        path(connection, f"push/{data_type}"), json=record(data_type, number), params=query
    )
    return answer.json()


async def operation(client, pushed):
    answer = await client.get(f"{COMPANY}/push/{pushed['pushOperationKey']}")
    return answer.json()


async def test_a_push_is_pending_until_its_platform_has_written(codat, client):
    pushed = await push(client, seeds.SLOW)
    codat.advance(6)
    later = await operation(client, pushed)

    assert ("Pending", 202) == (pushed["status"], pushed["statusCode"])
    assert ("Success", 200) == (later["status"], later["statusCode"])


async def test_a_synchronous_platform_answers_with_the_end(client):
    pushed = await push(client, seeds.SYNCHRONOUS)

    assert "Success" == pushed["status"]
    assert "7110700001" == pushed["changes"][0]["recordRef"]["id"]


async def test_a_refusing_platform_fails_with_validation_errors(codat, client):
    pushed = await push(client, seeds.REFUSING)
    codat.advance(1)
    later = await operation(client, pushed)

    assert "Failed" == later["status"]
    assert ["The period is closed for posting."] == [
        error["message"] for error in later["validation"]["errors"]
    ]


async def test_an_offline_platform_times_out_only_by_the_deadline(codat, client):
    patient = await push(client, seeds.OFFLINE, number="1")
    hurried = await push(client, seeds.OFFLINE, number="2", timeoutInMinutes=1)
    codat.advance(60)

    assert "Pending" == (await operation(client, patient))["status"]
    assert "TimedOut" == (await operation(client, hurried))["status"]


async def test_a_push_to_an_offline_platform_is_written_on_its_return(codat, client):
    pushed = await push(client, seeds.OFFLINE)
    codat.connection(seeds.OFFLINE).set(offline=False)
    codat.advance(1)

    assert "Success" == (await operation(client, pushed))["status"]
    assert 1 == len(codat.ledger(connection=seeds.OFFLINE))


async def test_what_timed_out_is_not_written_when_the_platform_returns(codat, client):
    await push(client, seeds.OFFLINE, timeoutInMinutes=1)
    codat.advance(61)
    codat.connection(seeds.OFFLINE).set(offline=False)
    codat.advance(1)

    assert [] == codat.ledger(connection=seeds.OFFLINE)


async def test_a_shaky_platform_answers_500_and_lists_the_operation(codat, client):
    answer = await client.post(path(seeds.SHAKY, "push/suppliers"), json=record("suppliers"))
    codat.advance(2)
    listed = (await client.get(f"{COMPANY}/push")).json()["results"]

    assert 500 == answer.status_code
    assert ["Success"] == [one["status"] for one in listed]


async def test_amounts_keep_the_digits_that_the_client_wrote(codat, client):
    codat.settings(echo_data=True)
    codat.settings(rules="off")
    text = '{"a": 0.10, "b": 1e-7, "c": 12345678901234.56}'
    answer = await client.post(path(seeds.PROMPT, "push/bills"), content=text)

    assert text in answer.text


@pytest.mark.parametrize("connection", [seeds.PROMPT, seeds.SLOW, seeds.SYNCHRONOUS])
@pytest.mark.parametrize("data_type", sorted(DOCUMENTS))
async def test_the_example_records_are_taken(codat, client, connection, data_type):
    if data_type in PLATFORMS[codat.platform(connection)].lacks:
        pytest.skip("not supported by this platform")
    step = "bankAccounts/bank-1/bankTransactions" if data_type == "bankTransactions" else data_type
    answer = await client.post(path(connection, f"push/{step}"), json=record(data_type))
    codat.advance(10)
    later = await operation(client, answer.json())

    assert "Success" == later["status"], json.dumps(later)


async def test_an_update_changes_a_record_and_a_delete_removes_it(client):
    changed = await client.put(path(seeds.PROMPT, "push/suppliers/supplier-1"), json={})
    bill = (await push(client, seeds.SYNCHRONOUS, "bills"))["changes"][0]["recordRef"]["id"]
    gone = await client.delete(path(seeds.SYNCHRONOUS, f"push/bills/{bill}"))
    again = await client.delete(path(seeds.SYNCHRONOUS, f"push/bills/{bill}"))

    assert "Pending" == changed.json()["status"]
    assert ("Success", "Failed") == (gone.json()["status"], again.json()["status"])


@pytest.mark.parametrize(
    ("url", "status"),
    [
        (f"/companies/{seeds.PROMPT}/push", 404),
        (f"{COMPANY}/push/{seeds.PROMPT}", 404),
        (path(seeds.OTHER_PROMPT, "options/bills"), 404),
        (path(seeds.PROMPT, "options/unicorns"), 404),
        (path(seeds.SYNCHRONOUS, "options/journals"), 404),
        (path(seeds.PROMPT, "options/accounts"), 200),
        (path(seeds.PROMPT, "options/chartOfAccounts"), 200),
        (f"{COMPANY}/push?query=nonsense", 400),
        (f"{COMPANY}/push?query=colour%3Dred", 400),
        (f"{COMPANY}/push?page=0", 400),
    ],
)
async def test_what_does_not_exist_is_said_so(client, url, status):
    answer = await client.get(url)

    assert status == answer.status_code


async def test_a_wrong_key_is_refused(client):
    answer = await client.get(f"{COMPANY}/push", headers={"Authorization": "Basic eA=="})

    assert 401 == answer.status_code
