"""Procrastinate tasks on PostgreSQL.

Retries: https://procrastinate.readthedocs.io/en/stable/howto/advanced/retry.html (ten attempts,
five seconds apart, as in its example). Jobs of a dead worker:
https://procrastinate.readthedocs.io/en/stable/howto/production/retry_stalled_jobs.html, every
minute instead of every ten. Results are the application's business, hence the table.
"""
# pyright: reportMissingImports=false, reportFunctionMemberAccess=false
# Procrastinate lives in .venv-bench.

import asyncio
import os
import sys
from contextlib import suppress
from typing import Any

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued

from bench.compare.sides import api
from bench.compare.sides.api import Order, Sent

HTTP = api.http()
app = App(connector=PsycopgConnector(conninfo=os.environ["BENCH_DATABASE"]))
TABLE = "CREATE TABLE IF NOT EXISTS endings (id text PRIMARY KEY, status text)"
NOTE = "INSERT INTO endings VALUES (%(id)s, %(status)s) ON CONFLICT DO NOTHING"
ENDED = """
SELECT id, status FROM endings WHERE id = ANY(%(ids)s) UNION ALL
SELECT args->'given'->>'id', 'Failed' FROM procrastinate_jobs
WHERE status = 'failed' AND args->'given'->>'id' = ANY(%(ids)s)
"""


class StillPendingError(Exception):
    """The operation has not ended."""


@app.task(retry=RetryStrategy(max_attempts=10, wait=5))
async def push(given: dict[str, Any]) -> None:
    """Options, check, send; then poll."""
    order = Order(**given)
    api.check(order, api.wanted(await HTTP.send(api.options(order))))
    sent = Sent.read(order, await HTTP.send(api.send(order)))
    await poll.defer_async(given=given, operation=sent.operation, status=sent.status)


@app.task(retry=RetryStrategy(wait=2))
async def poll(given: dict[str, Any], operation: str, status: str) -> None:
    """Ask how the operation stands until it has ended."""
    order = Order(**given)
    if status == "Pending":
        sent = Sent(order, operation, status)
        status = Sent.read(order, await HTTP.send(api.look(sent))).status
    if status == "Pending":
        raise StillPendingError
    await app.connector.execute_query_async(NOTE, id=order.id, status=status)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="retry_stalled_jobs", pass_context=True)
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Give the jobs of dead workers to others."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job)


async def main(role: str) -> None:
    """Serve until killed."""
    async with app.open_async():
        if role == "schema":
            await app.schema_manager.apply_schema_async()
            await app.connector.execute_query_async(TABLE)
        elif role == "worker":
            print("Worker ready", flush=True)
            await app.run_worker_async(concurrency=20)
        else:
            await api.Desk(start, endings).serve()


async def start(order: Order) -> None:
    """Start a push, if there is none of that id."""
    with suppress(AlreadyEnqueued):
        await push.configure(queueing_lock=order.id).defer_async(given=api.fields(order))


async def endings(names: list[str]) -> list[tuple[str, str]]:
    """Give those that have ended."""
    rows = await app.connector.execute_query_all_async(ENDED, ids=names)
    return [tuple(row.values()) for row in rows]


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
