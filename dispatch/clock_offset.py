"""How far this machine's clock is from Temporal's and Codat's: measured, said, and bounded."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Iterable
from datetime import UTC, timedelta

from temporalio.api.enums.v1 import TaskQueueKind, TaskQueueType
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeTaskQueueRequest,
    PollWorkflowTaskQueueRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError

from codat.client import CodatClient
from codat.clock import new_uuid, utc_now
from codat.settings import read_settings
from dispatch.settings import DispatchSettings

log = logging.getLogger("surepush.clock")

NOTED_FROM = timedelta(seconds=2)
"""A clock that is kept by NTP is nearer than that."""

MAX_OFFSET = timedelta(minutes=30)
"""No push depends on this clock, but certificates, logs and traces do: so wrong a one is broken."""

EVERY = timedelta(minutes=5)
ANSWER_WITHIN = timedelta(seconds=5)
# The server grumbles at less.
_POLL_FOR = timedelta(seconds=30)


class ClockTooFarOff(Exception):
    """Our clock is wrong beyond `MAX_OFFSET`; the text says by how much."""


async def ahead_of_temporal(client: Client) -> timedelta | None:
    """Measure how far our wall clock is ahead of the server's; None where it does not tell.

    The server says when it last heard of who waits for work. So we wait on a queue where there is
    none, and ask: that is no action and leaves nothing behind.
    """
    identity, began = f"clock-{new_uuid()}", utc_now()
    poll = asyncio.create_task(_poll(client, identity))
    try:
        async with asyncio.timeout(ANSWER_WITHIN.total_seconds()):
            while True:
                for poller in await _pollers(client):
                    if poller.identity == identity:
                        heard = poller.last_access_time.ToDatetime(UTC)
                        return began + (utc_now() - began) / 2 - heard
                await asyncio.sleep(0.01)
    except (RPCError, TimeoutError):
        return None
    finally:
        poll.cancel()
        await asyncio.wait([poll])


def _queue() -> TaskQueue:
    # A sticky one is not kept and has one partition; the server wants a normal one to go with it.
    return TaskQueue(
        name="push-clock",
        kind=TaskQueueKind.TASK_QUEUE_KIND_STICKY,
        normal_name=read_settings(DispatchSettings).task_queue,
    )


async def _poll(client: Client, identity: str) -> None:
    request = PollWorkflowTaskQueueRequest(
        namespace=client.namespace, task_queue=_queue(), identity=identity
    )
    with contextlib.suppress(RPCError):
        await client.workflow_service.poll_workflow_task_queue(request, timeout=_POLL_FOR)


async def _pollers(client: Client) -> Iterable[PollerInfo]:
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=_queue(),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    return (
        await client.workflow_service.describe_task_queue(request, timeout=ANSWER_WITHIN)
    ).pollers


def clock_sentence(ahead: timedelta, whose: str) -> str:
    """Say how far this machine's clock is from Temporal's, or from Codat's."""
    seconds = abs(ahead.total_seconds())
    size = f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"  # noqa: PLR2004
    where = "ahead of" if ahead > timedelta() else "behind"
    return f"This machine's clock is {size} {where} {whose}'s."


class Clocks:
    """What is known of other machines' clocks."""

    def __init__(self, client: Client, codat: CodatClient) -> None:
        self._client = client
        self._codat = codat
        self._temporal: timedelta | None = None

    @property
    def ahead(self) -> dict[str, timedelta]:
        """How far our clock is ahead of each that is known."""
        known = {"Temporal": self._temporal, "Codat": self._codat.clock_ahead}
        return {whose: ahead for whose, ahead in known.items() if ahead is not None}

    @property
    def trouble(self) -> str | None:
        """Say what is wrong, if our clock is too far off."""
        if self._temporal is None or abs(self._temporal) <= MAX_OFFSET:
            return None
        return f"{clock_sentence(self._temporal, 'Temporal')} Set it, best by NTP."

    async def look(self) -> None:
        """Measure anew."""
        self._temporal = await ahead_of_temporal(self._client)

    def log(self) -> None:
        """Write a line for each clock that is known; a warning where ours differs."""
        for whose, ahead in self.ahead.items():
            level = logging.WARNING if abs(ahead) >= NOTED_FROM else logging.INFO
            log.log(level, clock_sentence(ahead, whose))


@contextlib.asynccontextmanager
async def watching_clocks(
    client: Client, codat: CodatClient, every: timedelta = EVERY
) -> AsyncGenerator[Clocks]:
    """Look at the clocks while the block runs; ClockTooFarOff at once if ours is wrong."""
    clocks = Clocks(client, codat)
    await clocks.look()
    if clocks.trouble:
        raise ClockTooFarOff(clocks.trouble)
    clocks.log()
    watch = asyncio.create_task(_watch(clocks, every))
    try:
        yield clocks
    finally:
        watch.cancel()


async def _watch(clocks: Clocks, every: timedelta) -> None:
    while True:
        await asyncio.sleep(every.total_seconds())
        await clocks.look()
        clocks.log()
