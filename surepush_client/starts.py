"""Start a workflow once, and read what it was started with."""

from typing import Any, cast

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDReusePolicy
from temporalio.converter import WorkflowSerializationContext
from temporalio.exceptions import WorkflowAlreadyStartedError


async def start_once(
    client: Client,
    workflow: str,
    given: object,
    **options: Any,  # noqa: ANN401, passed on to the SDK
) -> bool:
    """Start a workflow of that name; False where there is one of its id, running or ended."""
    options.setdefault("id_reuse_policy", WorkflowIDReusePolicy.REJECT_DUPLICATE)
    try:
        await client.start_workflow(workflow, given, **options)
    except WorkflowAlreadyStartedError:
        return False
    return True


async def input_of(client: Client, workflow_id: str, run_id: str | None = None) -> dict[str, Any]:
    """Read what a run was started with; an empty object where that is not one JSON object."""
    handle: WorkflowHandle[Any, Any] = client.get_workflow_handle(workflow_id, run_id=run_id)
    first = await anext(aiter(handle.fetch_history_events(page_size=1)))
    payloads = first.workflow_execution_started_event_attributes.input.payloads
    context = WorkflowSerializationContext(client.namespace, workflow_id)
    given = await client.data_converter.with_context(context).decode(payloads)
    is_request = len(given) == 1 and isinstance(given[0], dict)
    return cast("dict[str, Any]", given[0]) if is_request else {}
