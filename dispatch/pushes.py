"""A push from outside: start it, find it, learn how it ended."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowFailureError,
    WorkflowHandle,
)
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from codat.clock import new_uuid
from dispatch.closed_runs import outcome_of_closed_run
from dispatch.connection_errors import meaning_of_first_use
from dispatch.runs import REFUSED_INPUT, First, asked_of, first_of, last_asked
from dispatch.settings import DispatchSettings
from dispatch.start_header import with_start_header
from dispatch.start_options import fair_to, found_by, memo_of, start_memo, summary_of
from workflows.models import PushOutcome, PushProgress, PushRequest


class NoSuchPush(LookupError):
    """There is no push of that id, or the namespace has forgotten it."""


class InvalidPushRequest(ValueError):
    """The input was no push request; nothing was sent."""


class IdempotencyKeyConflict(ValueError):
    """The key was used for another record."""


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
        """Wait for the end; all four endings are data. NoSuchPush, NotAPush."""
        ended = None
        while True:
            try:
                return await self.handle.result()
            except WorkflowFailureError as error:
                wrong = _wrong_input(error)
                if wrong:
                    return await self._earlier(wrong)
                outcome = _told(error)
                if outcome:
                    return outcome
            except RPCError as error:
                raise self._missing(error) from None
            # A reset ends one run and begins another under the same id.
            description = await self.describe()
            if description.run_id == ended:
                return await outcome_of_closed_run(self.client, description)
            ended = description.run_id

    async def progress(self) -> PushProgress | None:
        """Where it stands; asks the worker. RPCError when there is none."""
        return await self.handle.query("progress", result_type=PushProgress)

    async def describe(self) -> WorkflowExecutionDescription:
        """Ask what Temporal knows of its latest run; NoSuchPush."""
        try:
            return await self.handle.describe()
        except RPCError as error:
            raise self._missing(error) from None

    async def _earlier(self, wrong: str) -> PushOutcome:
        """Give the outcome of the last run that was asked for this push; NotAPush without one."""
        last = await last_asked(self.client, self.workflow_id)
        if last is None:
            raise InvalidPushRequest(wrong) from None
        handle: WorkflowHandle[Any, PushOutcome] = self.client.get_workflow_handle(
            self.workflow_id, run_id=last.run.run_id, result_type=PushOutcome
        )
        try:
            return await handle.result()
        except WorkflowFailureError as error:
            return _told(error) or await outcome_of_closed_run(self.client, await handle.describe())

    def _missing(self, error: RPCError) -> Exception:
        is_missing = error.status is RPCStatusCode.NOT_FOUND and not meaning_of_first_use(error)
        return NoSuchPush(f"There is no push {self.push_id}.") if is_missing else error


async def start_push(
    client: Client,
    request: PushRequest,
    *,
    task_queue: str | None = None,
    started_by: str | None = None,
) -> Push:
    """Start a push, or join the one that has its key; OtherPayload if that has another record.

    `started_by` is the name of the API key that asked for it.
    """
    key = request.idempotency_key or str(new_uuid())
    keyed = request.model_copy(update={"idempotency_key": key})
    push = Push(client, keyed.push_id)
    first = start_memo(client, keyed)
    try:
        await with_start_header(client, first).start_workflow(
            "push",
            keyed,
            id=push.workflow_id,
            task_queue=task_queue or DispatchSettings().task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            memo=memo_of(first, started_by),
            search_attributes=found_by(client, keyed, started_by),
            static_summary=summary_of(keyed),
            priority=fair_to(keyed),
        )
    except WorkflowAlreadyStartedError:
        await _check_payload(push, keyed)
        return push
    return replace(push, is_new=True)


async def find_push(client: Client, push_id: UUID) -> Push:
    """Find the push of that id; NoSuchPush."""
    await Push(client, push_id).describe()
    return Push(client, push_id)


async def _check_payload(push: Push, request: PushRequest) -> None:
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


def _wrong_input(error: WorkflowFailureError) -> str | None:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type in REFUSED_INPUT:
        return cause.message
    return None


def _told(error: WorkflowFailureError) -> PushOutcome | None:
    cause = error.cause
    if not isinstance(cause, ApplicationError):
        return None
    is_told = cause.type and cause.type.startswith("Push") and cause.details
    return PushOutcome.model_validate(cause.details[0]) if is_told else None
