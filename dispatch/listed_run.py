"""A run as Temporal's list has it, read without the SDK, which decodes all of it twice in 1 ms."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from temporalio.api.workflow.v1 import WorkflowExecutionInfo
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import ApplicationError

from activities.other_pushes import REQUESTED
from activities.payload_context import converter_of
from codat.models import PushStatus
from dispatch.listing import status_of
from dispatch.payloads.encryption import UndecryptablePayload
from workflows.attributes import (
    COMPANY_ID,
    CONNECTION_ID,
    DATA_TYPE,
    PUSH_CAUSE,
    PUSH_OPERATION_KEY,
    PUSH_REFERENCE,
    PUSH_STATUS,
)

_READ = (
    *(PUSH_STATUS, COMPANY_ID, CONNECTION_ID, DATA_TYPE),
    *(PUSH_CAUSE, PUSH_OPERATION_KEY, PUSH_REFERENCE),
)
_PREFIX = "push-"


@dataclass(frozen=True)
class ListedRun:
    """A run of a push; times are UTC, `cause` and `reference` are empty where none is known."""

    push_id: UUID
    run_id: str
    company: str
    connection: str
    data_type: str
    status: PushStatus
    cause: str
    reference: str
    has_operation: bool
    requested: datetime
    started: datetime
    closed: datetime | None

    @property
    def cause_text(self) -> str:
        """The cause of a run that did not succeed; what was ended from outside could name none."""
        return self.cause or f"{self.status.value}: it was ended from outside"


async def read_run(client: Client, info: WorkflowExecutionInfo) -> ListedRun | None:
    """Read a run; None for one that is of no push."""
    started = started_at(info)
    try:
        push_id = UUID(info.execution.workflow_id.removeprefix(_PREFIX))
        requested = await read_memo(client, info, REQUESTED)
        requested = datetime.fromisoformat(requested) if requested else started
    except ValueError:
        return None
    known = info.search_attributes.indexed_fields
    values = {key: json.loads(known[key.name].data) for key in _READ if key.name in known}
    status = status_of(WorkflowExecutionStatus(info.status), values.get(PUSH_STATUS, ""))
    return ListedRun(
        push_id=push_id,
        run_id=info.execution.run_id,
        company=values.get(COMPANY_ID, ""),
        connection=values.get(CONNECTION_ID, ""),
        data_type=values.get(DATA_TYPE, ""),
        status=status,
        cause=values.get(PUSH_CAUSE, ""),
        reference=values.get(PUSH_REFERENCE, ""),
        has_operation=PUSH_OPERATION_KEY in values,
        requested=requested,
        started=started,
        closed=info.close_time.ToDatetime(UTC) if info.HasField("close_time") else None,
    )


async def read_memo(client: Client, info: WorkflowExecutionInfo, name: str) -> Any:  # noqa: ANN401
    """Read a value of a run's memo; None where it is absent or can't be read here."""
    if name not in info.memo.fields:
        return None
    converter = converter_of(client, info.execution.workflow_id)
    with suppress(ValueError, RuntimeError, ApplicationError, UndecryptablePayload):
        return (await converter.decode([info.memo.fields[name]]))[0]
    return None


def started_at(info: WorkflowExecutionInfo) -> datetime:
    """Give the moment (UTC) of its start."""
    return info.start_time.ToDatetime(UTC)
