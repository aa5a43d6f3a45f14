"""Pushes of the very same record, started on purpose, whose answers are lost together."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from emulator import seeds
from emulator.examples import record
from tests.support.protocol import own_records, protocol

FIND_FOR = 3
TWINS = 3

READING = pytest.mark.parametrize("is_read", [False, True], ids=["with an echo", "with reading"])


def equal_bills():
    return {"data_type": "bills", "data": record("bills", f"-{uuid4().hex[:8]}")}


async def lost_together(devserver, faults, *, is_read):
    """Start three pushes of one bill; each fault meets the next request."""
    options = {"read_records": "auto" if is_read else "never", "echo_data": not is_read}
    async with protocol(devserver, "ignored", find_for=FIND_FOR, **options) as here:
        here.patch.setattr("workflows.steps.proof.FIRST_PAUSE", timedelta(seconds=1))
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=0)
        for nth, fault in enumerate(faults, start=1):
            here.codat.fault(fault, method="POST", nth=nth)
        bill = equal_bills()
        pushes = await asyncio.gather(
            *(here.push(**bill, validation="off") for _ in range(TWINS))
        )
        outcomes = await asyncio.gather(*(push.outcome() for push in pushes))
        own = [own_records(here, push) for push in pushes]
        return outcomes, own, [entry["pushOperationKey"] for entry in here.records]


@READING
async def test_equal_twins_lost_together_take_one_record_each(devserver, is_read):
    outcomes, _, records = await lost_together(devserver, ["commit-then-drop"] * TWINS, is_read=is_read)

    for one in outcomes: print(one.status, one.message, one.push_operation_key)
    assert ["Success"] * TWINS == [outcome.status for outcome in outcomes]
    assert sorted(records) == sorted(str(outcome.push_operation_key) for outcome in outcomes)
