"""A bulk of retries from outside: start it, find it, steer it; and how it retries one push."""

import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowFailureError, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from activities.bulk import BulkStep
from activities.paused_runs import is_paused
from codat.clock import new_uuid
from codat.models import PushStatus
from dispatch.ending import ending_of
from dispatch.payloads.encryption import UndecryptablePayload
from dispatch.payloads.storage import PayloadMissing, StorageUnavailable
from dispatch.pushes import NoSuchPush, Push, find_push, request_of
from dispatch.retries import StillRunning, retry_push
from dispatch.settings import DispatchSettings
from workflows.bulk import RETRIED, BulkReport, BulkRequest
from workflows.models import PushOutcome

MAX_PUSHES = 10_000
"""Of one bulk: their ids travel in one payload."""

NEEDS_A_PERSON = (
    "Skipped: it is unclear whether the record was written; check the accounting software"
)
UNREADABLE = "Skipped: its record can't be read"
_NO_ROOM = "Skipped: there is no storage left for its record"
_UNDER_WAY = "Skipped: someone else has retried it"
_SUCCEEDED = "Skipped: it has succeeded"

Wish = Literal["pause", "resume", "stop"]


class NoSuchBulk(LookupError):
    """There is no bulk of that id, or the namespace has forgotten it."""


def is_safe(outcome: PushOutcome) -> bool:
    """Whether a push may be sent again without a person's word."""
    return not (outcome.submitted and outcome.status in (PushStatus.TIMED_OUT, PushStatus.UNKNOWN))


async def start_bulk(  # noqa: PLR0913, each is a choice of the operator's
    client: Client,
    pushes: list[UUID],
    planned: datetime,
    *,
    gap: float,
    reason: str | None = None,
    task_queue: str | None = None,
) -> "Bulk":
    """Begin to retry these pushes, `gap` seconds apart.

    What was started after `planned`, by the server's clock, is somebody else's doing.
    """
    bulk = Bulk(client, str(new_uuid())[:8])
    await client.start_workflow(
        "bulk-retry",
        BulkRequest(
            bulk_id=bulk.bulk_id,
            pushes=pushes,
            planned_on_utc=planned,
            gap_seconds=gap,
            reason=reason,
        ),
        id=bulk.workflow_id,
        task_queue=task_queue or DispatchSettings().task_queue,
        static_summary=f"retry {len(pushes)} pushes",
    )
    return bulk


@dataclass(frozen=True)
class Bulk:
    """A bulk that was started, here or elsewhere."""

    client: Client
    bulk_id: str

    @property
    def workflow_id(self) -> str:
        """The id of its workflow."""
        return f"push-bulk-{self.bulk_id}"

    @property
    def _handle(self) -> WorkflowHandle[Any, BulkReport]:
        return self.client.get_workflow_handle(self.workflow_id, result_type=BulkReport)

    async def report(self, *, wait: bool = False) -> BulkReport:
        """Tell how it stands, in the end with `wait`; NoSuchBulk.

        One that was ended from outside is told by a worker, with Temporal's word as its state.
        """
        try:
            described = await self._handle.describe()
            if is_paused(described) and not wait:
                return BulkReport(state="paused in Temporal")
            if described.status is WorkflowExecutionStatus.RUNNING and not wait:
                return await self._progress()
            with contextlib.suppress(WorkflowFailureError):
                return await self._handle.result()
            status = (await self._handle.describe()).status
            word = status.name.lower().replace("_", " ") if status else "ended"
            changes = {"state": word, "waits_until": None}
            return (await self._progress()).model_copy(update=changes)
        except RPCError as error:
            raise self._told(error) from None

    async def _progress(self) -> BulkReport:
        return await self._handle.query("progress", result_type=BulkReport)

    async def steer(self, wish: Wish) -> None:
        """Pause it, let it go on or stop it; NoSuchBulk also when it is over."""
        try:
            await self._handle.signal(wish)
        except RPCError as error:
            raise self._told(error) from None

    def _told(self, error: RPCError) -> Exception:
        if error.status is RPCStatusCode.NOT_FOUND:
            return NoSuchBulk(f"There is no bulk {self.bulk_id} under way.")
        return error


async def retry_in_bulk(client: Client, push_id: UUID, step: BulkStep) -> str:
    """Retry a push unless that is unsafe or was done since; gives a word on it."""
    try:
        return await _retry(await find_push(client, push_id), step)
    except (PayloadMissing, UndecryptablePayload):
        return UNREADABLE
    except StorageUnavailable:
        return _NO_ROOM
    except NoSuchPush:
        return "Skipped: no such push"
    except StillRunning:
        return "Skipped: still running"
    except ValueError:
        return "Skipped: not a valid push request"


async def _retry(push: Push, step: BulkStep) -> str:
    mark = f"bulk {step.bulk_id}"
    description = await push.describe()
    if description.start_time > step.planned_on_utc:
        reason = (await request_of(push, description.run_id)).reason or ""
        return RETRIED if reason.endswith(mark) else _UNDER_WAY
    if description.status is WorkflowExecutionStatus.COMPLETED:
        return _SUCCEEDED
    if description.status is WorkflowExecutionStatus.RUNNING:
        return _UNDER_WAY
    if not is_safe(await ending_of(push, description.run_id)):
        return NEEDS_A_PERSON
    await retry_push(push, reason=f"{step.reason}; {mark}" if step.reason else mark)
    return RETRIED
