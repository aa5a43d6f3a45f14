import pytest

from emulator import seeds
from emulator.errors import EmulatedError
from emulator.examples import record
from tests.support.emulated_reads import COMPANY, PUSH, pushed, read, refresh

STATUS = f"{COMPANY}/dataStatus"
QUEUE = f"{COMPANY}/data/queue"


async def state(client, data_type="bills"):
    return (await client.get(STATUS)).json().get(data_type)


async def test_a_refresh_takes_its_time(codat, client):
    codat.connection(seeds.PROMPT).set(refresh_seconds=40)
    begun = await refresh(codat, client, wait=0)
    path = f"{COMPANY}/data/history/{begun['id']}"
    seen = []
    for _ in range(5):
        codat.advance(9)
        seen.append((await client.get(path)).json()["status"])

    assert "Queued" == begun["status"]
    assert ["Queued", "Fetching", "Mapping", "Processing", "Complete"] == seen


async def test_a_refresh_that_is_over_says_when(codat, client):
    begun = await refresh(codat, client)
    ended = (await client.get(f"{COMPANY}/data/history/{begun['id']}")).json()

    assert ("completed" in begun, "completed" in ended) == (False, True)
    assert (seeds.PROMPT, "bills") == (ended["connectionId"], ended["dataType"])
    assert (100, True, False) == (ended["progress"], ended["isCompleted"], ended["isErrored"])
    assert begun["requested"] == ended["requested"] < ended["completed"]


@pytest.mark.parametrize("status", [400, 409, 500])
async def test_a_second_refresh_of_a_type_is_an_error(codat, client, status):
    codat.settings(in_progress_status=status)
    begun = await refresh(codat, client, wait=0)
    second = await client.post(f"{QUEUE}/bills", params={"connectionId": seeds.PROMPT})
    other = await client.post(f"{QUEUE}/suppliers", params={"connectionId": seeds.PROMPT})

    text = f"DatasetAlreadyInProgressException: Cannot queue bills sync for {seeds.COMPANY}"
    assert (status, 200) == (second.status_code, other.status_code)
    expected = f"{text} as previous sync {begun['id']} is still in progress"
    assert expected == second.json()["error"]


async def test_a_refresh_by_a_schedule_is_in_the_clients_way(codat, client):
    begun = codat.connection(seeds.PROMPT).refresh("bills")
    refused = await client.post(f"{QUEUE}/bills", params={"connectionId": seeds.PROMPT})
    codat.advance(1)
    later = await client.post(f"{QUEUE}/bills", params={"connectionId": seeds.PROMPT})

    assert begun["id"] in refused.json()["error"]
    assert [409, 200] == [refused.status_code, later.status_code]


async def test_a_refresh_without_a_connection_is_of_all(codat, client):
    await client.post(f"{QUEUE}/bills")
    connections = {row["connectionId"] for row in codat.refreshes()}
    second = await client.post(f"{QUEUE}/bills")

    assert 6 == len(connections)
    assert 409 == second.status_code


async def test_the_data_status_tells_of_the_last_and_the_last_good(codat, client):
    good = await refresh(codat, client)
    codat.connection(seeds.PROMPT).set(refresh_status="FetchError")
    bad = await refresh(codat, client)
    found = await state(client)
    ended = (await client.get(f"{COMPANY}/data/history/{good['id']}")).json()

    assert "bills" == found["dataType"]
    assert ("FetchError", bad["id"]) == (found["currentStatus"], found["latestSyncId"])
    assert good["id"] == found["latestSuccessfulSyncId"]
    assert ended["completed"] == found["lastSuccessfulSync"]


async def test_what_was_never_read_has_no_data_status(codat, client):
    codat.connection(seeds.PROMPT).set(refresh_status="AuthError")
    await refresh(codat, client)

    assert {"dataType", "currentStatus", "latestSyncId"} == set(await state(client))
    assert await state(client, "suppliers") is None


@pytest.mark.parametrize("status", ["FetchError", "AuthError", "RateLimitError"])
async def test_a_failed_refresh_leaves_the_cache_as_it_was(codat, client, status):
    first = await pushed(codat, client)
    await refresh(codat, client)
    codat.connection(seeds.PROMPT).set(refresh_status=status)
    second = await pushed(codat, client, number="2")
    failed = await refresh(codat, client)
    shown = (await client.get(f"{COMPANY}/data/history/{failed['id']}")).json()

    assert (status, True) == (shown["status"], shown["isErrored"])
    assert status in shown["errorMessage"]
    codes = [(await read(client, one)).status_code for one in (first, second)]
    assert [200, 404] == codes


@pytest.mark.parametrize(
    ("connection", "data_type", "unreadable"),
    [(seeds.PROMPT, "bills", ["bills"]), (seeds.SYNCHRONOUS, "journals", [])],
)
async def test_a_type_may_not_be_supported(codat, client, connection, data_type, unreadable):
    codat.connection(connection).set(unreadable=unreadable)
    begun = await refresh(codat, client, data_type, connection, wait=0)
    answer = await client.get(f"{COMPANY}/data/{data_type}")

    assert "NotSupported" == begun["status"] == (await state(client, data_type))["currentStatus"]
    assert not begun["isErrored"]
    assert 409 == answer.status_code


