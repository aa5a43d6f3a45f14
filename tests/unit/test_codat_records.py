from datetime import UTC, datetime

import pytest

from codat.errors import CodatLost, CodatNeverSynced, CodatUnclear
from codat.exact_json import Number, dumps
from codat.models import CachedRecord, Condition
from tests.support.codat_reads import HERE, PAGE, READS, RECORD, THERE, Recorder, failure, target


@pytest.mark.parametrize(
    ("data_type", "path"),
    [
        ("bills", f"{HERE}/data/bills"),
        ("chartOfAccounts", f"{HERE}/data/accounts"),
        ("bankAccounts", f"{THERE}/data/bankAccounts"),
        ("directCosts", f"{THERE}/data/directCosts"),
        ("transfers", f"{THERE}/data/transfers"),
        ("bankAccounts/a b/bankTransactions", f"{THERE}/data/bankAccounts/a%20b/bankTransactions"),
    ],
)
async def test_records_are_where_codats_own_client_reads_them(data_type, path):
    recorder = Recorder(PAGE)
    async with recorder.client() as codat:
        await codat.reads.read_records(target(data_type), order_by=None)

    assert f"{path}?page=1&pageSize=100".encode() == recorder.requests[0].url.raw_path


async def test_a_record_keeps_its_digits_and_its_dates():
    body = dumps(
        {
            "id": "7/5 0",
            "totalAmount": Number("0.10"),
            "modifiedDate": "2026-11-22T14:00:00Z",
            "sourceModifiedDate": "2026-11-22T13:00:00",
            "metadata": {"isDeleted": True},
        }
    ).encode()
    recorder = Recorder(body)
    async with recorder.client() as codat:
        record = await codat.reads.read_record(target(), "7/5 0")

    assert f"{HERE}/data/bills/7%2F5%200".encode() == recorder.requests[0].url.raw_path
    assert record
    assert "0.10" == str(record.data["totalAmount"])
    assert datetime(2026, 11, 22, 14, tzinfo=UTC) == record.modified_date
    assert datetime(2026, 11, 22, 13, tzinfo=UTC) == record.source_modified_date
    assert record.is_deleted


async def test_a_record_may_say_nothing_but_its_id():
    record = CachedRecord.from_codat({"id": 7, "metadata": None, "sourceModifiedDate": None})

    assert ("7", None, None) == (record.id, record.modified_date, record.source_modified_date)
    assert not record.is_deleted


def test_a_record_is_the_same_after_it_was_written_down():
    record = CachedRecord.from_codat({"id": "1", "data": {}, "metadata": {"isDeleted": True}})

    assert record == CachedRecord.model_validate_json(record.model_dump_json())


async def test_a_record_that_is_not_cached_is_none():
    async with failure(404).client() as codat:
        assert await codat.reads.read_record(target(), "1") is None


async def test_a_proxys_404_is_not_taken_for_an_absent_record():
    async with Recorder(b"<html>", 404).client() as codat:
        with pytest.raises(CodatUnclear):
            await codat.reads.read_record(target(), "1")


async def test_a_transaction_is_queried_for_under_its_account():
    recorder = Recorder({**PAGE, "results": [{"id": "x"}, RECORD]})
    async with recorder.client() as codat:
        record = await codat.reads.read_record(target("bankAccounts/7/bankTransactions"), "1")

    request = recorder.requests[0]
    assert f"{THERE}/data/bankAccounts/7/bankTransactions" == request.url.path
    assert "id=1" == request.url.params["query"]
    assert record
    assert "1" == record.id


async def test_a_transaction_that_is_not_listed_is_none():
    async with Recorder({**PAGE, "results": []}).client() as codat:
        found = await codat.reads.read_record(target("bankAccounts/7/bankTransactions"), "1")

    assert found is None


async def test_records_are_queried_by_conditions():
    recorder = Recorder(
        {**PAGE, "totalResults": 7}, headers={"Date": "Sun, 22 Nov 2026 14:00:00 GMT"}
    )
    conditions = [Condition("totalAmount", ">=", 1), Condition("supplierRef.id", "=", "a&b")]
    async with recorder.client() as codat:
        page = await codat.reads.read_records(target(), conditions, page=2, page_size=5)

    assert {
        "page": "2",
        "pageSize": "5",
        "query": "totalAmount>=1&&supplierRef.id=a&b",
        "orderBy": "-modifiedDate",
    } == dict(recorder.requests[0].url.params)
    assert (["1"], 7) == ([record.id for record in page.results], page.total_results)
    assert datetime(2026, 11, 22, 14, tzinfo=UTC) == page.date


async def test_the_next_link_says_that_there_are_more_records():
    async with Recorder({**PAGE, "_links": {"next": {"href": "/x"}}}).client() as codat:
        assert (await codat.reads.read_records(target())).has_next


async def test_another_record_than_the_one_asked_for_is_lost():
    async with Recorder({"id": "2"}).client() as codat:
        with pytest.raises(CodatLost, match="another record"):
            await codat.reads.read_record(target(), "1")


async def test_one_record_without_an_id_spoils_its_page():
    async with Recorder({**PAGE, "results": [RECORD, {}]}).client() as codat:
        with pytest.raises(CodatLost, match="no list of records"):
            await codat.reads.read_records(target())


@pytest.mark.parametrize("read", ["read_record", "read_records"])
async def test_a_data_type_that_was_never_read_is_told(read):
    async with failure(409, "The data set has not been requested.").client() as codat:
        with pytest.raises(CodatNeverSynced, match="has not been requested"):
            await READS[read](codat)
