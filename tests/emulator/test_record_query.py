import pytest

from emulator import seeds
from emulator.examples import record
from tests.support.emulated_reads import COMPANY, listed, refresh


@pytest.fixture(name="client")
async def _client(codat):
    here = codat.connection(seeds.PROMPT)
    for number, total in enumerate((21, 21.5, 100), start=1):
        body = record("bills", str(number)) | {"totalAmount": total}
        here.add_record("bills", body, record_id=f"Bill-{number}")
    here.change_record("bills", "Bill-2", supplierRef={"id": "supplier-2"}, note="Mill & Sons")
    here.change_record("bills", "Bill-3", issueDate="2026-03-01")
    async with codat.client() as client:
        await refresh(codat, client)
        here.delete_record("bills", "Bill-3")
        await refresh(codat, client)
        yield client


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", "123"),
        ("id=Bill-2", "2"),
        ("id=bill-2", "2"),
        ("id!=Bill-2", "13"),
        ("id~ill-", "123"),
        ("supplierRef.id=supplier-2", "2"),
        ("SupplierRef.Id = supplier-1", "13"),
        ("note=Mill & Sons", "2"),
        ("note!=Nothing", "2"),
        ("totalAmount=21", "1"),
        ("totalAmount=21.50", "2"),
        ("totalAmount!=21", "23"),
        ("totalAmount>21", "23"),
        ("totalAmount>=21.5", "23"),
        ("totalAmount<21.5", "1"),
        ("totalAmount<=21.5 && reference=T1", "1"),
        ("reference=T1||reference=T2", "12"),
        ("{reference=T1||reference=T2}&&totalAmount>21", "2"),
        ("issueDate>2026-01-31", "3"),
        ("issueDate<=2026-01-31T00:00:00Z", "12"),
        ("metadata.isDeleted=true", "3"),
        ("metadata.isDeleted!=true", "12"),
        ("modifiedDate>=2020-01-01", "123"),
        ("sourceModifiedDate>=2020-01-01T00:00:00.1234567Z", "12"),
        ("sourceModifiedDate<2020-01-01", ""),
    ],
)
async def test_a_query_finds_the_records_it_describes(client, query, numbers):
    assert [f"Bill-{number}" for number in numbers] == await listed(client, query=query)


@pytest.mark.parametrize(
    "query",
    [
        *("id", "id=", "=1", "id=1&&", "{id=1", "id=1}", "id==1", "id=1&&&&id=2"),
        *("colour=red", "lineItems.unitAmount=700", "lineItems=1", "lineItems[0].quantity=1"),
        *("supplierRef=supplier-1", "supplierRef.id.more=1", "metadata=1"),
        *("note=null", "totalAmount!=NULL", "totalAmount=ten", "totalAmount>NaN", "totalAmount~2"),
        *("issueDate>yesterday", "issueDate~2026", "reference>T1", "metadata.isDeleted>true"),
        *("metadata.isDeleted=perhaps", "id=" + "x" * 2048),
    ],
)
async def test_a_query_that_can_not_be_answered_is_400(client, query):
    answer = await client.get(f"{COMPANY}/data/bills", params={"query": query})

    assert 400 == answer.status_code
    assert "Error parsing query" in answer.json()["error"]


@pytest.mark.parametrize(
    ("order", "numbers"),
    [
        ("totalAmount", "123"),
        ("-totalAmount", "321"),
        ("-issueDate", "312"),
        ("reference", "123"),
        ("-supplierRef.id", "213"),
        ("sourceModifiedDate", "312"),
        ("-modifiedDate", "312"),
    ],
)
async def test_records_are_sorted_by_any_field(client, order, numbers):
    assert [f"Bill-{number}" for number in numbers] == await listed(client, orderBy=order)


@pytest.mark.parametrize("order", ["colour", "lineItems", "-supplierRef", ""])
async def test_records_are_not_sorted_by_what_is_no_field(client, order):
    answer = await client.get(f"{COMPANY}/data/bills", params={"orderBy": order})

    assert (400 if order else 200) == answer.status_code


async def test_pages_of_records_link_to_each_other(client):
    first = (await client.get(f"{COMPANY}/data/bills?pageSize=2&orderBy=reference")).json()
    second = (await client.get(first["_links"]["next"]["href"])).json()

    assert [2, 1] == [len(page["results"]) for page in (first, second)]
    assert (3, 2, 2) == (second["totalResults"], second["pageSize"], second["pageNumber"])
    assert "next" not in second["_links"]


@pytest.mark.parametrize("query", [{"page": 0}, {"pageSize": "x"}, {"pageSize": 5001}])
async def test_an_impossible_page_of_records_is_400(client, query):
    answer = await client.get(f"{COMPANY}/data/bills", params=query)

    assert 400 == answer.status_code


async def test_a_field_of_one_platform_can_be_queried(codat, client):
    here = codat.connection(seeds.SLOW)
    here.add_record("customers", {"taxNumber": "GB1"}, record_id="c-1")
    await refresh(codat, client, "customers", seeds.SLOW)

    assert ["c-1"] == await listed(client, "customers", query="taxNumber=GB1")


async def test_odd_values_are_found_by_no_query(codat, client):
    here = codat.connection(seeds.PROMPT)
    odd = {"totalAmount": "21", "issueDate": "soon", "supplierRef": 7, "reference": [1]}
    here.add_record("bills", odd, record_id="odd")
    await refresh(codat, client)
    queries = ("totalAmount>=0", "issueDate>2000-01-01", "supplierRef.id!=x", "reference!=x")

    assert [False] * 4 == ["odd" in await listed(client, query=query) for query in queries]
