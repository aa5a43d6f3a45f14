"""Taking our share of what equal twins wrote, beside what others do at that moment."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from activities import twin_share
from activities.equal_pushes import EqualPushes
from activities.equal_twins import EqualPush
from activities.find_models import FindSubmission, Purpose, SearchResult, TwinTimes
from activities.matching import Match
from activities.twin_share import TwinShare
from codat.models import PushOperation, PushTarget

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = BEGIN + timedelta(minutes=10)
OURS, TWIN = UUID(int=1), UUID(int=2)
DATA = {"reference": "T-17", "note": "Flour"}
ASK = FindSubmission(
    push_id=OURS,
    target=PushTarget(company_id=UUID(int=8), connection_id=UUID(int=9), data_type="bills"),
    data=DATA,
    digest="",
    since=BEGIN,
    purpose=Purpose.DECIDE,
    twins=TwinTimes(
        settled_after=timedelta(minutes=3),
        taken_within=timedelta(minutes=5),
        listed_within=timedelta(seconds=10),
    ),
)


class ClaimedOperations:
    """What other pushes hold, told by hand."""

    def __init__(self, claims):
        self._claims = claims

    async def claims(self, _operations):
        return self._claims

    async def claim(self, operation):
        return self._claims.get(operation, f"push-{OURS}") == f"push-{OURS}"


def operation(number, status="Success", change="Created"):
    written = {"type": change, "recordRef": {"id": f"record {number}", "dataType": "bills"}}
    return PushOperation.model_validate(
        {
            "pushOperationKey": UUID(int=number),
            "requestedOnUtc": BEGIN,
            "status": status,
            "changes": [written],
            "data": DATA,
        }
    )


def push(number):
    return EqualPush(f"push-{UUID(int=number)}", BEGIN, BEGIN, BEGIN)


@pytest.fixture(name="look")
def _look(monkeypatch):
    async def look(operations, *, pushes=(OURS, TWIN), held=(), claims=None):
        twins = EqualPushes([push(each.int) for each in pushes], frozenset(held))

        async def read(*_given):
            return twins

        monkeypatch.setattr(twin_share, "read_equal_pushes", read)
        seen = [(each, Match.EQUAL) for each in operations]
        client: Any = None
        others: Any = ClaimedOperations(claims or {})
        share = TwinShare(client, ASK, others, seen, seen, [], timedelta())
        found = await share.take(SearchResult(candidates=[]), NOW)
        taken = found.adopted and found.adopted.operation.push_operation_key
        return taken, found.twins_awaited

    return look


async def test_a_push_takes_its_share(look):
    assert (UUID(int=11), False) == await look([operation(12), operation(11)])


async def test_a_pending_operation_is_awaited(look):
    assert (None, True) == await look([operation(11), operation(12, "Pending")])


async def test_what_was_refused_or_updated_a_record_is_not_shared(look):
    assert (None, False) == await look([operation(11), operation(12, change="Modified")])


async def test_what_a_twin_has_by_an_answer_is_not_shared(look):
    found = await look([operation(11), operation(12)], held=[UUID(int=11)])

    assert (None, False) == found


async def test_what_is_claimed_by_now_is_not_shared(look):
    third = f"push-{UUID(int=3)}"
    found = await look([operation(11), operation(12)], claims={UUID(int=11): third})

    assert (None, False) == found


async def test_a_twin_that_has_claimed_meanwhile_is_not_counted(look):
    twin = f"push-{TWIN}"
    found = await look([operation(11), operation(12)], claims={UUID(int=11): twin})

    assert (UUID(int=12), False) == found


async def test_a_claim_of_a_look_that_was_cut_short_is_ours(look):
    claims = {UUID(int=12): f"push-{OURS}"}

    assert (UUID(int=12), False) == await look([operation(11), operation(12)], claims=claims)
