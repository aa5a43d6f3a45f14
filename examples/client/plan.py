"""Start a plan with `surepush_client` and print how it ended as JSON.

    python plan.py plan.json

The plan is one JSON object: key, companyId, steps, and where wanted connectionId and onFailure
(wait, stop or skip). Run it twice: the same key is the same plan.
Exit codes: 0 all steps succeeded, 1 they did not, 2 no plan, 5 no answer: Temporal is not
reachable, or the plan was ended from outside.
"""

import asyncio
import json
import os
import sys
from decimal import Decimal
from pathlib import Path

from temporalio.service import RPCError

from surepush_client.plan_models import SUCCEEDED, PlanRequest
from surepush_client.plans import start_plan
from surepush_client.pushes import connect


async def main(document: str) -> int:
    """Run the plan, and print its report."""
    # Decimal keeps the digits of amounts; a float would not.
    request = PlanRequest.model_validate(json.loads(document, parse_float=Decimal))
    plan = await start_plan(await connect(), request)
    report = await plan.outcome()
    print(report.model_dump_json(by_alias=True, exclude_none=True, indent=2))
    return int(report.state != SUCCEEDED)


if __name__ == "__main__":
    try:
        code = asyncio.run(main(Path(sys.argv[1]).read_text()))
    except ValueError as error:
        print(f"No plan: {error}", file=sys.stderr)
        code = 2
    except (RPCError, RuntimeError) as error:
        print(f"No answer: {error}", file=sys.stderr)
        code = 5
    sys.stdout.flush()
    # Leaving the long way, the SDK's threads sometimes abort the process: sdk-python#300.
    os._exit(code)
