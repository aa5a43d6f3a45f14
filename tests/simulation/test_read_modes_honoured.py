"""Runs in which keys are honoured and records are read."""

import pytest

from simulation.plan import READ_MODES
from simulation.runner import simulate
from tests.support.simulated_modes import activities_of, faultless_runs


@pytest.mark.parametrize("place", range(4), ids=lambda place: READ_MODES[place].name)
def test_runs_with_keys_and_records_read_break_no_promise(place):
    for result in faultless_runs(READ_MODES[place], place):
        assert result.report.statuses["Success"]


def test_a_run_in_such_a_mode_has_records_refreshed():
    assert "refresh-data" in activities_of(simulate(5, pushes=15, mode=READ_MODES[2]))
