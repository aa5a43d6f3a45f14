import pytest

from emulator import seeds
from emulator.examples import record
from tests.support.emulated_reads import COMPANY, PUSH, listed, pushed, read, refresh

PROMPT = f"{COMPANY}/connections/{seeds.PROMPT}"


async def test_records_of_others_and_near_twins_are_read_too(codat, client):
    bill = await pushed(codat, client)
    here = codat.connection(seeds.PROMPT)
    foreign = here.add_record("bills", record("bills", "9"), record_id="a/b")
    twin = here.add_twin("bills", bill, totalAmount=21.01)
    await refresh(codat, client)
    (await read(client, twin)).json()
    copies = [(await read(client, one)).json() for one in (bill, twin)]

    assert {bill, "a/b", twin} == set(await listed(client))
    assert "T9" == (await read(client, foreign.replace("/", "%2F"))).json()["reference"]
    different = {name for name in copies[0] if copies[0][name] != copies[1][name]}
    assert {"id", "totalAmount", "sourceModifiedDate"} == different


async def test_records_of_others_count_as_written_by_no_push(codat, client):
    bill = await pushed(codat, client)
    twin = codat.connection(seeds.PROMPT).add_twin("bills", bill)
    found = codat.invariants()

    assert (True, {}) == (found["sound"], found["records"]["byBody"])
    assert [bill, twin] == [entry["recordId"] for entry in codat.ledger()]
    assert codat.ledger()[1]["pushOperationKey"] is None


async def test_the_books_show_what_codat_has_not_read(codat, client):
    bill = await pushed(codat, client)
    here = codat.connection(seeds.PROMPT)
    other = here.add_record("bills", record("bills", "2"))
    before = [entry["id"] for entry in here.records("bills")]
    here.delete_record("bills", bill)

    assert [bill, other] == before
    assert [{"id": other, "record": record("bills", "2")}] == here.records("bills")


async def test_a_record_of_anothers_can_be_referred_to(codat, client):
    codat.connection(seeds.PROMPT).add_record("suppliers", record("suppliers"), record_id="s-9")
    await pushed(codat, client, supplierRef={"id": "s-9"})

    assert 2 == len(codat.ledger())


async def test_standing_records_are_read_without_a_source_date(codat, client):
    await refresh(codat, client, "suppliers")
    shown = (await read(client, seeds.SUPPLIER, "suppliers")).json()

    assert [seeds.SUPPLIER, "supplier-2"] == await listed(client, "suppliers")
    assert (seeds.SUPPLIER, None) == (shown["supplierName"], shown["sourceModifiedDate"])


async def test_seeded_records_come_with_the_next_refresh(codat, client):
    await refresh(codat, client, "suppliers")
    codat.seed(records=[{"connection": seeds.PROMPT, "dataType": "suppliers", "id": "750-1"}])
    early = (await read(client, "750-1", "suppliers")).status_code
    await refresh(codat, client, "suppliers")

    assert [404, 200] == [early, (await read(client, "750-1", "suppliers")).status_code]


async def test_transactions_are_read_one_by_one_under_their_account(codat, client):
    (line,) = record("bankTransactions")["transactions"]
    batches = {
        "bank-1": [line, {**line, "id": "line-2", "amount": 7}],
        "bank-2": [{**line, "id": "line-3"}],
    }
    for account, lines in batches.items():
        body = {"accountId": account, "transactions": lines}
        await client.post(f"{PUSH}/bankAccounts/{account}/bankTransactions", json=body)
    codat.advance(1)
    here = codat.connection(seeds.PROMPT)
    fee = here.add_record("bankTransactions", {"amount": 1}, record_id="fee", account="bank-2")
    here.change_record("bankTransactions", fee, amount=2)
    await refresh(codat, client, "bankTransactions")
    path = f"{PROMPT}/data/bankAccounts/{{}}/bankTransactions"
    pages = [
        (await client.get(path.format(bank))).json()["results"] for bank in ("bank-1", "bank-2")
    ]

    assert [["line-1", "line-2"], ["line-3", "fee"]] == [
        [entry["id"] for entry in page] for page in pages
    ]
    assert [-3.2, 7, 2] == [pages[0][0]["amount"], pages[0][1]["amount"], pages[1][1]["amount"]]


async def test_changing_what_is_not_there_is_refused(codat):
    here = codat.connection(seeds.PROMPT)
    for command in (here.change_record, here.add_twin, here.delete_record):
        with pytest.raises(Exception, match="No record of bills has the id nothing"):
            command("bills", "nothing")
    with pytest.raises(Exception, match="no data type billz"):
        here.records("billz")
