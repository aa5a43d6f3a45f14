"""A workflow of another namespace that pushes through the Nexus endpoint `surepush`.

    TEMPORAL_NAMESPACE=billing python caller.py request.json

It runs a worker of its own, starts the workflow `invoice` and prints the outcome as JSON. Killed
and run again, it goes on with the same workflow. docs/nexus.md says how to create the endpoint.
Exit codes: 0 Success, 1 any other end.
"""

import asyncio
import json
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from temporalio import workflow
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import NexusOperationError
from temporalio.worker import Worker

with workflow.unsafe.imports_passed_through():
    from surepush_client.models import PushOutcome, PushRequest
    from surepush_client.nexus import ENDPOINT, PushService, outcome_of_failure
    from surepush_client.pushes import connect

TASK_QUEUE = "invoices"


@workflow.defn(name="invoice")
class InvoiceWorkflow:
    """Pushes one record as a step of a workflow of the caller's own."""

    @workflow.run
    async def run(self, request: PushRequest) -> PushOutcome:
        """Push, and give the outcome, whatever it is."""
        pushes = workflow.create_nexus_client(service=PushService, endpoint=ENDPOINT)
        try:
            return await pushes.execute_operation(
                PushService.start, request, schedule_to_close_timeout=timedelta(days=7)
            )
        except NexusOperationError as error:
            outcome = outcome_of_failure(error)
            if outcome is None:
                raise
            return outcome


async def main(document: str) -> int:
    """Run the caller's worker until its workflow is over."""
    request = PushRequest.model_validate(json.loads(document, parse_float=Decimal))
    client = await connect()
    async with Worker(client, task_queue=TASK_QUEUE, workflows=[InvoiceWorkflow]):
        outcome = await client.execute_workflow(
            InvoiceWorkflow.run,
            request,
            id=f"invoice-{request.idempotency_key}",
            task_queue=TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        )
    print(outcome.model_dump_json(by_alias=True, exclude_none=True, indent=2))
    return int(outcome.status != "Success")


if __name__ == "__main__":
    sys.exit(asyncio.run(main(Path(sys.argv[1]).read_text())))
