"""The list of pushes: one entry a push, newest first, paged, filtered, or refused."""

from uuid import uuid4

import pytest
import pytest_asyncio

from emulator import seeds
from emulator.examples import record
from tests.support.eventually import eventually

LIST = f"/companies/{seeds.COMPANY}/push"


def a_supplier(**changes):
    return record("suppliers", number=uuid4().hex[:7]) | changes


async def pushed(door, **changes):
    answer = await door.http.post(door.path(), json=a_supplier(**changes))
    return await door.ended(answer.json()["pushOperationKey"])


async def listed(door, **asked):
    answer = await door.http.get(LIST, params=asked)
    assert 200 == answer.status_code, answer.text
    return answer.json()


async def until_listed(door, *operations):
    """The list lags behind the pushes by a moment."""
    wanted = {(one["pushOperationKey"], one["status"]) for one in operations}

    async def shown():
        rows = (await listed(door, pageSize=5000))["results"]
        return wanted <= {(row["pushOperationKey"], row["status"]) for row in rows}

    await eventually(shown)


async def test_the_newest_push_comes_first(door):
    pushes = [await pushed(door) for _ in range(3)]
    await until_listed(door, *pushes)
    rows = (await listed(door, pageSize=3))["results"]

    newest_first = [one["pushOperationKey"] for one in reversed(pushes)]
    assert newest_first == [row["pushOperationKey"] for row in rows]


async def test_an_entry_says_what_the_push_itself_says(door):
    push = await pushed(door)
    await until_listed(door, push)
    (row,) = (await listed(door, query=f"pushOperationKey={push['pushOperationKey']}"))["results"]
    told = ("companyId", "platformPushOperationKey", "dataConnectionKey", "dataType", "status")

    assert {name: push[name] for name in told} == {name: row[name] for name in told}


async def test_pages_link_to_their_neighbours(door):
    await until_listed(door, *[await pushed(door) for _ in range(3)])
    keys, href = [], f"{LIST}?pageSize=1&page=1"
    while href and len(keys) < 3:
        page = (await door.http.get(href)).json()
        keys += [row["pushOperationKey"] for row in page["results"]]
        href = page["_links"].get("next", {}).get("href")

    assert 3 == len(set(keys))
    assert keys == [row["pushOperationKey"] for row in (await listed(door, pageSize=3))["results"]]


async def test_a_mended_push_is_one_entry_with_its_latest_end(door):
    failed = await pushed(door, status="Sleeping")
    await until_listed(door, failed)
    await door.mend(failed["pushOperationKey"], a_supplier())
    mended = await door.ended(failed["pushOperationKey"])
    await until_listed(door, mended)
    asked = f"pushOperationKey={failed['pushOperationKey']}"

    assert ["Success"] == [row["status"] for row in (await listed(door, query=asked))["results"]]
    assert [] == (await listed(door, query=f"{asked} && status=Failed"))["results"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=Failed", ["failed"]),
        ("status!=Failed", ["written"]),
        ("STATUS = success || status=TimedOut", ["written"]),
        ("{status=Failed || status=Success} && dataType~SUPP", ["failed", "written"]),
        ("dataType=bills", []),
        ("statusCode=400", ["failed"]),
        (f"dataConnectionKey={seeds.PROMPT}", ["failed", "written"]),
        (f"connectionId={seeds.SLOW}", []),
        ("requestedOnUtc>2026-01-01T00:00:00", ["failed", "written"]),
        ("requestedOnUtc<2026-01-01T00:00:00Z", []),
        ("completedOnUtc>=2026-01-01", ["failed", "written"]),
        ("platformPushOperationKey~-", ["written"]),
    ],
)
async def test_a_query_leaves_what_matches(door, pair, query, found):
    ours = " || ".join(f"pushOperationKey={key}" for key in pair.values())
    rows = (await listed(door, query=f"{{{ours}}} && {{{query}}}"))["results"]
    names = {key: name for name, key in pair.items()}

    assert found == sorted(names[row["pushOperationKey"]] for row in rows)


@pytest_asyncio.fixture(scope="module", loop_scope="session", name="pair")
async def _pair(door):
    failed, written = await pushed(door, status="Sleeping"), await pushed(door)
    await until_listed(door, failed, written)
    return {"failed": failed["pushOperationKey"], "written": written["pushOperationKey"]}


@pytest.mark.parametrize(
    "asked",
    [
        {"query": "status"},
        {"query": "status="},
        {"query": "colour=red"},
        {"query": "{status=Failed"},
        {"query": "status=Failed}"},
        {"query": "status=Failed &&"},
        {"query": "{" * 1000},
        {"query": "requestedOnUtc>soon"},
        {"query": "requestedOnUtc~2026"},
        {"query": "requestedOnUtc>0001-01-01T00:00:00+14:00"},
        {"query": "s" * 3000},
        {"orderBy": "requestedOnUtc"},
        {"orderBy": "status"},
        {"page": 0},
        {"pageSize": 5001},
    ],
)
async def test_what_cannot_be_listed_is_refused(door, asked):
    answer = await door.http.get(LIST, params=asked)

    assert (400, 400) == (answer.status_code, answer.json()["statusCode"])


@pytest.mark.parametrize(
    "value", ['x" OR CompanyId!="', "x' OR 1=1", 'bills" OR "1"="1', "\\", "%00"]
)
async def test_a_query_never_reaches_past_the_company(door, value):
    for field in ("dataType", "dataConnectionKey", "status", "pushOperationKey"):
        assert 0 == (await listed(door, query=f"{field}={value}"))["totalResults"]


async def test_a_list_is_cut_where_there_are_too_many(door, monkeypatch):
    await until_listed(door, *[await pushed(door) for _ in range(3)])
    total = (await listed(door))["totalResults"]
    monkeypatch.setattr("gateway.api.listing.MAX_RUNS", 2)
    newest = (await listed(door, pageSize=1))["results"]
    deep = await door.http.get(LIST, params={"page": total, "pageSize": 1})

    assert (1, 400) == (len(newest), deep.status_code)


async def test_the_first_page_of_a_cut_list_shows_what_there_is(door, monkeypatch):
    await until_listed(door, *[await pushed(door) for _ in range(3)])
    monkeypatch.setattr("gateway.api.listing.MAX_RUNS", 2)
    first = await listed(door, query="status=Unknown")
    after = await door.http.get(first["_links"]["next"]["href"])

    assert 1 == first["pageNumber"]
    assert 400 == after.status_code
    assert "narrow the query" in after.json()["error"]
