"""Workflows that do one little thing each, for the comparison of the two servers."""

import asyncio
import contextlib
from datetime import timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import (
    ApplicationError,
    ChildWorkflowError,
    FailureError,
    WorkflowAlreadyStartedError,
)
from temporalio.workflow import ParentClosePolicy

ONCE = RetryPolicy(maximum_attempts=1)
LONG = timedelta(seconds=30)


@activity.defn
async def echo(text: str) -> str:
    if text == "fail":
        raise ApplicationError("no", type="Refused", non_retryable=True)
    if text == "hang":
        await asyncio.sleep(3)
    if text == "nap":
        await asyncio.sleep(1)
    return text


@workflow.defn
class Child:
    @workflow.run
    async def run(self) -> str:
        return "child"


@workflow.defn
class Guest:
    """Stays until it is asked to leave; ends as its name says."""

    @workflow.run
    async def run(self, ending: str) -> str:
        if ending == "fails":
            raise ApplicationError("no", type="Refused", non_retryable=True)
        try:
            await workflow.wait_condition(lambda: False)
        except asyncio.CancelledError:
            if ending == "polite":
                return "left"
            raise
        return ""

    @workflow.signal
    def hint(self) -> None:
        """Do nothing."""


@workflow.defn
class Scripted:
    """Does what its script asks for."""

    def __init__(self) -> None:
        self.hinted = False

    @workflow.signal
    def hint(self) -> None:
        self.hinted = True

    @workflow.run
    async def run(self, script: str) -> Any:
        return await getattr(self, script)()

    async def activity(self) -> str:
        return await workflow.execute_activity(
            echo, "hello", start_to_close_timeout=LONG, retry_policy=ONCE
        )

    async def failing(self) -> str:
        return await workflow.execute_activity(
            echo, "fail", start_to_close_timeout=LONG, retry_policy=ONCE
        )

    async def late(self) -> str:
        return await workflow.execute_activity(
            echo, "hang", start_to_close_timeout=timedelta(seconds=1), retry_policy=ONCE
        )

    async def local(self) -> str:
        return await workflow.execute_local_activity(echo, "here", start_to_close_timeout=LONG)

    async def slow_local(self) -> str:
        return await workflow.execute_local_activity(echo, "nap", start_to_close_timeout=LONG)

    async def waiting(self) -> bool:
        await workflow.wait_condition(lambda: self.hinted, timeout=600)
        return self.hinted

    async def timer(self) -> None:
        await workflow.sleep(0.2)

    async def patched(self) -> bool:
        return workflow.patched("a patch")

    async def chance(self) -> list[float]:
        return [workflow.random().random(), workflow.random().random()]

    async def child(self) -> str:
        return await workflow.execute_child_workflow(Child.run, id=f"child-{workflow.uuid4()}")

    async def continued(self) -> None:
        workflow.continue_as_new("timer")

    async def guest(self, ending: str, policy: ParentClosePolicy) -> Any:
        name = f"{workflow.info().workflow_id}-guest"
        return await workflow.start_child_workflow(
            Guest.run, ending, id=name, parent_close_policy=policy
        )

    async def cancels_guest(self) -> None:
        await self.guest("polite", ParentClosePolicy.REQUEST_CANCEL)
        await workflow.sleep(0.2)

    async def ends_guest(self) -> None:
        await self.guest("polite", ParentClosePolicy.TERMINATE)
        await workflow.sleep(0.2)

    async def leaves_guest(self) -> None:
        await self.guest("polite", ParentClosePolicy.ABANDON)
        await workflow.sleep(0.2)

    async def hosts(self) -> bool:
        with contextlib.suppress(WorkflowAlreadyStartedError):
            await self.guest("polite", ParentClosePolicy.REQUEST_CANCEL)
        return await self.waiting()

    async def continued_with_guest(self) -> None:
        await self.guest("polite", ParentClosePolicy.REQUEST_CANCEL)
        await workflow.sleep(0.2)
        workflow.continue_as_new("timer")

    async def second_guest(self) -> str:
        await self.guest("polite", ParentClosePolicy.ABANDON)
        try:
            await self.guest("polite", ParentClosePolicy.ABANDON)
        except WorkflowAlreadyStartedError:
            return "taken"
        return "?"

    async def failing_guest(self) -> str:
        guest = await self.guest("fails", ParentClosePolicy.ABANDON)
        return await self.end_of(guest)

    async def cancelled_guest(self) -> str:
        guest = await self.guest("rude", ParentClosePolicy.ABANDON)
        await workflow.sleep(0.2)
        guest.cancel()
        return await self.end_of(guest)

    async def end_of(self, guest: Any) -> str:
        try:
            await guest
        except ChildWorkflowError as error:
            return type(error.cause).__name__
        return "?"

    async def tells_guest(self) -> None:
        guest = await self.guest("polite", ParentClosePolicy.ABANDON)
        await workflow.get_external_workflow_handle(guest.id).signal("hint")
        await workflow.sleep(0.2)

    async def tells_nobody(self) -> str:
        nobody = workflow.get_external_workflow_handle(f"nobody-{workflow.uuid4()}")
        try:
            await nobody.signal("hint")
        except FailureError as error:
            return f"{type(error).__name__}: {error}"
        return "?"

    async def cancels_other(self) -> None:
        guest = await self.guest("polite", ParentClosePolicy.ABANDON)
        await workflow.get_external_workflow_handle(guest.id).cancel()
        await workflow.sleep(0.2)

    async def cancels_nobody(self) -> str:
        nobody = workflow.get_external_workflow_handle(f"nobody-{workflow.uuid4()}")
        try:
            await nobody.cancel()
        except FailureError as error:
            return f"{type(error).__name__}: {error}"
        return "?"

    async def given_up(self) -> str:
        handle = workflow.start_activity(echo, "hang", start_to_close_timeout=LONG)
        await workflow.sleep(0.3)
        handle.cancel()
        await workflow.wait([handle])
        return "given up"


WORKFLOWS = [Scripted, Child, Guest]
