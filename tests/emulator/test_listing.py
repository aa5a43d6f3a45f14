from urllib.parse import quote

import pytest

from emulator import seeds
from emulator.examples import record

COMPANY = f"/companies/{seeds.COMPANY}"


@pytest.fixture(name="client")
async def _client(codat):
    async with codat.client() as client:
        for number in range(3):
            await push(client, seeds.SYNCHRONOUS, "suppliers", number)
            codat.advance(60)
        await push(client, seeds.OFFLINE, "customers", 9)
        await push(client, seeds.REFUSING, "suppliers", 9)
        codat.advance(60)
        yield client


async def push(client, connection, data_type, number):
    path = f"{COMPANY}/connections/{connection}/push/{data_type}"
    await client.post(path, json=record(data_type, str(number)))


async def listed(client, **query):
    return (await client.get(f"{COMPANY}/push", params=query)).json()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 5),
        ("status=Success", 3),
        ("status=success", 3),
        ("status!=Success", 2),
        ("statusCode=202", 1),
        ("status=Success && dataType=suppliers", 3),
        ("dataType=customers || status=Failed", 2),
        ("dataType=suppliers&&{status=Failed||status=Pending}", 1),
        (f"dataConnectionKey={seeds.OFFLINE}", 1),
        (f"dataConnectionKey={seeds.OFFLINE.upper()}", 1),
        (f"dataType=CUSTOMERS&&dataConnectionKey={seeds.OFFLINE}", 1),
        (f"dataConnectionId!={seeds.OFFLINE}", 4),
        ("dataType~supp", 4),
        ("requestedOnUtc>=2020-01-01", 5),
        ("requestedOnUtc>2999-01-01T00:00:00Z", 0),
        ("completedOnUtc<=2999-01-01T00:00:00.1234567Z", 4),
        ("errorMessage~closed", 1),
    ],
)
async def test_a_query_finds_what_it_describes(client, query, found):
    assert found == (await listed(client, query=query))["totalResults"]


@pytest.mark.parametrize(
    "query",
    [
        "status",
        "status=",
        "=Success",
        "status=A&&",
        "{status=A",
        "status=A}",
        "status==A",
        "colour=red",
        "requestedOnUtc>yesterday",
        "status=" + "x" * 2048,
    ],
)
async def test_a_query_that_cannot_be_read_is_400(client, query):
    answer = await client.get(f"{COMPANY}/push?query={quote(query)}")

    assert 400 == answer.status_code


async def test_the_order_is_by_the_request_unless_it_is_turned(client):
    plain, turned = await listed(client), await listed(client, orderBy="-requestedOnUtc")

    assert plain["results"] == turned["results"][::-1]
    assert "suppliers" == plain["results"][0]["dataType"]


async def test_pages_link_to_each_other(client):
    first = await listed(client, pageSize=2)
    second = (await client.get(first["_links"]["next"]["href"])).json()
    third = (await client.get(second["_links"]["next"]["href"])).json()

    assert [2, 2, 1] == [len(page["results"]) for page in (first, second, third)]
    assert "next" not in third["_links"]
    assert second["results"] == (await listed(client, pageSize=2, page=2))["results"]


async def test_other_companies_have_lists_of_their_own(client):
    other = await client.get(f"/companies/{seeds.OTHER_COMPANY}/push")

    assert 0 == other.json()["totalResults"]


async def test_older_deployments_name_the_connection_otherwise(codat, client):
    codat.settings(fields="older")
    first = (await listed(client))["results"][0]

    assert seeds.SYNCHRONOUS == first["dataConnectionId"]
    assert "dataConnectionKey" not in first


async def test_seeded_records_and_operations_are_there(codat, client):
    codat.seed(
        records=[{"connection": seeds.SYNCHRONOUS, "dataType": "suppliers", "id": "750-1"}],
        operations=[{"connection": seeds.SYNCHRONOUS, "count": 200}],
    )
    path = f"{COMPANY}/connections/{seeds.SYNCHRONOUS}/push/suppliers/750-1"
    updated = await client.put(path, json=record("suppliers", "new"))

    assert "Success" == updated.json()["status"]
    assert 206 == (await listed(client))["totalResults"]
