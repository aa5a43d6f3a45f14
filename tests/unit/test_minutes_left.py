"""How much of a push's time is left."""

from datetime import UTC, datetime, timedelta

import pytest

from workflows.poll_schedule import deadline_of, minutes_left

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(600, 10), (630, 11), (629, 10), (30, 1), (29, 0), (0, 0), (-89, 0), (-90, 0), (-9000, 0)],
)
def test_the_platform_is_told_the_whole_minutes_left(seconds, expected):
    assert expected == minutes_left(NOON, NOON + timedelta(seconds=seconds))


def test_without_a_deadline_the_platform_is_told_nothing():
    assert minutes_left(NOON, deadline_of(NOON, None)) is None
