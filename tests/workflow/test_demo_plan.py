"""The plan of the demo: its bill is refused, corrected and retried, and the payment follows."""

import io

from rich.console import Console

from emulator import seeds
from stack.demo_plan import run_plan
from tests.support.cluster import cluster


async def test_the_demos_plan_goes_on_after_its_bill_is_corrected(devserver):
    told = []
    async with cluster(devserver) as here:
        printed = io.StringIO()
        console = Console(file=printed, width=140)
        is_done = await run_plan(console, here.client, told.append, task_queue=here.task_queue)
        kinds = [written["dataType"] for written in here.records]
        connection = here.codat.connection(seeds.SYNCHRONOUS)
        (bill,) = connection.records("bills")

    assert is_done
    assert ["suppliers", "bills", "billPayments"] == kinds
    assert told[1].startswith("The bill is refused, so the payment waits. No record of chart")
    assert seeds.ACCOUNT == bill["record"]["lineItems"][0]["accountRef"]["id"]
    assert 3 == printed.getvalue().count("Success")
