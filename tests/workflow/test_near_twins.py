"""Pushes of records that differ in one field, whose answers are lost together."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from uuid import uuid4

import pytest

from emulator import seeds
from emulator.examples import record
from tests.support.protocol import own_records, protocol

TOGETHER = 6
MANY = 40


def monthly(count):
    """One bill a month, with one number, text and amount."""
    data = record("bills", f"-{uuid4().hex[:8]}")
    first = date(2020, 1, 1)
    return [
        data | {"issueDate": (first + timedelta(days=31 * month)).isoformat()}
        for month in range(count)
    ]


def renamed(count):
    """Accounts under one number, one name apart."""
    data = record("chartOfAccounts", uuid4().hex[:7])
    return [data | {"name": f"Sales of shop {number}"} for number in range(count)]


def numbered(count):
    """Invoices one number apart."""
    data = record("invoices")
    return [data | {"invoiceNumber": f"INV-{1000 + number}"} for number in range(count)]


WAYS = {
    "one date apart": ("bills", monthly),
    "one name apart": ("chartOfAccounts", renamed),
    "one number apart": ("invoices", numbered),
}


async def lost_together(devserver, records, *, data_type, is_read, find_for):
    """Push them at once, lose all answers; give the endings and whether each took its own.

    Pending operations are looked at again after a second: without a pause, over and over.
    """
    options = {"read_records": "auto" if is_read else "never", "echo_data": not is_read}
    async with protocol(devserver, "ignored", find_for=find_for, **options) as here:
        here.patch.setattr("workflows.steps.proof.FIRST_PAUSE", timedelta(seconds=1))
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=0)
        here.codat.fault("commit-then-drop", method="POST", times=len(records))
        pushes = await asyncio.gather(
            *(here.push(data_type=data_type, data=data, validation="off") for data in records)
        )
        outcomes = await asyncio.gather(*(push.outcome() for push in pushes))
        owned = [
            own_records(here, push) == [str(outcome.push_operation_key)]
            for push, outcome in zip(pushes, outcomes, strict=True)
        ]
    return Counter(outcome.status for outcome in outcomes), all(owned)


READING = pytest.mark.parametrize("is_read", [False, True], ids=["with an echo", "with reading"])


@READING
@pytest.mark.parametrize("way", WAYS)
async def test_near_twins_lost_together_are_told_apart(devserver, way, is_read):
    data_type, make = WAYS[way]
    endings, owned = await lost_together(
        devserver, make(TOGETHER), data_type=data_type, is_read=is_read, find_for=4
    )

    assert ({"Success": TOGETHER}, True) == (endings, owned)


@READING
async def test_forty_near_twins_lost_together_are_told_apart(devserver, is_read):
    endings, owned = await lost_together(
        devserver, monthly(MANY), data_type="bills", is_read=is_read, find_for=20
    )

    assert ({"Success": MANY}, True) == (endings, owned)
