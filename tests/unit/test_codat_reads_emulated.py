"""The client reads from the emulator, which shares no code with it."""

import json
from decimal import Decimal

import pytest

from codat.client import CodatClient
from codat.errors import (
    CodatNeverSynced,
    CodatReadRefused,
    CodatRefreshInProgress,
    CodatRefused,
    CodatThrottled,
)
from codat.exact_json import loads
from codat.models import DATA_TYPES, Condition, PullStatus, PushTarget
from codat.settings import CodatSettings
from emulator import Emulator, seeds
from emulator.examples import record

TRANSACTIONS = "bankAccounts/bank-1/bankTransactions"


@pytest.fixture(name="emulated")
async def _emulated():
    async with Emulator() as emulated:
        yield emulated


@pytest.fixture(name="codat")
async def _codat(emulated):
    settings = CodatSettings.model_validate(
        {"api_key": emulated.api_key, "base_url": emulated.base_url}
    )
    async with CodatClient(settings, transport=emulated.transport) as codat:
        yield codat


def target(data_type="bills"):
    return PushTarget.model_validate(
        {"company_id": seeds.COMPANY, "connection_id": seeds.PROMPT, "data_type": data_type}
    )


async def refresh(emulated, codat, of=None):
    of = of or target()
    begun = await codat.reads.refresh(of.company_id, of.operation_data_type, of.connection_id)
    emulated.advance(1)
    return begun


async def written(emulated, codat, body, of=None):
    of = of or target()
    operation = await codat.push(of, body)
    emulated.advance(1)
    ended = await codat.operation(of.company_id, operation.push_operation_key)
    return ended.records[0].id


@pytest.mark.parametrize("data_type", sorted({*DATA_TYPES, TRANSACTIONS}))
async def test_every_type_is_read_back_after_a_refresh(emulated, codat, data_type):
    of = target(data_type)
    body = record(of.operation_data_type)
    record_id = await written(emulated, codat, body, of)
    record_id = "line-1" if data_type == TRANSACTIONS else record_id
    await refresh(emulated, codat, of)
    found = await codat.reads.read_record(of, record_id)
    page = await codat.reads.read_records(of, [Condition("id", "=", record_id)])

    assert found
    sent = body.get("transactions", [body])[0]
    assert sent.items() <= json.loads(json.dumps(found.data, default=float)).items()
    assert [found] == page.results
    assert not found.is_deleted


async def test_a_record_keeps_the_digits_that_were_pushed(emulated, codat):
    body = loads(json.dumps(record("bills")).replace("21", "21.00"))
    record_id = await written(emulated, codat, body)
    await refresh(emulated, codat)
    found = await codat.reads.read_record(target(), record_id)

    assert found
    assert "21.00" == str(found.data["totalAmount"])


async def test_a_record_is_absent_before_the_refresh_is_over(emulated, codat):
    with pytest.raises(CodatNeverSynced):
        await codat.reads.read_record(target(), "1")
    await refresh(emulated, codat)
    record_id = await written(emulated, codat, record("bills"))

    assert await codat.reads.read_record(target(), record_id) is None
    assert [] == (await codat.reads.read_records(target())).results


async def test_a_running_refresh_is_waited_for_by_its_id(emulated, codat):
    begun = emulated.connection(seeds.PROMPT).refresh("bills")
    with pytest.raises(CodatRefreshInProgress) as running:
        await refresh(emulated, codat)
    emulated.advance(1)
    company, pull_id = target().company_id, running.value.pull_operation_id
    ended = await codat.reads.pull_operation(company, pull_id)

    assert begun["id"] == str(pull_id)
    assert PullStatus.COMPLETE is ended.status
    assert ended.requested
    assert ended.completed
    assert ended.requested < ended.completed


