"""What the start page makes of runs, holds and the day's requests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest

from activities.holds import Hold
from codat.models import PushStatus
from codat.quota import DailyQuota
from gateway.pages import overview
from tests.unit.test_charts import a_run

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
COMPANY, CONNECTION = uuid4(), uuid4()
RUN = replace(
    a_run(str(CONNECTION), 1, PushStatus.PENDING),
    company=str(COMPANY),
    requested=NOON - timedelta(hours=1),
    has_operation=False,
)


def ended(status, cause):
    return replace(RUN, status=status, cause=cause)


def test_what_may_still_land_comes_first_and_each_cause_once():
    refused, unclear = ended(PushStatus.FAILED, "Failed: closed"), ended(PushStatus.UNKNOWN, "")
    rows = overview._needs_person([refused, refused, unclear])  # noqa: SLF001

    assert [(PushStatus.UNKNOWN, 1), (PushStatus.FAILED, 2)] == [
        (row.status, row.count) for row in rows
    ]
    assert {"status": ["Failed"], "cause": ["Failed: closed"]} == parse_qs(
        urlsplit(rows[1].list_link).query
    )
    assert "ended from outside" in rows[0].cause
    assert "cause" not in rows[0].list_link  # none is known that could be searched for


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        ({}, "Held by Ada: Stock is counted."),
        ({"connection_id": CONNECTION, "data_type": "bills"}, "Held by Ada: Stock is counted."),
        ({"data_type": "items"}, "It is not sent"),
        ({"connection_id": uuid4()}, "It is not sent"),
    ],
)
def test_a_push_waits_for_a_hold_of_its_place_only(scope, words):
    hold = Hold(reason="Stock is counted.", by="Ada", since=NOON, **scope)
    waits = overview._waits(RUN, {UUID(RUN.company): [hold]}, NOON)  # noqa: SLF001

    assert waits.why.startswith(words)
    assert timedelta(hours=1) == waits.age


def test_a_push_that_the_software_has_waits_for_it_alone():
    hold = Hold(reason="Stock is counted.", by="Ada", since=NOON)
    taken = replace(RUN, has_operation=True)
    waits = overview._waits(taken, {UUID(RUN.company): [hold]}, NOON)  # noqa: SLF001

    assert waits.why.startswith("The accounting software has it")


@pytest.mark.parametrize(
    ("remaining", "gone_at"),
    [(500, NOON + timedelta(hours=6)), (900, None), (1000, None)],
)
def test_requests_are_gone_when_they_are_spent_at_this_pace(remaining, gone_at):
    """Six of 24 hours are over; the half spent lasts six more."""
    quota = DailyQuota(limit=1000, remaining=remaining, until_reset=timedelta(hours=18))
    left = overview._quota_left(quota, NOON)  # noqa: SLF001

    assert left
    assert gone_at == left.gone_at


def test_without_a_limit_nothing_is_said_of_requests():
    assert overview._quota_left(DailyQuota(), NOON) is None  # noqa: SLF001
