"""A retry of an update keeps the place of its first request, unless it asks for something else."""

import pytest

from dispatch.holds import release
from dispatch.retries import retry_push
from emulator import seeds
from tests.support.protocol import protocol
from tests.workflow.test_update_order import (
    COMPANY,
    held,
    is_at,
    is_in_line,
    numbered,
    written,
)

SAME = ({}, ["state 1", "state 2", "state 3"])
CORRECTED = ({"data": {"field1": "state 9"}}, ["state 2", "state 3", "state 9"])


@pytest.mark.parametrize(("again", "order"), [SAME, CORRECTED], ids=["as it was", "corrected"])
async def test_a_retry_keeps_its_place_in_line(devserver, monkeypatch, again, order):
    async with protocol(devserver) as here:
        prompt = here.codat.connection(seeds.PROMPT)
        prompt.set(refusing="Not today.")
        first = await here.push(**numbered(1))
        refused = await first.outcome()
        prompt.set(refusing=None)
        await held(here, monkeypatch)
        holder = await here.push(**numbered(2))
        await is_at(holder, "push")
        waiting = await here.push(**numbered(3))
        await is_in_line(waiting)
        await retry_push(first, task_queue=here.task_queue, **again)
        await (is_in_line(first) if again else is_at(first, "push"))
        await release(here.client, COMPANY, None, None)
        outcomes = [await push.outcome() for push in (first, holder, waiting)]

        assert order == written(here)
    assert "Failed" == refused.status
    assert {"Success"} == {outcome.status for outcome in outcomes}
