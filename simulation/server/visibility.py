"""The list of workflows, which shows each change only after a chosen time."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.api.workflow.v1 import WorkflowExecutionInfo

from simulation.choices import Choices
from simulation.server.clock import ServerClock, stamp_of
from simulation.server.query import read_query
from simulation.server.run import Run

USUAL_LAG = 0.1
LONG_LAG = 8.0
"""Seconds; the product waits for `PUSH_LIST_LAG`, which is longer, before it reads a list."""


@dataclass
class _Shown:
    """A run as the list shows it from `due_ns` on."""

    due_ns: int
    row: dict[str, Any]
    info: WorkflowExecutionInfo


class Visibility:
    """Rows of runs, each with the changes that are still to be shown, in any order of the runs.

    `is_slow` is the probability of a long lag.
    """

    def __init__(self, clock: ServerClock, choices: Choices) -> None:
        self._clock = clock
        self._choices = choices
        self._changes: dict[str, list[_Shown]] = {}
        self.is_slow = 0.0

    def note(self, run: Run) -> None:
        """Write down how a run is now; the list shows it later."""
        lag = self._choices.number("list lag", 0.0, USUAL_LAG)
        if self._choices.happens(f"list lags for {run.workflow_id}", self.is_slow):
            lag = self._choices.number("long list lag", USUAL_LAG, LONG_LAG)
        changes = self._changes.setdefault(run.run_id, [])
        due = self._clock.now_ns() + round(lag * 1e9)
        # One change of a run never overtakes another of the same run.
        due = max(due, changes[-1].due_ns) if changes else due
        info = describe_info(run)
        changes.append(_Shown(due, _row(run, info), info))

    def forget(self, run_id: str) -> None:
        """Take a run off the list."""
        self._changes.pop(run_id, None)

    def find(self, query: str) -> list[WorkflowExecutionInfo]:
        """Give what fits, the latest start first."""
        condition, now = read_query(query), self._clock.now_ns()
        found: list[_Shown] = []
        for changes in self._changes.values():
            while len(changes) > 1 and changes[1].due_ns <= now:
                changes.pop(0)
            if changes[0].due_ns <= now and condition(changes[0].row):
                found.append(changes[0])
        found.sort(key=lambda shown: shown.row["StartTime"], reverse=True)
        return [shown.info for shown in found]


_STATUS = {
    number: WorkflowExecutionStatus.Name(number).removeprefix("WORKFLOW_EXECUTION_STATUS_").title()
    for number in WorkflowExecutionStatus.values()
}


def _row(run: Run, info: WorkflowExecutionInfo) -> dict[str, Any]:
    row: dict[str, Any] = {
        "WorkflowId": run.workflow_id,
        "RunId": run.run_id,
        "WorkflowType": info.type.name,
        "StartTime": run.start_ns,
        "CloseTime": run.close_ns or None,
        "ExecutionStatus": _STATUS[info.status].replace("_", ""),
    }
    for name, payload in run.attributes.items():
        row[name] = _value(payload.data)
    return row


@lru_cache(4096)
def _value(data: bytes) -> Any:
    value = json.loads(data)
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def describe_info(run: Run) -> WorkflowExecutionInfo:
    """Say how a run is."""
    info = WorkflowExecutionInfo(
        type=run.start.workflow_type,
        start_time=stamp_of(run.start_ns),
        execution_time=stamp_of(run.start_ns),
        status=run.status,  # pyright: ignore[reportArgumentType]
        history_length=len(run.history),
        task_queue=run.start.task_queue.name,
    )
    info.execution.workflow_id, info.execution.run_id = run.workflow_id, run.run_id
    if run.is_paused and run.is_running:
        info.status = WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_PAUSED
    if run.close_ns:
        info.close_time.CopyFrom(stamp_of(run.close_ns))
    for name, payload in run.memo.items():
        info.memo.fields[name].CopyFrom(payload)
    for name, payload in run.attributes.items():
        info.search_attributes.indexed_fields[name].CopyFrom(payload)
    if run.parent:
        info.parent_execution.workflow_id = run.parent[0].workflow_id
        info.parent_execution.run_id = run.parent[0].run_id
    return info
