import json

import pytest

from emulator import seeds
from emulator.examples import record
from tests.support.emulated_reads import COMPANY, PUSH, listed, pushed, read, refresh

PROMPT = f"{COMPANY}/connections/{seeds.PROMPT}"


async def test_a_record_is_404_until_a_refresh_is_over(codat, client):
    await refresh(codat, client)
    bill = await pushed(codat, client)
    codes = [(await read(client, bill)).status_code]
    await refresh(codat, client, wait=0)
    codes.append((await read(client, bill)).status_code)
    codat.advance(1)
    codes.append((await read(client, bill)).status_code)

    assert [404, 404, 200] == codes


async def test_a_type_that_was_never_read_is_409(codat, client):
    bill = await pushed(codat, client)
    one, several = await read(client, bill), await client.get(f"{COMPANY}/data/bills")

    assert [409, 409] == [one.status_code, several.status_code]
    assert "The data set has not been requested." == one.json()["error"]


async def test_what_lands_during_a_refresh_is_not_in_it(codat, client):
    codat.connection(seeds.PROMPT).set(refresh_seconds=60)
    await refresh(codat, client, wait=0)
    bill = await pushed(codat, client)
    codat.advance(60)
    early = (await read(client, bill)).status_code
    await refresh(codat, client, wait=60)

    assert [404, 200] == [early, (await read(client, bill)).status_code]


async def test_a_record_is_shown_with_its_digits(codat, client):
    body = json.dumps(record("bills")).replace("10.5", "10.50").replace("21", "21.00")
    await client.post(f"{PUSH}/bills", content=body)
    codat.advance(1)
    await refresh(codat, client)
    answer = await client.get(f"{COMPANY}/data/bills")

    assert '"unitAmount": 10.50' in answer.text
    assert '"totalAmount": 21.00' in answer.text


async def test_the_cache_has_what_the_software_made_of_it(codat, client):
    codat.connection(seeds.PROMPT).set(rewrites=["number", "tax"])
    bill = await pushed(codat, client, number="-77")
    await refresh(codat, client)
    shown = (await read(client, bill)).json()

    assert ("00001", 25.2) == (shown["reference"], shown["totalAmount"])
    assert "T-77" == codat.ledger()[0]["data"]["reference"]


async def test_modified_dates_say_when_codat_and_when_the_software(codat, client):
    bill = await pushed(codat, client)
    written = codat.ledger()[0]["writtenOnUtc"]
    first = await refresh(codat, client)
    before = (await read(client, bill)).json()
    await refresh(codat, client)
    unchanged = (await read(client, bill)).json()
    codat.connection(seeds.PROMPT).change_record("bills", bill, note="by hand")
    changed = codat.ledger()[-1]["writtenOnUtc"]
    third = await refresh(codat, client)
    after = (await read(client, bill)).json()

    assert before == unchanged
    assert written == before["sourceModifiedDate"] < first["requested"] < before["modifiedDate"]
    assert changed == after["sourceModifiedDate"] < third["requested"] < after["modifiedDate"]
    assert ("by hand", "T1") == (after["note"], after["reference"])


async def test_a_deleted_record_is_marked_after_the_next_refresh(codat, client):
    bill = await pushed(codat, client)
    await refresh(codat, client)
    codat.connection(seeds.PROMPT).delete_record("bills", bill)
    early = (await read(client, bill)).json()
    await refresh(codat, client)
    late = (await read(client, bill)).json()

    assert (False, True) == (early["metadata"]["isDeleted"], late["metadata"]["isDeleted"])
    assert early["reference"] == late["reference"]
    assert late["sourceModifiedDate"] is None
    assert early["modifiedDate"] < late["modifiedDate"]


async def test_a_record_that_no_refresh_saw_never_appears(codat, client):
    bill = await pushed(codat, client)
    codat.connection(seeds.PROMPT).delete_record("bills", bill)
    await refresh(codat, client)

    assert 404 == (await read(client, bill)).status_code
    assert [] == await listed(client)


async def test_a_deletion_shows_the_version_that_was_read(codat, client):
    bill = await pushed(codat, client)
    await refresh(codat, client)
    here = codat.connection(seeds.PROMPT)
    here.change_record("bills", bill, note="never read")
    here.delete_record("bills", bill)
    await refresh(codat, client)

    assert "note" not in (await read(client, bill)).json()


async def test_a_push_that_deletes_is_a_deletion(codat, client):
    bill = await pushed(codat, client)
    await refresh(codat, client)
    await client.delete(f"{PUSH}/bills/{bill}")
    codat.advance(1)
    await refresh(codat, client)

    assert (await read(client, bill)).json()["metadata"]["isDeleted"]


async def test_an_update_is_the_new_version(codat, client):
    bill = await pushed(codat, client)
    await client.put(f"{PUSH}/bills/{bill}", json=record("bills", "2"))
    codat.advance(1)
    await refresh(codat, client)

    assert "T2" == (await read(client, bill)).json()["reference"]


async def test_a_failed_push_leaves_nothing_to_read(codat, client):
    codat.connection(seeds.PROMPT).set(refusing="No.")
    await client.post(f"{PUSH}/bills", json=record("bills"))
    codat.advance(1)
    await refresh(codat, client)

    assert [] == await listed(client)


async def test_a_company_is_read_over_all_its_connections(codat, client):
    for connection in (seeds.SLOW, seeds.OTHER_PROMPT):
        codat.connection(connection).add_record("bills", record("bills"), record_id=connection)
    await refresh(codat, client, connection=seeds.SLOW)
    await refresh(codat, client)

    assert [seeds.SLOW] == await listed(client)


async def test_a_record_stands_before_its_deleted_namesake(codat, client):
    for connection in (seeds.PROMPT, seeds.SLOW):
        codat.connection(connection).add_record("bills", record("bills"), record_id="1")
        await refresh(codat, client, connection=connection)
    codat.connection(seeds.PROMPT).delete_record("bills", "1")
    await refresh(codat, client)

    assert not (await read(client, "1")).json()["metadata"]["isDeleted"]


async def test_accounts_are_read_under_the_name_of_their_path(codat, client):
    account = await pushed(codat, client, "chartOfAccounts")
    await refresh(codat, client, "chartOfAccounts")
    found = await read(client, account, "accounts")
    odd = await read(client, account, "chartOfAccounts")

    assert [200, 404] == [found.status_code, odd.status_code]


@pytest.mark.parametrize("data_type", ["bankAccounts", "directCosts", "directIncomes", "transfers"])
async def test_some_types_are_read_under_their_connection(codat, client, data_type):
    written = await pushed(codat, client, data_type)
    await refresh(codat, client, data_type)
    found = await client.get(f"{PROMPT}/data/{data_type}/{written}")
    page = await client.get(f"{PROMPT}/data/{data_type}")
    odd = await client.get(f"{COMPANY}/data/{data_type}")

    assert written == found.json()["id"]
    assert written in [entry["id"] for entry in page.json()["results"]]
    assert 404 == odd.status_code
    assert 404 == (await client.get(f"{PROMPT}/data/bills")).status_code


async def test_the_cache_is_empty_after_a_reset(codat, client):
    await pushed(codat, client)
    await refresh(codat, client)
    codat.reset()

    assert 409 == (await client.get(f"{COMPANY}/data/bills")).status_code
    assert [] == codat.refreshes()
