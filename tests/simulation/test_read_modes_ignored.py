"""Runs in which keys are ignored and records are read."""

import pytest

from simulation.plan import READ_MODES
from tests.support.simulated_modes import faultless_runs


@pytest.mark.parametrize("place", range(4, 8), ids=lambda place: READ_MODES[place].name)
def test_runs_without_keys_and_records_read_break_no_promise(place):
    for result in faultless_runs(READ_MODES[place], place):
        assert result.report.statuses["Success"]