@pytest.mark.parametrize("status", [402, 403])
async def test_reading_may_not_be_allowed(codat, client, status):
    codat.connection(seeds.PROMPT).set(refuses_reads=status)
    paths = ["dataStatus", "data/bills", "data/bills/1", f"data/history/{seeds.PROMPT}"]
    paths += [f"connections/{seeds.PROMPT}/data/transfers"]
    answers = [await client.get(f"{COMPANY}/{path}") for path in paths]
    answers.append(await client.post(f"{QUEUE}/bills", params={"connectionId": seeds.PROMPT}))
    other = await client.post(f"{QUEUE}/bills", params={"connectionId": seeds.SLOW})
    push = await client.post(f"{PUSH}/bills", json=record("bills"))

    assert {status} == {answer.status_code for answer in answers}
    assert [200, 200] == [other.status_code, push.status_code]


async def test_a_switched_off_software_is_read_when_it_is_on_again(codat, client):
    codat.connection(seeds.OFFLINE).set(refresh_seconds=2)
    begun = await refresh(codat, client, "bills", seeds.OFFLINE, wait=3600)
    path = f"{COMPANY}/data/history/{begun['id']}"
    queued = (await client.get(path)).json()["status"]
    codat.connection(seeds.OFFLINE).set(offline=False)
    codat.advance(2)

    assert ["Queued", "Complete"] == [queued, (await client.get(path)).json()["status"]]


@pytest.mark.parametrize(
    ("manner", "asked", "refreshes"),
    [
        ("asked", {"allowSyncOnPushComplete": "true"}, 1),
        ("asked", {}, 0),
        ("unless-refused", {}, 1),
        ("unless-refused", {"allowSyncOnPushComplete": "false"}, 0),
        ("never", {"allowSyncOnPushComplete": "true"}, 0),
    ],
)
async def test_a_push_may_be_followed_by_a_refresh(codat, client, manner, asked, refreshes):
    codat.connection(seeds.PROMPT).set(syncs_after_push=manner)
    await client.post(f"{PUSH}/bills", json=record("bills"), params=asked)
    early = codat.refreshes()
    codat.advance(0.2)
    await client.get(STATUS)

    assert [] == early
    assert ["bills"] * refreshes == [row["dataType"] for row in codat.refreshes()]


async def test_a_refresh_after_a_push_brings_its_record(codat, client):
    asked = {"allowSyncOnPushComplete": "true"}
    path = f"{PUSH}/bills"
    key = (await client.post(path, json=record("bills"), params=asked)).json()["pushOperationKey"]
    codat.advance(10)
    ended = (await client.get(f"{COMPANY}/push/{key}")).json()
    found = await read(client, ended["changes"][0]["recordRef"]["id"])
    (refreshed,) = codat.refreshes()

    assert 200 == found.status_code
    assert ended["completedOnUtc"] == refreshed["requested"]


async def test_a_failed_push_is_followed_by_no_refresh(codat, client):
    codat.connection(seeds.PROMPT).set(refusing="No.", syncs_after_push="unless-refused")
    await client.post(f"{PUSH}/bills", json=record("bills"))
    codat.advance(10)
    await client.get(STATUS)

    assert [] == codat.refreshes()


async def test_a_push_that_timed_out_is_followed_by_no_refresh(codat, client):
    codat.connection(seeds.PROMPT).set(delay=100, stubborn=True, syncs_after_push="unless-refused")
    await client.post(f"{PUSH}/bills", json=record("bills"), params={"timeoutInMinutes": 1})
    codat.advance(200)
    await client.get(STATUS)

    assert [] == codat.refreshes()
    assert 1 == len(codat.ledger())


async def test_a_push_during_a_refresh_starts_no_second_one(codat, client):
    codat.connection(seeds.PROMPT).set(refresh_seconds=60)
    await refresh(codat, client, wait=0)
    asked = {"allowSyncOnPushComplete": "true"}
    await client.post(f"{PUSH}/bills", json=record("bills"), params=asked)
    codat.advance(300)
    answer = await client.get(f"{COMPANY}/data/bills")

    assert 1 == len(codat.refreshes())
    assert [] == answer.json()["results"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "data/queue/nothing"),
        ("POST", "data/queue"),
        ("GET", "data/queue/bills"),
        ("GET", f"data/history/{seeds.PROMPT}"),
        ("DELETE", "data/bills/1"),
        ("POST", "dataStatus"),
    ],
)
async def test_an_unknown_place_is_404(client, method, path):
    answer = await client.request(method, f"{COMPANY}/{path}")

    assert 404 == answer.status_code


async def test_another_companys_refresh_is_404(codat, client):
    begun = await refresh(codat, client)
    answer = await client.get(f"/companies/{seeds.OTHER_COMPANY}/data/history/{begun['id']}")

    assert 404 == answer.status_code


async def test_another_companys_connection_is_404(client):
    answer = await client.post(f"{QUEUE}/bills", params={"connectionId": seeds.OTHER_PROMPT})

    assert 404 == answer.status_code


@pytest.mark.parametrize(
    "manner",
    [{"refresh_status": "Tired"}, {"refuses_reads": 500}, {"syncs_after_push": True}],
)
async def test_an_unknown_manner_of_reading_is_refused(codat, manner):
    with pytest.raises(EmulatedError, match="It has:"):
        codat.connection(seeds.PROMPT).set(**manner)
