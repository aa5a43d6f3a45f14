"""One page of a company's pushes, newest first: a push stands where its latest run began."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.start_memo import START_MEMO, parse_start_memo
from activities.visibility import equals
from codat.models import PushStatus
from dispatch.listed_run import ListedRun, read_memo, read_run, started_at
from dispatch.newest_runs import newest_runs

MAX_RUNS = 5000
"""The runs that are looked through for one page."""

WITHIN = timedelta(seconds=10)
"""Then the page ends, and says where the next one goes on."""

_AT_ONCE, _AT_ONCE_FOR_WORDS = 100, 500
_BATCH = 25
_DESCRIBED_AT_ONCE = 10
_DIGEST_LENGTH = 64
_STATUS_CONDITIONS = {
    PushStatus.PENDING: equals("ExecutionStatus", "Running"),
    # A run that was refused, as an earlier one had succeeded, has failed.
    PushStatus.SUCCESS: '(ExecutionStatus = "Completed" OR PushStatus = "Success")',
    # One that was ended from outside could not say so.
    PushStatus.UNKNOWN: (
        'ExecutionStatus IN ("Failed", "Terminated", "Canceled", "TimedOut") '
        'AND (PushStatus IS NULL OR PushStatus = "Unknown")'
    ),
}


@dataclass(frozen=True)
class PushFilters:
    """What a list has: pushes of a company; empty texts and None say nothing.

    `since` is the earliest request; `words` have to be in cause, key or record, in any order.
    """

    company: UUID
    status: PushStatus | None = None
    connection: str = ""
    data_type: str = ""
    cause: str = ""
    words: str = ""
    since: datetime | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether an older run of a push may match where its latest does not."""
        return bool(self.status or self.cause)

    @property
    def condition(self) -> str:
        """The condition for Temporal's list, which may give more."""
        values = {
            "WorkflowType": "push",
            "CompanyId": self.company,
            "ConnectionId": self.connection,
            "DataType": self.data_type,
            "PushCause": self.cause,
        }
        parts = [equals(name, value) for name, value in values.items() if value]
        if self.status:
            own = equals("PushStatus", self.status.value)
            parts.append(_STATUS_CONDITIONS.get(self.status, own))
        if self.since:
            parts.append(f'StartTime >= "{self.since.isoformat()}"')
        return " AND ".join(parts)

    def admits(self, run: ListedRun, record: str) -> bool:
        """Whether a run matches all of it."""
        text = f"{run.cause} {run.reference} {record}".lower()
        return (
            self.status in {None, run.status}
            and self.connection in {"", run.connection}
            and self.data_type in {"", run.data_type}
            and self.cause in {"", run.cause}
            and (self.since is None or run.requested >= self.since)
            and all(word in text for word in self.words.lower().split())
        )


@dataclass(frozen=True)
class FoundPush:
    """A push by its latest run; `record` is the record's number or name, `key` the caller's."""

    run: ListedRun
    key: str
    record: str


class NewestPushes:
    """Reads one page; `older` is where the next page goes on, None: there is none.

    `is_cut`: so many runs were looked through that the page ends before it is full.
    """

    def __init__(
        self, client: Client, filters: PushFilters, *, before: datetime | None, size: int
    ) -> None:
        self._client = client
        self._filters = filters
        self._before = before
        self._left = size
        self._seen: set[str] = set()
        self.older: datetime | None = None
        self.is_cut = False

    async def batches(self) -> AsyncGenerator[Sequence[FoundPush]]:
        """Yield the pushes as soon as they are known to be the next ones. Raises: RPCError."""
        at_once = _AT_ONCE_FOR_WORDS if self._filters.words else _AT_ONCE
        until = asyncio.get_running_loop().time() + WITHIN.total_seconds()
        looked_at = 0
        runs = newest_runs(
            self._client, self._filters.condition, before=self._before, at_once=at_once
        )
        async for infos in runs:
            found = await self._matching(infos)
            for begin in range(0, len(found), _BATCH):
                batch = self._up_to_the_end(await self._latest(found[begin : begin + _BATCH]))
                yield batch
                if self.older:
                    return
            looked_at += len(infos)
            is_late = asyncio.get_running_loop().time() > until
            if infos and (looked_at >= MAX_RUNS or is_late):
                self.older, self.is_cut = started_at(infos[-1]), True
                return

    async def _matching(self, infos: Iterable[WorkflowExecutionInfo]) -> list[FoundPush]:
        """Read the runs that match, of each push the last one."""
        found: list[FoundPush] = []
        for info in infos:
            await asyncio.sleep(0)  # others have their turn
            if info.execution.workflow_id in self._seen:
                continue
            self._seen.add(info.execution.workflow_id)
            run = await read_run(self._client, info)
            push = await self._with_memo(run, info) if run else None
            found += [push] if push and self._filters.admits(push.run, push.record) else []
        return found

    async def _with_memo(self, run: ListedRun, info: WorkflowExecutionInfo) -> FoundPush:
        memo = parse_start_memo(await read_memo(self._client, info, START_MEMO))
        is_digest = len(run.reference) == _DIGEST_LENGTH
        key = (memo.reference if memo and is_digest else "") or run.reference
        return FoundPush(run, key, memo.record if memo else "")

    async def _latest(self, found: Sequence[FoundPush]) -> Sequence[FoundPush]:
        """Leave out pushes that have a later run than those that are listed here."""
        if self._before is None and not self._filters.is_narrow:
            return found
        gate = asyncio.Semaphore(_DESCRIBED_AT_ONCE)

        async def is_latest(push: FoundPush) -> bool:
            async with gate:
                return await self._is_latest(push.run)

        answers = await asyncio.gather(*(is_latest(push) for push in found))
        return [push for push, answer in zip(found, answers, strict=True) if answer]

    async def _is_latest(self, run: ListedRun) -> bool:
        handle = self._client.get_workflow_handle(f"push-{run.push_id}")
        try:
            return (await handle.describe()).run_id == run.run_id
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return True  # forgotten since it was listed: there is no later one
            raise

    def _up_to_the_end(self, batch: Sequence[FoundPush]) -> Sequence[FoundPush]:
        """Cut a batch where the page is full, but not between runs that began at once."""
        for number, push in enumerate(batch, 1):
            self._left -= 1
            following = batch[number].run.started if number < len(batch) else None
            if self._left <= 0 and following != push.run.started:
                self.older = push.run.started
                return batch[:number]
        return batch
