"""What Codat reads for a whole company may be of another of its connections."""

from uuid import uuid4

import pytest

from bench.chaos.records import unique_record
from emulator import seeds
from tests.support.protocol import protocol

HERE, THERE = seeds.PROMPT, seeds.SYNCHRONOUS


def reading(devserver):
    return protocol(devserver, "ignored", read_records="auto", echo_data=False)


def lost_without_proof(here, connection):
    here.codat.connection(connection).set(delay=0, refresh_seconds=0)
    here.codat.fault("failed-without-proof", method="POST", connection=connection, nth=1)
    here.codat.fault("commit-then-drop", method="POST", connection=connection, nth=1)


def an_invoice(number, connection):
    data = unique_record("invoices", number)
    more = {"validation": "off", "connection_id": connection}
    return {"data_type": "invoices", "data": data, **more}


@pytest.mark.parametrize("is_settled", [True, False], ids=["settled", "in doubt"])
@pytest.mark.parametrize(("step", "status"), [(0, "Unknown"), (1, "Success")])
async def test_only_a_push_of_the_same_record_elsewhere_hinders(
    devserver, step, status, is_settled
):
    number = uuid4().int % 10_000
    async with reading(devserver) as here:
        lost_without_proof(here, THERE)
        ends = "Complete" if is_settled else "FetchError"
        here.codat.connection(THERE).set(refresh_status=ends)
        first = await here.end(**an_invoice(number, THERE))
        lost_without_proof(here, HERE)
        second = await here.end(**an_invoice(number + step, HERE))

        assert 2 == len(here.records)
    assert ("Success" if is_settled else "Unknown", status) == (first.status, second.status)


async def test_a_push_ends_though_its_records_are_refused(devserver):
    async with reading(devserver) as here:
        here.codat.connection(THERE).set(refuses_reads=403)
        lost_without_proof(here, HERE)
        outcome = await here.end(**an_invoice(uuid4().int % 10_000, HERE))

    assert "Unknown" == outcome.status
    assert "403" in outcome.message
