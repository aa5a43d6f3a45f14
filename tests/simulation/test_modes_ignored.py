"""Runs in the modes in which Codat ignores keys."""

import pytest

from simulation.plan import MODES
from tests.support.simulated_modes import faultless_runs


@pytest.mark.parametrize("place", range(4, 8), ids=lambda place: MODES[place].name)
def test_runs_where_keys_are_ignored_break_no_promise(place):
    for result in faultless_runs(MODES[place], place):
        assert result.report.statuses["Success"]
