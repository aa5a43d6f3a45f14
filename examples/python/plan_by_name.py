"""Start a plan by name and print how it ended as JSON; nothing but `temporalio` is needed.

    python plan_by_name.py plan.json

The plan is one JSON object: key, companyId, steps, and where wanted connectionId and onFailure
(wait, stop or skip). A step has a name, dataType, data and, in place of a value, references such as
{"$ref": "supplier#/records/0/id"}. Run it twice: the same key is the same plan.
Exit codes: 0 all steps succeeded, 1 they did not, 2 no plan, 5 no answer from Temporal: the
plan may be under way, so run it again.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from push_by_name import PUSH_NAMESPACE, WARNINGS_ASIDE
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.runtime import Runtime
from temporalio.service import RPCError

COMPANY_ID = SearchAttributeKey.for_keyword("CompanyId")
"""What lists find the plan by; a plan that starts without it adds it, which is billed."""


class NotAPlan(ValueError):
    """The plan was refused as a whole; the text says why."""


async def run_plan(client: Client, plan: dict[str, Any]) -> dict[str, Any]:
    """Start a plan, or join the one with the same key; give its report when it has ended."""
    workflow_id = f"plan-{plan_id(plan)}"
    try:
        await client.start_workflow(
            "plan",
            plan,
            id=workflow_id,
            task_queue=os.environ.get("PUSH_TASK_QUEUE", "push"),
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            search_attributes=TypedSearchAttributes(
                [SearchAttributePair(COMPANY_ID, str(UUID(plan["companyId"])))]
            ),
        )
    except WorkflowAlreadyStartedError:
        await check_same(client, workflow_id, plan)
    try:
        return await client.get_workflow_handle(workflow_id).result()
    except WorkflowFailureError as failure:
        return report_of(failure)


async def check_same(client: Client, workflow_id: str, plan: dict[str, Any]) -> None:
    """Raise NotAPlan if the plan that has this key has other steps."""
    handle = client.get_workflow_handle(workflow_id)
    first = await anext(aiter(handle.fetch_history_events(page_size=1)))
    payloads = first.workflow_execution_started_event_attributes.input.payloads
    (started,) = await client.data_converter.decode(payloads)
    if [without_nothing(step) for step in started["steps"]] != [
        without_nothing(step) for step in plan["steps"]
    ]:
        raise NotAPlan(f"the key {plan['key']} belongs to a plan of other steps; use a new key")


def without_nothing(step: dict[str, Any]) -> dict[str, Any]:
    """Leave out an empty `after`, which says the same as none."""
    return {name: value for name, value in step.items() if name != "after" or value}


def plan_id(plan: dict[str, Any]) -> UUID:
    """Derive the id of a plan: the same company and key give the same id in every language."""
    return uuid5(PUSH_NAMESPACE, f"plan/{UUID(plan['companyId'])}/{plan['key']}")


def report_of(failure: WorkflowFailureError) -> dict[str, Any]:
    """Read the report of a plan that did not succeed: it travels in the failure's details."""
    cause = failure.cause
    if isinstance(cause, ApplicationError) and cause.details:
        return cause.details[0]
    raise NotAPlan(str(cause))


async def main(plan: dict[str, Any]) -> int:
    """Run the plan, and print its report."""
    address = os.environ.get("TEMPORAL_ADDRESS", "localhost:7233")
    namespace = os.environ.get("TEMPORAL_NAMESPACE", "default")
    runtime = Runtime(telemetry=WARNINGS_ASIDE)
    client = await Client.connect(address, namespace=namespace, runtime=runtime)
    report = await run_plan(client, plan)
    print(json.dumps(report, indent=2))
    return 0 if report["state"] == "succeeded" else 1


if __name__ == "__main__":
    try:
        code = asyncio.run(main(json.loads(Path(sys.argv[1]).read_text())))
    except (KeyError, ValueError) as error:
        print(f"No plan: {error}", file=sys.stderr)
        code = 2
    except (RPCError, RuntimeError) as error:
        print(f"No answer from Temporal: {error}", file=sys.stderr)
        code = 5
    sys.stdout.flush()
    # Leaving the long way, the SDK's threads sometimes abort the process: sdk-python#300.
    os._exit(code)
