"""Runs in which Codat reads the software's records."""

import pytest

from simulation.plan import READ_MODES
from simulation.runner import simulate


@pytest.mark.parametrize("mode", READ_MODES[2:4], ids=lambda mode: mode.name)
def test_a_run_with_records_that_are_read_breaks_no_promise(mode):
    result = simulate(5, pushes=15, mode=mode)

    asked = {
        event.activity_task_scheduled_event_attributes.activity_type.name
        for history in result.histories
        for event in history.events
    }

    assert "refresh-data" in asked
    assert result.report.violations == []
