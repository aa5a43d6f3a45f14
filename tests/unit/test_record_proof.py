"""What a record in the books says of updates whose answers were lost."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast
from uuid import uuid4

import pytest

from activities.find_models import FindSubmission, Purpose
from activities.matching import Match
from activities.record_proof import A_DAY, LANDS_WITHIN, RecordProof
from codat.client import CodatClient
from codat.models import PushOperation, PushStatus, PushTarget
from codat.records import CachedRecord

SENT_AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
OVER = SENT_AT + timedelta(minutes=1)
LONG_AGO = SENT_AT - A_DAY - timedelta(seconds=1)
SENT = {"supplierName": "Flour mill Brown", "emailAddress": "brown@example.com"}
BEFORE = {"supplierName": "Mill", "emailAddress": "mill@example.com"}
TARGET = PushTarget(company_id=uuid4(), connection_id=uuid4(), data_type="suppliers")


def reading(read_record):
    reads = SimpleNamespace(read_record=read_record)
    return cast("CodatClient", SimpleNamespace(reads=reads))


def books(data, changed):
    """Give reads that know one record, last changed then."""
    record = CachedRecord(id="supplier-1", source_modified_date=changed, data=data)

    async def read_record(_target, _record_id):
        return record

    return reading(read_record)


def unproven(status=PushStatus.FAILED):
    return PushOperation(
        push_operation_key=uuid4(),
        completed_on_utc=OVER,
        status_text=status.value,
        status=status,
        status_code=504,
        error_message="The platform timed out.",
    )


def asking(began=OVER + LANDS_WITHIN):
    """Give the question of an update of that record."""
    return FindSubmission(
        push_id=uuid4(),
        target=TARGET,
        data=SENT,
        record_id="supplier-1",
        digest="-",
        since=SENT_AT,
        purpose=Purpose.DECIDE,
        reads_records=True,
        refresh_began=began,
    )


async def test_a_record_is_read_once_for_fifty_pushes_that_ask_at_once():
    asked = Counter()
    reads = books(SENT, OVER).reads

    async def read_record(target, record_id):
        asked[record_id] += 1
        await asyncio.sleep(0)
        return await reads.read_record(target, record_id)

    proof = RecordProof(reading(read_record))
    sightings = [(unproven(), Match.UNCLEAR)]
    await asyncio.gather(*(proof.judged(sightings, asking(), []) for _ in range(50)))

    assert {"supplier-1": 1} == asked


async def judged(data, changed, *, began=OVER + LANDS_WITHIN, operations=None):
    ask = asking(began)
    operations = operations or [unproven()]
    sightings = [(operation, Match.UNCLEAR) for operation in operations]
    return [
        match
        for _, match in await RecordProof(books(data, changed)).judged(sightings, ask, operations)
    ]


async def test_a_record_that_stands_as_sent_was_written():
    assert [Match.EQUAL] == await judged(SENT, OVER)


async def test_a_record_left_alone_for_a_day_was_not_written():
    assert [Match.DIFFERENT] == await judged(BEFORE, LONG_AGO)


@pytest.mark.parametrize(
    ("changed", "began"),
    [
        (LONG_AGO + timedelta(seconds=1), OVER + LANDS_WITHIN),
        (LONG_AGO, OVER + LANDS_WITHIN - timedelta(seconds=1)),
        (None, OVER + LANDS_WITHIN),
        (OVER, OVER + LANDS_WITHIN),
    ],
    ids=["changed within a day", "read too early", "no date", "changed since"],
)
async def test_a_record_in_doubt_decides_nothing(changed, began):
    assert [Match.UNCLEAR] == await judged(BEFORE, changed, began=began)


async def test_what_codat_timed_out_may_still_be_written():
    operations = [unproven(PushStatus.TIMED_OUT)]

    assert [Match.UNCLEAR] == await judged(BEFORE, LONG_AGO, operations=operations)


async def test_of_two_without_a_record_none_is_known_to_be_ours():
    operations = [unproven(), unproven()]

    assert [Match.UNCLEAR] * 2 == await judged(SENT, OVER, operations=operations)
