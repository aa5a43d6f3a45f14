"""What is left of the day's requests, as Codat's headers say it, and what follows from it."""

from datetime import timedelta

import pytest

from codat.quota import DailyQuota
from tests.support.codat_answers import answer


def day(remaining: int, left: str = "12:00:00") -> DailyQuota:
    known = DailyQuota.read(
        answer(
            x_rate_limit_limit="1000",
            x_rate_limit_remaining=str(remaining),
            x_rate_limit_reset="Mon, 23 Nov 2026 00:00:00 GMT",
            date=f"Sun, 22 Nov 2026 {left} GMT",
        )
    )
    assert known
    return known


@pytest.mark.parametrize(
    ("remaining", "now", "patience"),
    [(1000, "00:00:00", 1), (250, "00:00:00", 1), (100, "12:00:00", 1.25), (100, "23:00:00", 1)],
)
def test_looks_stretch_as_the_day_runs_low(remaining, now, patience):
    assert patience == pytest.approx(day(remaining, now).patience)


def test_patience_has_an_end():
    assert 16 == day(0).patience


def test_the_last_of_the_day_is_kept_for_pushes():
    assert (True, False) == (day(19).is_short, day(20).is_short)


@pytest.mark.parametrize("said", ["2026-11-23T00:00:00Z", "3600", ""])
def test_without_a_readable_date_the_day_ends_at_midnight(said):
    known = DailyQuota.read(
        answer(
            x_rate_limit_limit="1000",
            x_rate_limit_remaining="10",
            x_rate_limit_reset=said,
            date="Sun, 22 Nov 2026 23:00:00 GMT",
        )
    )

    assert known
    assert timedelta(hours=1) == known.until_reset


def test_a_deployment_that_tells_no_limits_has_enough():
    assert DailyQuota.read(answer()) is None
    assert (1.0, False) == (DailyQuota().patience, DailyQuota().is_short)
