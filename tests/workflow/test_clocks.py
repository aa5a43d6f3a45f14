"""A worker's wall clock decides nothing: it may be ahead of the servers', or behind."""

from datetime import timedelta

import pytest

from tests.support.clocks import wall_clock_off
from tests.support.protocol import protocol, written_once

SKEWS = [timedelta(seconds=seconds) for seconds in (-720, -25, -3, 0, 3, 25, 720)]

LOST = {"fault": "commit-then-drop", "method": "POST", "nth": 1}


@pytest.mark.parametrize("skew", SKEWS, ids=str)
async def test_keys_that_are_not_honoured_are_noticed(devserver, skew):
    async with protocol(devserver, "honoured", platform="ignored") as here:
        here.codat.fault(**LOST)
        here.codat.fault("throttle", method="POST", nth=2)
        with wall_clock_off(skew):
            outcome = await here.end(timeout_in_minutes=1)

    assert "Success" == outcome.status
    assert "Codat ignored the idempotency key" in outcome.warnings[-1].message


@pytest.mark.parametrize("skew", SKEWS, ids=str)
async def test_a_lost_request_is_found(devserver, skew):
    async with protocol(devserver, "ignored", echo_data=True) as here:
        here.codat.fault(**LOST)
        with wall_clock_off(skew):
            outcome = await here.end(timeout_in_minutes=1)

        assert written_once(here, outcome)
