"""A plain polling workflow in the usual style: send, ask until it is not pending, return."""

import asyncio
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    import httpx


@dataclass
class Order:
    """What is to be sent, and where to."""

    method: str
    path: str
    data: dict[str, Any]
    minutes: int | None = None


@dataclass
class Question:
    """Which operation to ask for."""

    company: str
    operation: str


def _http() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=os.environ["CODAT_BASE_URL"],
        headers={"Authorization": "Basic ZW11bGF0b3I="},
        trust_env=False,
        timeout=3,
    )


@activity.defn
async def send_record(order: Order) -> str:
    """Send the record; gives the key of its operation."""
    parameters = {} if order.minutes is None else {"timeoutInMinutes": order.minutes}
    async with _http() as http:
        answer = await http.request(order.method, order.path, json=order.data, params=parameters)
    answer.raise_for_status()
    return answer.json()["pushOperationKey"]


@activity.defn
async def read_status(question: Question) -> str:
    """Ask how the operation stands."""
    async with _http() as http:
        answer = await http.get(f"/companies/{question.company}/push/{question.operation}")
    answer.raise_for_status()
    return answer.json()["status"]


@workflow.defn(name="plain-push")
class PlainPush:
    """Send and poll, with the retries that activities have by default."""

    @workflow.run
    async def run(self, order: Order) -> str:
        """Give the status in which the push ended."""
        limit = timedelta(seconds=30)
        operation = await workflow.execute_activity(
            send_record, order, start_to_close_timeout=limit
        )
        question = Question(order.path.split("/")[2], operation)
        while True:
            status = await workflow.execute_activity(
                read_status, question, start_to_close_timeout=limit
            )
            if status != "Pending":
                return status
            await workflow.sleep(2)


async def main() -> None:
    """Serve until killed."""
    client = await _connected()
    worker = Worker(
        client,
        task_queue=os.environ["PUSH_TASK_QUEUE"],
        workflows=[PlainPush],
        activities=[send_record, read_status],
    )
    await worker.run()


async def _connected() -> Client:
    while True:
        try:
            return await Client.connect(os.environ["TEMPORAL_ADDRESS"])
        except RuntimeError:
            await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(main())
