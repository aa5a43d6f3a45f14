"""When accounting software is usually done, learned from what it took."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.durations import ENOUGH, MAX_LOOKS, REMEMBERED, Durations, best_looks
from codat.models import PushOperation, PushTarget

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
TARGET = PushTarget(company_id=UUID(int=1), connection_id=UUID(int=2), data_type="bills")


def operation(seconds, status="Success"):
    return PushOperation.model_validate(
        {
            "pushOperationKey": str(UUID(int=7)),
            "status": status,
            "requestedOnUtc": NOON.isoformat(),
            "completedOnUtc": (NOON + timedelta(seconds=seconds)).isoformat(),
        }
    )


def learned(*seconds, target=TARGET):
    durations = Durations()
    for took in seconds:
        durations.note(target, operation(took))
    return durations


def ages(durations, target=TARGET):
    return [age.total_seconds() for age in durations.looks(target)]


def cost(durations, looks, price):
    """What it costs to see all of these by these looks, counted one by one."""
    total = 0.0
    for took in durations:
        needed = 1 + sum(age < took for age in looks)
        total += looks[needed - 1] - took + price * needed
    return total


def test_little_is_no_knowledge():
    assert [] == ages(learned(*[60] * (ENOUGH - 1)))


def test_a_steady_platform_is_looked_at_once_when_it_is_done():
    assert [61.45] == ages(learned(*[60] * ENOUGH))


def test_what_failed_took_its_time_too():
    durations = learned(*[60] * (ENOUGH - 1))
    durations.note(TARGET, operation(60, "Failed"))

    assert [61.45] == ages(durations)


@pytest.mark.parametrize("unfit", [operation(60, "Pending"), operation(-1)])
def test_what_is_not_over_or_has_no_time_teaches_nothing(unfit):
    durations = learned(*[60] * (ENOUGH - 1))
    durations.note(TARGET, unfit)

    assert [] == ages(durations)


def test_a_new_pace_is_learned_and_the_old_one_forgotten():
    durations = learned(*[60] * REMEMBERED, *[5] * 4)
    soon = ages(durations)
    for _ in range(REMEMBERED):
        durations.note(TARGET, operation(5))

    assert [5.35, 61.45] == soon
    assert [5.35] == ages(durations)


def test_each_connection_and_data_type_has_its_own_pace():
    durations = learned(*[60] * ENOUGH)
    others = [
        TARGET.model_copy(update={"data_type": "invoices"}),
        TARGET.model_copy(update={"connection_id": UUID(int=3)}),
    ]

    assert [[], []] == [ages(durations, other) for other in others]


@given(st.lists(st.floats(0, 10_000), min_size=1, max_size=9), st.floats(0.01, 100))
def test_no_other_choice_of_looks_costs_less(durations, price):
    chosen = best_looks(durations, price)
    others = [
        sorted({*random.sample(durations, random.randint(0, len(durations) - 1)), max(durations)})
        for _ in range(20)
    ]

    assert max(durations) == chosen[-1]
    assert all(one < other for one, other in pairwise(chosen))
    best = cost(durations, chosen, price)
    assert all(best <= cost(durations, other, price) + 1e-6 for other in others)


def test_a_push_is_handed_few_looks():
    assert MAX_LOOKS >= len(ages(learned(*[2.0**power for power in range(REMEMBERED)])))
