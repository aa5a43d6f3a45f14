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
LOST = {"fault": "commit-then-drop", "method": "POST", "times": TOGETHER}
FIND_FOR = 4


def monthly(data_type):
    """One document a month, with one number, text and amount."""
    data = record(data_type, f"-{uuid4().hex[:8]}")
    first = date(2020, 1, 1)
    return [
        data | {"issueDate": (first + timedelta(days=31 * month)).isoformat()}
        for month in range(TOGETHER)
    ]


def renamed():
    """Accounts under one number, one name apart."""
    data = record("chartOfAccounts", uuid4().hex[:7])
    return [data | {"name": f"Sales of shop {number}"} for number in range(TOGETHER)]


def numbered():
    """Invoices one number apart."""
    data = record("invoices")
    return [data | {"invoiceNumber": f"INV-{1000 + number}"} for number in range(TOGETHER)]


WAYS = {
    "one date apart": ("bills", lambda: monthly("bills")),
    "one name apart": ("chartOfAccounts", renamed),
    "one number apart": ("invoices", numbered),
}


@pytest.mark.parametrize("is_read", [False, True], ids=["with an echo", "with reading"])
@pytest.mark.parametrize("way", WAYS)
async def test_near_twins_lost_together_are_told_apart(devserver, way, is_read):
    data_type, records = WAYS[way]
    options = {"read_records": "auto" if is_read else "never", "echo_data": not is_read}
    async with protocol(devserver, "ignored", find_for=FIND_FOR, **options) as here:
        here.codat.connection(seeds.PROMPT).set(delay=0, refresh_seconds=0)
        here.codat.fault(**LOST)
        pushes = await asyncio.gather(
            *(here.push(data_type=data_type, data=data, validation="off") for data in records())
        )
        outcomes = await asyncio.gather(*(push.outcome() for push in pushes))

        owned = [
            own_records(here, push) == [str(outcome.push_operation_key)]
            for push, outcome in zip(pushes, outcomes, strict=True)
        ]
    assert {"Success": TOGETHER} == Counter(outcome.status for outcome in outcomes)
    assert all(owned)
