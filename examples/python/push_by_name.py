"""Start a push by name and print how it ended as JSON; nothing but `temporalio` is needed.

    python push_by_name.py request.json

The request is one JSON object: companyId, connectionId, dataType, data, idempotencyKey, and where
wanted recordId, timeoutInMinutes, validation. Run it twice: the same key is the same push.
Exit codes: 0 Success, 1 Failed, 2 no push request, 3 TimedOut, 4 Unknown, 5 no answer from
Temporal: the push may be under way, so run it again.
"""

import asyncio
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from temporalio.client import Client, WorkflowFailureError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)
from temporalio.service import RPCError

PUSH_NAMESPACE = UUID("5b0f1c0e-6f6e-5b6c-9a53-7d1f3c1f0a11")
EXIT_CODES = {"Success": 0, "Failed": 1, "TimedOut": 3, "Unknown": 4}
# The SDK would write its warnings to standard output, among the outcome.
WARNINGS_ASIDE = TelemetryConfig(
    logging=LoggingConfig(
        TelemetryFilter(core_level="WARN", other_level="ERROR"),
        LogForwardingConfig(logging.getLogger("temporalio")),
    )
)


class NotAPush(ValueError):
    """The request was refused as a whole; the text says why."""


async def push(client: Client, request: dict[str, Any]) -> dict[str, Any]:
    """Start a push, or join the one with the same key; give its outcome, whatever it is."""
    workflow_id = f"push-{push_id(request)}"
    try:
        await client.start_workflow(
            "push",
            request,
            id=workflow_id,
            task_queue=os.environ.get("PUSH_TASK_QUEUE", "push"),
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
        )
    except WorkflowAlreadyStartedError:
        await check_record(client, workflow_id, request)
    try:
        return await client.get_workflow_handle(workflow_id).result()
    except WorkflowFailureError as failure:
        return outcome_of(failure)


async def check_record(client: Client, workflow_id: str, request: dict[str, Any]) -> None:
    """Raise NotAPush if the push that has this key was started with another record.

    A retry may carry a mended record, so the run that it is a retry of is read.
    """
    run_id = None
    while True:
        handle = client.get_workflow_handle(workflow_id, run_id=run_id)
        first = await anext(aiter(handle.fetch_history_events(page_size=1)))
        payloads = first.workflow_execution_started_event_attributes.input.payloads
        (started,) = await client.data_converter.decode(payloads)
        run_id = started.get("retryOf")
        if run_id is None:
            break
    if started["data"] != request["data"]:
        raise NotAPush(
            f"the idempotencyKey {request['idempotencyKey']} belongs to a push of another record; "
            "use a new key for a new record"
        )


def push_id(request: dict[str, Any]) -> UUID:
    """Derive the id of a push: the same request and key give the same id in every language."""
    data_type, record = request["dataType"], request.get("recordId")
    name = (
        str(UUID(request["companyId"])),
        str(UUID(request["connectionId"])),
        "chartOfAccounts" if data_type == "accounts" else data_type,
        "create" if record is None else f"update/{record}",
        request["idempotencyKey"],
    )
    return uuid5(PUSH_NAMESPACE, "/".join(name))


def outcome_of(failure: WorkflowFailureError) -> dict[str, Any]:
    """Read the outcome of a push that did not succeed: it travels in the failure's details."""
    cause = failure.cause
    if isinstance(cause, ApplicationError) and cause.details:
        return cause.details[0]
    if isinstance(cause, ApplicationError):
        raise NotAPush(cause.message)
    return {"status": "Unknown", "message": f"The push was ended from outside: {cause}"}


async def main(request: dict[str, Any]) -> int:
    """Push, and print the outcome."""
    address = os.environ.get("TEMPORAL_ADDRESS", "localhost:7233")
    namespace = os.environ.get("TEMPORAL_NAMESPACE", "default")
    runtime = Runtime(telemetry=WARNINGS_ASIDE)
    client = await Client.connect(address, namespace=namespace, runtime=runtime)
    outcome = await push(client, request)
    print(json.dumps(outcome, indent=2))
    return EXIT_CODES[outcome["status"]]


if __name__ == "__main__":
    try:
        code = asyncio.run(main(json.loads(Path(sys.argv[1]).read_text())))
    except (KeyError, ValueError) as error:
        print(f"No push request: {error}", file=sys.stderr)
        code = 2
    except (RPCError, RuntimeError) as error:
        print(f"No answer from Temporal: {error}", file=sys.stderr)
        code = 5
    sys.stdout.flush()
    # Leaving the long way, the SDK's threads sometimes abort the process: sdk-python#300.
    os._exit(code)
