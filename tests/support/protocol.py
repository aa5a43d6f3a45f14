"""A house where the protocol of submissions can be watched in seconds."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from activities.models import Idempotency, PushPolicy, ReadRecords, Resend
from codat.client import CodatClient
from codat.models import PushOperation
from dispatch.pushes import Push
from tests.support.cluster import Cluster, cluster
from workflows.models import PushOutcome
from workflows.submission import idempotency_key

MODES = ("honoured", "ignored")

PAUSES = (
    "steps.send.MAX_PAUSE",
    "steps.send.ASK_AGAIN",
    "steps.send.CONFLICT_IS_KEPT_AFTER",
    "steps.search.PAUSE",
    "steps.recall.PAUSE",
    "steps.prepare.PAUSE",
    "submission.CONFLICT_IS_KEPT_AFTER",
    "steps.proof.FIRST_PAUSE",
    "steps.refresh.FIRST_PAUSE",
)


@asynccontextmanager
async def protocol(  # noqa: PLR0913, the choices of a test
    environment: WorkflowEnvironment,
    idempotency: str = "honoured",
    *,
    platform: str | None = None,
    resend: str = "auto",
    find_for: float = 0,
    read_records: str = "never",
    unique_fields: Mapping[str, str] | None = None,
    look_again_after: float | None = None,
    look_first: bool | None = None,
    read_back: bool | None = None,
    **settings: Any,
) -> AsyncIterator[Cluster]:
    """Run a worker that never waits unless told to; the platform writes whatever it is sent.

    Each timer costs the server up to a second, whatever its length.
    """
    policy = PushPolicy(
        poll_first=timedelta(),
        find_for=timedelta(seconds=find_for),
        list_lag=timedelta(),
        idempotency=Idempotency(idempotency),
        resend=Resend(resend),
        read_records=ReadRecords(read_records),
        unique_fields=dict(unique_fields or {}),
        look_first=look_first,
        read_back=read_back,
        look_again_after=None if look_again_after is None else timedelta(seconds=look_again_after),
    )
    rules: dict[str, Any] = {"rules": "off", "idempotency": platform or idempotency} | settings
    with pytest.MonkeyPatch.context() as patch:
        for pause in PAUSES:
            patch.setattr(f"workflows.{pause}", timedelta())
        async with cluster(environment, policy=policy, **rules) as here:
            yield here


@dataclass
class Gate:
    """Where the first push request is held up until the gate is opened."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    passed: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def held_up(*, answer: bool) -> AsyncIterator[Gate]:
    """Hold up the first push request before it is sent, or its answer before it is told."""
    gate, push = Gate(), CodatClient.push

    async def pass_gate() -> None:
        gate.reached.set()
        await gate.open.wait()

    async def held(self: CodatClient, *given: Any, **named: Any) -> PushOperation:
        if gate.reached.is_set():
            return await push(self, *given, **named)
        try:
            if not answer:
                await pass_gate()
            told = await push(self, *given, **named)
            if answer:
                await pass_gate()
            return told
        finally:
            gate.passed.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CodatClient, "push", held)
        try:
            yield gate
        finally:
            gate.open.set()


def seconds_for_minutes(patch: pytest.MonkeyPatch) -> None:
    """Let a push's minutes be seconds; the platform is told one minute."""

    def deadline_of(requested, minutes):
        return None if minutes is None else requested + timedelta(seconds=minutes)

    def minutes_left(now, deadline):
        return None if deadline is None else int(deadline - now > timedelta(milliseconds=500))

    patch.setattr("workflows.deadline.deadline_of", deadline_of)
    # So long it waits at the deadline for a request that is under way.
    patch.setattr("workflows.steps.send.CALL_TIMEOUT", timedelta(seconds=8))
    for module in ("deadline", "steps.send"):
        patch.setattr(f"workflows.{module}.minutes_left", minutes_left)


def keys(here: Cluster) -> list[str | None]:
    """The idempotency keys of the push requests, in order."""
    named = ({name.lower(): v for name, v in one["headers"].items()} for one in here.posts)
    return [headers.get("idempotency-key") for headers in named]


def sent(here: Cluster) -> tuple[int, int]:
    """How many push requests came, and under how many keys."""
    return len(here.posts), len(set(keys(here)))


def written_once(here: Cluster, outcome: PushOutcome) -> bool:
    """Whether the books hold one record, and the outcome says so."""
    return len(here.records) == 1 and outcome.status == "Success" and twice(here) == {}


def twice(here: Cluster) -> dict[str, int]:
    """What was taken by the platform more than once, although it is one record."""
    counted = here.codat.invariants()
    return counted["operations"]["byBody"] | counted["records"]["byBody"]


def own_records(here: Cluster, push: Push) -> list[str]:
    """The operations behind the records that were written for this push and no other."""
    ours = {str(idempotency_key(push.push_id, number)) for number in range(1, 20)}
    return [one["pushOperationKey"] for one in here.records if one["idempotencyKey"] in ours]
