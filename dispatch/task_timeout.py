"""How long a worker may take for one decision of a workflow that this client starts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from temporalio.client import Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowHandle


class TaskTimeout(Interceptor):
    """Gives all workflows that a client starts one task timeout instead of the server's 10 s."""

    def __init__(self, timeout: timedelta) -> None:
        self._timeout = timeout

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002, the SDK's name
        """Stand before the client."""
        return _Timed(next, self._timeout)


class _Timed(OutboundInterceptor):
    def __init__(self, following: OutboundInterceptor, timeout: timedelta) -> None:
        super().__init__(following)
        self._timeout = timeout

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002, the SDK's name
        timed = replace(input, task_timeout=input.task_timeout or self._timeout)
        return await super().start_workflow(timed)
