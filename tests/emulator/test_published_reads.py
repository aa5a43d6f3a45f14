"""Reads, held against what Codat has published; without its documents these tests are skipped."""

import pytest

from tests.support.emulated_reads import COMPANY, pushed, refresh
from tests.support.published_description import Description
from tests.support.published_documents import published

RECORDS = {
    "suppliers": "Supplier",
    "customers": "Customer",
    "bills": "Bill",
    "invoices": "Invoice",
    "journalEntries": "JournalEntry",
    "purchaseOrders": "PurchaseOrder",
    "items": "Item",
}


@pytest.fixture(name="description", scope="module")
def _description():
    return Description()


def shape(value):
    """The names in a document, with those inside them; a list by its first entry."""
    if isinstance(value, list):
        return [shape(entry) for entry in value[:1]]
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return type(value)


def within(ours, theirs):
    """Whether all names of ours are theirs, with values of the same types."""
    if isinstance(ours, dict):
        return isinstance(theirs, dict) and all(
            name in theirs and within(inner, theirs[name]) for name, inner in ours.items()
        )
    if isinstance(ours, list):
        return isinstance(theirs, list) and (not ours or not theirs or within(ours[0], theirs[0]))
    return ours == theirs


@pytest.mark.parametrize("data_type", RECORDS)
async def test_a_record_is_as_published(codat, client, description, data_type):
    record_id = await pushed(codat, client, data_type)
    await refresh(codat, client, data_type)
    shown = (await client.get(f"{COMPANY}/data/{data_type}/{record_id}")).json()

    description.check_schema({"$ref": f"#/components/schemas/{RECORDS[data_type]}"}, shown)
    assert {"id", "modifiedDate", "sourceModifiedDate", "metadata"} <= set(shown)


async def test_a_page_of_records_is_as_published(codat, client, description):
    await refresh(codat, client, "suppliers")
    page = (await client.get(f"{COMPANY}/data/suppliers?pageSize=1")).json()

    description.check_schema({"$ref": "#/components/schemas/PagingInfo"}, page)


async def test_the_webhook_of_a_refresh_is_as_published(codat, client):
    examples = [
        example
        for event in published("webhook_examples.json")["current"]
        if event["event"] == "read.completed"
        for example in event["examples"].values()
    ]
    await client.post("/webhooks", json={"url": "http://127.0.0.1:9/", "eventTypes": ["read.*"]})
    for _ in range(2):
        await refresh(codat, client)
        await codat.catch_up()
    bodies = [delivery["body"] for delivery in codat.webhooks()["deliveries"]]

    assert 2 == len(bodies)
    for body in bodies:
        assert any(within(shape(body), shape(example)) for example in examples)


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("data/bills", 409, "The data set has not been requested."),
        ("data/suppliers?query=%7B", 400, "Error parsing query - Malformed query."),
        ("data/suppliers/e5889", 404, "No data available for"),
        ("data/suppliers?query=a%3D1", 400, "Error parsing query - Could not resolve property"),
    ],
)
async def test_an_error_of_a_read_is_as_published(codat, client, path, status, sentence):
    examples = [
        example["body"]["error"]
        for example in published("error_examples.json")
        if example["httpStatus"] == status
    ]
    await refresh(codat, client, "suppliers")
    answer = await client.get(f"{COMPANY}/{path}")

    assert any(error.startswith(sentence) for error in examples)
    assert status == answer.status_code
    assert answer.json()["error"].startswith(sentence)