@pytest.mark.parametrize("status", ["FetchError", "AuthError", "PermissionsError"])
async def test_a_failed_refresh_is_seen_in_both_places(emulated, codat, status):
    emulated.connection(seeds.PROMPT).set(refresh_status=status)
    begun = await refresh(emulated, codat, target("suppliers"))
    ended = await codat.reads.pull_operation(target().company_id, begun.id)
    found = (await codat.reads.data_status(target().company_id))["suppliers"]

    assert (status, True) == (ended.status, ended.status.is_over)
    assert ended.error_message
    assert (status, begun.id) == (found.current_status, found.latest_sync_id)
    assert (None, None) == (found.last_successful_sync, found.latest_successful_sync_id)


async def test_accounts_have_one_name_in_the_data_status(emulated, codat):
    begun = await refresh(emulated, codat, target("accounts"))
    statuses = await codat.reads.data_status(target().company_id)

    assert begun.id == statuses["chartOfAccounts"].latest_successful_sync_id


async def test_an_unsupported_type_is_known_at_once(emulated, codat):
    emulated.connection(seeds.PROMPT).set(unreadable=["bills"])

    assert PullStatus.NOT_SUPPORTED is (await refresh(emulated, codat)).status


@pytest.mark.parametrize("status", [402, 403])
async def test_reading_is_refused_where_it_is_not_allowed(emulated, codat, status):
    emulated.connection(seeds.PROMPT).set(refuses_reads=status)
    company = target().company_id
    for read in (
        lambda: refresh(emulated, codat),
        lambda: codat.reads.data_status(company),
        lambda: codat.reads.read_record(target(), "1"),
        lambda: codat.reads.read_records(target("transfers")),
    ):
        with pytest.raises(CodatReadRefused):
            await read()


async def test_a_deleted_record_is_read_as_deleted(emulated, codat):
    record_id = await written(emulated, codat, record("bills"))
    await refresh(emulated, codat)
    emulated.connection(seeds.PROMPT).delete_record("bills", record_id)
    await refresh(emulated, codat)
    found = await codat.reads.read_record(target(), record_id)

    assert found
    assert found.is_deleted
    assert found.modified_date
    assert found.source_modified_date is None


async def test_a_query_tells_a_record_from_its_near_twin(emulated, codat):
    record_id = await written(emulated, codat, record("bills"))
    emulated.connection(seeds.PROMPT).add_twin("bills", record_id, totalAmount=21.01)
    await refresh(emulated, codat)
    query = [Condition("reference", "=", "T1"), Condition("supplierRef.id", "=", "supplier-1")]
    both = await codat.reads.read_records(target(), query)
    exact = [*query, Condition("totalAmount", "=", Decimal("21.00"))]

    assert 2 == both.total_results
    assert [record_id] == [
        found.id for found in (await codat.reads.read_records(target(), exact)).results
    ]


async def test_records_are_queried_by_the_time_of_their_change(emulated, codat):
    first = await written(emulated, codat, record("bills", "1"))
    await refresh(emulated, codat)
    found = await codat.reads.read_record(target(), first)
    second = await written(emulated, codat, record("bills", "2"))
    await refresh(emulated, codat)
    assert found
    assert found.source_modified_date
    later = [Condition("sourceModifiedDate", ">", found.source_modified_date)]

    assert second in [row.id for row in (await codat.reads.read_records(target(), later)).results]
    newest = await codat.reads.read_records(target(), page_size=1)
    assert (second, True) == (newest.results[0].id, newest.has_next)
    last = await codat.reads.read_records(target(), page=2, page_size=1)
    assert (first, False) == (last.results[0].id, last.has_next)


async def test_a_field_that_codat_does_not_know_is_refused(emulated, codat):
    await refresh(emulated, codat)
    with pytest.raises(CodatRefused, match="Could not resolve property colour"):
        await codat.reads.read_records(target(), [Condition("colour", "=", "red")])


async def test_reads_count_against_the_day_and_may_be_throttled(emulated, codat):
    emulated.fault("throttle", path="/data/bills", times=1)
    await refresh(emulated, codat)
    before = codat.limits.allowance.remaining
    with pytest.raises(CodatThrottled):
        await codat.reads.read_records(target())

    assert before - 1 == codat.limits.allowance.remaining
