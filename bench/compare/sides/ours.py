"""The desk of Surepush; its workers are `worker.py`."""

import asyncio
import os
from dataclasses import dataclass, field

from temporalio.client import Client

from bench.compare.sides.api import Desk, Order, Waits
from dispatch.connection import connect
from dispatch.pushes import Push, start_push
from workflows.models import PushRequest


@dataclass
class Pushes:
    """Starts pushes and waits for them."""

    client: Client
    started: dict[str, Push] = field(default_factory=dict[str, Push])

    async def start(self, order: Order) -> None:
        """Start one; the same id again is the same push."""
        queue = os.environ["PUSH_TASK_QUEUE"]
        self.started[order.id] = await start_push(self.client, request(order), task_queue=queue)

    async def ending(self, name: str) -> str:
        """Wait for the end of one."""
        return (await self.started[name].outcome()).status.value


def request(order: Order) -> PushRequest:
    """Say an order in our own words."""
    _, _, company, _, connection, _, data_type, *record = order.path.split("/")
    fields = {
        "companyId": company,
        "connectionId": connection,
        "dataType": data_type,
        "data": order.data,
        "idempotencyKey": order.id,
        "timeoutInMinutes": order.minutes,
        "recordId": record[0] if record else None,
    }
    return PushRequest.model_validate({k: v for k, v in fields.items() if v is not None})


async def main() -> None:
    """Serve until killed."""
    pushes = Pushes(await connect())
    await Desk(pushes.start, Waits(pushes.ending).ended).serve()


if __name__ == "__main__":
    asyncio.run(main())
