"""Deletes and files in the chaos program: drawn by the seed, and judged like records."""

from uuid import UUID

import pytest

from bench.chaos.endings import Ending
from bench.chaos.evidence import Evidence
from bench.chaos.items import Item
from bench.chaos.later_kinds import KINDS, later_items
from bench.chaos.places import PLACES
from bench.chaos.plan import make_plan
from bench.chaos.wanted import Wanted
from codat.kinds import PushKind


def wanted(pushes, *, plain=False):
    return Wanted(pushes, seed=3, mode="ignored", echo=True, plain=plain, brief=True)


@pytest.mark.parametrize("pushes", [4, 30, 60])
def test_each_kind_comes_on_top_of_the_pushes_of_records(pushes):
    plan = make_plan(wanted(pushes), later_items(wanted(pushes)))
    later = plan.items[pushes:]

    assert [*range(len(plan.items))] == [item.number for item in plan.items]
    assert {*KINDS} == {item.push_kind for item in later}
    assert len(later) == len({item.record_id for item in later})


def test_a_plain_workflow_has_none_beside_it():
    assert [] == list(later_items(wanted(30, plain=True)))


def test_files_that_were_there_before_are_nobodys():
    there = "/companies/c/connections/n/push/bills"
    items = [
        Item(number, 0, PLACES[0], "bills", {}, record_id=f"later-{number}", kind=kind)
        for number, kind in enumerate((PushKind.DETACH, PushKind.ATTACH, PushKind.DELETE))
    ]
    journal = [
        {"method": method, "path": f"{there}/{tail}", "pushOperationKey": key, "headers": {}}
        for method, tail, key in (
            ("POST", "later-0/attachments", "before"),
            ("DELETE", "later-0/attachments/7", "a"),
            ("POST", "later-1/attachments", "b"),
            ("POST", "later-1/attachments", None),
            ("DELETE", "later-2", "c"),
        )
    ]
    ledger = [
        {"recordId": record_id, "pushOperationKey": key, "idempotencyKey": None}
        for record_id, key in (
            ("later-0", None),
            ("later-0", "before"),
            ("later-0", "a"),
            ("later-1", "b"),
            ("later-2", "c"),
        )
    ]
    endings = [Ending(item, UUID(int=item.number), "Success") for item in items]
    cases = Evidence(endings, journal, ledger, []).cases()

    assert [1, 2, 1] == [len(case.posts) for case in cases]
    assert [["a"], ["b"], ["c"]] == [
        [record["pushOperationKey"] for record in case.records] for case in cases
    ]
