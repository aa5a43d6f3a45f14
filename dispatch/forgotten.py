"""What a sweep asks Temporal before it removes large payloads."""

from datetime import timedelta

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

YOUNG = timedelta(days=1)
"""A payload is written before its workflow starts: what is younger stays."""


class OtherNamespace(Exception):
    """The payloads belong to a namespace of that name in another cluster."""


async def namespace_id(client: Client) -> str:
    """Give the id of the client's namespace. Raises: RPCError."""
    request = DescribeNamespaceRequest(namespace=client.namespace)
    return (await client.workflow_service.describe_namespace(request)).namespace_info.id


def check_namespace(found: str, own: str, note: str) -> None:
    """Compare what the first sweep noted with what is asked now. Raises: OtherNamespace."""
    if found != own:
        raise OtherNamespace(
            "The large payloads belong to another cluster's namespace: is TEMPORAL_ADDRESS right? "
            f"If it is, remove {note}."
        )


async def is_known(client: Client, workflow_id: str) -> bool:
    """Tell whether Temporal still has a run of a workflow. Raises: RPCError."""
    try:
        await client.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True
