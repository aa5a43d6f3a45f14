"""What people do to a push from outside, through a real client."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, cast

from temporalio.api.common.v1 import Payload, Payloads, WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.failure.v1 import Failure
from temporalio.api.workflowservice import v1 as api
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import RetryPolicy, WorkflowIDConflictPolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from dispatch.pushes import NoSuchPush, Push, start_push
from dispatch.retries import StillRunning, retry_push
from simulation.choices import Choices
from simulation.plan import Item
from simulation.server.resets import TASK_ENDS
from surepush_client.payloads import to_plain

_REFUSALS = (RPCError, WorkflowAlreadyStartedError, StillRunning, NoSuchPush, ValueError)


class OperatorCommands:
    """The commands that operators give to one push."""

    def __init__(self, client: Client, choices: Choices, item: Item) -> None:
        self._client = client
        self._choices = choices
        self._item = item
        self._name = f"push {item.number}"

    @property
    def _handle(self) -> WorkflowHandle[Any, Any]:
        return self._client.get_workflow_handle(self._item.request.workflow_id)

    @property
    def _push(self) -> Push:
        return Push(self._client, self._item.request.push_id)

    async def give(self, name: str) -> bool:
        """Give a command; False when it was refused."""
        commands: dict[str, Callable[[], Awaitable[object]]] = {
            "cancel": self._handle.cancel,
            "terminate": lambda: self._handle.terminate("simulation"),
            "terminate and retry": self._terminate_and_retry,
            "reset to the first task": lambda: self._reset("first"),
            "reset to the last task": lambda: self._reset("last"),
            "reset to any task": lambda: self._reset("any"),
            "pause and unpause": self._pause_run,
            "signal": lambda: self._handle.signal("operation-updated", args=[1, {"a": None}]),
            "signal and reset to the last task": self._signal_and_reset,
            "start again by name": self._start_by_name,
            "start again with the same key": self._start_again,
            "start over it": lambda: self._start_by_name(
                id_conflict_policy=WorkflowIDConflictPolicy.TERMINATE_EXISTING
            ),
            "start with a copied memo": self._start_with_memo,
            "start with an old ledger": self._start_with_ledger,
            "start with cron": lambda: self._start_and_mend(cron_schedule="@every 1s"),
            "start with a retry policy": lambda: self._start_and_mend(
                retry_policy=RetryPolicy(maximum_attempts=3), run_timeout=timedelta(seconds=2)
            ),
        }
        try:
            await commands.get(name, lambda: self._on_activity(name))()
        except _REFUSALS:
            return False
        return True

    async def _terminate_and_retry(self) -> None:
        await self._handle.terminate("simulation")
        await retry_push(self._push, task_queue="push")

    async def _start_again(self) -> None:
        await start_push(self._client, self._item.request, task_queue="push")

    async def _start_by_name(self, *, more: dict[str, Any] | None = None, **options: Any) -> None:
        # Numbers stay numbers: as text they would make it another record.
        request = cast("dict[str, Any]", to_plain(self._item.request))
        await self._client.start_workflow(
            "push",
            request | (more or {}),
            id=self._item.request.workflow_id,
            task_queue="push",
            **options,
        )

    async def _start_with_memo(self) -> None:
        memo = await (await self._handle.describe()).memo()
        await self._handle.terminate("simulation")
        await self._start_by_name(memo={"surepush": memo["surepush"]} if "surepush" in memo else {})

    async def _start_with_ledger(self) -> None:
        description = await self._handle.describe()
        at = (description.start_time - timedelta(hours=1)).isoformat()
        await self._handle.terminate("simulation")
        await self._start_by_name(more={"resume": {"requestedOnUtc": at, "ledger": {}}})

    async def _start_and_mend(self, **options: Any) -> None:
        """Have the server begin run after run for some seconds, end that, and ask again."""
        await self._handle.terminate("simulation")
        await self._start_with_past(options)
        await asyncio.sleep(self._choices.number(f"runs of {self._name}", 2.0, 8.0))
        while True:
            try:
                await self._handle.terminate("simulation")
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    continue
            # Between two runs the server has none to end.
            await asyncio.sleep(1.5)
            described = await self._handle.describe()
            if described.status is not WorkflowExecutionStatus.RUNNING:
                break
        await retry_push(self._push, task_queue="push")

    async def _start_with_past(self, options: dict[str, Any]) -> None:
        memo = await (await self._handle.describe()).memo()
        copied = {"surepush": memo["surepush"]} if "surepush" in memo else {}
        more = {"resume": {"requestedOnUtc": "2027-03-01T07:00:00Z", "ledger": {}}}
        await self._start_by_name(more=more, memo=copied, **options)

    async def _signal_and_reset(self) -> None:
        await self._handle.signal("operation-updated", args=[1, {"a": None}])
        await asyncio.sleep(self._choices.number(f"after the signal to {self._name}", 0.05, 1.0))
        await self._reset("last")

    async def _reset(self, where: str) -> None:
        description = await self._handle.describe()
        handle = self._client.get_workflow_handle(description.id, run_id=description.run_id)
        events = [event async for event in handle.fetch_history_events()]
        ends = [
            event.event_id
            for event, before in zip(events[1:], events, strict=False)
            if event.event_type in TASK_ENDS and before.event_type == _TASK_STARTED
        ]
        if not ends:
            raise ValueError("There is nothing to reset to.")
        place = {"first": 0, "last": (last := len(ends) - 1)}.get(where)
        if place is None:
            place = round(self._choices.number(f"reset of {self._name}", 0, last))
        await self._client.workflow_service.reset_workflow_execution(
            api.ResetWorkflowExecutionRequest(
                namespace="default",
                workflow_execution=WorkflowExecution(
                    workflow_id=description.id, run_id=description.run_id
                ),
                reason="simulation",
                workflow_task_finish_event_id=ends[place],
                request_id=str(self._choices.uuid("reset")),
            )
        )

    async def _pause_run(self) -> None:
        described = await self._handle.describe()
        named = {
            "namespace": "default",
            "workflow_id": described.id,
            "run_id": described.run_id,
        }
        service = self._client.workflow_service
        pause = api.PauseWorkflowExecutionRequest(**named)
        with contextlib.suppress(RPCError):
            await service.pause_workflow_execution(pause)
        await asyncio.sleep(self._choices.number(f"pause of {self._name}", 0.1, 90.0))
        unpause = api.UnpauseWorkflowExecutionRequest(**named)
        await self._persist(lambda: service.unpause_workflow_execution(unpause))

    async def _persist(self, call: Callable[[], Awaitable[object]]) -> None:
        """Repeat a call that may be lost; a run that is over needs it no more."""
        while True:
            try:
                await call()
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    continue
            return

    async def _on_activity(self, door: str) -> None:
        """Act upon the activity that is under way; ValueError when there is none."""
        service, execution = self._client.workflow_service, None
        described = await service.describe_workflow_execution(
            api.DescribeWorkflowExecutionRequest(
                namespace="default",
                execution=WorkflowExecution(workflow_id=self._item.request.workflow_id),
            )
        )
        if not described.pending_activities:
            raise ValueError("No activity is under way.")
        execution = described.workflow_execution_info.execution
        activity = described.pending_activities[0].activity_id
        match door:
            case "pause and unpause an activity" | "pause and reset an activity":
                await self._pause(execution, activity, is_reset="reset" in door)
            case "pause an activity for good":
                await self._send("pause_activity", api.PauseActivityRequest, execution, activity)
            case "reset an activity":
                await self._send("reset_activity", api.ResetActivityRequest, execution, activity)
            case "complete an activity by hand":
                result = Payload(metadata={"encoding": b"json/plain"}, data=b"{}")
                await service.respond_activity_task_completed_by_id(
                    api.RespondActivityTaskCompletedByIdRequest(
                        namespace="default",
                        workflow_id=execution.workflow_id,
                        activity_id=activity,
                        result=Payloads(payloads=[result]),
                    )
                )
            case "fail an activity by hand":
                failure = Failure(message="by hand")
                failure.application_failure_info.non_retryable = True
                await service.respond_activity_task_failed_by_id(
                    api.RespondActivityTaskFailedByIdRequest(
                        namespace="default",
                        workflow_id=execution.workflow_id,
                        activity_id=activity,
                        failure=failure,
                    )
                )
            case _:
                await self._change_options(door, execution, activity)

    async def _change_options(self, door: str, execution: WorkflowExecution, activity: str) -> None:
        request = api.UpdateActivityOptionsRequest(
            namespace="default", execution=execution, id=activity
        )
        if door == "allow an activity more attempts":
            request.activity_options.retry_policy.maximum_attempts = 3
        else:
            request.activity_options.start_to_close_timeout.seconds = 1
        await self._client.workflow_service.update_activity_options(request)

    async def _pause(self, execution: WorkflowExecution, activity: str, *, is_reset: bool) -> None:
        await self._send("pause_activity", api.PauseActivityRequest, execution, activity)
        await asyncio.sleep(self._choices.number(f"pause of {self._name}", 0.1, 90.0))
        if is_reset:
            await self._send("reset_activity", api.ResetActivityRequest, execution, activity)
        await self._send("unpause_activity", api.UnpauseActivityRequest, execution, activity)

    async def _send(
        self, rpc: str, kind: Callable[..., Any], execution: WorkflowExecution, activity: str
    ) -> None:
        call = getattr(self._client.workflow_service, rpc)
        await call(kind(namespace="default", execution=execution, id=activity))


_TASK_STARTED = EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED
