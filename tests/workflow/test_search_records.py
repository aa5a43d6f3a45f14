"""Where the list of operations decides nothing, the software's records are read."""

from uuid import uuid4

import pytest

from emulator import seeds
from emulator.examples import record
from tests.support.eventually import eventually
from tests.support.protocol import held_up, protocol
from tests.support.temporal_commands import terminate

LOST = {"fault": "commit-then-drop", "method": "POST", "nth": 1}
UNSENT = {"fault": "drop-before-commit", "method": "POST", "nth": 1}
PATH = f"/companies/{seeds.COMPANY}/connections/{seeds.PROMPT}/push/invoices"
NUMBER = {"invoices": "/invoiceNumber"}


def reading(devserver, **options):
    """Keys are ignored and no operation shows its data, so that the list decides little."""
    options = {"read_records": "auto", "unique_fields": NUMBER} | options
    return protocol(devserver, "ignored", echo_data=False, **options)


def invoice():
    return record("invoices", f"-{uuid4().hex[:10]}")


def invoices(data=None):
    return {"data_type": "invoices", "data": data or invoice(), "validation": "off"}


def refreshes(here):
    return [entry for entry in here.codat.journal(method="POST") if "/data/queue/" in entry["path"]]


async def push_from_elsewhere(here, data):
    async with here.codat.client() as client:
        await client.post(PATH, json=data)
    here.codat.advance(1)


async def test_a_lost_create_is_found_by_its_unique_field(devserver):
    async with reading(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=0)
        here.codat.fault(**LOST)
        outcome = await here.end(**invoices())

        assert (1, 1) == (len(refreshes(here)), len(here.records))
    assert "Success" == outcome.status


async def test_without_reading_it_is_unknown(devserver):
    async with reading(devserver, read_records="never") as here:
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=0)
        here.codat.fault(**LOST)
        outcome = await here.end(**invoices())

        assert [] == refreshes(here)
    assert "Unknown" == outcome.status


@pytest.mark.parametrize("status", [402, 403])
async def test_where_reading_is_refused_unknown_says_so(devserver, status):
    async with reading(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0, refuses_reads=status)
        here.codat.fault(**LOST)
        outcome = await here.end(**invoices())

    assert "Unknown" == outcome.status
    assert str(status) in outcome.message


async def test_another_record_of_the_books_is_not_taken(devserver):
    async with reading(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=0)
        async with held_up(answer=False) as gate:
            push = await here.push(**invoices())
            await gate.reached.wait()
            await push_from_elsewhere(here, invoice())
            here.codat.fault(**UNSENT)
            gate.open.set()
            outcome = await push.outcome()

        (foreign, *own) = here.records
        numbers = [refresh["path"] for refresh in refreshes(here)]
    assert numbers
    assert foreign
    assert (len(own) == 1) == (outcome.status == "Success")


async def test_pushes_of_a_company_share_one_refresh(devserver):
    async with reading(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=1)
        here.codat.fault("commit-then-drop", method="POST", path=PATH, times=5)
        pushes = [await here.push(**invoices()) for _ in range(5)]
        outcomes = [await push.outcome() for push in pushes]

        assert 5 == len(here.records)
        assert len(refreshes(here)) < 5
    assert ["Success"] * 5 == [outcome.status for outcome in outcomes]


async def test_a_twin_under_way_keeps_a_record_from_being_taken(devserver):
    async with reading(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=0)
        data = invoice()
        async with held_up(answer=True) as gate:
            twin = await here.push(**invoices(data))
            await gate.reached.wait()
            await terminate(twin)
        here.codat.fault(**UNSENT)
        outcome = await here.end(**invoices(data))

        assert len(here.records) == 1
    assert "Unknown" == outcome.status


def updates(**more):
    return {
        "data_type": "suppliers",
        "data": record("suppliers", f" {uuid4().hex[:10]}"),
        "record_id": "supplier-1",
        "validation": "off",
    } | more


