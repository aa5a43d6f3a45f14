"""How every process reaches Temporal."""

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.runtime import Runtime
from temporalio.service import RPCError

from dispatch.converter import CONVERTER
from workflows import attributes


class TemporalUnreachable(Exception):
    """Temporal does not answer, or does not let us in; the text says where it was sought."""


async def connect(*, runtime: Runtime | None = None) -> Client:
    """Connect as the TEMPORAL_* variables or a TOML profile say; else TemporalUnreachable."""
    try:
        config = ClientConfig.load_client_connect_config(config_file_strict=True)
    except (RuntimeError, ValueError) as error:
        raise TemporalUnreachable(f"Temporal's configuration is wrong: {error}") from error
    address = config.setdefault("target_host", "localhost:7233")
    try:
        return await Client.connect(**config, data_converter=CONVERTER, runtime=runtime)
    except (RuntimeError, RPCError) as error:
        raise TemporalUnreachable(
            f"Temporal is not reachable at {address}: {error}. Start it, or set TEMPORAL_ADDRESS."
        ) from error


async def register_search_attributes(client: Client) -> None:
    """See to it that the namespace knows the search attributes of a push; a no-op if it does."""
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=client.namespace,
            search_attributes={
                key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD for key in attributes.ALL
            },
        )
    )
