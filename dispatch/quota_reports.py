"""Codat's reports of the day's requests, from the front door that gets them to all workers."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from pydantic import ValidationError
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from activities.wire import Wire
from codat.clock import utc_now
from codat.quota import DailyQuota
from dispatch.payloads.encryption import UndecryptablePayload
from dispatch.settings import DispatchSettings

log = logging.getLogger("surepush.quota")

WORKFLOW_ID = "push-quota"
QUOTA_MEMO = "PushQuota"
EVERY = timedelta(seconds=15)
LATE = timedelta(hours=1)
"""An older report is passed over: Codat's answers since then know better."""


class QuotaMemo(Wire):
    """The day's requests as they were reported; `resets_at` is UTC."""

    limit: int
    remaining: int
    resets_at: datetime


async def publish_quota(client: Client, quota: DailyQuota, task_queue: str | None = None) -> None:
    """Tell all workers and front doors, which hear it within seconds. Raises: RPCError."""
    memo = QuotaMemo(
        limit=quota.limit, remaining=quota.remaining, resets_at=utc_now() + quota.until_reset
    )
    await client.start_workflow(
        "push-quota",
        id=WORKFLOW_ID,
        task_queue=task_queue or DispatchSettings().task_queue,
        memo={QUOTA_MEMO: memo.model_dump(mode="json", by_alias=True)},
        execution_timeout=max(quota.until_reset, timedelta(seconds=1)),
        id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
    )


class QuotaReports:
    """Reads the last report, each once."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._seen = ""

    async def new(self) -> DailyQuota | None:
        """Return the last report if it was not returned before and is young. Raises: RPCError."""
        last = await self._client.get_workflow_handle(WORKFLOW_ID).describe()
        is_over = last.status is not WorkflowExecutionStatus.RUNNING
        if last.run_id == self._seen or is_over or utc_now() - last.start_time > LATE:
            return None
        self._seen = last.run_id
        try:
            memo = QuotaMemo.model_validate((await last.memo()).get(QUOTA_MEMO))
        except (ApplicationError, UndecryptablePayload, ValidationError):
            return None
        left = memo.resets_at - utc_now()
        return DailyQuota(memo.limit, memo.remaining, left) if left > timedelta() else None


@asynccontextmanager
async def watching_quota(
    client: Client, note: Callable[[DailyQuota], None], every: timedelta = EVERY
) -> AsyncGenerator[None]:
    """Note reports while the block runs."""
    watch = asyncio.create_task(_watch(QuotaReports(client), note, every))
    try:
        yield
    finally:
        watch.cancel()


async def _watch(
    reports: QuotaReports, note: Callable[[DailyQuota], None], every: timedelta
) -> None:
    while True:
        try:
            quota = await reports.new()
        except RPCError:  # there is no report, or Temporal is away, of which others speak
            quota = None
        if quota:
            note(quota)
            log.info("Codat reports %s of %s requests left today", quota.remaining, quota.limit)
        await asyncio.sleep(every.total_seconds())
