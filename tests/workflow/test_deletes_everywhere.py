"""A deletion is held, not edited, and encrypted like any other push."""

import asyncio
from datetime import UTC, datetime
from unittest.mock import AsyncMock
from uuid import UUID

import pytest

from activities.holds import SOONEST, Hold
from commands.edit_retry import edit_and_retry
from commands.exit_codes import CommandError
from dispatch.holds import hold, release
from emulator import seeds
from emulator.examples import record
from tests.support.eventually import eventually
from tests.support.large_payloads import beside
from tests.support.protocol import protocol

DELETE = {"data_type": "bills", "kind": "delete", "record_id": "secret-7", "data": ()}
COMPANY = UUID(seeds.COMPANY)


def with_bill(here):
    here.codat.connection(seeds.PROMPT).add_record("bills", record("bills"), record_id="secret-7")


async def test_a_hold_holds_deletions(devserver, monkeypatch):
    monkeypatch.setattr("activities.holds.SOONEST", SOONEST / 15)
    async with protocol(devserver, rules="enforced") as here:
        with_bill(here)
        closed = Hold(reason="closed", by="ann", since=datetime.now(UTC))
        await hold(here.client, COMPANY, closed, task_queue=here.task_queue)
        push = await here.push(**DELETE)

        async def waits():
            progress = await push.progress()
            return progress and progress.waiting_for and "closed" in progress.waiting_for

        await eventually(waits)
        sent = len(here.codat.journal(method="DELETE"))
        await release(here.client, COMPANY, None, None)
        outcome = await push.outcome()

        assert (0, 1) == (sent, len(here.codat.journal(method="DELETE")))
    assert "Success" == outcome.status


async def test_the_history_of_a_deletion_is_encrypted(devserver, tmp_path):
    async with protocol(beside(devserver, tmp_path), rules="enforced") as here:
        with_bill(here)
        push = await here.push(**DELETE)
        outcome = await push.outcome()
        history = await push.handle.fetch_history()

    assert "Success" == outcome.status
    assert b"secret-7" not in b"".join(event.SerializeToString() for event in history.events)


async def test_a_deletion_has_no_record_to_edit(devserver, monkeypatch):
    async with protocol(devserver, rules="enforced") as here:
        push = await here.push(**DELETE)
        await push.outcome()
        monkeypatch.setattr(
            "commands.edit_retry.reach_temporal", AsyncMock(return_value=here.client)
        )

        with pytest.raises(CommandError, match="no record to edit: leave --edit out"):
            await asyncio.to_thread(edit_and_retry, push.push_id, None, None, ask=False)
