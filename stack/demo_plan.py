"""The plan that ends the demo: its second step is refused, then corrected and retried."""

import asyncio
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text
from temporalio.client import Client

from dispatch.plans import StartedPlan, start_plan
from dispatch.pushes import Push, request_of
from dispatch.retries import retry_push
from emulator import seeds
from stack.demo_pushes import BILL, SUPPLIER
from stack.display import COLOURS, end_table
from workflows.plan.check import read_plan
from workflows.plan.models import ENDINGS, SUCCEEDED, WAITING, PlanReport, StepReport
from workflows.plan.references import REF

_OF_THE_SUPPLIER = {"id": {REF: "supplier#/records/0/id"}}
_NO_ACCOUNT = "account-9"
_PAYMENT = {
    "supplierRef": _OF_THE_SUPPLIER,
    "reference": "P-1042",
    "totalAmount": 50,
    "currency": "GBP",
    "date": "2026-11-27",
    "lines": [
        {
            "amount": 50,
            "allocatedOnDate": "2026-11-27",
            "links": [{"type": "Bill", "id": {REF: "bill#/records/0/id"}, "amount": 50}],
        }
    ],
}
_LOOK_EVERY = 0.25


def bill(supplier: object, account: str) -> dict[str, Any]:
    """Give the plan's bill: whose it is (`supplierRef`), and the account that it is booked to."""
    (line,) = BILL["lineItems"]
    return {**BILL, "supplierRef": supplier, "lineItems": [{**line, "accountRef": {"id": account}}]}


PLAN: dict[str, Any] = {
    "key": "delivery-1042",
    "companyId": seeds.COMPANY,
    "connectionId": seeds.SYNCHRONOUS,
    "steps": [
        {"name": "supplier", "dataType": "suppliers", "data": SUPPLIER},
        {"name": "bill", "dataType": "bills", "data": bill(_OF_THE_SUPPLIER, _NO_ACCOUNT)},
        {"name": "payment", "dataType": "billPayments", "data": _PAYMENT},
    ],
}
"""The bill names an account that the accounting software does not have."""


class PlanBoard:
    """A plan's steps, as Rich draws them: anew whenever it asks."""

    def __init__(self, report: PlanReport) -> None:
        self.report = report

    def __rich__(self) -> Table:
        table = Table("Step", "After", "Status", "Push", "What is known")
        table.columns[4].overflow = "fold"
        for step in self.report.steps:
            table.add_row(*_cells(step))
        return table


def _cells(step: StepReport) -> tuple[str | Text, ...]:
    status = step.status.value
    push = str(step.push_id) if step.push_id else ""
    shown = Text(status, style=COLOURS.get(status, "blue"))
    return step.name, ", ".join(step.after), shown, push, step.message


async def run_plan(
    console: Console, client: Client, tell: Callable[[str], None], *, task_queue: str = "push"
) -> bool:
    """Start the plan, correct its bill when that has failed; whether all steps succeed then."""
    plan = await start_plan(client, read_plan(PLAN), task_queue=task_queue)
    tell("A plan of three steps: a supplier, its bill, and the payment of the bill.")
    board = PlanBoard(await plan.report())
    with Live(board, console=console, refresh_per_second=4):
        await _follow(plan, board, WAITING, *ENDINGS)
        _, refused, _ = board.report.steps
        if refused.push_id and board.report.state == WAITING:
            reason = refused.message.rpartition("Message: ")[2]
            tell(f"The bill is refused, so the payment waits. {reason}")
            push = Push(client, refused.push_id)
            await _correct(push)
            tell("The bill's account is corrected and its push retried; the plan goes on.")
            await push.outcome()
            await _follow(plan, board, WAITING, *ENDINGS)
    end_table(console)
    return board.report.state == SUCCEEDED


async def _follow(plan: StartedPlan, board: PlanBoard, *states: str) -> None:
    """Keep the board true until the plan stands so."""
    board.report = await plan.report()
    while board.report.state not in states:
        await asyncio.sleep(_LOOK_EVERY)
        board.report = await plan.report()


async def _correct(push: Push) -> None:
    """Retry the bill with an account that there is."""
    await push.outcome()  # it tells the plan of its end a moment before
    sent = (await request_of(push)).data or {}
    await retry_push(push, data=bill(sent["supplierRef"], seeds.ACCOUNT))
