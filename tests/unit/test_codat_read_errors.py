import httpx
import pytest

from codat.client import CodatClient
from codat.errors import (
    CodatFailing,
    CodatLost,
    CodatReadRefused,
    CodatRefused,
    CodatThrottled,
    CodatUnauthorized,
    CodatUnreachable,
    NotSent,
)
from codat.settings import CodatSettings
from tests.support.codat_reads import COMPANY, PAGE, PULL, READS, RECORD, Recorder, failure, target


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'"x"', b'{"id": ""}', b'{"id": []}'])
@pytest.mark.parametrize("read", ["read_record", "refresh", "read_records", "pull_operation"])
async def test_a_success_that_says_nothing_usable_is_lost(body, read):
    async with Recorder(body).client() as codat:
        with pytest.raises(CodatLost):
            await READS[read](codat)


async def test_a_data_status_that_is_no_object_is_lost():
    async with Recorder(b"[]").client() as codat:
        with pytest.raises(CodatLost):
            await codat.reads.data_status(COMPANY)


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("status", [402, 403])
async def test_a_read_that_is_not_allowed_is_refused(read, status):
    async with failure(status).client() as codat:
        with pytest.raises(CodatReadRefused) as refused:
            await READS[read](codat)

    assert status == refused.value.status


@pytest.mark.parametrize("read", READS)
async def test_a_wrong_key_is_no_refusal_to_read(read):
    async with failure(401).client() as codat:
        with pytest.raises(CodatUnauthorized) as unauthorized:
            await READS[read](codat)

    assert CodatUnauthorized is unauthorized.type


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize(("status", "kind"), [(429, CodatThrottled), (503, CodatFailing)])
async def test_other_failures_are_those_of_every_call(read, status, kind):
    async with failure(status).client() as codat:
        with pytest.raises(kind):
            await READS[read](codat)


@pytest.mark.parametrize("record_id", ["", ".", "..", "\ud800", "x" * 70_000])
async def test_a_record_id_that_can_not_be_sent_is_refused(record_id):
    recorder = Recorder(RECORD)
    async with recorder.client() as codat:
        with pytest.raises(CodatRefused, match="can't be read"):
            await codat.reads.read_record(target(), record_id)

    assert [] == recorder.requests


@pytest.mark.parametrize("record_id", ["", "a&&b=c", "a=b", "x" * 70_000])
async def test_a_transactions_id_that_can_not_be_queried_is_refused(record_id):
    recorder = Recorder(PAGE)
    async with recorder.client() as codat:
        with pytest.raises(CodatRefused, match="can't be read"):
            await codat.reads.read_record(target("bankAccounts/7/bankTransactions"), record_id)

    assert [] == recorder.requests


@pytest.mark.parametrize("data_type", ["", "..", "\ud800"])
async def test_a_data_type_that_can_not_be_sent_is_refused(data_type):
    recorder = Recorder(PULL)
    async with recorder.client() as codat:
        with pytest.raises(CodatRefused, match="can't be read"):
            await codat.reads.refresh(COMPANY, data_type)

    assert [] == recorder.requests


@pytest.mark.parametrize("read", READS)
async def test_a_read_that_never_connected_sent_nothing(read):
    def fail(_request):
        raise httpx.ConnectError("no")

    settings = CodatSettings.model_validate({"api_key": "a-key"})
    async with CodatClient(settings, transport=httpx.MockTransport(fail)) as codat:
        with pytest.raises(CodatUnreachable):
            await READS[read](codat)


async def test_reads_use_up_the_companys_share_of_the_day():
    headers = {"X-Rate-Limit-Limit": "10", "X-Rate-Limit-Remaining": "9"}
    recorder = Recorder(PULL, headers=headers)
    async with recorder.client(company_share=0.1) as codat:
        await READS["refresh"](codat)
        await READS["pull_operation"](codat)
        with pytest.raises(NotSent, match="share"):
            await READS["pull_operation"](codat)

    assert 2 == len(recorder.requests)


async def test_a_throttled_refresh_holds_back_reads_and_no_writes():
    recorder = Recorder({}, 429, {"Retry-After": "60"})
    async with recorder.client() as codat:
        with pytest.raises(CodatThrottled):
            await READS["refresh"](codat)
        with pytest.raises(NotSent):
            await READS["data_status"](codat)
        with pytest.raises(CodatThrottled):
            await codat.push(target(), {})

    assert ["POST", "POST"] == [request.method for request in recorder.requests]
