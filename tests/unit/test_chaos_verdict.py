"""What the chaos program calls wrong."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from bench.chaos.endings import Ending, Run
from bench.chaos.evidence import Case, Evidence
from bench.chaos.items import Item
from bench.chaos.places import PLACES
from bench.chaos.verdict import judge_ours
from bench.chaos.wanted import Wanted
from codat.models import PushStatus
from workflows.models import PushOutcome

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
WANTED = Wanted(2, seed=1, mode="honoured", echo=True, plain=False, brief=True)


def at(seconds):
    return (NOON + timedelta(seconds=seconds)).isoformat(timespec="microseconds")[:26] + "0Z"


def update(number, begun, *sent):
    """An update of the one record that began then and was sent at these seconds."""
    key = uuid4()
    data = {"name": f"m{number}m"}
    item = Item(number, 0, PLACES[0], "suppliers", data, record_id="standing-1")
    start = HistoryEvent()
    start.event_time.FromDatetime(NOON + timedelta(seconds=begun))
    told = PushOutcome(
        status=PushStatus.SUCCESS,
        message="",
        push_operation_key=key,
        submitted=True,
        requested_on_utc=NOON,
    )
    ending = Ending(item, UUID(int=number), "Success", told)
    ending.runs.append(Run("run", None, WorkflowHistory("push", [start])))
    posts = [
        {"receivedAt": at(one), "pushOperationKey": str(key), "did": "committed", "status": "200"}
        for one in sent
    ]
    record = {"writtenOnUtc": at(sent[0] + 1), "pushOperationKey": str(key)}
    return Case(ending, posts, [record])


@pytest.mark.parametrize(("again", "stale"), [(10, 0), (17, 0), (40, 1)])
def test_an_older_update_sent_after_a_newer_was_written_is_wrong(again, stale):
    older, newer = update(1, 0, 1, again), update(2, 5, 6)
    evidence = SimpleNamespace(cases=lambda: [older, newer])
    verdict = judge_ours(WANTED, evidence)  # pyright: ignore[reportArgumentType]

    assert stale == len(verdict.stale)


def test_requests_and_records_of_rivals_are_told_apart_by_marker():
    pushes = [update(number, 0, 1) for number in (1, 2)]
    posts = [
        {"method": "PUT", "body": f'{{"name":"{one.ending.item.marker}"}}', **one.posts[0]}
        for one in pushes
    ]
    ledger = [{"idempotencyKey": None, **one.records[0]} for one in pushes]
    cases = Evidence([one.ending for one in pushes], posts, ledger, []).cases()

    assert [[one] for one in ledger] == [case.records for case in cases]


def twins(*named, wrote=2):
    """Two pushes of one record that ended with these of the operations that they wrote."""
    keys = [str(UUID(int=number)) for number in range(3)]
    cases: list[Case] = []
    for number, operation in enumerate(named):
        case = update(number, 0, 1)
        item = Item(number, 0, PLACES[0], "suppliers", {"name": "m0m"}, twin=0)
        outcome = case.ending.outcome
        assert outcome
        outcome = outcome.model_copy(update={"push_operation_key": UUID(keys[operation])})
        ending = Ending(item, UUID(int=number), "Success", outcome)
        ending.runs += case.ending.runs
        posts = [case.posts[0] | {"pushOperationKey": keys[number]}]
        records = [case.records[0] | {"pushOperationKey": keys[number]}] if number < wrote else []
        cases.append(Case(ending, posts, records))
    return cases


@pytest.mark.parametrize(
    ("cases", "wrong"),
    [(twins(0, 1), 0), (twins(1, 0), 0), (twins(0, 0), 2), (twins(1, 0, wrote=1), 2)],
    ids=["each its own", "each the other's", "both one", "one that wrote nothing"],
)
def test_twins_may_swap_what_they_wrote_and_share_nothing(cases, wrong):
    evidence = SimpleNamespace(cases=lambda: cases)
    verdict = judge_ours(WANTED, evidence)  # pyright: ignore[reportArgumentType]

    assert wrong == len(verdict.wrong)
