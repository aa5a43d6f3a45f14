"""Celery tasks with Redis and late acknowledgement.

Retries: https://docs.celeryq.dev/en/stable/userguide/tasks.html ("Automatic retry for known
exceptions", five with exponential back-off as in its example; "Should I use retry or acks_late?").
Redis: https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/redis.html; a task
of a dead worker comes back after the visibility time-out, by default an hour: a minute here.
"""
# pyright: reportMissingImports=false, reportFunctionMemberAccess=false
# Celery lives in .venv-bench.

import asyncio
import os
from typing import Any

import httpx
from celery import Celery

from bench.compare.sides import api
from bench.compare.sides.api import Order, Sent

URL = os.environ["BENCH_DATABASE"]
HTTP = httpx.Client(timeout=3, trust_env=False)

app = Celery("bench", broker=f"{URL}/0", backend=f"{URL}/1")
app.conf.update(
    broker_transport_options={"visibility_timeout": int(os.environ.get("BENCH_VISIBILITY", "60"))},
    broker_connection_retry_on_startup=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
)
PATIENT = {
    "autoretry_for": (httpx.HTTPError,),
    "retry_backoff": True,
    "retry_kwargs": {"max_retries": 5},
}


class StillPendingError(Exception):
    """The operation has not ended."""


@app.task(name="push", **PATIENT)
def push(given: dict[str, Any]) -> None:
    """Options, check, send; then poll."""
    order = Order(**given)
    api.check(order, api.wanted(HTTP.send(api.options(order))))
    sent = Sent.read(order, HTTP.send(api.send(order)))
    poll.apply_async((given, sent.operation, sent.status), task_id=order.id)


@app.task(name="poll", bind=True, max_retries=None)
def poll(self: Any, given: dict[str, Any], operation: str, status: str) -> str:  # noqa: ANN401
    """Ask how the operation stands until it has ended."""
    order = Order(**given)
    if status == "Pending":
        try:
            sent = Sent(order, operation, status)
            status = Sent.read(order, HTTP.send(api.look(sent))).status
        except httpx.HTTPError as error:
            raise self.retry(exc=error, countdown=order.every) from None
    if status == "Pending":
        raise self.retry(exc=StillPendingError(), countdown=order.every)
    return status


async def main() -> None:
    """Take orders until killed."""

    async def start(order: Order) -> None:
        task = push.s(api.fields(order))
        await asyncio.to_thread(task.apply_async, task_id=f"send-{order.id}")

    async def endings(names: list[str]) -> list[tuple[str, str]]:
        return await asyncio.to_thread(_ended, names)

    await api.Desk(start, endings).serve()


def _ended(names: list[str]) -> list[tuple[str, str]]:
    backend = app.backend
    endings: list[tuple[str, str]] = []
    for prefix in ("", "send-"):
        results = backend.mget([backend.get_key_for_task(prefix + name) for name in names])
        for name, result in zip(names, results, strict=True):
            state = backend.decode_result(result) if result else {"status": "PENDING"}
            if state["status"] == "FAILURE":
                endings.append((name, "Failed"))
            elif state["status"] == "SUCCESS" and not prefix:
                endings.append((name, state["result"]))
    return endings


if __name__ == "__main__":
    asyncio.run(main())
