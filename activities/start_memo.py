"""The memo of a push that `dispatch` started, and the header that proves it."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowExecution
from temporalio.exceptions import ApplicationError

from activities.wire import Wire

START_MEMO = "surepush"

CALLER_MEMO = "startedBy"
"""The memo with the name of the API key that asked for a run; it proves nothing."""

START_HEADER = "surepush-start"
"""The header of a first start; a run that somebody starts with a copied memo does not have it."""

BELIEVED_FOR = timedelta(minutes=5)
"""How far from the start of a run the time in its memo may be: clocks differ."""


class StartMemo(Wire):
    """What a start by `dispatch` leaves: SHA-256 and kind of the caller's first record.

    `started_on_utc` is the caller's clock; `reference` the caller's key where the search attribute
    holds only its digest. `record` is the record's number or name, and its amount.
    `is_awaited`: the plan waits for the end, and is told of it only when it asks.
    """

    first_digest: str
    kind: str
    started_on_utc: datetime
    reference: str = ""
    record: str = ""
    is_awaited: bool | None = None

    @property
    def record_id(self) -> str | None:
        """Which record the push updates; None: it does something else."""
        kind, _, record_id = self.kind.partition("/")
        return record_id if kind == "update" else None


def start_header(memo: StartMemo) -> Payload:
    """Make the header that belongs to a memo: its time, as JSON."""
    time = json.dumps(memo.started_on_utc.isoformat())
    return Payload(metadata={"encoding": b"json/plain"}, data=time.encode())


def parse_start_memo(value: object) -> StartMemo | None:
    """Read a memo's value; None for what somebody else wrote under that name."""
    if not isinstance(value, Mapping):
        return None
    try:
        return StartMemo.model_validate(value)
    except ValidationError:
        return None


async def read_start_memo(run: WorkflowExecution) -> StartMemo | None:
    """Read the memo of a listed or described run; None where it has none that is ours."""
    return parse_start_memo(await read_memo(run, START_MEMO))


async def read_memo(run: WorkflowExecution, name: str) -> Any:  # noqa: ANN401, JSON is anything
    """Read one value of a run's memo; None where it is absent or can't be decoded."""
    try:
        return await run.memo_value(name, None)
    except (ValueError, RuntimeError, ApplicationError):
        return None
