"""How every process reaches Temporal."""

from collections.abc import Mapping, Sequence

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.client import Client, Interceptor
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import Runtime
from temporalio.service import RPCError, RPCStatusCode

from activities import paused_runs as paused_runs  # noqa: PLC0414, teaches the SDK a status
from codat.settings import read_settings
from dispatch.connection_errors import meaning_of, no_namespace
from dispatch.payloads.converter import converter
from dispatch.payloads.keyring import EncryptionSettings
from dispatch.process.telemetry import plain_runtime
from dispatch.settings import DispatchSettings
from dispatch.task_timeout import TaskTimeout
from surepush_client.pushes import KEEP_ALIVE
from workflows import attributes

KEYWORD = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD


class TemporalUnreachable(Exception):
    """Temporal does not answer, or does not let us in; the text says where it was sought."""


def read_connection() -> ClientConnectConfig:
    """Read the TEMPORAL_* variables and the TOML profile; TemporalUnreachable names what is wrong.

    A key that the profile misspells is an error, as is a file that is not there.
    """
    try:
        config = ClientConfig.load_client_connect_config(config_file_strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        message = " ".join(
            line.strip(" |^") for line in str(error).splitlines() if line.strip(" |^")
        )
        raise TemporalUnreachable(f"Temporal's configuration is wrong: {message}") from error
    config.setdefault("target_host", "localhost:7233")
    return config


async def connect(
    *, runtime: Runtime | None = None, interceptors: Sequence[Interceptor] = ()
) -> Client:
    """Connect as the TEMPORAL_* variables or a TOML profile say; else TemporalUnreachable.

    SettingsError when PUSH_ENCRYPTION_KEYS or PUSH_LARGE_* is wrong.
    """
    known = read_settings(EncryptionSettings)
    ours = read_settings(DispatchSettings)
    converts = converter(
        known.encryption_keys,
        ours.large_directory,
        ours.large_bucket,
        strict=known.encryption_strict,
    )
    timed = [TaskTimeout(ours.task_timeout)] if ours.task_timeout else []
    config = read_connection()
    try:
        return await Client.connect(
            **config,
            keep_alive_config=KEEP_ALIVE,
            data_converter=converts,
            interceptors=[*timed, *interceptors],
            runtime=runtime or plain_runtime(),
        )
    except (RuntimeError, RPCError, ValueError) as error:
        where = config.get("target_host")
        raise TemporalUnreachable(
            f"Temporal is not reachable at {where}: {meaning_of(error)}"
        ) from error


async def known_search_attributes(client: Client) -> Mapping[str, IndexedValueType.ValueType]:
    """Give the search attributes that the namespace has, with their types; RPCError."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    answer = await client.operator_service.list_search_attributes(request)
    return answer.custom_attributes


def misfits(known: Mapping[str, IndexedValueType.ValueType]) -> tuple[list[str], list[str]]:
    """Name the search attributes of a push that are missing, and those of a wrong type."""
    names = [key.name for key in attributes.ALL]
    missing = [name for name in names if name not in known]
    return missing, [name for name in names if known.get(name, KEYWORD) != KEYWORD]


async def register_search_attributes(client: Client) -> None:
    """See to it that the namespace knows the search attributes of a push.

    A no-op if it does; else TemporalUnreachable where we may not add them, or a type is wrong,
    which the server would pass over in silence.
    """
    try:
        missing, wrong = misfits(await known_search_attributes(client))
    except RPCError:
        missing, wrong = misfits({})  # not to be asked: adding what is there does no harm
    if wrong:
        raise TemporalUnreachable(wrong_type(wrong, client.namespace))
    if not missing:
        return
    request = AddSearchAttributesRequest(
        namespace=client.namespace, search_attributes=dict.fromkeys(missing, KEYWORD)
    )
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            raise TemporalUnreachable(no_namespace(client.namespace)) from error
        raise TemporalUnreachable(
            f"{lacking(missing, client.namespace)} We may not do that ourselves: {error.message}"
        ) from error


def lacking(names: Sequence[str], namespace: str) -> str:
    """Say which search attributes are missing, and the command that adds them."""
    given = " ".join(f"--name {name} --type Keyword" for name in names)
    return (
        f"The namespace {namespace} lacks the search attributes {', '.join(names)}: add them with "
        f"`temporal operator search-attribute create --namespace {namespace} {given}`."
    )


def wrong_type(names: Sequence[str], namespace: str) -> str:
    """Say which search attributes have another type than Keyword."""
    return (
        f"The search attributes {', '.join(names)} of the namespace {namespace} are no Keyword: "
        "pushes can't be found by them. Use another namespace, or remove and create them again."
    )
