"""A plain Temporal workflow in the style of Temporal's own polling samples.

Polling is an activity that fails until the operation has ended, retried by the server at an even
pace: samples-python/polling/infrequent,
https://docs.temporal.io/develop/python/activities/timeouts (Activity Retry Policy).
"""

import asyncio
import os
import sys
from contextlib import suppress
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    import httpx

    from bench.compare.sides import api
    from bench.compare.sides.api import Order, Sent

QUICKLY = timedelta(seconds=30)


class Steps:
    """One request each."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    @activity.defn
    async def fetch_options(self, order: Order) -> list[str]:
        """Fetch the options."""
        return api.wanted(await self._http.send(api.options(order)))

    @activity.defn
    async def validate(self, order: Order, demanded: list[str]) -> None:
        """Judge the record."""
        try:
            api.check(order, demanded)
        except ValueError as error:
            raise ApplicationError(str(error), non_retryable=True) from error

    @activity.defn
    async def send_record(self, order: Order) -> Sent:
        """Send the record."""
        return Sent.read(order, await self._http.send(api.send(order)))

    @activity.defn
    async def read_status(self, sent: Sent) -> Sent:
        """Ask how the operation stands; fails while it is pending."""
        now = Sent.read(sent.order, await self._http.send(api.look(sent)))
        if now.status == "Pending":
            raise RuntimeError("still pending")
        return now


@workflow.defn(name="plain-push")
class PlainPush:
    """Options, check, send, poll: each an activity, as the four steps of a push are."""

    @workflow.run
    async def run(self, order: Order) -> Sent:
        """Give the operation as it ended."""
        demanded = await workflow.execute_activity_method(
            Steps.fetch_options, order, start_to_close_timeout=QUICKLY
        )
        await workflow.execute_activity_method(
            Steps.validate, args=[order, demanded], start_to_close_timeout=QUICKLY
        )
        sent = await workflow.execute_activity_method(
            Steps.send_record, order, start_to_close_timeout=QUICKLY
        )
        if sent.status != "Pending":
            return sent
        pace = timedelta(seconds=order.every)
        return await workflow.execute_activity_method(
            Steps.read_status,
            sent,
            start_to_close_timeout=QUICKLY,
            retry_policy=RetryPolicy(initial_interval=pace, backoff_coefficient=1.0),
        )


def build_worker(client: Client, http: httpx.AsyncClient, task_queue: str) -> Worker:
    """Put a worker together."""
    steps = Steps(http)
    return Worker(
        client,
        task_queue=task_queue,
        workflows=[PlainPush],
        activities=[steps.fetch_options, steps.validate, steps.send_record, steps.read_status],
    )


async def start(client: Client, order: Order, task_queue: str) -> None:
    """Start a push; one of that id that exists is joined."""
    with suppress(WorkflowAlreadyStartedError):
        await client.start_workflow(
            PlainPush.run, order, id=f"plain-{order.id}", task_queue=task_queue
        )


async def ending(client: Client, name: str) -> str:
    """Wait for the end of a push."""
    try:
        handle = client.get_workflow_handle_for(PlainPush.run, f"plain-{name}")
        return (await handle.result()).status
    except WorkflowFailureError:
        return "Failed"


async def main(role: str) -> None:
    """Serve until killed."""
    client, queue = await _connected(), os.environ["PUSH_TASK_QUEUE"]
    if role == "worker":
        async with api.http() as http:
            print("Worker ready", flush=True)
            await build_worker(client, http, queue).run()
    waits = api.Waits(lambda name: ending(client, name))
    await api.Desk(lambda order: start(client, order, queue), waits.ended).serve()


async def _connected() -> Client:
    while True:
        try:
            return await Client.connect(os.environ["TEMPORAL_ADDRESS"])
        except RuntimeError:
            await asyncio.sleep(1)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
