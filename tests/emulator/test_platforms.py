import json

import pytest

from emulator import seeds
from emulator.examples import record
from emulator.platforms.platforms import PLATFORMS, option_document

COMPANY = f"/companies/{seeds.COMPANY}"
WRITTEN = ["chartOfAccounts", "customers", "suppliers", "invoices", "bills", "payments"]
WRITTEN += ["items", "journalEntries"]


async def verdict(codat, data_type, changes, connection=seeds.SYNCHRONOUS):
    path = f"{COMPANY}/connections/{connection}/push/{data_type}"
    async with codat.client() as client:
        pushed = (await client.post(path, json={**record(data_type), **changes})).json()
        codat.advance(10)
        ended = await client.get(f"{COMPANY}/push/{pushed['pushOperationKey']}")
    return ended.json()


def complaints(operation, kind="errors"):
    return [one["itemId"] for one in operation.get("validation", {}).get(kind, [])]


def test_there_are_six_platforms_that_differ_in_what_they_ask():
    documents = {
        data_type: {option_document(platform, data_type) for platform in PLATFORMS}
        for data_type in WRITTEN
    }

    assert 6 == len(PLATFORMS)
    assert {6} == {len(different) for different in documents.values()}


def test_the_wordings_of_one_rule_differ_between_platforms():
    sentences = {
        item["details"]
        for platform in PLATFORMS
        for item in json.loads(option_document(platform, "chartOfAccounts") or b"")["properties"][
            "nominalCode"
        ]["validation"]["warnings"]
    }

    assert len(sentences) >= 6


def test_one_chart_of_accounts_lists_five_thousand_choices():
    document = json.loads(option_document("midmarket", "bills") or b"")
    line = document["properties"]["lineItems"]["properties"]
    choices = line["accountRef"]["properties"]["id"]["options"]

    assert 5001 == len(choices)
    assert ["Suspense (closed)"] == [one["displayName"] for one in choices if "value" not in one]


@pytest.mark.parametrize(
    ("data_type", "changes", "where"),
    [
        ("bills", {"supplierRef": None}, "SupplierRef"),
        ("bills", {"supplierRef": {"id": "nobody"}}, "SupplierRef.Id"),
        ("bills", {"totalAmount": 22}, "TotalAmount"),
        ("bills", {"status": "Paid"}, "Status"),
        ("bills", {"issueDate": "tomorrow"}, "IssueDate"),
        ("bills", {"reference": "x" * 51}, "Reference"),
        ("bills", {"lineItems": {}}, "LineItems"),
        ("bills", {"currencyRate": 0}, "CurrencyRate"),
        ("payments", {"totalAmount": 22}, "TotalAmount"),
        ("invoices", {"currency": "POUND"}, "Currency"),
        ("journalEntries", {"journalLines": [{"netAmount": 5}]}, "JournalLines"),
        ("suppliers", {"supplierName": ""}, "SupplierName"),
    ],
)
async def test_a_record_that_breaks_a_rule_is_refused_where_it_does(
    codat, data_type, changes, where
):
    operation = await verdict(codat, data_type, changes)

    assert "Failed" == operation["status"]
    assert [where] == complaints(operation)
    assert operation["errorMessage"].startswith("An error occurred in a downstream service.")


async def test_a_broken_rule_within_a_line_is_named_with_its_index(codat):
    (line,) = record("bills")["lineItems"]
    lines = [line, {**line, "accountRef": {"id": "nothing"}, "unitAmount": "ten"}]
    operation = await verdict(codat, "bills", {"lineItems": lines, "totalAmount": 42})

    assert ["LineItems[1].UnitAmount", "LineItems[1].AccountRef.Id"] == complaints(operation)


async def test_a_line_names_an_account_or_an_item_but_not_both(codat):
    (line,) = record("bills")["lineItems"]
    both = await verdict(codat, "bills", {"lineItems": [{**line, "itemRef": {"id": "item-1"}}]})

    assert ["LineItems[0]"] == complaints(both)


async def test_a_field_that_is_not_listed_is_warned_about_at_once(codat):
    path = f"{COMPANY}/connections/{seeds.SLOW}/push/suppliers"
    async with codat.client() as client:
        answer = await client.post(path, json={**record("suppliers"), "colour": "red", "a": None})

    assert "Pending" == answer.json()["status"]
    assert ["Colour"] == complaints(answer.json(), "warnings")


async def test_a_number_is_taken_until_its_record_is_deleted(codat):
    first = await verdict(codat, "bills", {})
    second = await verdict(codat, "bills", {})
    bill = first["changes"][0]["recordRef"]["id"]
    async with codat.client() as client:
        await client.delete(f"{COMPANY}/connections/{seeds.SYNCHRONOUS}/push/bills/{bill}")
    third = await verdict(codat, "bills", {})

    assert ["Success", "Failed", "Success"] == [one["status"] for one in (first, second, third)]


async def test_what_timed_out_unwritten_may_be_pushed_again(codat):
    path = f"{COMPANY}/connections/{seeds.OFFLINE}/push/bills"
    async with codat.client() as client:
        await client.post(f"{path}?timeoutInMinutes=1", json=record("bills"))
        codat.advance(61)
        codat.connection(seeds.OFFLINE).set(offline=False, synchronous=True)
        again = await client.post(path, json=record("bills"))

    assert "Success" == again.json()["status"]


async def test_a_bill_needs_its_supplier_to_have_landed(codat):
    path = f"{COMPANY}/connections/{seeds.SYNCHRONOUS}/push"
    async with codat.client() as client:
        codat.connection(seeds.SYNCHRONOUS).set(synchronous=False, delay=60)
        pushed = (await client.post(f"{path}/suppliers", json=record("suppliers"))).json()
        codat.connection(seeds.SYNCHRONOUS).set(synchronous=True)
    early = await verdict(codat, "bills", {"supplierRef": {"id": "7110700001"}})
    codat.advance(60)
    later = await verdict(codat, "bills", {"supplierRef": {"id": "7110700001"}})

    assert "Pending" == pushed["status"]
    assert ["Failed", "Success"] == [early["status"], later["status"]]


async def test_deleting_an_attachment_leaves_the_bill(codat):
    bill = (await verdict(codat, "bills", {}))["changes"][0]["recordRef"]["id"]
    path = f"{COMPANY}/connections/{seeds.SYNCHRONOUS}/push/bills/{bill}"
    async with codat.client() as client:
        uploaded = await client.post(f"{path}/attachments", files={"file": ("a.txt", b"paper")})
        attachment = uploaded.json()["changes"][0]["attachmentId"]
        await client.delete(f"{path}/attachments/{attachment}")
        updated = await client.put(path, json=record("bills", "2"))

    assert "Success" == updated.json()["status"]
    assert ["Created", "AttachmentUploaded", "AttachmentDeleted", "Modified"] == [
        entry["change"] for entry in codat.ledger()
    ]


async def test_an_attachment_goes_by_the_word_that_its_data_type_uses(codat):
    path = f"{COMPANY}/connections/{seeds.PROMPT}/push"
    files = {"file": ("a.txt", b"paper")}
    async with codat.client() as client:
        statuses = [
            (await client.post(f"{path}/{rest}", files=files)).status_code
            for rest in ("bills/1/attachments", "bills/1/attachment", "invoices/1/attachment")
        ]
        empty = await client.post(f"{path}/bills/1/attachments", json={})

    assert [200, 404, 200] == statuses
    assert 400 == empty.status_code
