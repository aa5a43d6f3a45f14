"""Would a worker with these settings work? Asked without changing anything."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    DescribeWorkerDeploymentRequest,
    GetSystemInfoRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from codat.client import CodatClient
from codat.errors import CodatError, CodatLost, CodatUnauthorized, CodatUnclear
from dispatch.clock_offset import NOTED_FROM, Clocks, clock_sentence
from dispatch.connection import (
    known_search_attributes,
    lacking,
    misfits,
    no_namespace,
    wrong_type,
)
from dispatch.process.overview import CheckResults
from dispatch.process.worker_settings import WorkerSettings, to_be_current

MIN_RETENTION = timedelta(days=30)
"""A push that the namespace has forgotten would be sent again under the same key."""

NOBODY = UUID(int=0)
"""A company that nobody has: asking for it shows whether the API key is taken."""


async def check_temporal(client: Client, queue: str) -> AsyncIterator[CheckResults]:
    """Ask the server for all that a worker needs; in an order in which one trouble ends it."""
    info = await client.workflow_service.get_system_info(GetSystemInfoRequest())
    yield CheckResults("ok", "server", f"It answers, version {info.server_version or 'unknown'}.")
    try:
        yield await _namespace(client)
        yield await _search_attributes(client)
        yield await _permission(client)
        yield await _workers(client, queue)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            yield CheckResults("wrong", "namespace", no_namespace(client.namespace))
        else:
            message = f"We may not use the namespace {client.namespace}: {error.message}"
            yield CheckResults("wrong", "permission", message.rstrip(".") + ".")


async def _namespace(client: Client) -> CheckResults:
    request = DescribeNamespaceRequest(namespace=client.namespace)
    answer = await client.workflow_service.describe_namespace(request)
    kept = answer.config.workflow_execution_retention_ttl.ToTimedelta()
    message = f"It exists and keeps what is over for {_days(kept)}"
    if kept >= MIN_RETENTION:
        return CheckResults("ok", "namespace", f"{message}.")
    return CheckResults(
        "warning",
        "retention",
        f"{message}: after that a push is forgotten, and the same idempotency key writes again. "
        f"Set `temporal operator namespace update --retention 90d --namespace {client.namespace}`.",
    )


def _days(span: timedelta) -> str:
    days = span / timedelta(days=1)
    return f"{days:g} day{'' if days == 1 else 's'}"


async def _search_attributes(client: Client) -> CheckResults:
    missing, wrong = misfits(await known_search_attributes(client))
    if wrong:
        return CheckResults("wrong", "search", wrong_type(wrong, client.namespace))
    if missing:
        message = lacking(missing, client.namespace)
        return CheckResults(
            "wrong", "search", f"{message} A worker that may do so adds them when it starts."
        )
    return CheckResults("ok", "search", "All search attributes are there and of type Keyword.")


async def _permission(client: Client) -> CheckResults:
    """Write where there is nothing to write to: whoever may not is told so first."""
    try:
        await client.get_workflow_handle("push-check").signal("check")
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    return CheckResults("ok", "permission", "We may read and write in the namespace.")


async def _workers(client: Client, queue: str) -> CheckResults:
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    )
    answer = await client.workflow_service.describe_task_queue(request)
    names = {poller.identity for poller in answer.pollers}
    are = "worker serves" if len(names) == 1 else "workers serve"
    return CheckResults("ok", "workers", f"{len(names) or 'No'} {are} the task queue {queue} now.")


async def check_build(client: Client, own: WorkerSettings) -> list[CheckResults]:
    """Say whether pushes reach the workers, where these have versions: one build is current."""
    if own.build_id is None:
        return []
    try:
        current = await _current_build(client, own.deployment_name)
    except RPCError as error:
        message = f"Which build is current can't be told: {error.message.rstrip('.')}."
        return [CheckResults("warning", "build", message)]
    if not current:
        message = (
            f"No build is current, so no worker gets a push; this would run{to_be_current(own)}."
        )
        return [CheckResults("warning", "build", message)]
    ours = "which this is" if current == own.build_id else f"this would be {own.build_id}"
    return [CheckResults("ok", "build", f"{current} of {own.deployment_name} is current, {ours}.")]


async def _current_build(client: Client, deployment: str) -> str:
    request = DescribeWorkerDeploymentRequest(
        namespace=client.namespace, deployment_name=deployment
    )
    try:
        answer = await client.workflow_service.describe_worker_deployment(request)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return ""
        raise
    return answer.worker_deployment_info.routing_config.current_deployment_version.build_id


async def check_clocks(client: Client, codat: CodatClient) -> list[CheckResults]:
    """Say how far this machine's clock is off; Codat's is known once it has answered."""
    clocks = Clocks(client, codat)
    await clocks.look()
    if "Temporal" not in clocks.ahead:
        return [CheckResults("warning", "clock", "Temporal does not tell what time it is there.")]
    if clocks.trouble:
        return [CheckResults("wrong", "clock", clocks.trouble)]
    return [_clock(ahead, whose) for whose, ahead in clocks.ahead.items()]


def _clock(ahead: timedelta, whose: str) -> CheckResults:
    level = "ok" if abs(ahead) < NOTED_FROM else "warning"
    return CheckResults(level, "clock", clock_sentence(ahead, whose))


async def check_codat(codat: CodatClient) -> CheckResults:
    """Spend one request on whether Codat answers and takes the API key."""
    try:
        await codat.operations(NOBODY, page_size=1)
    except CodatUnauthorized as error:
        return CheckResults("wrong", "Codat", f"It does not take CODAT_API_KEY: {error}")
    except CodatError as error:
        if error.status is None or isinstance(error, CodatLost | CodatUnclear):
            return CheckResults("wrong", "Codat", str(error))
        if error.status >= 500:  # noqa: PLR2004, a server's trouble
            return CheckResults("warning", "Codat", str(error))
    return CheckResults("ok", "Codat", "It answers and takes the API key.")
