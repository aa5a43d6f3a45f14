"""A server whose clients keep large payloads in a directory, encrypted."""

from pathlib import Path

from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from dispatch.payloads.converter import converter
from dispatch.payloads.keyring import KeyRing

RING = KeyRing({"k1": bytes(range(32))}, "k1")


def beside(environment: WorkflowEnvironment, directory: Path) -> WorkflowEnvironment:
    """The same server, for processes that share a directory."""
    bare = environment.client
    large = converter(RING, directory)
    client = Client(bare.service_client, namespace=bare.namespace, data_converter=large)
    return WorkflowEnvironment.from_client(client)
