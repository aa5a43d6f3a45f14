"""A platform that shows a record as its own: each way to change it."""

import json

import pytest

from emulator import Emulator, seeds
from emulator.errors import EmulatedError
from emulator.examples import record
from emulator.rewrites import WAYS, rewritten

PUSH = f"/companies/{seeds.COMPANY}/connections/{seeds.PROMPT}/push"


def bill(**changes):
    return record("bills", "-10012") | changes


CHANGES = {
    "number": {"reference": "00001"},
    "due-date": {"dueDate": "2026-03-02T00:00:00"},
    "tax": {"taxAmount": 4.2, "totalAmount": 25.2, "subTotal": 21},
    "sign": {"totalAmount": -21, "subTotal": -21, "billCreditNoteNumber": "T-10012"},
    "rounding": {"totalAmount": 21},
    "letters": {"note": " Caf? for the long table by the door"},
    "cut": {"note": "Café for the long table"},
    "order": {"reference": "T-10012"},
}


def test_every_way_is_tried_here():
    assert set(WAYS) == set(CHANGES)


@pytest.mark.parametrize("way", WAYS)
def test_a_record_is_changed_in_one_way(way):
    sent = bill(note=" Café for the long table by the door")
    shown = rewritten(sent, [way], "00001")

    assert CHANGES[way].items() <= json.loads(json.dumps(shown, default=float)).items()
    assert sent == bill(note=" Café for the long table by the door")


def test_prices_are_rounded_and_lines_sorted():
    lines = [{"unitAmount": 10.5, "quantity": 1.5}, {"unitAmount": 20.4, "quantity": 2}]
    shown = rewritten(bill(lineItems=lines), ["rounding", "order"], "1")

    assert [
        {"unitAmount": 20, "quantity": 2},
        {"unitAmount": 11, "quantity": 1.5},
    ] == shown["lineItems"]


def test_ids_and_dates_are_not_cut():
    sent = bill(supplierRef={"id": "5a" * 30}, accountId="ü" * 30)

    assert sent == rewritten(sent, ["cut", "letters"], "1")


@pytest.mark.parametrize("odd", [None, 7, "text", [], [None], [{"unitAmount": "x"}], {"a": [1]}])
def test_any_shape_is_taken(odd):
    assert rewritten({"lineItems": odd, "issueDate": odd, "reference": odd}, WAYS, "1")


async def test_an_ended_operation_shows_the_rewritten_record():
    async with Emulator() as codat, codat.client() as client:
        codat.settings(echo_data=True)
        codat.connection(seeds.PROMPT).set(rewrites=["number", "tax"])
        pushed = (await client.post(f"{PUSH}/bills", json=bill())).json()
        codat.advance(1)
        key = pushed["pushOperationKey"]
        ended = (await client.get(f"/companies/{seeds.COMPANY}/push/{key}")).json()

        assert bill() == pushed["data"]
        assert ("00001", 25.2) == (ended["data"]["reference"], ended["data"]["totalAmount"])


async def test_a_failed_operation_shows_what_was_sent():
    async with Emulator() as codat, codat.client() as client:
        codat.settings(echo_data=True)
        codat.connection(seeds.PROMPT).set(rewrites=["number"], refusing="No.")
        await client.post(f"{PUSH}/bills", json=bill())
        codat.advance(1)
        (ended,) = (await client.get(f"/companies/{seeds.COMPANY}/push")).json()["results"]

    assert ("Failed", bill()) == (ended["status"], ended["data"])


async def test_an_unknown_way_is_refused_by_name():
    async with Emulator() as codat:
        with pytest.raises(EmulatedError, match="rewrites has no colour"):
            codat.connection(seeds.PROMPT).set(rewrites=["colour"])
