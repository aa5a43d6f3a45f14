"""Start a push, or join it, and wait for its outcome."""

from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import ApplicationError
from temporalio.service import KeepAliveConfig, RPCError, RPCStatusCode

from surepush_client.codat_names import PushStatus
from surepush_client.errors import IdempotencyKeyConflict, InvalidPushRequest, NoSuchPush
from surepush_client.models import PushOutcome, PushRequest
from surepush_client.payloads import CONVERTER, to_plain
from surepush_client.starts import input_of, start_once

TASK_QUEUE = "push"

KEEP_ALIVE = KeepAliveConfig(interval_millis=15_000, timeout_millis=5_000)
"""Notices within 20 s that a connection is dead; the SDK's own takes 45 s. Temporal's server hangs
up on who pings more often than every 10 s."""

REFUSED_INPUT = ("InvalidInput", "IdempotencyKeyConflict")
"""How a run fails that was started with an input that is no request, or not this push's."""


async def connect() -> Client:
    """Connect as the TEMPORAL_* variables or a TOML profile say; RuntimeError where nobody answers.

    Where payloads are encrypted, connect with a data converter of your own that has the codec.
    """
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", "localhost:7233")
    return await Client.connect(**config, keep_alive_config=KEEP_ALIVE, data_converter=CONVERTER)


CONNECTION_LOST = frozenset(
    {RPCStatusCode.CANCELLED, RPCStatusCode.UNAVAILABLE, RPCStatusCode.UNKNOWN}
)
"""How a wait fails whose connection died under it."""


@dataclass(frozen=True)
class Push:
    """A push that was started, here or elsewhere, now or earlier; `is_new`: here and now."""

    client: Client
    push_id: UUID
    is_new: bool = False

    @property
    def workflow_id(self) -> str:
        """The id of its workflow."""
        return f"push-{self.push_id}"

    @property
    def handle(self) -> WorkflowHandle[Any, PushOutcome]:
        """Its workflow, whichever run is the latest."""
        return self.client.get_workflow_handle(self.workflow_id, result_type=PushOutcome)

    async def outcome(self) -> PushOutcome:
        """Wait for the end; all four endings are data. NoSuchPush, InvalidPushRequest.

        A connection that breaks meanwhile is replaced; RPCError where the server stays away.
        """
        ended = None
        while True:
            try:
                return await self.handle.result()
            except WorkflowFailureError as error:
                wrong = refusal_of(error)
                if wrong:
                    return await self.outcome_of_refused_run(wrong)
                outcome = outcome_of(error)
                if outcome:
                    return outcome
            except RPCError as error:
                if error.status not in CONNECTION_LOST:
                    raise self.missing(error) from None
                await self.describe()  # raises where the server does not answer either
                continue
            # A reset ends one run and begins another under the same id.
            description = await self.describe()
            if description.run_id == ended:
                return await self.outcome_of_closed_run(description)
            ended = description.run_id

    async def describe(self) -> WorkflowExecutionDescription:
        """Ask what Temporal knows of its latest run; NoSuchPush."""
        try:
            return await self.handle.describe()
        except RPCError as error:
            raise self.missing(error) from None

    async def outcome_of_refused_run(self, reason: str) -> PushOutcome:
        """Give the outcome where the latest run was started with an input that was refused."""
        raise InvalidPushRequest(reason) from None

    async def outcome_of_closed_run(self, run: WorkflowExecutionDescription) -> PushOutcome:
        """Give the outcome where the latest run was ended from outside, before it could tell."""
        return PushOutcome(
            status=PushStatus.UNKNOWN,
            message="The push was ended from outside. Retry it to find out what happened.",
            submitted=True,
            may_still_land=True,
            requested_on_utc=run.start_time,
            completed_on_utc=run.close_time,
        )

    def missing(self, error: RPCError) -> Exception:
        """Give NoSuchPush where the server knows no such workflow; else its own error."""
        is_missing = error.status is RPCStatusCode.NOT_FOUND
        return NoSuchPush(f"There is no push {self.push_id}.") if is_missing else error


AnyPush = TypeVar("AnyPush", bound=Push)


async def start_push(client: Client, request: PushRequest, task_queue: str = TASK_QUEUE) -> Push:
    """Start a push, or join the one that has its key.

    Raises: ValueError without an idempotency key, IdempotencyKeyConflict where the key belongs to a
    push of another record.
    """
    push = await start_or_join(Push(client, request.push_id), request, task_queue)
    if not push.is_new:
        await _check_record(push, request)
    return push


async def start_or_join(
    push: AnyPush,
    request: PushRequest,
    task_queue: str,
    *,
    through: Client | None = None,
    **options: Any,  # noqa: ANN401, passed on to the SDK
) -> AnyPush:
    """Start the workflow of a push, or give the push that is there, whatever its record.

    `through` is the client that starts it, where that is not the push's own.
    """
    is_new = await start_once(
        through or push.client,
        "push",
        request,
        id=push.workflow_id,
        task_queue=task_queue,
        **options,
    )
    return replace(push, is_new=True) if is_new else push


async def _check_record(push: Push, request: PushRequest) -> None:
    """Compare the record with that of the first run; a retry may carry a corrected one."""
    run_id = None
    while True:
        started = await input_of(push.client, push.workflow_id, run_id)
        run_id = started.get("retryOf")
        if run_id is None:
            break
    if started.get("data") != to_plain(request.data):
        raise IdempotencyKeyConflict(
            f"The idempotencyKey {request.idempotency_key} belongs to a push of another record. "
            "Use a new key for a new record."
        )


def refusal_of(error: WorkflowFailureError) -> str | None:
    """Give the reason where a run failed because of its input."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type in REFUSED_INPUT:
        return cause.message
    return None


def outcome_of(error: WorkflowFailureError) -> PushOutcome | None:
    """Read the outcome that a push failed with; None where it was ended from outside."""
    cause = error.cause
    if not isinstance(cause, ApplicationError):
        return None
    is_told = cause.type and cause.type.startswith("Push") and cause.details
    return PushOutcome.model_validate(cause.details[0]) if is_told else None
