"""What Codat reads for a whole company may be of another of its connections."""

from uuid import uuid4

import pytest

from bench.chaos.records import unique_record
from emulator import seeds
from tests.support.protocol import protocol

HERE, THERE = seeds.PROMPT, seeds.SYNCHRONOUS


def reading(devserver):
    return protocol(devserver, "ignored", read_records="auto", echo_data=False)


def lost_without_proof(here, connection, **lands):
    here.codat.connection(connection).set(delay=0, refresh_seconds=0)
    here.codat.fault("failed-without-proof", method="POST", connection=connection, nth=1, **lands)
    here.codat.fault("commit-then-drop", method="POST", connection=connection, nth=1)


def an_invoice(number, connection):
    data = unique_record("invoices", number)
    more = {"validation": "off", "connection_id": connection}
    return {"data_type": "invoices", "data": data, **more}


@pytest.mark.parametrize("is_settled", [True, False], ids=["settled", "in doubt"])
async def test_a_push_of_another_record_elsewhere_hinders_nobody(devserver, is_settled):
    number = uuid4().int % 10_000
    async with reading(devserver) as here:
        lost_without_proof(here, THERE)
        ends = "Complete" if is_settled else "FetchError"
        here.codat.connection(THERE).set(refresh_status=ends)
        first = await here.end(**an_invoice(number, THERE))
        lost_without_proof(here, HERE)
        second = await here.end(**an_invoice(number + 1, HERE))

        assert 2 == len(here.records)
    assert ("Success" if is_settled else "Unknown", "Success") == (first.status, second.status)


async def test_a_record_that_a_push_elsewhere_wrote_is_not_taken(devserver):
    number = uuid4().int % 10_000
    async with reading(devserver) as here:
        lost_without_proof(here, THERE)
        first = await here.end(**an_invoice(number, THERE))
        lost_without_proof(here, HERE, lands=None)
        second = await here.end(**an_invoice(number, HERE))

        assert 1 == len(here.records)
    assert ("Success", "Unknown") == (first.status, second.status)
    assert "another connection" in second.message


async def test_a_push_ends_though_its_records_are_refused(devserver):
    async with reading(devserver) as here:
        here.codat.connection(THERE).set(refuses_reads=403)
        lost_without_proof(here, HERE)
        outcome = await here.end(**an_invoice(uuid4().int % 10_000, HERE))

    assert "Unknown" == outcome.status
    assert "403" in outcome.message
