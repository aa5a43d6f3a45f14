"""Polls for the status of operations, by the activities alone."""

from datetime import UTC, datetime
from uuid import UUID

from activities.models import PollStatus
from emulator import seeds
from tests.support.activity_environment import Workbench, perform, target


async def pending(bench: Workbench, count: int) -> list[UUID]:
    """Push so many records to a platform that is switched off."""
    offline = target(connection_id=seeds.OFFLINE)
    readings = [await bench.push(target=offline) for _ in range(count)]
    bench.forget_journal()
    return [one.operation.push_operation_key for one in readings]


async def look(bench: Workbench, operation: UUID, **fields):
    now = datetime.now(UTC)
    known = {"due": now, "target": target(connection_id=seeds.OFFLINE)}
    ask = PollStatus.model_validate(known | {"push_operation_key": operation} | fields)
    return await perform(bench.activities.poll_status, ask, started_time=now)


def did(bench: Workbench) -> list[str]:
    return [one["did"] for one in bench.journal]
