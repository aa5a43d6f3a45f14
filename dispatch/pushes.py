"""A push from outside: start it, find it, learn how it ended."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.service import RPCError

from codat.clock import new_uuid
from dispatch.closed_runs import outcome_of_closed_run
from dispatch.connection_errors import meaning_of_first_use
from dispatch.runs import First, asked_of, first_of, last_asked
from dispatch.settings import DispatchSettings
from dispatch.start_header import with_start_header
from dispatch.start_options import options_of, start_memo
from surepush_client import pushes as client_pushes
from surepush_client.errors import IdempotencyKeyConflict, InvalidPushRequest, NoSuchPush
from surepush_client.pushes import outcome_of, start_or_join
from workflows.models import PushOutcome, PushProgress, PushRequest

__all__ = [
    "IdempotencyKeyConflict",
    "InvalidPushRequest",
    "NoSuchPush",
    "Push",
    "check_record",
    "find_push",
    "not_asked",
    "request_of",
    "start_push",
]


@dataclass(frozen=True)
class Push(client_pushes.Push):
    """A push of the application's own, which reads the histories of all its runs."""

    async def progress(self) -> PushProgress | None:
        """Where it stands; asks the worker. RPCError when there is none."""
        return await self.handle.query("progress", result_type=PushProgress)

    async def outcome_of_refused_run(self, reason: str) -> PushOutcome:
        """Give the outcome of the last run that was asked for this push; InvalidPushRequest."""
        last = await last_asked(self.client, self.workflow_id)
        if last is None:
            raise InvalidPushRequest(reason) from None
        handle: WorkflowHandle[Any, PushOutcome] = self.client.get_workflow_handle(
            self.workflow_id, run_id=last.run.run_id, result_type=PushOutcome
        )
        try:
            return await handle.result()
        except WorkflowFailureError as error:
            outcome = outcome_of(error)
            return outcome or await outcome_of_closed_run(self.client, await handle.describe())

    async def outcome_of_closed_run(self, run: WorkflowExecutionDescription) -> PushOutcome:
        """Read the outcome out of the histories of all runs."""
        return await outcome_of_closed_run(self.client, run)

    def missing(self, error: RPCError) -> Exception:
        """Give NoSuchPush, but the server's own error where it is the namespace that is missing."""
        return error if meaning_of_first_use(error) else super().missing(error)


async def start_push(  # noqa: PLR0913, each has a default
    client: Client,
    request: PushRequest,
    *,
    task_queue: str | None = None,
    started_by: str | None = None,
    is_eager: bool = False,
    is_awaited: bool = False,
) -> Push:
    """Start a push, or join the one that has its key; OtherPayload if that has another record.

    `started_by` is the name of the API key that asked for it. A worker that starts it `is_eager`:
    it takes the first task itself where it can, which saves a round trip. A push that `is_awaited`
    tells its plan of its end only when it is asked to by the signal `tell-plan`.
    """
    key = request.idempotency_key or str(new_uuid())
    keyed = request.model_copy(update={"idempotency_key": key})
    first = start_memo(client, keyed, is_awaited=is_awaited)
    push = await start_or_join(
        Push(client, keyed.push_id),
        keyed,
        task_queue or DispatchSettings().task_queue,
        through=with_start_header(client, first),
        request_eager_start=is_eager,
        **options_of(client, keyed, first, started_by),
    )
    if not push.is_new:
        await check_record(push, keyed)
    return push


async def find_push(client: Client, push_id: UUID) -> Push:
    """Find the push of that id; NoSuchPush."""
    await Push(client, push_id).describe()
    return Push(client, push_id)


async def check_record(push: Push, request: PushRequest) -> None:
    """Raise IdempotencyKeyConflict unless the push was started with this record."""
    first = await first_of(push.client, await push.describe())
    if first is None:
        raise not_asked(push)
    if first.is_of_another(request):
        raise IdempotencyKeyConflict(_collision(first, request))
    if first.digest != request.digest:
        raise IdempotencyKeyConflict(
            f"The idempotencyKey {request.idempotency_key} belongs to a push of another record: "
            f"its SHA-256 is {first.digest}, this one's is {request.digest}. Use a new key for a "
            "new record, or retry the push to correct it."
        )


def _collision(first: First, request: PushRequest) -> str:
    *_, data_type, kind = first.place
    return (
        f"The idempotencyKey {request.idempotency_key} makes this ({request.kind_path} of "
        f"{request.data_type}) the id of a push of another kind ({kind} of {data_type}), as both "
        "have a slash in the same text; nothing was started. Use another key, best one without "
        "a slash."
    )


async def request_of(push: Push, run_id: str | None = None) -> PushRequest:
    """Read what a run of the push was asked, the latest unless one is named.

    Where that is no push request, the last run that has one speaks for it; NotAPush without one.
    """
    request = await asked_of(push.client, push.workflow_id, run_id)
    if request is None:
        last = await last_asked(push.client, push.workflow_id)
        request = last.request if last else None
    if request is None:
        raise not_asked(push)
    return request


def not_asked(push: Push) -> InvalidPushRequest:
    """Say that no run of it was asked for a push."""
    return InvalidPushRequest(f"Push {push.push_id} was started with invalid input.")
