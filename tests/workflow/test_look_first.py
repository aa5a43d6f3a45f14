"""Before a record is created the books are asked for it, where the caller wants that."""

from datetime import timedelta
from uuid import uuid4

import pytest

from emulator import seeds
from emulator.examples import record
from tests.support.protocol import protocol, seconds_for_minutes

NUMBER = "/invoiceNumber"
OTHER_LINES = [
    {"description": "Sugar", "unitAmount": 3, "quantity": 1, "accountRef": {"id": "account-2"}}
]


def looking(devserver, mode="honoured", **options):
    return protocol(devserver, mode, echo_data=False, **options)


def a_platform(here, **behaviour):
    platform = here.codat.connection(seeds.OTHER_PROMPT)
    platform.set(**{"delay": 0, "refresh_seconds": 0, **behaviour})
    return platform


def invoice():
    return record("invoices", f"-{uuid4().hex[:10]}")


def creates(data, **more):
    place = {"company_id": seeds.OTHER_COMPANY, "connection_id": seeds.OTHER_PROMPT}
    asked = {"data_type": "invoices", "data": data, "validation": "off", "unique_field": NUMBER}
    return place | asked | {"look_first": True} | more


def sent(here):
    return [entry for entry in here.codat.journal(method="POST") if "/push/" in entry["path"]]


def warned(outcome):
    return " ".join(finding.message for finding in outcome.warnings)


async def test_a_record_that_stands_is_found_and_not_doubled(devserver):
    data = invoice()
    async with looking(devserver) as here:
        standing = a_platform(here).add_record("invoices", data)
        outcome = await here.end(**creates(data))

        assert [] == sent(here)
    assert ("Success", False) == (outcome.status, outcome.submitted)
    assert [standing] == [found.id for found in outcome.records]
    assert standing in warned(outcome)
    assert data["invoiceNumber"] == outcome.data["invoiceNumber"]


async def test_what_stands_not_is_pushed_and_then_found(devserver):
    data = invoice()
    async with looking(devserver, look_first=True, unique_fields={"invoices": NUMBER}) as here:
        a_platform(here)
        asked = creates(data, look_first=None, unique_field=None)
        first, second = await here.end(**asked), await here.end(**asked)

        (written,) = here.records
    assert ["Success", "Success"] == [first.status, second.status]
    assert [True, False] == [first.submitted, second.submitted]
    assert [written["recordId"]] == [found.id for found in second.records]


@pytest.mark.parametrize(
    ("changes", "status", "pushes"),
    [
        ({"note": "Paid in cash"}, "Success", 0),
        ({"status": "Void"}, "Success", 1),
        ({"customerRef": {"id": "customer-2"}, "issueDate": "2021-01-01"}, "Success", 1),
        ({"customerRef": {"id": "customer-2"}}, "Failed", 0),
        ({"issueDate": "2021-01-01", "lineItems": OTHER_LINES}, "Failed", 0),
        ({"invoiceNumber": "another"}, "Success", 1),
    ],
    ids=["a-text", "void", "another-customers", "customer", "two-facts", "number"],
)
async def test_a_record_that_differs_is_judged(devserver, changes, status, pushes):
    data = invoice()
    async with looking(devserver) as here:
        a_platform(here).add_record("invoices", data | changes)
        outcome = await here.end(**creates(data))

        assert pushes == len(sent(here))
    assert status == outcome.status
    if status == "Failed":
        assert "Nothing was sent: record" in outcome.message
        assert [NUMBER] == [error.pointer for error in outcome.errors]


async def test_a_deleted_record_does_not_stand(devserver):
    data = invoice()
    async with looking(devserver) as here:
        platform = a_platform(here)
        gone = platform.add_record("invoices", data)
        platform.refresh("invoices")
        here.codat.advance(1)
        platform.delete_record("invoices", gone)
        outcome = await here.end(**creates(data))

        assert 1 == len(sent(here))
    assert "Success" == outcome.status


@pytest.mark.parametrize(
    ("behaviour", "more", "words"),
    [
        ({"refuses_reads": 402}, {}, "402"),
        ({"refresh_status": "AuthError"}, {}, "AuthError"),
        ({}, {"unique_field": None}, "lookFirst needs a uniqueField"),
        ({}, {"unique_field": "/nothing"}, "has nothing at /nothing"),
        ({}, {"unique_field": "/lineItems/0/description"}, "can query"),
    ],
)
async def test_what_cant_be_read_keeps_nothing_from_being_sent(devserver, behaviour, more, words):
    async with looking(devserver) as here:
        a_platform(here, **behaviour)
        outcome = await here.end(**creates(invoice(), **more))

        assert 1 == len(sent(here))
    assert "Success" == outcome.status
    assert words in warned(outcome)


async def test_among_several_connections_nothing_is_taken(devserver):
    data = invoice()
    async with looking(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=0)
        here.codat.connection(seeds.PROMPT).add_record("invoices", data)
        place = {"company_id": seeds.COMPANY, "connection_id": seeds.PROMPT}
        outcome = await here.end(**creates(data) | place)

    assert ("Success", True) == (outcome.status, outcome.submitted)
    assert "to which connection" in warned(outcome)


async def test_half_of_the_time_is_left_for_sending(devserver, monkeypatch):
    seconds_for_minutes(monkeypatch)
    async with looking(devserver) as here:
        a_platform(here, refresh_seconds=600)
        outcome = await here.end(**creates(invoice(), timeout_in_minutes=5))

        assert 1 == len(sent(here))
    assert "Success" == outcome.status
    assert "Codat did not finish reading" in warned(outcome)


@pytest.mark.parametrize("path", [r"^.*/data/queue/.*$", r"^.*/data/invoices$"])
async def test_where_codat_does_not_answer_it_is_sent(devserver, monkeypatch, path):
    for limit in ("LOOK_FIRST_FOR", "READ_WITHIN"):
        monkeypatch.setattr(f"workflows.steps.look_first.{limit}", timedelta(seconds=2))
    async with looking(devserver) as here:
        a_platform(here)
        here.codat.fault("refuse", path=path)
        outcome = await here.end(**creates(invoice()))

        assert 1 == len(sent(here))
    assert "Success" == outcome.status
    assert "could not be asked for the record first" in warned(outcome)


async def test_what_was_sent_and_lost_is_found_and_not_sent_again(devserver):
    data = invoice()
    async with looking(devserver, "ignored") as here:
        a_platform(here)
        here.codat.fault("commit-then-drop", method="POST", path=r"^.*/push/invoices$", nth=1)
        first = await here.end(**creates(data, look_first=None))
        again = await here.end(**creates(data))

        assert 1 == len(here.records)
    assert ["Unknown", "Success"] == [first.status, again.status]
