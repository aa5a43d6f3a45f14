"""How the options of a connection and data type have changed, kept by Temporal itself."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import ValidationError
from temporalio.client import Client, WorkflowExecution
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import ApplicationError

from activities.visibility import equals
from activities.wire import Wire
from codat.clock import utc_now
from codat.models import PushOption, PushTarget
from codat.validation.changes import OptionChanges, changes_between, required_by_field
from dispatch.payloads.encryption import UndecryptablePayload
from dispatch.settings import DispatchSettings

WEEK = timedelta(days=7)
OPTIONS_MEMO = "PushOptions"
MAX_FIELDS = 2000
"""A document with more fields is not remembered: its memo would be too large."""

_MAX_RUNS = 50


class OptionsSeen(Wire):
    """The memo: whether each field was required, by its path."""

    fields: dict[str, bool]


@dataclass(frozen=True)
class ChangesSince:
    """What has changed since a moment (UTC)."""

    since: datetime
    changes: OptionChanges


class OptionHistory:
    """Remembers documents and compares; `on_change` is told of each change when it is first seen.

    A document that differs from the last one known, or that was last noted a week ago, becomes a
    run of its own whose memo has the fields: one action and one workflow task.
    """

    def __init__(
        self,
        client: Client,
        task_queue: str | None = None,
        on_change: Callable[[PushTarget, OptionChanges], None] | None = None,
    ) -> None:
        self._client = client
        self._task_queue = task_queue
        self._on_change = on_change

    async def look(self, target: PushTarget, document: PushOption) -> ChangesSince | None:
        """Note a document and say what changed in a week, or since it is known if that is shorter.

        None: nothing was known of it. Raises: RPCError.
        """
        now, seen = utc_now(), OptionsSeen(fields=required_by_field(document))
        known = await self._known(target)
        last = known[-1] if known else None
        is_new = last is None or last[1] != seen or now - last[0] >= WEEK
        if is_new and len(seen.fields) <= MAX_FIELDS:
            await self._note(target, seen)
        if last is None:
            return None
        changed = changes_between(last[1].fields, seen.fields)
        if changed and self._on_change:
            self._on_change(target, changed)
        since, before = next((each for each in reversed(known) if now - each[0] >= WEEK), known[0])
        return ChangesSince(since, changes_between(before.fields, seen.fields))

    async def _known(self, target: PushTarget) -> list[tuple[datetime, OptionsSeen]]:
        """Give what was noted and when, the oldest first."""
        query = equals("WorkflowId", _workflow_id(target))
        runs = [run async for run in self._client.list_workflows(query, limit=_MAX_RUNS)]
        found = [(run.start_time, await _seen(run)) for run in runs]
        return sorted(((when, seen) for when, seen in found if seen), key=lambda known: known[0])

    async def _note(self, target: PushTarget, seen: OptionsSeen) -> None:
        await self._client.start_workflow(
            "push-options",
            id=_workflow_id(target),
            task_queue=self._task_queue or DispatchSettings().task_queue,
            memo={OPTIONS_MEMO: seen.model_dump(mode="json", by_alias=True)},
            id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING,
        )


def _workflow_id(target: PushTarget) -> str:
    return f"push-options-{target.connection_id}/{target.data_type}"


async def _seen(run: WorkflowExecution) -> OptionsSeen | None:
    """Read a memo; None for one that is none, or that can't be read here."""
    try:
        return OptionsSeen.model_validate((await run.memo()).get(OPTIONS_MEMO))
    except (ApplicationError, UndecryptablePayload, ValidationError):
        return None
