"""A converter that knows of which workflow the payloads are that it reads."""

from temporalio.client import Client
from temporalio.converter import DataConverter, WorkflowSerializationContext


def converter_of(client: Client, workflow_id: str) -> DataConverter:
    """Give the client's converter for what lies in that workflow's history."""
    context = WorkflowSerializationContext(client.namespace, workflow_id)
    return client.data_converter.with_context(context)
