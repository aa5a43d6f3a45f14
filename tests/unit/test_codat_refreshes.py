from datetime import UTC, datetime

import pytest

from codat.errors import CodatConflict, CodatLost, CodatRefreshInProgress
from codat.models import PullStatus
from tests.support.codat_reads import (
    COMPANY,
    CONNECTION,
    HERE,
    PULL,
    READS,
    REFRESH,
    Recorder,
    failure,
)


async def test_a_refresh_is_posted_for_one_connection():
    recorder = Recorder(PULL)
    async with recorder.client() as codat:
        await codat.reads.refresh(COMPANY, "accounts", CONNECTION)

    (request,) = recorder.requests
    path = f"{HERE}/data/queue/chartOfAccounts?connectionId={CONNECTION}"
    assert ("POST", path.encode()) == (request.method, request.url.raw_path)


async def test_a_refresh_of_all_connections_names_none():
    recorder = Recorder(PULL)
    async with recorder.client() as codat:
        await codat.reads.refresh(COMPANY, "bills")

    assert b"" == recorder.requests[0].url.query


async def test_a_refresh_is_read_with_its_times_in_utc():
    body = {
        **PULL,
        "companyId": str(COMPANY),
        "connectionId": str(CONNECTION),
        "dataType": "accounts",
        "status": "FetchError",
        "requested": "2026-11-22T14:00:00.1234567Z",
        "completed": "0001-01-01T00:00:00",
        "errorMessage": None,
    }
    async with Recorder(body).client() as codat:
        pull = await codat.reads.refresh(COMPANY, "chartOfAccounts", CONNECTION)

    assert (REFRESH, "chartOfAccounts", CONNECTION) == (pull.id, pull.data_type, pull.connection_id)
    assert (PullStatus.FETCH_ERROR, True) == (pull.status, pull.status.is_over)
    assert datetime(2026, 11, 22, 14, 0, 0, 123456, UTC) == pull.requested
    assert (None, None) == (pull.completed, pull.error_message)


@pytest.mark.parametrize("word", ["Deferred", "", None, 7])
async def test_an_unknown_status_is_neither_over_nor_successful(word):
    async with Recorder({**PULL, "status": word}).client() as codat:
        status = (await codat.reads.pull_operation(COMPANY, REFRESH)).status

    assert PullStatus.UNKNOWN is status
    assert not status.is_over
    assert not status.is_successful


def test_a_status_is_over_unless_codat_is_still_at_work():
    running = {"Initial", "Queued", "Routing", "Fetching", "Mapping", "Validating", "Processing"}
    running |= {"MapQueued", "ValidationQueued", "ProcessingQueued", "Unknown"}

    assert running == {status for status in PullStatus if not status.is_over}
    assert ["Complete"] == [status for status in PullStatus if status.is_successful]


@pytest.mark.parametrize(
    "other",
    [{"companyId": str(REFRESH)}, {"connectionId": str(REFRESH)}, {"dataType": "invoices"}],
)
async def test_a_refresh_of_something_else_is_lost(other):
    async with Recorder({**PULL, **other}).client() as codat:
        with pytest.raises(CodatLost, match="another"):
            await READS["refresh"](codat)


@pytest.mark.parametrize("status", [400, 409, 422, 500])
async def test_a_running_refresh_is_known_by_its_text(status):
    text = f"DatasetAlreadyInProgressException: Cannot queue bills sync for {COMPANY} as previous"
    async with failure(status, f"{text} sync {REFRESH} is still in progress").client() as codat:
        with pytest.raises(CodatRefreshInProgress) as running:
            await READS["refresh"](codat)

    assert (REFRESH, status) == (running.value.pull_operation_id, running.value.status)
    assert "8fa2" == running.value.correlation_id


async def test_a_running_refresh_need_not_be_named():
    text = "DatasetAlreadyInProgressException: previous sync ------------------------------------"
    async with failure(409, text).client() as codat:
        with pytest.raises(CodatRefreshInProgress) as running:
            await READS["refresh"](codat)

    assert running.value.pull_operation_id is None


async def test_another_conflict_is_no_running_refresh():
    async with failure(409).client() as codat:
        with pytest.raises(CodatConflict) as conflict:
            await READS["refresh"](codat)

    assert CodatConflict is conflict.type


async def test_one_refresh_is_read_by_its_id():
    recorder = Recorder({**PULL, "status": "Complete"})
    async with recorder.client() as codat:
        pull = await codat.reads.pull_operation(COMPANY, REFRESH)

    assert f"{HERE}/data/history/{REFRESH}" == recorder.requests[0].url.path
    assert pull.status.is_successful


async def test_another_refresh_than_the_one_asked_for_is_lost():
    async with Recorder({**PULL, "id": str(COMPANY)}).client() as codat:
        with pytest.raises(CodatLost, match="another refresh"):
            await READS["pull_operation"](codat)


async def test_the_data_status_is_read_by_data_type():
    fresh = {
        "dataType": "suppliers",
        "lastSuccessfulSync": "2019-06-11T13:26:54.6884704Z",
        "currentStatus": "Complete",
        "latestSyncId": str(REFRESH),
        "latestSuccessfulSyncId": str(REFRESH),
    }
    failed = {"dataType": "accounts", "currentStatus": "FetchError", "latestSyncId": "x"}
    recorder = Recorder({"suppliers": fresh, "accounts": failed, "bills": None})
    async with recorder.client() as codat:
        statuses = await codat.reads.data_status(COMPANY)

    assert f"{HERE}/dataStatus" == recorder.requests[0].url.path
    assert ["suppliers", "chartOfAccounts"] == list(statuses)
    assert (
        datetime(2019, 6, 11, 13, 26, 54, 688470, UTC) == statuses["suppliers"].last_successful_sync
    )
    assert REFRESH == statuses["suppliers"].latest_successful_sync_id
    assert statuses["chartOfAccounts"].latest_sync_id is None
    assert statuses["chartOfAccounts"].last_successful_sync is None