async def test_a_lost_update_that_stands_as_sent_is_a_success(devserver):
    async with reading(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=0)
        here.codat.fault("commit-then-drop", method="PUT", nth=1)
        outcome = await here.end(**updates())

        assert 1 == len(here.records)
    assert "Success" == outcome.status


async def test_a_lost_update_that_was_overwritten_since_is_unknown(devserver):
    async with reading(devserver) as here:
        platform = here.codat.connection(seeds.PROMPT)
        platform.set(delay=0, refresh_seconds=0)
        here.codat.fault("commit-then-drop", method="PUT", nth=1)
        async with held_up(answer=True) as gate:
            push = await here.push(**updates())
            await gate.passed.wait()
            platform.change_record("suppliers", "supplier-1", supplierName="Somebody else")
            outcome = await push.outcome()

    assert "Unknown" == outcome.status


async def test_a_candidate_that_was_refused_keeps_nobody_from_sending(devserver):
    async with reading(devserver) as here:
        platform = here.codat.connection(seeds.PROMPT)
        platform.set(delay=0, refresh_seconds=0, refusing="The period is closed.")
        async with held_up(answer=False) as gate:
            push = await here.push(**invoices())
            await gate.reached.wait()
            await push_from_elsewhere(here, invoice())
            platform.set(refusing=None)
            here.codat.fault(**UNSENT)
            gate.open.set()
            outcome = await push.outcome()

        assert 1 == len(here.records)
    assert "Success" == outcome.status


async def test_a_pending_candidate_is_waited_for(devserver):
    async with reading(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(delay=3, refresh_seconds=0)
        here.codat.fault(**LOST)
        outcome = await here.end(**invoices())

    assert "Success" == outcome.status


UNPROVEN = {"fault": "failed-without-proof", "nth": 1}


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_what_proves_nothing_is_a_success_if_its_record_stands(devserver, method):
    async with reading(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=0)
        here.codat.fault(**UNPROVEN, method=method)
        outcome = await here.end(**(invoices() if method == "POST" else updates()))

        (written,) = here.records
    assert ("Success", [written["recordId"]]) == (
        outcome.status,
        [record.id for record in outcome.records],
    )
    assert written["pushOperationKey"] == str(outcome.push_operation_key)
    assert "'Failed'" in outcome.message


async def test_what_proves_nothing_and_wrote_nothing_is_unknown(devserver):
    async with reading(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=0)
        here.codat.fault(**UNPROVEN, method="POST", lands=None)
        outcome = await here.end(**invoices())

        assert [] == here.records
    assert "Unknown" == outcome.status


async def test_a_lost_one_that_proves_nothing_is_found_by_its_record(devserver):
    async with reading(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=0)
        here.codat.fault(**UNPROVEN, method="POST")
        here.codat.fault(**LOST)
        outcome = await here.end(**invoices())

        (written,) = here.records
    assert ("Success", [written["recordId"]]) == (
        outcome.status,
        [record.id for record in outcome.records],
    )
    assert "'Failed'" in outcome.message


async def test_an_equal_record_of_an_earlier_push_proves_nothing(devserver):
    async with reading(devserver) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=0)
        data = invoice()
        here.codat.fault(**UNPROVEN, method="POST")
        first = await here.end(**invoices(data))
        here.codat.fault(**UNPROVEN, method="POST", lands=None)
        second = await here.end(**invoices(data))

        assert 1 == len(here.records)
    assert ["Success", "Unknown"] == [first.status, second.status]


async def test_a_push_waits_until_a_neighbour_has_its_record(devserver):
    async with reading(devserver, find_for=3) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=0)
        here.codat.fault(**UNSENT)
        here.codat.fault("failed-without-proof", method="POST", nth=2)
        here.codat.fault("commit-then-drop", method="POST", nth=2)
        missed = await here.push(**invoices())
        await eventually(lambda: _has_sent(here))
        found = await here.push(**invoices())
        outcomes = [await missed.outcome(), await found.outcome()]

        assert 2 == len(here.records)
    assert ["Success", "Success"] == [outcome.status for outcome in outcomes]


async def _has_sent(here):
    return len(here.posts) > 0
